"""Markdown as GitHub shows it: rendered by GitHub's own parser, cmark-gfm, with its tables and autolinks."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
import sample_reports
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_reports import each_sample

from auditor.compare import compare
from auditor.formats import escape, markdown
from auditor.model import Report

cmarkgfm = pytest.importorskip("cmarkgfm", reason="cmarkgfm is not installed (pip install --group dev)")
AVERAGE = sample_reports.AVERAGE
OURS = {"h1", "h2", "p", "strong", "em", "code", "a", "ul", "ol", "li", "details", "summary"}
OURS |= {"table", "thead", "tbody", "tr", "th", "td"}


class Shown(HTMLParser):
    """What GitHub shows: the elements, the addresses, the text, and what of it is outside of code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.addresses: list[str] = []
        self.prose = ""
        self.text = ""
        self._code = 0
        options = cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE  # as GitHub does, which cleans what comes out
        self.feed(cmarkgfm.github_flavored_markdown_to_html(text, options=options))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.text += data
        self.prose += "" if self._code else data


def check(text: str) -> None:
    """Hold a report to what may be in it: our elements, our addresses, no mention of anybody and no reference."""
    shown = Shown(text)
    assert set(shown.elements) <= OURS
    assert shown.elements.count("a") == text.count("](<")
    assert all(address.startswith(("https://", "http://", "mailto:")) for address in shown.addresses)
    assert not re.search(r"(?<![\w/])@[A-Za-z]|(?<!\w)#\d|\bGH-\d", shown.prose)


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
