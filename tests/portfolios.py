"""Build projects, portfolios and audits in a line each, for the tests of the portfolio's own rules."""

from collections.abc import Mapping, Sequence
from functools import cache

from auditor import rulebook
from auditor.judge import judge
from auditor.model import Confidence, Effort, Evidence, Finding, RepositoryStatus, Skill, SkillStatus, Status
from auditor.repository import Origin, Profile
from auditor.rulebook import Bound, Rulebook
from auditor.task import RepositoryAudit
from auditor.views.portfolio import Portfolio, PortfolioReading, Project
from auditor.views.skills import SkillUse
from auditor.views.traits import Traits

TODAY = 1_767_225_600  # 2026-01-01
DAY = 86_400
_SCORES = {Status.MET: 1.0, Status.PARTLY: 0.5, Status.UNMET: 0.0}
ADA = Profile(
    login="ada",
    name="Ada Lovelace",
    url="https://github.com/ada",
    bio="Machine learning engineer",
    pinned=("ada/churn", "ada/bot"),
    readme="I build models that people use. " * 10,
)


@cache
def book() -> Rulebook:
    """Load the built-in rulebook once."""
    return rulebook.load()


@cache
def portfolio_rules() -> Mapping[str, Bound]:
    """Return the rules that judge a portfolio."""
    return {rule.id: rule for rule in book().of(portfolio=True)}


@cache
def _weights() -> Mapping[str, float]:
    return {rule.id: rule.rule.weight for rule in book().rules}


def finding(rule: str, status: str, url: str | None = None) -> Finding:
    """Make a project's finding: "met", "partly" ..."""
    return Finding(
        rule=rule,
        criterion=rule.partition("-")[0],
        status=Status(status),
        score=_SCORES.get(Status(status)),
        weight=_weights().get(rule, 1.0),
        confidence=Confidence.HIGH,
        summary=f"{rule} is {status}.",
        evidence=(Evidence("README.md", 3, url=url),),
        fix="",
        effort=Effort.HOURS,
    )


def project(
    name: str,
    score: float | None = 80,
    *,
    kind: str = "ml-project",
    content: str = "",
    skills: Sequence[str] = (),
    days: int | None = None,
    months: Sequence[str] = (),
    outward: Sequence[Evidence] = (),
    sectors: Mapping[str, Sequence[str]] | None = None,
    **findings: str,
) -> Project:
    """Make a project; findings are written `tests_present="met"`, `days` is the age of its last commit."""
    spoken = tuple(
        (sector, tuple(Evidence("README.md", 1, excerpt=e) for e in said)) for sector, said in (sectors or {}).items()
    )
    traits = Traits(
        kind=kind,
        last_commit=None if days is None else TODAY - days * DAY,
        months=tuple((month, 1) for month in months),
        outward=tuple(outward),
        sectors=spoken,
    )
    named = {rule.replace("_", "-"): status for rule, status in findings.items()}
    return Project(
        name=name,
        kind=kind,
        score=score,
        findings={rule: finding(rule, status) for rule, status in named.items()},
        traits=traits,
        content=content or name,
        skills=tuple(SkillUse(skill, SkillStatus.DEMONSTRATED) for skill in skills),
    )


def skill(name: str, area: str = "Python", status: str = "demonstrated", *, claimed: bool | None = None) -> Skill:
    """Make an entry of the ledger."""
    places = () if status == "absent" else (Evidence("churn/model.py", 2),)
    return Skill(id=name, area=area, status=SkillStatus(status), claimed=claimed, evidence=places, title=name.title())


def judged(
    rule: str,
    *projects: Project,
    profile: Profile | None = None,
    skills: Sequence[Skill] = (),
    alone: bool = False,
) -> Finding:
    """Ask one rule of a portfolio, the projects best first as the auditor puts them."""
    best_first = sorted(projects, key=lambda p: (-(p.score or 0.0), p.name))
    whole = Portfolio(tuple(best_first), tuple(skills), whole=True, alone=alone, today=TODAY)
    return judge(portfolio_rules()[rule], PortfolioReading("ada", whole, profile))


def audited(name: str, findings: Sequence[Finding], **more: object) -> tuple[Origin, RepositoryAudit]:
    """Make what became of one repository, for `assemble`."""
    done = RepositoryAudit(
        status=RepositoryStatus.AUDITED,
        commit="0" * 40,
        findings=tuple(findings),
        **({"content": name} | more),  # type: ignore[arg-type]  # the fields of the struct, by name
    )
    return Origin(name=name, location=f"/nowhere/{name}"), done
