"""The laws of DESIGN §6, on generated findings."""

import itertools

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from auditor import score
from auditor.model import Confidence, Effort, Finding, Status
from auditor.score import Portfolio, Project, Scale

_CRITERIA = ("readme", "tests", "hygiene")
_RULES = tuple(f"{criterion}-{n}" for criterion in _CRITERIA for n in range(3))
_SCALE = Scale(
    weights={"readme": 3.0, "tests": 2.0, "hygiene": 1.0, "portfolio": 1.0},
    titles={name: name.title() for name in (*_CRITERIA, "portfolio")},
    caps={"hygiene-0": 40.0},
    grades=((85.0, "A"), (70.0, "B"), (55.0, "C"), (40.0, "D"), (0.0, "F")),
    best=0.6,
    worth_showing=50.0,
    portfolio_share=0.2,
)
_SCORES = {Status.MET: 1.0, Status.UNMET: 0.0, Status.PARTLY: 0.5}


def _finding(rule: str, status: Status, weight: float = 1.0) -> Finding:
    return Finding(
        rule=rule,
        criterion=rule.partition("-")[0],
        status=status,
        score=_SCORES.get(status),
        weight=weight,
        confidence=Confidence.HIGH,
        summary="",
        evidence=(),
        fix="",
        effort=Effort.HOURS,
    )


_weights = st.floats(0.5, 5)
_findings = st.builds(
    lambda statuses, weights: tuple(
        _finding(rule, status, weight) for rule, status, weight in zip(_RULES, statuses, weights, strict=True)
    ),
    st.lists(st.sampled_from(Status), min_size=9, max_size=9),
    st.lists(_weights, min_size=9, max_size=9),
)
_projects = st.lists(_findings, min_size=1, max_size=5).map(
    lambda many: tuple(Project(f"p{n}", f"content {n}", findings) for n, findings in enumerate(many))
)
_own = st.lists(st.sampled_from(Status), max_size=4).map(
    lambda statuses: tuple(_finding(f"portfolio-{n}", status) for n, status in enumerate(statuses))
)
_portfolios = st.builds(Portfolio, _projects, _own, st.booleans())


def _improved(findings: tuple[Finding, ...], place: int) -> tuple[Finding, ...]:
    better = {Status.UNMET: Status.PARTLY, Status.PARTLY: Status.MET}
    status = better.get(findings[place].status, findings[place].status)
    changed = msgspec.structs.replace(findings[place], status=status, score=_SCORES.get(status))
    return (*findings[:place], changed, *findings[place + 1 :])


@given(_portfolios, st.integers(0, 8))
def test_improving_a_verdict_never_lowers_a_score(whole: Portfolio, place: int) -> None:
    first, *rest = whole.projects
    better = msgspec.structs.replace(first, findings=_improved(first.findings, place))
    improved = msgspec.structs.replace(whole, projects=(better, *rest))
    before, after = score.portfolio(whole, _SCALE), score.portfolio(improved, _SCALE)
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        assert after >= before - 1e-9


@given(_findings)
def test_what_is_unknown_is_left_out_not_counted_as_unmet(findings: tuple[Finding, ...]) -> None:
    known = tuple(f for f in findings if f.status is not Status.UNKNOWN)
    assert score.repository(findings, _SCALE) == score.repository(known, _SCALE)
    assert score.coverage(findings, _SCALE) <= score.coverage(known, _SCALE)


@given(_portfolios, st.randoms())
def test_the_order_of_repositories_never_matters(whole: Portfolio, random: "st.DataObject") -> None:
    shuffled = list(whole.projects)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's Random
    assert score.portfolio(whole, _SCALE) == score.portfolio(
        msgspec.structs.replace(whole, projects=tuple(shuffled)), _SCALE
    )


@given(_portfolios, st.integers(0, 4))
def test_a_copy_gains_nothing(whole: Portfolio, place: int) -> None:
    copied = whole.projects[place % len(whole.projects)]
    twice = msgspec.structs.replace(whole, projects=(*whole.projects, msgspec.structs.replace(copied, name="copy")))
    assert score.portfolio(whole, _SCALE) == score.portfolio(twice, _SCALE)


