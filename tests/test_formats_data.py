"""JSON, SARIF, CSV and the badge: each parsed by its own reader and held to its own standard."""

import csv
import gzip
import io
import json
import random
import re
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import msgspec
import pytest
import sample_reports
from sample_reports import each_sample

from auditor import resources
from auditor.compare import compare
from auditor.formats import FORMATS, badge, sarif
from auditor.formats import csv as csv_form
from auditor.formats import json as json_form
from auditor.model import NOT_IN_JSON, AuditorError, Evidence, Report, Status

_STANDARDS = Path(__file__).parent / "standards"
_SARIF = jsonschema.Draft4Validator(
    json.loads((_STANDARDS / "sarif-schema-2.1.0.json").read_text(encoding="utf-8")),
    format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER,
)
_SHIELDS = jsonschema.Draft202012Validator(
    json.loads((_STANDARDS / "shields-endpoint.json").read_text(encoding="utf-8"))
)


def schema() -> Any:
    return json.loads((resources.folder("reports/templates") / "report.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("form", list(FORMATS))
@each_sample
def test_every_form_gives_the_same_clean_utf8_each_time(form: str, sample: Callable[[], Report]) -> None:
    first, second = FORMATS[form].files(sample()), FORMATS[form].files(sample())

    assert first == second
    assert next(iter(first)) == FORMATS[form].extension
    for text in first.values():
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
        assert text.encode("utf-8")
        assert text.endswith("\n")


@each_sample
def test_json_is_valid_against_its_schema(sample: Callable[[], Report]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())

    jsonschema.validate(json.loads(json_form.render(sample())), schema(), jsonschema.Draft202012Validator)


def test_json_with_a_comparison_is_valid_too() -> None:
    report = sample_reports.AVERAGE
    tree = json.loads(json_form.render(report, compare(sample_reports.poor(), report)))

    jsonschema.validate(tree, schema(), jsonschema.Draft202012Validator)
    assert tree["comparison"]["difference"] == pytest.approx(37.1)


def test_json_has_each_field_of_the_model_but_the_hidden_ones() -> None:
    tree = json.loads(json_form.render(sample_reports.AVERAGE))

    assert set(tree) == set(Report.__struct_fields__) - set(NOT_IN_JSON[Report])
    assert set(tree["repositories"][0]) >= {"name", "commit", "findings"}
    assert "months" not in tree["repositories"][0]


def test_json_reads_back_as_the_report_that_was_written() -> None:
    report = sample_reports.AVERAGE
    again = json_form.load(json_form.render(report, compare(report, report)))

    assert again.repositories[0].findings == report.repositories[0].findings
    assert json_form.render(again) == json_form.render(report)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "no JSON"),
        ("[]", "not one of this tool's reports"),
        ('{"schema_version": 7}', "schema version 7"),
        ('{"schema_version": 1}', "damaged"),
        (b"\xff\xfe{", "no JSON"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_a_baseline_that_is_none_is_refused_in_a_sentence(text: str | bytes, says: str) -> None:
    with pytest.raises(AuditorError, match=says):
        json_form.load(text)


@each_sample
def test_sarif_is_valid_and_within_the_limits_of_code_scanning(sample: Callable[[], Report]) -> None:
    tree = json.loads(sarif.render(sample()))
    _SARIF.validate(tree)
    run = tree["runs"][0]
    rules = run["tool"]["driver"]["rules"]

    assert len(tree["runs"]) == 1
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert 1 <= len(result["locations"]) <= 10
        assert result["message"]["text"]
        for location in result["locations"]:
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[A-Za-z0-9%_.~/-]+", uri)
            assert ".." not in uri.split("/")
            assert location["physicalLocation"]["region"]["startLine"] >= 1
    for rule in rules:
        assert len(rule["properties"]["tags"]) == len(set(rule["properties"]["tags"])) <= 20


def test_sarif_with_a_comparison_is_valid_too() -> None:
    report = sample_reports.AVERAGE
    tree = json.loads(sarif.render(report, compare(sample_reports.poor(), report)))

    _SARIF.validate(tree)
    assert {result["baselineState"] for result in tree["runs"][0]["results"]} <= {"new", "unchanged", "updated"}


def test_a_report_beyond_the_limits_of_code_scanning_is_cut_to_what_matters_most() -> None:
    text, many = "t" * 1_200, range(6_000)
    base = sample_reports.AVERAGE.repositories[0]
    places = tuple(Evidence("a.py", line, excerpt="x") for line in range(1, 12))
    open_one = msgspec.structs.replace(base.findings[0], status=Status.UNMET, summary=text, fix=text, evidence=places)
    found = tuple(msgspec.structs.replace(open_one, rule=f"z{'z' * 300}-{n}", gain=float(n)) for n in many)
    base = msgspec.structs.replace(base, name=text, findings=found)
    long = sample_reports.rule("other", 1, text, text, text)
    rules = (long, *(sample_reports.rule(f"other-{n:05}", 1, "t", "t", "t") for n in range(26_000)))

    tree = json.loads(
        sarif.render(msgspec.structs.replace(sample_reports.AVERAGE, repositories=(base,), catalogue=rules))
    )
    results, described = tree["runs"][0]["results"], tree["runs"][0]["tool"]["driver"]["rules"]

    assert [result["properties"]["gain"] for result in results] == [float(n) for n in reversed(many[-5_000:])]
    assert all(described[result["ruleIndex"]]["id"] == result["ruleId"] for result in results)
    assert all(len(result["locations"]) == 10 for result in results)
    assert len(described) == 25_000
    for rule in described:
        assert len(rule["name"]) <= 255
        assert len(rule["shortDescription"]["text"]) <= len(rule["fullDescription"]["text"]) <= 1_024


def test_sarif_stays_below_the_size_that_code_scanning_takes() -> None:
    chance = random.Random(6)  # noqa: S311 - words that nothing compresses much
    letters = string.ascii_letters + string.digits + "-_"
    base = sample_reports.AVERAGE.repositories[0]
    open_one = msgspec.structs.replace(base.findings[0], status=Status.UNMET)
    found = tuple(
        msgspec.structs.replace(
            open_one,
            rule=f"rule-{n}",
            gain=float(n),
            evidence=tuple(Evidence("".join(chance.choices(letters, k=1_000)), 1) for _ in range(10)),
        )
        for n in range(1_400)
    )
    base = msgspec.structs.replace(base, findings=found)

    text = sarif.render(msgspec.structs.replace(sample_reports.AVERAGE, repositories=(base,)))
    kept = [result["properties"]["gain"] for result in json.loads(text)["runs"][0]["results"]]

    assert len(gzip.compress(text.encode())) <= 10_000_000
    assert kept[:600] == [float(n) for n in range(1_399, 799, -1)]


def test_sarif_has_what_is_open_only_and_describes_every_rule() -> None:
    run = json.loads(sarif.render(sample_reports.AVERAGE))["runs"][0]

    assert {result["kind"] for result in run["results"]} == {"fail"}
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {text.id for text in sample_reports.CATALOGUE}
    assert all(rule["help"]["markdown"].startswith("**Why:**") for rule in run["tool"]["driver"]["rules"])


def test_fingerprints_stay_when_lines_and_words_move_and_differ_between_findings() -> None:
    def prints(report: Report) -> list[str]:
        run = json.loads(sarif.render(report))["runs"][0]
        return sorted(result["partialFingerprints"]["portfolioAuditFinding/v1"] for result in run["results"])

    report = sample_reports.AVERAGE
    churn = report.repositories[0]
    moved = msgspec.structs.replace(
        churn,
        commit="f" * 40,
        findings=tuple(
            msgspec.structs.replace(f, summary="other", evidence=(Evidence("else.py", 9),)) for f in churn.findings
        ),
    )
    other = msgspec.structs.replace(report, repositories=(moved, *report.repositories[1:]))

    assert prints(report) == prints(other)
    assert len(set(prints(report))) == len(prints(report))


def test_one_repository_is_the_root_of_the_sources() -> None:
    run = json.loads(sarif.render(sample_reports.poor()))["runs"][0]
    bases = {
        location["physicalLocation"]["artifactLocation"].get("uriBaseId")
        for result in run["results"]
        for location in result["locations"]
    }

    assert bases == {"%SRCROOT%", None}
    assert run["versionControlProvenance"][0]["mappedTo"] == {"uriBaseId": "%SRCROOT%"}


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), strict=True))


