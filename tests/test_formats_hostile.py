"""Generated hostile texts in every place of a report, through every form but the page, which has a test of its own."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from runner import obeyed
from sample_reports import NASTY, hostile

from auditor.formats import FORMATS, annotations

TEXTS = st.lists(st.text(max_size=40) | st.sampled_from(NASTY), min_size=1, max_size=4)
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
SHARED = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SHARED
@given(TEXTS)
def test_no_form_holds_a_character_that_acts(texts: list[str]) -> None:
    report = hostile(texts)

    for name, form in FORMATS.items():
        for text in form.files(report).values():
            assert ACTING.findall(text.removeprefix("\ufeff").replace("\r\n", "\n")) == [], name


@SHARED
@given(TEXTS)
def test_data_reads_back(texts: list[str]) -> None:
    report = hostile(texts)

    for name in ("json", "sarif"):
        assert isinstance(json.loads(FORMATS[name].render(report)), dict)
    for end, text in FORMATS["badge"].files(report).items():
        assert json.loads(text) if end.endswith("json") else ET.fromstring(text) is not None  # noqa: S314 - our own text


@SHARED
@given(TEXTS)
def test_rows_keep_their_shape_and_start_no_formula(texts: list[str]) -> None:
    for text in FORMATS["csv"].files(hostile(texts)).values():
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert not [cell for row in rows for cell in row if re.match(r"\s*[=+@|%\t]|\s*-(?!\d)", cell)]


@SHARED
@given(TEXTS)
def test_markdown_links_to_the_web_alone_and_shows_no_picture(texts: list[str]) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(FORMATS["markdown"].render(hostile(texts)))
    inner = [child for token in tokens for child in token.children or ()]

    assert not [child for child in inner if child.type == "image"]
    assert all(str(c.attrs["href"]).startswith(("https://", "http://", "mailto:", "#")) for c in inner if c.attrs)


@SHARED
@given(TEXTS)
def test_each_annotation_is_one_command(texts: list[str]) -> None:
    report = hostile(texts)
    alone = msgspec.structs.replace(report, repositories=report.repositories[:1])

    for log in (annotations.render([report], here=True), annotations.render([alone], here=True)):
        commands = list(obeyed(log))
        assert len(commands) == log.count("\n")
        assert {command.name for command in commands} <= {"warning", "notice"}
        assert all(set(command.properties) <= {"title", "file", "line", "endLine"} for command in commands)
