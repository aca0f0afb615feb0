"""What a portfolio has: the audited repositories with their findings and traits, the skills, the host's profile."""

from collections.abc import Mapping

import msgspec

from auditor.facts.fact import Missing
from auditor.model import Finding, Skill
from auditor.repository import Profile
from auditor.views.reading import V, ViewOf
from auditor.views.traits import Traits


class Project(msgspec.Struct, frozen=True):
    """One audited repository as the portfolio sees it; `score` is 0-100."""

    name: str
    kind: str
    score: float | None
    findings: Mapping[str, Finding]
    traits: Traits
    url: str | None = None


class Portfolio(msgspec.Struct, frozen=True):
    """The candidate's work, best project first.

    `whole` is True where these are all the public repositories; `alone` where one repository was audited by itself.
    """

    projects: tuple[Project, ...]
    skills: tuple[Skill, ...]
    whole: bool
    alone: bool
    today: int

    @classmethod
    def of(cls, reading: "PortfolioReading") -> "Portfolio | None":
        """Return what the reading holds; None without an audited repository."""
        return reading.portfolio if reading.portfolio.projects else None


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