@each_sample
def test_csv_has_one_row_a_finding_and_no_formula(sample: Callable[[], Report]) -> None:
    report = sample()
    found = rows(csv_form.render(report))

    assert len(found) == len(report.findings) + sum(len(r.findings) for r in report.repositories)
    assert all(None not in row and len(row) == len(csv_form.FINDING_COLUMNS) for row in found)
    assert not any(re.match(r"[=+@|%]|-(?!\d)", value) for row in found for value in row.values())


def test_csv_has_one_row_a_repository_with_its_criteria() -> None:
    found = rows(csv_form.render_repositories(sample_reports.AVERAGE))

    assert [row["repository"] for row in found] == [r.name for r in sample_reports.AVERAGE.repositories]
    assert found[0]["readme"] == "78.0"
    assert (found[0]["advice"], found[2]["advice"], found[3]["advice"]) == ("improve", "archive", "")
    assert found[3]["reason"] == "an unmodified fork"


def test_csv_says_what_changed() -> None:
    report = sample_reports.AVERAGE
    found = rows(csv_form.render(report, compare(report, report)))

    assert {row["change"] for row in found} == {"same"}


@each_sample
def test_the_badge_is_svg_with_its_words_in_it(sample: Callable[[], Report]) -> None:
    root = ET.fromstring(badge.render(sample()))  # noqa: S314 - our own text

    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.attrib["aria-label"] == root.findtext("{http://www.w3.org/2000/svg}title")


@each_sample
def test_the_endpoint_of_the_badge_is_what_shields_reads(sample: Callable[[], Report]) -> None:
    _SHIELDS.check_schema(_SHIELDS.schema)

    _SHIELDS.validate(json.loads(badge.render_endpoint(sample())))


def test_the_badge_changes_only_with_whole_points() -> None:
    report = sample_reports.AVERAGE
    later = msgspec.structs.replace(report, score=51.9, generated_at="2027-01-01T00:00:00Z")

    assert badge.render(report) == badge.render(later)
    assert json.loads(badge.render_endpoint(report)) == {
        "schemaVersion": 1,
        "label": "portfolio audit",
        "message": "D · 51/100",
        "color": "a04a00",
    }


def test_the_badge_of_nothing_says_so() -> None:
    assert json.loads(badge.render_endpoint(sample_reports.empty()))["message"] == "not assessed"


def test_statuses_are_all_in_the_schema() -> None:
    assert set(schema()["$defs"]["status"]["enum"]) == {status.value for status in Status}
