"""What is read of Python sources: names followed, counts as radon counts, and no text that breaks the reader."""

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from radon.complexity import cc_visit_ast as untyped

from auditor.facts.fact import Unreadable
from auditor.facts.python import PythonFact, parse, read_program

cc_visit_ast: Any = untyped  # radon has no types


def _calls(source: str) -> list[str]:
    return [call.name for call in read_program(source).calls]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import pandas as pd\npd.read_csv('a')", "pandas.read_csv"),
        ("import os.path\nos.path.join('a')", "os.path.join"),
        ("from sklearn.svm import SVC as S\nS()", "sklearn.svm.SVC"),
        ("from sklearn.svm import SVC\nm = SVC()\nm.fit(x)", "sklearn.svm.SVC().fit"),
        ("import pandas as p\ndf = p.read_csv('a')\ndf.groupby('b')['c'].sum()", "pandas.read_csv().groupby()[].sum"),
        ("import pandas as p\ndef load():\n    return p.read_csv('a')\nd = load()\nd.head()", "pandas.read_csv().head"),
        ("from a import f\nx, y = f()\ny.go()", "a.f()[].go"),
        ("from a import F\nclass M:\n def __init__(self):\n  self.f = F()\n def g(self):\n  self.f.go()", "a.F().go"),
        ("import pandas as pd\ndef g(df: pd.DataFrame):\n    df.iterrows()", "pandas.DataFrame().iterrows"),
        ("def g(x):\n    x.go()", "?.go"),
        ("def load():\n    pass\nload()", ".load"),
        ("from . import data\ndata.load()", ".data.load"),
        ("from ..core import load\nload()", "..core.load"),
        ("with open('a') as f:\n    f.read()", "open().read"),
        ("if (m := make()):\n    m.go()", "make().go"),
    ],
)  # fmt: skip
def test_names_are_followed(source: str, name: str) -> None:
    assert name in _calls(source)


def test_a_call_keeps_its_literal_arguments_and_where_it_stands() -> None:
    call = read_program("def f():\n    try:\n        g('a', n=1, m=x, o=h())\n    except E:\n        pass\n").calls[-1]
    assert (call.name, call.line, call.within, call.first) == ("g", 3, "f", "'a'")
    assert call.keywords == (("n", "1"), ("m", "x"), ("o", ""))
    assert call.guarded


def test_imports_know_whether_they_are_needed() -> None:
    source = "import a\ntry:\n    import b\nexcept ImportError:\n    import c\nif TYPE_CHECKING:\n    from d import e\n"
    found = {each.module: each.optional for each in read_program(source).imports}
    assert found == {"a": False, "b": True, "c": True, "d": True}


def test_functions_are_counted_as_written() -> None:
    source = '''
class A:
    def method(self, a: int, *, b=1) -> int:
        """Add what is given."""
        def inner():
            return a
        return inner()

    @staticmethod
    def static(a): ...


def documented():
    """Documented."""
'''
    found = {f.name: f for f in read_program(source).functions}
    assert set(found) == {"A.method", "A.method.inner", "A.static", "documented"}
    method = found["A.method"]
    assert (method.parameters, method.annotated, method.returns, method.documented) == (2, 1, True, True)
    assert (found["A.method.inner"].nested, found["A.static"].parameters) == (True, 1)
    assert not found["documented"].documented, "a docstring that repeats the name says nothing"


def test_work_at_module_level_is_counted_without_definitions_and_guards() -> None:
    source = 'import a\nX = 1\ndef f():\n    return 1\na.go()\nprint(X)\nif __name__ == "__main__":\n    f()\n    f()\n'
    fact = read_program(source)
    assert (fact.statements, fact.main_guard, fact.lines) == (2, True, 9)


