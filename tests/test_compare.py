"""A comparison says what the candidate did, and keeps apart what the rulebook did and what could not be assessed."""

import csv
import io
import json

import msgspec
import pytest
import sample_reports
from hypothesis import given
from hypothesis import strategies as st

from auditor import assemble, rulebook, score
from auditor.compare import Change, ChangeKind, Comparison, compare
from auditor.formats import changes, sarif
from auditor.formats import csv as csv_form
from auditor.model import AuditorError, Candidate, Finding, Report, RepositoryReport, RulebookName, Status

AVERAGE = sample_reports.AVERAGE


def with_finding(report: Report, rule: str, **fields: object) -> Report:
    first = report.repositories[0]
    found = tuple(msgspec.structs.replace(f, **fields) if f.rule == rule else f for f in first.findings)
    changed = msgspec.structs.replace(first, findings=found)
    return msgspec.structs.replace(report, repositories=(changed, *report.repositories[1:]))


def with_rulebook(report: Report, digest: str) -> Report:
    book = RulebookName(name="AI engineer hiring guide", version="1.1", digest=digest)
    return msgspec.structs.replace(report, tool=msgspec.structs.replace(report.tool, rulebook=book))


def scored(report: Report, scale: score.Scale) -> Report:
    """Return the report with the score that its findings have."""
    projects = tuple(score.Project(r.name, r.commit or r.name, r.findings) for r in report.repositories if r.findings)
    return msgspec.structs.replace(report, score=score.portfolio(score.Portfolio(projects, report.findings), scale))


def only(comparison: Comparison) -> Change:
    assert len(comparison.changes) == 1
    return comparison.changes[0]


def test_a_report_against_itself_shows_no_change() -> None:
    comparison = compare(AVERAGE, AVERAGE)

    assert comparison.changes == ()
    assert comparison.difference == 0
    assert changes.summary(comparison) == "The score is 51.3, as in the report of 24 November 2026."


def test_what_became_met_is_worth_the_gain_that_it_had() -> None:
    after = with_finding(AVERAGE, "tests-present", status=Status.MET, score=1.0, gain=0.0, summary="12 tests")
    change = only(compare(AVERAGE, msgspec.structs.replace(after, score=55.5)))

    assert change == Change(
        rule="tests-present",
        repository="churn-prediction",
        kind=ChangeKind.IMPROVED,
        before=Status.UNMET,
        after=Status.MET,
        points=4.2,
        summary="12 tests",
    )


def test_what_got_worse_costs_the_gain_that_it_has_now() -> None:
    better = with_finding(AVERAGE, "tests-present", status=Status.MET, score=1.0, gain=0.0)

    assert (only(compare(better, AVERAGE)).kind, only(compare(better, AVERAGE)).points) == (ChangeKind.WORSE, -4.2)


def test_a_larger_share_of_partly_is_an_improvement() -> None:
    after = with_finding(AVERAGE, "typing-hints", score=0.8, gain=0.3)
    change = only(compare(AVERAGE, after))

    assert change.kind is ChangeKind.IMPROVED
    assert change.points == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("status", "kind"), [(Status.UNKNOWN, ChangeKind.UNCLEAR), (Status.NOT_APPLICABLE, ChangeKind.GONE)]
)
def test_what_is_not_assessed_or_does_not_apply_is_nobodys_doing(status: Status, kind: ChangeKind) -> None:
    change = only(compare(AVERAGE, with_finding(AVERAGE, "readme-results", status=status, score=None)))

    assert (change.kind, change.points) == (kind, 0)


def test_rules_that_came_with_a_new_rulebook_are_not_the_candidates_change() -> None:
    first = AVERAGE.repositories[0]
    fewer = msgspec.structs.replace(first, findings=first.findings[1:])
    before = msgspec.structs.replace(AVERAGE, repositories=(fewer, *AVERAGE.repositories[2:]))
    after = with_rulebook(msgspec.structs.replace(AVERAGE, repositories=(first, *AVERAGE.repositories[2:])), "b" * 64)
    without = tuple(f for f in AVERAGE.repositories[2].findings if f.rule != "readme-results")
    lab = msgspec.structs.replace(AVERAGE.repositories[2], findings=without)
    before = msgspec.structs.replace(before, repositories=(fewer, lab))
    comparison = compare(before, after)

    assert comparison.rulebook_changed
    assert comparison.rules_added == ("readme-results",)
    assert comparison.changes == ()
    assert "The rulebook changed" in changes.rulebook(comparison, {})[0]


def test_a_rule_that_weighs_differently_is_named() -> None:
    after = with_rulebook(with_finding(AVERAGE, "tests-ci", weight=9.0), "c" * 64)
    lone = msgspec.structs.replace(after, repositories=after.repositories[:1])

    assert compare(AVERAGE, lone).rules_reweighted == ("tests-ci",)
    assert compare(AVERAGE, AVERAGE).rules_reweighted == ()


def test_repositories_that_came_and_went_are_named_once_not_rule_by_rule() -> None:
    fewer = msgspec.structs.replace(AVERAGE, repositories=AVERAGE.repositories[1:])
    comparison = compare(fewer, AVERAGE)

    assert comparison.repositories_added == ("churn-prediction",)
    assert comparison.changes == ()
    assert changes.repositories(comparison)[0] == "Only in this report: churn-prediction."


