"""What a portfolio has: the audited repositories with their findings and traits, the skills, the host's profile."""

from collections.abc import Mapping

import msgspec

from auditor.facts.fact import Missing
from auditor.model import Evidence, Finding, Skill, Status
from auditor.repository import Profile
from auditor.views.reading import V, ViewOf
from auditor.views.skills import SkillUse
from auditor.views.traits import Traits


class Project(msgspec.Struct, frozen=True):
    """One audited repository as the portfolio sees it; `score` is 0-100, `content` names what is in it."""

    name: str
    kind: str
    score: float | None
    findings: Mapping[str, Finding]
    traits: Traits
    url: str | None = None
    content: str = ""
    skills: tuple[SkillUse, ...] = ()

    def standing(self, *rules: str) -> float | None:
        """Return the mean score (0-1) of those of its findings that could be assessed; None without any."""
        scores = [f.score for rule in rules if (f := self.findings.get(rule)) and f.score is not None]
        return sum(scores) / len(scores) if scores else None

    def is_unknown(self, rule: str) -> bool:
        """Tell whether a rule was asked of it and could not be answered."""
        return rule in self.findings and self.findings[rule].status is Status.UNKNOWN

    def named(self, excerpt: str, url: str | None = None) -> Evidence:
        """Point at the repository, or at an address that belongs to it."""
        return Evidence(self.name, excerpt=excerpt, url=url or self.url)


class Portfolio(msgspec.Struct, frozen=True):
    """The candidate's work, best project first.

    `whole` is True where these are all the public repositories; `alone` where one repository was audited by itself.
    `worth_showing` is the score from which a project counts for the portfolio; `profile` is what the host says.
    """

    projects: tuple[Project, ...]
    skills: tuple[Skill, ...]
    whole: bool
    alone: bool
    today: int
    worth_showing: float = 50.0
    profile: Profile | None = None

    @classmethod
    def of(cls, reading: "PortfolioReading") -> "Portfolio | None":
        """Return what the reading holds; None without an audited repository.

        The profile's own repository is no project, unless there is nothing else.
        """
        given, profile = reading.portfolio, reading.profile
        login = profile.login.lower() if profile else None
        projects = tuple(p for p in given.projects if p.name.lower() != login) or given.projects
        return msgspec.structs.replace(given, projects=projects, profile=profile) if projects else None

    @property
    def distinct(self) -> tuple[Project, ...]:
        """The projects without copies of each other."""
        first: dict[str, Project] = {}
        for project in self.projects:
            first.setdefault(project.content or project.name, project)
        return tuple(first.values())

    @property
    def shown(self) -> tuple[Project, ...]:
        """The distinct projects that count: a weak one added can't change them, an improved one only joins them."""
        if self.alone:
            return self.distinct
        return tuple(p for p in self.distinct if p.score is not None and p.score >= self.worth_showing)


class Account(msgspec.Struct, frozen=True):
    """What the host says of the candidate."""

    profile: Profile

    @classmethod
    def of(cls, reading: "PortfolioReading") -> "Account | Missing | None":
        """Return the profile; None for repositories that were named by hand."""
        return None if reading.profile is None else cls(reading.profile)


class PortfolioReading:
    """What portfolio probes are asked of; the counterpart of `Reading` for one repository."""

    def __init__(self, name: str, portfolio: Portfolio, profile: Profile | None) -> None:
        self.name = name
        self.portfolio = portfolio
        self.profile = profile

    def view(self, kind: ViewOf[V, "PortfolioReading"]) -> V | Missing | None:
        """Build a view."""
        return kind.of(self)
