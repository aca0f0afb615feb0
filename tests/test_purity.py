"""Probes are pure: while rules are judged nothing is opened, connected or started.

An audit hook sees every such event of the interpreter, whatever module it comes from.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from examples import Case, reading

from auditor import rulebook
from auditor.judge import judge

_FORBIDDEN = ("open", "os.", "shutil.", "socket.", "subprocess.", "sqlite3.", "urllib.", "exec", "compile", "import")
_watching: list[str] | None = None


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _watching is not None and event.startswith(_FORBIDDEN):
        _watching.append(f"{event} {arguments[:1]}")


sys.addaudithook(_hook)

_CASE = Case("met")
_CASE.files = {
    "README.md": "# Churn\n\nPredicts churn for a shop.\n\n## Results\n\nF1 0.67 → 0.84\n",
    "src/churn/__init__.py": "",
    "src/churn/model.py": 'import pandas as pd\n\n\ndef fit(x: int) -> int:\n    """Fit."""\n    return x\n',
    "tests/test_model.py": "from churn.model import fit\n\n\ndef test_fit():\n    assert fit(1) == 1\n",
    "requirements.txt": "pandas==2.2.0\n",
    "Dockerfile": "FROM python:3.12\nCOPY . .\nCMD python app.py\n",
    ".github/workflows/ci.yml": "jobs:\n  test:\n    steps:\n      - run: pytest\n",
}
_CASE.notebooks = {"a.ipynb": [{"markdown": "# Look"}, {"code": "print(1)", "count": 1, "text": "1"}]}
_CASE.commits = [{"subject": "Add a model"}, {"subject": "Begin"}]


@contextmanager
def _watched() -> Iterator[list[str]]:
    global _watching  # noqa: PLW0603 - an audit hook can't be removed, only told to look away
    _watching = []
    try:
        yield _watching
    finally:
        _watching = None


@pytest.mark.parametrize("rule", rulebook.load().of(portfolio=False), ids=lambda rule: rule.id)
def test_a_probe_touches_nothing(rule: rulebook.Bound) -> None:
    example = reading(_CASE)
    judge(rule, example)  # what is imported on first use is imported now
    example = reading(_CASE)
    with _watched() as events:
        judge(rule, example)
    assert events == []


def test_the_watch_sees_what_it_is_meant_to_see() -> None:
    with _watched() as events:
        open(__file__, encoding="utf-8").close()  # noqa: PTH123
    assert events