_BRANCHES = """
@cached(a if a else b)
def f(a, b=(c or d)):
    if a and b or not a:
        return [x for x in a if x if not b]
    elif a:
        return {x: y for x in a for y in b}
    for x in a:
        def inner(y):
            return y if y else inner(y or x)
    else:
        b = 1
    while a:
        a = 1 if b else 2
    else:
        class C:
            def m(self):
                return a or b
    try:
        pass
    except ValueError:
        pass
    except TypeError:
        pass
    else:
        pass
    finally:
        pass
    with a as c:
        assert c and b
    match a:
        case [1, *_] if b and c:
            pass
        case _:
            b += a if a else b
    return (lambda: 1 if a else 2)()
"""


def test_complexity_is_radons() -> None:
    found = {f.name: f.complexity for f in read_program(_BRANCHES).functions}
    (outer,) = cc_visit_ast(ast.parse(_BRANCHES))
    assert found["f"] == outer.complexity
    assert found["f.inner"] == outer.closures[0].complexity


@pytest.mark.parametrize(
    "source",
    [
        "x = a" + ".b()" * 900,
        "x = " + " + ".join(["1"] * 900),
        "x = " + "lambda: " * 900 + "1",
        "if a:\n    x = 0\n" + "".join(f"elif a == {i}:\n    x = {i}\n" for i in range(900)),
        "".join(" " * i + "if a:\n" for i in range(99)) + " " * 99 + "pass",
    ],
)
def test_deep_nesting_is_followed(source: str) -> None:
    assert read_program(source).problem is None


def test_what_is_too_deep_is_said_to_be() -> None:
    problem = read_program("x = " + "-" * 20_000 + "1").problem
    assert problem is not None
    assert problem.ours


@pytest.mark.parametrize("source", ['x = f"{a["b"]}"', "type X = int", "def f[T](x: T) -> T: ...", "class A[T]: ..."])
def test_newer_python_is_no_fault_of_the_source(source: str) -> None:
    problem = read_program(source).problem
    assert problem is None or problem.ours


def test_python_2_is_named_as_such() -> None:
    for source in ("print 'a'\n", "try:\n    x\nexcept E, e:\n    pass\n", "exec 'a'\n"):
        problem = read_program(source).problem
        assert problem is not None
        assert problem.python2, source
    for source in ("def f(:\n", 'print ("a")\nx = f"}"\n', '"""\nprint the sum\n"""\nprint(1\n'):
        broken = read_program(source).problem
        assert broken is not None
        assert not broken.python2, source


def test_paths_and_addresses_in_strings_are_kept() -> None:
    source = "open('/home/ada/a.csv')\nx = 'C:\\\\Users\\\\a'\ny = 'https://a.example'\nz = 'plain/path'\n"
    assert [literal.text for literal in read_program(source).literals] == [
        "/home/ada/a.csv",
        "C:\\Users\\a",
        "https://a.example",
    ]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert isinstance(parse(data), PythonFact | Unreadable)


_PIECES = st.sampled_from(
    [
        "x",
        "f(x)",
        "x.y",
        "x[0]",
        "[a for a in x]",
        "lambda: x",
        "x if x else y",
        "x and y",
        "x + x",
        "(yield)",
        "{**x}",
        "f'{x}'",
        "x := 1",
    ]
)
_STATEMENTS = st.sampled_from(
    [
        "{0} = {1}",
        "if {0}:\n    {1}",
        "for a in {0}:\n    {1}",
        "def g(a={0}):\n    return {1}",
        "class C({0}):\n    a = {1}",
        "with {0} as b:\n    {1}",
        "try:\n    {0}\nexcept E:\n    {1}",
        "import a.b as c",
        "from . import *",
        "match {0}:\n    case {1}:\n        pass",
    ]
)


@given(st.lists(st.tuples(_STATEMENTS, _PIECES, _PIECES), max_size=6))
def test_no_program_breaks_the_walk(parts: list[tuple[str, str, str]]) -> None:
    source = "\n".join(shape.format(f"({one})", f"({two})") for shape, one, two in parts)
    fact = read_program(source)
    assert fact.problem is not None or fact.lines <= source.count("\n") + 1
