"""Markdown as GitHub shows it: rendered by GitHub's own parser, cmark-gfm, with its tables and autolinks."""

import re
from collections.abc import Callable

import msgspec
import pytest
import sample_reports
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markup import Shown, check
from sample_reports import NASTY, each_sample

from auditor.compare import compare
from auditor.formats import escape, markdown
from auditor.model import Evidence, Report, Status

pytest.importorskip("cmarkgfm", reason="cmarkgfm is not installed (pip install --group dev)")
AVERAGE = sample_reports.AVERAGE


@each_sample
def test_it_fits_a_comment_and_holds_only_our_own_markup(sample: Callable[[], Report]) -> None:
    text = markdown.render(sample())

    assert len(text) < 65_536
    check(text)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(max_size=40) | st.sampled_from(sample_reports.NASTY), min_size=1, max_size=4))
def test_no_text_of_a_stranger_becomes_markup(texts: list[str]) -> None:
    check(markdown.render(sample_reports.hostile(texts)))


ANY = st.text(max_size=60) | st.text("@#1|_*`<>&[]()!~\\-+.:/wht GH", max_size=40)


@settings(max_examples=200, deadline=None)
@given(ANY | st.sampled_from(sample_reports.NASTY))
def test_words_are_shown_as_they_are_written(text: str) -> None:
    flat = escape.line(text)

    folded = f"<details><summary>{escape.label(text)}</summary>"
    for written in (escape.markdown(text), escape.code(text, 500), folded):
        shown = Shown(written).text.replace("\u200b", "").strip()
        assert shown in (flat, flat.replace("＠", "@"))


def test_it_says_verdict_reason_and_first_step_before_anything_else() -> None:
    lines = markdown.render(AVERAGE).splitlines()

    assert lines[0] == "# Portfolio audit: Asha Example"
    assert lines[2].startswith("**Not ready to send yet.** A hiring panel would stop here: None of 3 repositories")
    assert lines[4].startswith("**Start with:** churn-prediction. Put a Gradio")


def test_it_has_no_empty_section() -> None:
    text = markdown.render(sample_reports.empty())

    assert [line for line in text.splitlines() if line.startswith("#")] == ["# Portfolio audit: nobody"]


def test_what_the_auditor_says_is_words_and_what_a_file_says_is_code() -> None:
    repository = AVERAGE.repositories[0]
    seen = (Evidence("", excerpt="looked for *.toml"), Evidence("README.md", excerpt="looked for a figure"))
    finding = msgspec.structs.replace(
        next(f for f in repository.findings if f.status is Status.UNMET),
        evidence=(*seen, Evidence("a.py", 3, excerpt="x = 1")),
    )
    repository = msgspec.structs.replace(repository, findings=(finding,))
    text = markdown.render(msgspec.structs.replace(AVERAGE, repositories=(repository,)))

    for line in (
        "Looked for \\*.toml",
        "<code>README.md</code>: looked for a figure",
        "<code>a.py:3</code>: <code>x = 1</code>",
    ):
        assert f"  - {line}\n" in text


def test_each_table_and_fold_is_shown_as_one() -> None:
    text = markdown.render(AVERAGE, compare(sample_reports.poor(), AVERAGE))
    shown = Shown(text)

    assert shown.elements.count("table") == len(re.findall(r"^\|---", text, flags=re.MULTILINE)) > 1
    assert shown.elements.count("details") == shown.elements.count("summary") == text.count("<details>") > 1
    assert not re.search(r"\*\*|\|", shown.prose)


def test_tables_have_as_many_cells_in_each_row() -> None:
    for block in re.findall(r"(?:^\|.*\n)+", markdown.render(sample_reports.hostile()), flags=re.MULTILINE):
        rows = "".join(tag[1] for tag in Shown(block).elements if tag in ("tr", "td", "th")).split("r")[1:]
        assert len(set(map(len, rows))) == 1


@pytest.mark.parametrize("room", [60_000, 200_000])
@pytest.mark.parametrize("count", [2, 30, 300])
@pytest.mark.parametrize("name", ["large", "hostile"])
def test_several_candidates_share_the_room_and_what_is_left_out_is_said(name: str, count: int, room: int) -> None:
    report = {"large": sample_reports.large(20), "hostile": sample_reports.hostile(("日本語", *NASTY[:20]))}[name]
    text = markdown.joined([(report, None)] * count, room)
    shown = text.count("\n# Portfolio audit") + 1

    assert len(text.encode()) <= room
    assert (f"_{count - shown:,} candidate" in text) == (shown < count)
    assert shown == count or len(text.encode()) > room * 0.9
    check(text)


def test_room_that_a_small_report_does_not_need_goes_to_the_next() -> None:
    small, big = sample_reports.empty(), sample_reports.large()

    assert len(markdown.joined([(small, None), (big, None)])) > 55_000
    assert markdown.joined([(small, None)] * 2).count("left out") == 0


def test_even_a_verdict_that_fits_nowhere_leaves_a_sentence() -> None:
    assert (
        markdown.joined([(AVERAGE, None)] * 3, 300)
        == "_3 candidates left out to fit; the HTML reports have everything._\n"
    )
