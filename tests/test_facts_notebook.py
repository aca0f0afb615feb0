"""Notebooks of every format and state become facts, or say what they are instead; nothing ever raises."""

import json
from typing import Any

import msgspec
import pytest
from examples import notebook
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.fact import Unreadable
from auditor.facts.magics import plain
from auditor.facts.notebook import NotebookFact, parse


def _read(*cells: dict[str, Any]) -> NotebookFact:
    fact = parse(notebook(list(cells)).encode())
    assert isinstance(fact, NotebookFact)
    return fact


def test_cells_are_summed_up_without_their_outputs() -> None:
    fact = _read(
        {"markdown": "# Churn\nWho leaves, and why?"},
        {"code": "df.plot()\n\nprint(1)", "count": 3, "text": "F1 0.84, 94 %, n=1,200\n", "image": True},
        {"code": "boom()", "count": 4, "error": "NameError"},
    )
    title, plot, boom = fact.cells
    assert (title.kind, title.heading, title.words, title.prose) == ("markdown", 1, 5, 4)
    assert (plot.count, plot.outputs, plot.images, plot.lines, plot.error) == (3, 2, 1, 2, None)
    assert (boom.error, boom.start_line) == ("NameError", 4)
    assert fact.numbers == ("0.84", "94 %", "1,200")
    assert fact.language == "python"


def test_the_program_keeps_the_lines_of_its_cells() -> None:
    fact = _read(
        {"code": "%matplotlib inline\n!pip install -q \\\n   numpy\nimport numpy as np"},
        {"code": "%%bash\nls -l\npython train.py"},
        {"code": "%%time\nnp.mean(xs)\n%timeit np.sum(xs)\nnp.mean?"},
    )
    assert [(call.name, call.line) for call in fact.program.calls] == [("numpy.mean", 9), ("numpy.sum", 10)]
    assert fact.installs == ("pip install -q  numpy",)
    assert fact.unparsed == ()


def test_a_cell_that_is_no_python_costs_only_itself() -> None:
    fact = _read({"code": "import os"}, {"code": "print 'hello'"}, {"code": "os.getcwd()"})
    assert fact.unparsed == (1,)
    assert [call.name for call in fact.program.calls] == ["os.getcwd"]


def test_magics_in_strings_and_continued_lines_survive() -> None:
    fact = _read({"code": 'print("%s"\n      % x)\ny = """\n!not shell\n"""'})
    assert fact.unparsed == ()
    assert [call.name for call in fact.program.calls] == ["print"]


@pytest.mark.parametrize(
    ("source", "silent"),
    [
        ("import pandas as pd\nx = 1", True),
        ("def f():\n    return 1", True),
        ("d = {\n  'a': 1,\n}", True),
        ("df", False),
        ("print(x)", False),
        ("for x in y:\n    print(x)", False),
        ("x == 1", False),
    ],
)
def test_silent_cells(source: str, silent: bool) -> None:
    assert _read({"code": source}).cells[0].silent is silent


def test_old_formats() -> None:
    old = {
        "nbformat": 3,
        "metadata": {"name": ""},
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "heading", "level": 2, "source": ["Data"]},
                    {
                        "cell_type": "code",
                        "input": ["print(", "0.5)"],
                        "language": "python",
                        "prompt_number": 7,
                        "outputs": [
                            {"output_type": "stream", "stream": "stdout", "text": ["0.5\n"]},
                            {"output_type": "pyout", "text": ["<fig>"], "png": "iVBORw0KGgo="},
                            {"output_type": "pyerr", "ename": "ValueError", "evalue": "x", "traceback": []},
                        ],
                    },
                ]
            }
        ],
    }
    fact = parse(json.dumps(old).encode())
    assert isinstance(fact, NotebookFact)
    heading, code = fact.cells
    assert (heading.kind, heading.heading) == ("markdown", 2)
    assert (code.count, code.outputs, code.images, code.error) == (7, 3, 1, "ValueError")
    assert fact.numbers == ("0.5",)


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({"kernelspec": {"name": "ir", "language": "R"}}, "r"),
        ({"kernelspec": {"name": "julia-1.9", "display_name": "Julia"}}, "julia"),
        ({"language_info": {"name": "python"}}, "python"),
        ({}, "python"),
    ],
)
def test_other_languages_are_named_and_not_parsed(metadata: dict[str, Any], language: str) -> None:
    cell = {"cell_type": "code", "source": "x <- c(1, 2)", "outputs": [], "execution_count": 1, "metadata": {}}
    fact = parse(json.dumps({"nbformat": 4, "metadata": metadata, "cells": [cell]}).encode())
    assert isinstance(fact, NotebookFact)
    assert fact.language == language
    assert fact.program.problem is None or language == "python"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n", "white space"),
        (b"{}", "no cells"),
        (b"[1]", "not a notebook"),
        (b'{"cells": [', "cut off"),
        (b'{"cells": ]}', "broken JSON"),
        (b'{"cells": [\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> b\n]}', "merge conflict"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"[" * 100_000, "nested"),
    ],
)
def test_what_is_no_notebook_says_why(data: bytes, reason: str) -> None:
    fact = parse(data)
    assert isinstance(fact, Unreadable)
    assert reason in fact.reason


