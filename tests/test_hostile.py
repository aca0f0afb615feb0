"""Hostile repositories cost at most themselves: audited in one run, every form written, nothing escapes."""

import csv
import io
import json
import re
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from command import Done, audit
from hostile import NOTHING_TO_READ, build, contents

from auditor.limits import Limits

_SECONDS = 300
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_FORMS = ("html", "json", "markdown", "sarif", "csv", "badge")


class _Run(NamedTuple):
    names: list[str]
    done: Done
    folder: Path
    report: dict[str, Any]
    seconds: float


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> _Run:
    """Audit all of them as one portfolio, into every form."""
    folder = tmp_path_factory.mktemp("hostile")
    names = build(folder / "zoo")
    forms = [part for form in _FORMS for part in ("-f", form)]
    started = time.monotonic()
    limits = {"AUDITOR_LIMIT_PARSE_SECONDS": "3", "AUDITOR_LIMIT_TREE_ENTRIES": "20000"}
    done = audit(
        "-v", "--offline", "--jobs", "2", *forms, "-o", "out", "zoo", folder=folder, extra=limits, seconds=_SECONDS
    )
    seconds = time.monotonic() - started
    report = json.loads((folder / "out" / "zoo.json").read_text(encoding="utf-8"))
    return _Run(names, done, folder, report, seconds)


def test_the_run_ends_well(run: _Run) -> None:
    """With -v, a parser's crash would show its traceback, and `audit` refuses one."""
    assert run.done.status == 0, run.done.err
    assert "defect of the auditor" not in run.done.out + run.done.err


def test_every_repository_that_can_be_opened_is_audited(run: _Run) -> None:
    by_name = {repository["name"]: repository for repository in run.report["repositories"]}
    assert sorted(by_name) == run.names
    failed = {name for name, repository in by_name.items() if repository["status"] != "audited"}
    assert failed == NOTHING_TO_READ


@pytest.mark.parametrize("name", sorted(contents()))
def test_a_file_costs_at_most_itself(run: _Run, name: str) -> None:
    repository = next(r for r in run.report["repositories"] if r["name"] == name)
    assert repository["coverage"] > 0.5
    defects = [f["summary"] for f in repository["findings"] if "defect" in f["summary"]]
    assert defects == []


def test_nothing_ran_and_nothing_was_written_elsewhere(run: _Run) -> None:
    assert not list(run.folder.rglob("CANARY"))
    assert {path.name for path in run.folder.iterdir()} == {"zoo", "out", "home"}


def test_no_audited_repository_steers_its_audit(run: _Run) -> None:
    by_name = {repository["name"]: repository for repository in run.report["repositories"]}
    rules = {finding["rule"] for finding in by_name["other-own-rulebook"]["findings"]}
    assert "readme-present" in rules
    graders = {finding["rule"]: finding for finding in by_name["other-graders"]["findings"]}
    assert graders["readme-results"]["status"] == "unmet"
    notes = [p["message"] for p in run.report["problems"] if (p["repository"], p["stage"]) == ("other-graders", "note")]
    assert len(notes) == 3


def test_texts_hold_no_control_characters(run: _Run) -> None:
    for name in ("zoo.html", "zoo.md", "zoo.csv", "zoo.sarif", "zoo.json", "zoo.svg"):
        text = (run.folder / "out" / name).read_bytes().decode("utf-8")
        assert _CONTROL.findall(text.replace("\r\n", "\n")) == [], name
    assert _CONTROL.findall(run.done.out) == []


def test_the_page_holds_no_foreign_markup(run: _Run) -> None:
    seen: list[tuple[str, dict[str, str | None]]] = []

    class _Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append((tag, dict(attrs)))

    _Parser().feed((run.folder / "out" / "zoo.html").read_text(encoding="utf-8"))
    assert sum(tag == "script" for tag, _ in seen) <= 1
    assert not [tag for tag, _ in seen if tag in ("img", "iframe", "object", "embed", "link", "base")]
    assert not [attributes for tag, attributes in seen if tag == "form" and "action" in attributes]
    for _, attributes in seen:
        assert not [name for name in attributes if name.startswith("on")]
        address = attributes.get("href")
        assert address is None or address.startswith(("#", "http://", "https://", "mailto:"))


def test_cells_of_a_table_start_no_formula(run: _Run) -> None:
    text = (run.folder / "out" / "zoo.csv").read_text(encoding="utf-8-sig")
    for row in csv.reader(io.StringIO(text)):
        assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@", "\t") and not cell[1:2].isdigit()]


def test_every_limit_is_documented() -> None:
    page = (Path(__file__).resolve().parent.parent / "SECURITY.md").read_text(encoding="utf-8")
    assert [name for name in Limits.__struct_fields__ if f"`{name.upper()}`" not in page] == []


@pytest.mark.skipif(sys.platform != "linux", reason="the address space is limited on Linux only")
def test_a_worker_gets_no_more_memory_than_its_limit() -> None:
    program = "from auditor.watch import limit_memory; limit_memory(1_000_000_000); bytearray(2_000_000_000)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert "MemoryError" in done.stderr
