"""The terminal and the words: read as a reader's program reads them."""

import io
from collections.abc import Callable

import msgspec
import pytest
import sample_reports
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from sample_reports import each_sample

from auditor.compare import compare
from auditor.formats import changes, gist, headline, markdown, terminal, words
from auditor.model import Evidence, FixFirst, Problem, Report, RepositoryStatus, ScreenVerdict

AVERAGE = sample_reports.AVERAGE


@each_sample
def test_the_terminal_summary_keeps_to_80_columns(sample: Callable[[], Report]) -> None:
    text = terminal.render(sample())

    assert max(cell_len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text


def test_the_terminal_summary_is_coloured_on_a_terminal_and_plain_with_no_color(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shown() -> str:
        out = io.StringIO()
        terminal.show(AVERAGE, Console(file=out, force_terminal=True, width=100, color_system="standard"))
        return out.getvalue()

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[31m" in shown()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in shown()


def test_the_terminal_summary_survives_an_ascii_terminal() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    terminal.show(sample_reports.hostile(), Console(file=out, width=80))

    assert b"\\u65e5" in raw.getvalue()
    out.detach()


def test_progress_is_told_in_every_text() -> None:
    better = msgspec.structs.replace(AVERAGE, score=57.3)
    comparison = compare(AVERAGE, better)

    for text in (markdown.render(better, comparison), terminal.render(better, comparison)):
        assert "went from 51.3 to 57.3" in text.replace("\n", " ").replace("  ", " ")


def test_the_figures_of_a_comparison_add_up_as_they_are_shown() -> None:
    before, after = (msgspec.structs.replace(AVERAGE, score=score) for score in (78.34, 78.16))

    assert "went from 78.3 to 78.2 (−0.1 points)" in changes.summary(compare(before, after))
    assert "The score is 78.2, as in" in changes.summary(compare(after, msgspec.structs.replace(after, score=78.17)))


@pytest.mark.parametrize(
    ("value", "told"),
    [(1.0, "+1 point"), (0.04, "under 0.1 points"), (-2.25, "−2.2 points"), (0.0, "±0 points"), (4.0, "+4 points")],
)
def test_points_have_a_sign_and_a_unit(value: float, told: str) -> None:
    assert words.points(value) == told


@pytest.mark.parametrize(("share", "told"), [(1.0, "100 %"), (0.999, "99 %"), (0.001, "1 %"), (0.0, "0 %")])
def test_only_all_is_a_hundred_per_cent(share: float, told: str) -> None:
    assert words.percent(share) == told


@pytest.mark.parametrize(
    ("moment", "told"),
    [("2026-11-24T23:30:00-05:00", "25 November 2026"), ("2026-11-24", "24 November 2026"), ("soon", "soon")],
)
def test_days_are_told_in_words_and_in_utc(moment: str, told: str) -> None:
    assert words.day(moment) == told


def test_counts_agree_with_their_noun() -> None:
    assert [words.count(n, "file") for n in (0, 1, 3000)] == ["0 files", "1 file", "3,000 files"]
    assert words.count(2, "repository", "repositories") == "2 repositories"
    assert [words.joined(list(names)) for names in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


@given(st.lists(st.none() | st.floats(0, 100), max_size=6))
def test_the_two_best_are_never_archived_and_the_strong_are_shown(scores: list[float | None]) -> None:
    repositories = tuple(
        msgspec.structs.replace(sample_reports.TITANIC, name=f"r{place}", score=score)
        for place, score in enumerate(scores)
    )
    advised = gist.advice(msgspec.structs.replace(AVERAGE, repositories=repositories))
    scored = sorted((score for score in scores if score is not None), reverse=True)

    assert len(advised) == len(scored)
    assert sum(a is gist.Advice.FEATURE for a in advised.values()) == sum(s >= 70 for s in scored)
    assert sum(a is gist.Advice.ARCHIVE for a in advised.values()) == sum(s < 40 for s in scored[2:])


@pytest.mark.parametrize(
    ("verdict", "score", "says"),
    [
        (ScreenVerdict.PASS, 90.0, "Ready to send."),
        (ScreenVerdict.PASS, 50.0, "Good enough to pass, not yet to stand out."),
        (ScreenVerdict.BORDERLINE, 90.0, "Promising, not yet ready to send."),
        (ScreenVerdict.FAIL, 90.0, "Not ready to send yet."),
        (None, 50.0, "Partly assessed."),
        (None, None, "Nothing could be assessed."),
    ],
)
def test_the_verdict_is_one_sentence(verdict: ScreenVerdict | None, score: float | None, says: str) -> None:
    screen = msgspec.structs.replace(AVERAGE.screen, verdict=verdict)

    assert headline.of(msgspec.structs.replace(AVERAGE, screen=screen, score=score)).verdict == says


def test_remarks_for_a_mentor_are_no_gaps() -> None:
    remark = Problem(repository="churn", stage="note", message="README.md:3 turns to whoever grades")
    report = msgspec.structs.replace(AVERAGE, problems=(*AVERAGE.problems, remark))
    assert gist.notes(report) == [remark]
    assert remark not in gist.gaps(report)
    assert "For a mentor; nothing of this counts" in markdown.render(report)
    shown = terminal.render(report)
    assert shown.index("could not be assessed") < shown.index("For a mentor") < shown.index("README.md:3 turns")


def test_the_table_and_the_plan_give_one_advice() -> None:
    scores = (80.0, 60.0, 45.0, 30.0)
    repositories = tuple(
        msgspec.structs.replace(AVERAGE.repositories[0], name=f"r{place}", score=score)
        for place, score in enumerate(scores)
    )
    weakest = msgspec.structs.replace(
        AVERAGE.findings[0],
        rule="portfolio-weakest",
        evidence=(Evidence("r2", excerpt="hide: 45 points"), Evidence("r3", excerpt="improve: 30 points")),
    )
    report = msgspec.structs.replace(AVERAGE, repositories=repositories, findings=(weakest,))
    assert [advice.value for advice in gist.advice(report).values()] == ["feature", "improve", "hide", "improve"]


def test_what_holds_a_score_down_comes_before_what_gains_most() -> None:
    first, *others = AVERAGE.repositories
    held = msgspec.structs.replace(first, caps=((first.findings[0].rule, 50.0),))
    report = msgspec.structs.replace(AVERAGE, repositories=(held, *others))
    urgent = headline.of(report).urgent
    assert urgent.startswith(first.findings[0].summary)
    assert urgent.endswith(f"({first.name}).")
    assert headline.of(AVERAGE).urgent == ""
    assert "Before anything else" in terminal.render(report)
    assert "Before anything else" in markdown.render(report)


def test_no_step_repeats_what_another_step_says() -> None:
    report, name = AVERAGE, AVERAGE.repositories[0].name
    tests = next(f for f in AVERAGE.repositories[0].findings if f.rule == "tests-present")
    whole = msgspec.structs.replace(
        report.findings[0], rule="whole", fix=f"Bring {name} up. Say who it is for. {tests.fix}"
    )
    step = msgspec.structs.replace(report.fix_first[0], rule="whole", repository=None)
    also = msgspec.structs.replace(step, rule="tests-present", repository=name)

    def actions(fix: str, *plan: FixFirst) -> list[tuple[str, str]]:
        finding = msgspec.structs.replace(whole, fix=fix)
        found = gist.steps(msgspec.structs.replace(report, findings=(finding,), fix_first=plan))
        return [(each.action, each.detail) for each in found if each.rule == "whole"]

    assert actions(whole.fix, step, also) == [(f"Bring {name} up", "Say who it is for.")]
    assert tests.fix[-20:] in actions(whole.fix, step)[0][1]
    assert "".join(actions(f"In {name}: {tests.fix}", also, step)[0]).startswith(f"In {name}: {tests.fix[:9]}")


def test_a_piped_summary_has_no_blanks_at_line_ends_and_keeps_to_the_width() -> None:
    repositories = tuple(
        msgspec.structs.replace(AVERAGE.repositories[0], name=name)
        for name in ("名前" * 30, "مشروع" * 12, "long-" * 20, "short")
    )
    out = io.StringIO()
    console = Console(file=out, width=60, color_system=None, legacy_windows=False, highlight=False)
    terminal.show(msgspec.structs.replace(AVERAGE, repositories=repositories), console)
    rows = out.getvalue().split("\n")

    assert [row for row in rows if row != row.rstrip()] == []
    assert max(cell_len(row) for row in rows) <= 60
    assert sum("…" in row for row in rows) == 3


def test_repositories_that_were_all_left_out_say_why() -> None:
    left = tuple(
        msgspec.structs.replace(AVERAGE.repositories[0], status=RepositoryStatus.SKIPPED, reason=reason)
        for reason in ("an unmodified fork", "empty", "an unmodified fork")
    )
    report = msgspec.structs.replace(AVERAGE, score=None, repositories=left)
    assert headline.of(report).reason == "None of 3 repositories was audited: an unmodified fork, empty."


@pytest.mark.parametrize(
    ("text", "told"),
    [("looked for tests", "Looked for tests"), ("b7e3bdf first", "b7e3bdf first"), ("train.py runs", "train.py runs")],
)
def test_a_name_or_a_hash_keeps_its_letters_at_the_beginning(text: str, told: str) -> None:
    assert words.sentence(text) == told
