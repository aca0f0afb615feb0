"""What a Python source says: one parse, one walk, then only the names, places and counts that probes ask about."""

import ast
import gc
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from auditor.facts.fact import Fact, Parser, suffix
from auditor.facts.text import decode


class Function(Fact, frozen=True):
    """A function or method. `name` is qualified ("Model.fit"); lines count from 1.

    `parameters` counts those that an annotation would belong to (no self, cls); `documented` means that the docstring
    says more than the name; `complexity` is cyclomatic, as radon counts it; `calls` are the distinct resolved names
    that it calls; `decorators` are resolved names; `asserts` counts assert statements, `self.assert...` and
    `pytest.raises`; `trivial` ones are of constants only (`assert True`) or there are none besides such. `given` are a
    test's parameters by name: pytest passes fixtures by it.
    """

    name: str
    line: int
    end_line: int
    parameters: int
    annotated: int
    returns: bool
    documented: bool
    complexity: int
    method: bool = False
    nested: bool = False
    asserts: int = 0
    decorators: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    trivial: bool = False
    given: tuple[str, ...] = ()


class Class(Fact, frozen=True):
    """A class; `bases` and `decorators` are resolved names."""

    name: str
    line: int
    end_line: int
    documented: bool
    methods: int
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()


class Import(Fact, frozen=True):
    """`import a.b` or `from a.b import c`. `module` keeps its leading dots; `optional` inside try/except ImportError.

    `names` is empty for a plain import.
    """

    module: str
    line: int
    names: tuple[str, ...] = ()
    optional: bool = False


class Call(Fact, frozen=True):
    """A call, in source order. `name` is resolved through imports, and through simple assignments.

    Results are written with "()", items with "[]": `pandas.read_csv().groupby()[].apply`; an unknown root is "?":
    `?.fit`; a name of the module itself begins with ".": `.load_data`; a builtin stands bare: `print`.
    `within` is the qualified name of the enclosing function, "" at top level. `keywords` holds the literal ones as
    source text, others as "". `first` is the first positional argument's source text when it is short: f-strings with
    "{}" for what is filled in, dictionaries by their literal keys. `guarded`: within a `try` that has an `except`.
    Of what fits, transforms or splits, `of` is the first argument resolved, of what is asked of groups of rows the
    column, and `to` the text of what the result is assigned to. `loop` is the variable of the innermost `for` over
    numbers. A named part of the rows (`train = scaled[:n]`) is a call of `slice`.
    """

    name: str
    line: int
    within: str = ""
    keywords: tuple[tuple[str, str], ...] = ()
    first: str = ""
    guarded: bool = False
    of: str = ""
    to: str = ""
    loop: str = ""


class Literal(Fact, frozen=True):
    """A string literal worth a look: a URL, a path of one machine."""

    text: str
    line: int


class RowLoop(Fact, frozen=True):
    """A loop over a DataFrame's rows. `kind`: iterrows, itertuples, range-len, apply-axis-1.

    `maker` is the function whose result it goes through, where that is a DataFrame only if the function makes one;
    `needs` are functions that only compute with a row, if all rows can be computed at once: both by their last names.
    """

    kind: str
    line: int
    source: str
    maker: str = ""
    needs: tuple[str, ...] = ()


class Problem(Fact, frozen=True):
    """Why a source does not parse; `python2` where it is valid Python 2 in all likelihood.

    `ours`: it may well be right, but is nested beyond what this reader follows, or for a newer Python than runs it.
    """

    message: str
    line: int | None
    python2: bool = False
    ours: bool = False


class PythonFact(Fact, frozen=True):
    """One module, or one notebook's code cells as one program.

    `lines` counts lines with code; `statements` counts top-level statements that do work (no imports, definitions,
    constants, docstrings, or what stands under `if __name__ == "__main__"`). `assigned` are the distinct names
    and literal keys that something is assigned to, with the first line of each. `framing` are functions that return a
    DataFrame, `plain` those that only compute with what they are given: both by their last names.
    """

    problem: Problem | None = None
    lines: int = 0
    statements: int = 0
    documented: bool = False
    main_guard: bool = False
    imports: tuple[Import, ...] = ()
    functions: tuple[Function, ...] = ()
    classes: tuple[Class, ...] = ()
    calls: tuple[Call, ...] = ()
    row_loops: tuple[RowLoop, ...] = ()
    literals: tuple[Literal, ...] = ()
    defined: tuple[str, ...] = ()
    assigned: tuple[tuple[str, int], ...] = ()
    framing: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()


_OLD_MESSAGE = re.compile(r"Missing parentheses in call to|multiple exception types|leading zeros in decimal")
_OLD_LINE = re.compile(
    r"^[ \t]*(?:print[ \t]+[\"'\w]|exec[ \t]+[\"'\w]|except[ \t]+[\w.]+[ \t]*,|raise[ \t]+[\w.]+[ \t]*,)", re.MULTILINE
)
_NEW_MESSAGE = re.compile(r"f-string: (?:unmatched|expecting '}'|unterminated)|f-string expression part cannot include")
_NEW_LINE = re.compile(r"\s*(?:type\s+\w+(?:\[.{0,200}\])?\s*=|(?:async\s+)?(?:def|class)\s+\w+\[)")
_CODE_LINE = re.compile(r"^[^\S\n]*+[^#\s]", re.MULTILINE)
_LOOKED_AT = 200_000


def parse(data: bytes) -> PythonFact:
    """Read a module's bytes."""
    return read_program(decode(data))


def read_program(source: str) -> PythonFact:
    """Parse a program and walk it once. What does not parse is a fact too."""
    from auditor.facts.walk import walked  # noqa: PLC0415 - walk makes the structs of this module

    lines = _code_lines(source)
    try:
        with warnings.catch_warnings(action="ignore"), _uncollected():
            return walked(ast.parse(source.replace("\0", "") if "\0" in source else source), lines)
    except SyntaxError as error:
        return PythonFact(problem=_problem(source, error.msg, error.lineno), lines=lines)
    except (RecursionError, MemoryError):
        return PythonFact(problem=Problem("nested too deeply for this reader", None, ours=True), lines=lines)
    except ValueError as error:
        return PythonFact(problem=_problem(source, str(error), None), lines=lines)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector away: trees hold no cycles, and searching them for some takes a sixth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _problem(source: str, message: str, line: int | None) -> Problem:
    at = source.split("\n")[line - 1 : line] if line else []
    wrong = at[0][:1000] if at else ""
    if sys.version_info < (3, 12) and (_NEW_MESSAGE.search(message) or _NEW_LINE.match(wrong)):
        return Problem("perhaps for a newer Python than the one that reads it", line, ours=True)
    looked = source[:_LOOKED_AT]
    old = bool(_OLD_MESSAGE.search(message) or _OLD_LINE.match(wrong))
    return Problem(message[:200], line, old or ("print(" not in looked and bool(_OLD_LINE.search(looked))))


def _code_lines(source: str) -> int:
    return len(_CODE_LINE.findall(source))


PARSER = Parser(name="python", fact=PythonFact, parse=parse, reads=lambda path: suffix(path) in ("py", "pyw"))
