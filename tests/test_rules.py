"""Every rule has examples of each verdict that it can give, and gives it."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec
import pytest
from examples import Case, reading

from auditor import rulebook
from auditor.judge import judge
from auditor.model import Status
from auditor.rulebook import Bound

_FOLDER = Path(__file__).parent / "rules"


@cache
def _rules() -> dict[str, Bound]:
    return {rule.id: rule for rule in rulebook.load().of(portfolio=False)}


def _cases(file: Path) -> list[Case]:
    return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8"))["case"], list[Case])


_ALL = [
    pytest.param(file.stem, case, id=f"{file.stem}-{number}-{case.expect}")
    for file in sorted(_FOLDER.glob("*.toml"))
    for number, case in enumerate(_cases(file))
]


@pytest.mark.parametrize(("rule", "case"), _ALL)
def test_example(rule: str, case: Case) -> None:
    found = judge(_rules()[rule], reading(case))
    assert (found.status, found.summary) == (case.expect, found.summary)
    assert case.says in found.summary
    assert case.fix in found.fix
    assert case.confidence in found.confidence
    if found.status in (Status.MET, Status.PARTLY, Status.UNMET):
        assert found.evidence, "a verdict shows where it was seen, or where it looked"


@pytest.mark.parametrize("rule", rulebook.load().rules, ids=lambda rule: rule.id)
def test_a_built_in_rule_fits_its_probe(rule: Bound) -> None:
    assert rule.binding.views


_ONLINE = {"deploy-alive"}  # judged after the files are read: tests/test_online.py


@pytest.mark.parametrize("rule", sorted(_rules().keys() - _ONLINE))
def test_rule_has_examples_of_met_and_unmet(rule: str) -> None:
    file = _FOLDER / f"{rule}.toml"
    assert file.is_file(), f"write {file.name}"
    assert {"met", "unmet"} <= {case.expect for case in _cases(file)}