@pytest.mark.parametrize(
    "data",
    [
        b'\xef\xbb\xbf{"cells": [{"cell_type": "code", "source": "x = 1"}]}',
        '{"cells": [{"cell_type": "code", "source": "x = 1"}]}'.encode("utf-16"),
        b'{"cells": [{"cell_type": "code", "source": ["x = 1"], "outputs": "none", "execution_count": NaN}]}',
        b'{"cells": [{"cell_type": "code", "source": "x = 1", "outputs": [{"data": ["?"]}, 3]}, null]}',
        b'{"cells": [{"cell_type": "code", "source": "x = 1 # \\ud83d"}]}',
        b'{"cells": [{"cell_type": "code", "source": "x = 1\t"}], "metadata": {"kernelspec": 3}}',
    ],
)
def test_oddly_written_notebooks_are_read(data: bytes) -> None:
    fact = parse(data)
    assert isinstance(fact, NotebookFact)
    assert fact.program.assigned[0] == ("x", 1)


@given(st.binary(max_size=300))
@settings(max_examples=60)
def test_no_bytes_raise(data: bytes) -> None:
    parse(data)
    parse(b'{"cells": [' + data)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "source", "outputs", "cell_type", "data", "text", "metadata", "worksheets", "input"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["cells", "worksheets", "metadata"]), _JSON))
@settings(max_examples=80)
def test_no_json_raises(book: dict[str, Any]) -> None:
    parse(json.dumps(book).encode())


@given(st.text(alphabet="%!? \n\\x=()pip install#'\"", max_size=60))
@settings(max_examples=80)
def test_magics_never_move_lines(source: str) -> None:
    assert plain(source).source.count("\n") == source.count("\n")


@given(st.text(alphabet="#>=-* <h1/>a\n\t_", max_size=40))
@settings(max_examples=100)
def test_no_markdown_raises(source: str) -> None:
    cell = _read({"markdown": source}).cells[0]
    assert 0 <= cell.prose <= cell.words
    assert 0 <= cell.heading <= 6


@pytest.mark.parametrize(
    ("source", "heading", "prose"),
    [
        ("Title\n=====\nsome words here", 1, 3),
        ("text\n\n#Title", 1, 1),
        ("<h3 style='x'>Title</h3><p>two words</p>", 3, 2),
        ("**Only bold**", 6, 0),
        ("> quoted\n>\n- item", 0, 2),
        ("データを読み込みます", 0, 5),
    ],
)
def test_markdown_cells(source: str, heading: int, prose: int) -> None:
    cell = _read({"markdown": source}).cells[0]
    assert (cell.heading, cell.prose) == (heading, prose)


@pytest.mark.parametrize(
    "code", ['f("\\ud83d")', 'x["\\ud83d"] = 1', 'f(f"\\ud83d {x}")', 'f({"\\ud83d": 1})', "f(a='\\ud83d')"]
)
def test_half_characters_can_be_kept(code: str) -> None:
    msgspec.msgpack.encode(_read({"code": code}))


@pytest.mark.parametrize("shown", [b'"\xfa 0.84"', b'["\xed\xa0\x80"]', b"[1e999999]", b"[" * 500 + b"]" * 500])
def test_an_output_of_broken_bytes_costs_only_itself(shown: bytes) -> None:
    output = b'{"output_type":"execute_result","metadata":{},"execution_count":1,"data":{"text/plain":' + shown + b"}}"
    cell = b'{"cell_type":"code","metadata":{},"execution_count":1,"source":"x = 1","outputs":[' + output + b"]}"
    fact = parse(b'{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[' + cell + b"]}")
    assert isinstance(fact, NotebookFact)
    assert [each.count for each in fact.cells] == [1]
    assert fact.numbers == (("0.84",) if b"0.84" in shown else ())


def test_more_code_than_a_program_may_have_is_not_parsed() -> None:
    """Its tree would take gigabytes of memory."""
    fact = _read({"code": "x = 1\n" * 200_000})
    assert fact.program.problem is not None
    assert fact.program.problem.ours
