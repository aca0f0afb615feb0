"""The laws of DESIGN §6 for the portfolio as a whole: its own rules and the score together, on generated portfolios."""

from collections.abc import Sequence
from datetime import UTC, datetime
from unittest.mock import patch

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from portfolios import ADA, DAY, TODAY, audited, book, finding

from auditor import score
from auditor.assemble import report, scale_of
from auditor.model import Evidence, Finding, Report, SkillStatus, Status
from auditor.repository import Origin, Profile, Target
from auditor.task import RepositoryAudit
from auditor.views.skills import SkillUse
from auditor.views.traits import Traits

Audited = tuple[Origin, RepositoryAudit]

_ASKED = (
    *(f"readme-{part}" for part in ("problem", "method", "results", "concise")),
    *("code-modular", "tests-present", "typing-hints", "packaging-installable", "packaging-reproducible"),
    *("deploy-demo", "deploy-alive", "deploy-container", "deploy-serving", "ml-metrics", "hygiene-secrets"),
)
_ASSESSED = (Status.MET, Status.PARTLY, Status.UNMET, Status.NOT_APPLICABLE)
_BETTER = {Status.UNMET: Status.PARTLY, Status.PARTLY: Status.MET}
_MOMENT = datetime.fromtimestamp(TODAY, UTC)
_LINKS = (
    "https://medium.com/@ada/how-churn-works-0a1b2c3d4e5f",
    "https://ada.substack.com",
    "https://b.org/blog/trees",
)
_profiles = st.sampled_from([None, ADA, msgspec.structs.replace(ADA, bio=None, readme=None, pinned=("p0", "weak"))])
_settings = settings(max_examples=40, deadline=None)


def _findings(statuses: Sequence[Status]) -> st.SearchStrategy[tuple[Finding, ...]]:
    """Draw good, bad and mixed repositories alike."""
    mostly = st.sampled_from(_ASSESSED[:3]).flatmap(
        lambda most: st.lists(
            st.one_of(st.just(most), st.just(most), st.sampled_from(statuses)),
            min_size=len(_ASKED),
            max_size=len(_ASKED),
        )
    )
    return mostly.map(lambda drawn: tuple(finding(rule, status) for rule, status in zip(_ASKED, drawn, strict=True)))


_skills = st.lists(st.sampled_from(sorted(book().data["skills"])), max_size=12, unique=True).map(
    lambda names: tuple(SkillUse(name, SkillStatus.DEMONSTRATED, (Evidence("a.py", 1),)) for name in names)
)


@st.composite
def _traits(draw: st.DrawFn, *, dated: bool) -> Traits:
    link = draw(st.sampled_from([None, *_LINKS]))
    words = draw(st.lists(st.sampled_from(["loan", "title: credit"]), max_size=2))
    return Traits(
        kind=draw(st.sampled_from(["ml-project", "course-work", "docs-only"])),
        last_commit=TODAY - draw(st.integers(0, 900)) * DAY if dated else None,
        months=tuple((f"2025-{month:02}", 1) for month in draw(st.sets(st.integers(1, 12), max_size=4))),
        outward=() if link is None else (Evidence("README.md", 2, excerpt=draw(_said), url=link),),
        sectors=(("finance", tuple(Evidence("README.md", 1, excerpt=word) for word in words)),) if words else (),
    )


_said = st.sampled_from(["my article", "here"])


@st.composite
def _project(draw: st.DrawFn, name: str, *, dated: bool, statuses: Sequence[Status]) -> Audited:
    traits = draw(_traits(dated=dated))
    return audited(name, draw(_findings(statuses)), traits=traits, skills=draw(_skills))


@st.composite
def _portfolio(draw: st.DrawFn, statuses: Sequence[Status]) -> list[Audited]:
    """Draw up to five repositories, then "weak" as a candidate for being added."""
    dated = draw(st.booleans())
    count = draw(st.integers(1, 4))
    names = [*(f"p{n}" for n in range(count)), "weak"]
    return [draw(_project(name, dated=dated, statuses=statuses)) for name in names]


def _report(audits: Sequence[Audited], profile: Profile | None) -> Report:
    target = Target(name="ada", login="ada", whole=True, profile=profile, repositories=tuple(o for o, _ in audits))
    with patch("auditor.score.plan", return_value=()), patch("auditor.score.gains", return_value={}):
        return report(
            target, audits, book(), _MOMENT
        )  # the plan has laws of its own, and takes nine tenths of the time


def _score(done: RepositoryAudit) -> float:
    return score.repository(done.findings, scale_of(book())) or 0.0


@_settings
@given(_portfolio(tuple(Status)), _profiles)
def test_a_weak_project_never_raises_the_score(audits: list[Audited], profile: Profile | None) -> None:
    *kept, (_, weak) = audits
    best = max(_score(done) for _, done in kept)
    if _score(weak) >= min(book().header.scoring.worth_showing, best + 1e-9):
        return
    before, after = _report(kept, profile), _report(audits, profile)
    if before.score is None:
        return
    assert after.score is not None
    assert after.score <= before.score, _differences(before, after)


@_settings
@given(_portfolio(_ASSESSED), _profiles, st.integers(0, 4), st.integers(0, len(_ASKED) - 1))
def test_improving_a_project_never_lowers_the_score(
    audits: list[Audited], profile: Profile | None, place: int, rule: int
) -> None:
    """All histories could be read or none: what becomes assessable with a project counts from then on."""
    place %= len(audits)
    before, after = _report(audits, profile), _report(_improved(audits, place, rule), profile)
    if before.score is None:
        return
    assert after.score is not None
    assert after.score >= before.score, _differences(before, after)


@_settings
@given(_portfolio(tuple(Status)), _profiles, st.integers(0, 4))
def test_a_copy_never_raises_the_score(audits: list[Audited], profile: Profile | None, place: int) -> None:
    origin, done = audits[place % len(audits)]
    copy = (msgspec.structs.replace(origin, name="zz-copy"), done)
    before, after = _report(audits, profile), _report([*audits, copy], profile)
    assert (after.score or 0.0) <= (before.score or 0.0), _differences(before, after)


@_settings
@given(_portfolio(tuple(Status)), _profiles, st.randoms(use_true_random=False))
def test_the_order_of_repositories_never_matters(
    audits: list[Audited], profile: Profile | None, random: "st.DataObject"
) -> None:
    shuffled = list(audits)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's Random
    one, other = _report(audits, profile), _report(shuffled, profile)
    assert (one.score, one.screen, _said_of(one)) == (other.score, other.screen, _said_of(other))


def _said_of(done: Report) -> list[tuple[str, str]]:
    """Return the summaries; where several projects show a skill, the first named is the place that is shown."""
    return [(found.rule, found.summary) for found in done.findings]


def _improved(audits: Sequence[Audited], place: int, rule: int) -> list[Audited]:
    origin, done = audits[place]
    old = done.findings[rule]
    new = finding(old.rule, _BETTER.get(old.status, old.status))
    findings = (*done.findings[:rule], new, *done.findings[rule + 1 :])
    return [*audits[:place], (origin, msgspec.structs.replace(done, findings=findings)), *audits[place + 1 :]]


def _differences(before: Report, after: Report) -> str:
    """Say which verdicts changed, for whoever reads the failure."""
    pairs = zip(before.findings, after.findings, strict=True)
    return "\n".join(
        f"{a.rule}: {a.status} {a.score} → {b.status} {b.score}: {b.summary}" for a, b in pairs if a.score != b.score
    )