def test_a_repository_that_was_renamed_at_the_same_commit_is_the_same_one() -> None:
    first, *rest = AVERAGE.repositories
    renamed = msgspec.structs.replace(first, name="churn-2", commit="f" * 40)
    before = msgspec.structs.replace(AVERAGE, repositories=(msgspec.structs.replace(first, commit="f" * 40), *rest))
    comparison = compare(before, msgspec.structs.replace(AVERAGE, repositories=(renamed, *rest)))

    assert (comparison.repositories_added, comparison.repositories_removed, comparison.changes) == ((), (), ())
    told = "Renamed: churn-prediction, now churn-2. A new name changes nothing in the score."
    assert changes.repositories(comparison) == [told]


def test_what_another_rulebook_says_of_the_same_commit_is_not_the_candidates_doing() -> None:
    after = with_finding(with_rulebook(AVERAGE, "other"), "tests-present", status=Status.MET, score=1.0, gain=0.0)
    comparison = compare(AVERAGE, after)
    moved = msgspec.structs.replace(after.repositories[0], commit="e" * 40)
    worked = compare(AVERAGE, msgspec.structs.replace(after, repositories=(moved, *after.repositories[1:])))

    assert (only(comparison).kind, only(comparison).points) == (ChangeKind.UNCLEAR, 0)
    assert any("did not change" in line for line in changes.rulebook(comparison, {}))
    assert only(worked).kind is ChangeKind.IMPROVED


def test_two_names_without_a_repository_in_common_are_refused() -> None:
    strangers = tuple(msgspec.structs.replace(r, name=f"x-{r.name}", commit=None) for r in AVERAGE.repositories)
    other = msgspec.structs.replace(AVERAGE, candidate=Candidate(name="B", login=None), repositories=strangers)

    with pytest.raises(AuditorError, match="is about B"):
        compare(other, AVERAGE)


def test_csv_and_sarif_call_a_new_repositorys_findings_new() -> None:
    fewer = msgspec.structs.replace(AVERAGE, repositories=AVERAGE.repositories[1:])
    comparison = compare(fewer, AVERAGE)
    rows = csv.DictReader(io.StringIO(csv_form.render(AVERAGE, comparison)))
    results = json.loads(sarif.render(AVERAGE, comparison))["runs"][0]["results"]
    states = {r["baselineState"] for r in results if r["message"]["text"].startswith("churn-prediction: ")}

    assert {row["change"] for row in rows if row["repository"] == "churn-prediction"} == {"new"}
    assert states == {"new"}


def test_two_candidates_are_refused() -> None:
    other = msgspec.structs.replace(AVERAGE, candidate=Candidate(name="B", login="somebody-else"))

    with pytest.raises(AuditorError, match="somebody-else"):
        compare(other, AVERAGE)


def test_a_missing_score_is_said() -> None:
    comparison = compare(sample_reports.empty(), AVERAGE)

    assert comparison.difference is None
    assert "cannot be compared" in changes.summary(comparison)


def _report(statuses: list[Status]) -> Report:
    scores = {Status.MET: 1.0, Status.PARTLY: 0.5, Status.UNMET: 0.0}
    first: RepositoryReport = AVERAGE.repositories[0]
    found: list[Finding] = [
        msgspec.structs.replace(f, status=status, score=scores.get(status), gain=0.0 if status is Status.MET else 1.0)
        for f, status in zip(first.findings, statuses, strict=False)
    ]
    return msgspec.structs.replace(
        AVERAGE, repositories=(msgspec.structs.replace(first, findings=tuple(found)),), findings=()
    )


STATUSES = st.lists(st.sampled_from(Status), min_size=8, max_size=8)


@given(STATUSES, STATUSES)
def test_there_and_back_improvements_and_losses_swap(one: list[Status], two: list[Status]) -> None:
    there, back = compare(_report(one), _report(two)), compare(_report(two), _report(one))

    assert {c.rule for c in there.of(ChangeKind.IMPROVED)} == {c.rule for c in back.of(ChangeKind.WORSE)}
    assert {c.rule for c in there.of(ChangeKind.NEW)} == {c.rule for c in back.of(ChangeKind.GONE)}
    assert {c.rule for c in there.of(ChangeKind.UNCLEAR)} == {c.rule for c in back.of(ChangeKind.UNCLEAR)}


def test_the_rulebooks_part_of_the_change_is_told_apart() -> None:
    scale = assemble.scale_of(rulebook.load())
    heavier = with_rulebook(with_finding(AVERAGE, "tests-ci", weight=40.0), "b" * 64)
    judged = scored(heavier, scale)
    better = scored(with_finding(judged, "tests-present", status=Status.MET, score=1.0), scale)
    moved = msgspec.structs.replace(better.repositories[0], commit="e" * 40)
    worked = msgspec.structs.replace(better, repositories=(moved, *better.repositories[1:]))

    first = scored(AVERAGE, scale)
    only_rules, both = compare(first, judged, scale), compare(first, worked, scale)

    assert only_rules.rulebook_points == pytest.approx(only_rules.difference, abs=0.02)
    assert both.rulebook_points is not None
    assert both.difference is not None
    assert both.difference - both.rulebook_points == pytest.approx((worked.score or 0) - (judged.score or 0), abs=0.02)
    assert compare(first, first, scale).rulebook_points is None
    assert any("by the rulebook and" in line for line in changes.rulebook(both, {}))