@given(_portfolios, _findings)
def test_a_weak_project_never_raises_the_score(whole: Portfolio, findings: tuple[Finding, ...]) -> None:
    added = score.repository(findings, _SCALE)
    before = score.portfolio(whole, _SCALE)
    if whole.single or before is None or added is None or added > _SCALE.worth_showing:
        return
    best = max(s for p in whole.projects if (s := score.repository(p.findings, _SCALE)) is not None)
    if added > best:
        return
    more = msgspec.structs.replace(whole, projects=(*whole.projects, Project("weak", "weak", findings)))
    after = score.portfolio(more, _SCALE)
    assert after is not None
    assert after <= before + 1e-9


@given(_portfolios)
def test_a_gain_is_what_the_score_really_rises(whole: Portfolio) -> None:
    before = score.portfolio(whole, _SCALE)
    for (place, rule), gain in score.gains(whole, _SCALE).items():
        assert before is not None
        after = score.portfolio(_with_met(whole, place, rule), _SCALE)
        assert after is not None
        assert abs(after - before - gain) < 1e-9


def _with_met(whole: Portfolio, place: int | None, rule: str) -> Portfolio:
    def met(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        return tuple(_finding(f.rule, Status.MET, f.weight) if f.rule == rule else f for f in findings)

    if place is None:
        return msgspec.structs.replace(whole, findings=met(whole.findings))
    project = msgspec.structs.replace(whole.projects[place], findings=met(whole.projects[place].findings))
    return msgspec.structs.replace(whole, projects=(*whole.projects[:place], project, *whole.projects[place + 1 :]))


@given(_portfolios)
def test_the_plan_rises_step_by_step_and_ends_within_the_scale(whole: Portfolio) -> None:
    steps = score.plan(whole, _SCALE, 3)
    heights = [score.portfolio(whole, _SCALE) or 0.0, *(step.score_after for step in steps)]
    assert all(later >= earlier - 0.01 for earlier, later in itertools.pairwise(heights))
    assert all(0 <= height <= 100 for height in heights)


@given(_findings)
def test_numbers_stay_within_their_scales(findings: tuple[Finding, ...]) -> None:
    value = score.repository(findings, _SCALE)
    assert value is None or 0 <= value <= 100
    assert 0 <= score.coverage(findings, _SCALE) <= 1


def test_a_gate_caps_the_score() -> None:
    good = tuple(_finding(rule, Status.MET) for rule in _RULES[:-3])
    assert score.repository((*good, _finding("hygiene-0", Status.UNMET, 0.01)), _SCALE) == 40
    assert score.repository((*good, _finding("hygiene-0", Status.PARTLY, 0.01)), _SCALE) != 40


def test_an_unmet_gate_is_opened_first_even_if_it_gains_nothing() -> None:
    poor = tuple(_finding(rule, Status.UNMET) for rule in _RULES)
    weightless = tuple(_finding(f.rule, f.status, 0.0 if f.rule == "hygiene-0" else 1.0) for f in poor)
    steps = score.plan(Portfolio((Project("p", "c", weightless),), (), single=True), _SCALE, 3)
    assert (steps[0].rule, steps[0].gain, steps[0].score_after) == ("hygiene-0", 0.0, 0.0)
    assert all(step.gain > 0 for step in steps[1:])
    two = Portfolio((Project("p", "c", weightless), Project("q", "d", weightless)), ())
    assert [step.rule for step in score.plan(two, _SCALE, 3)].count("hygiene-0") == 1


def test_grades_begin_where_the_rulebook_says() -> None:
    assert [score.grade(value, _SCALE) for value in (None, 0, 39.99, 40, 84.99, 85, 100)] == [
        None,
        "F",
        "F",
        "D",
        "B",
        "A",
        "A",
    ]


def test_one_project_alone_is_its_own_score_but_a_portfolio_of_one_lacks_a_second() -> None:
    project = Project("p", "c", tuple(_finding(rule, Status.MET) for rule in _RULES))
    assert score.portfolio(Portfolio((project,), (), single=True), _SCALE) == 100
    assert score.portfolio(Portfolio((project,), ()), _SCALE) == 80
