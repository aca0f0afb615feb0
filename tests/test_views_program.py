"""All own Python together: calls are found by name, root and keyword, and point to a line or a cell."""

import json

import pytest
from examples import notebook, repository

from auditor.model import Evidence
from auditor.views.program import Program, last, prefixes
from auditor.views.words import place

_FILES: dict[str, str | bytes] = {
    "train.py": "from sklearn.svm import SVC\n\nSVC(C=2).fit(X, y, sample_weight=w)\n",
    "tests/test_train.py": "from sklearn.svm import SVC\n\n\ndef test():\n    assert SVC().fit([[1]], [1])\n",
    "eda.ipynb": notebook(
        [
            {"markdown": "# Look"},
            {"code": "!yolo train data=a.yaml\nimport pandas as pd"},
            {"code": "df = pd.read_csv('a.csv')\n\ndf.head()"},
        ]
    ),
    "analysis.ipynb": json.dumps(
        {
            "metadata": {"kernelspec": {"name": "ir", "language": "R"}},
            "cells": [{"cell_type": "code", "source": "fit(x)"}],
        }
    ),
    "node_modules/gyp/gyp.py": "fit(1)\n",
}


def _program() -> Program:
    found = repository(_FILES).view(Program)
    assert isinstance(found, Program)
    return found


def test_sources_are_own_python_only() -> None:
    assert [source.path for source in _program().sources] == ["eda.ipynb", "tests/test_train.py", "train.py"]


def test_calls_are_found_tests_apart() -> None:
    program = _program()
    assert [use.place for use in program.named("fit")] == [Evidence("train.py", 3, excerpt="sklearn.svm.SVC().fit(X)")]
    both = ["sklearn.svm.SVC", "sklearn.svm.SVC().fit"]
    assert [use.name for use in program.within(frozenset({"sklearn.svm"}))] == both
    assert [use.name for use in program.keyed(frozenset({"C", "sample_weight"}))] == both
    assert next(program.named("fit")).receiver == "SVC"


def test_a_place_in_a_notebook_is_a_line_of_a_cell() -> None:
    program = _program()
    assert next(program.named("head")).place == Evidence("eda.ipynb", 3, cell=2, excerpt="pandas.read_csv().head()")
    assert next(program.importing(frozenset({"pandas"}))) == Evidence("eda.ipynb", 2, cell=1, excerpt="import pandas")


def test_what_is_made_once_is_kept() -> None:
    program = _program()
    made: list[int] = []
    for _ in range(3):
        program.once("key", lambda: made.append(1))
    assert made == [1]


def test_names() -> None:
    assert last("a.b().c()") == "c"
    assert list(prefixes("a.b().c")) == ["a", "a.b", "a.b.c"]


def test_no_python_is_no_program() -> None:
    assert repository({"README.md": "# X"}).view(Program) is None


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (Evidence("a.py", 3), "a.py:3"),
        (Evidence("a.py", 3, 9), "a.py:3-9"),
        (Evidence("a.ipynb", 2, cell=0), "a.ipynb, cell 1, line 2"),
        (Evidence("a.ipynb", cell=4), "a.ipynb, cell 5"),
        (Evidence("README.md"), "README.md"),
    ],
)
def test_a_place_in_words_counts_from_one(at: Evidence, told: str) -> None:
    assert place(at) == told


def test_what_is_called_is_shown_without_what_is_not_known_of_it() -> None:
    program = repository({"a.py": "(one or two)[0]().fit(X)\nmodels[name].fit(X[0:3])\nframe['a'].mean()\n"}).view(
        Program
    )
    assert isinstance(program, Program)
    assert [use.shown for use in program.named("fit", "mean")] == ["fit(X)", "models[…].fit(X[…])", "frame[…].mean()"]


def test_of_a_name_of_thousands_of_parts_only_the_first_count() -> None:
    assert prefixes("." * 100_000 + "a")[:2] == ("", ".")
    assert len(prefixes(".".join(["a"] * 100_000))) == 12
