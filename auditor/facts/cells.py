"""Code cells joined into one Python program, so that names are followed from cell to cell."""

import ast
import warnings
from collections.abc import Mapping

import msgspec

from auditor.facts.python import Problem, PythonFact, read_program

_CHARACTERS = 1_000_000  # a tree takes some hundred bytes of memory a character


class Joined(msgspec.Struct, frozen=True):
    """The program, the line (from 1) that each cell begins at, and the cells that are not Python."""

    fact: PythonFact
    starts: Mapping[int, int] = msgspec.field(default_factory=dict)
    unparsed: tuple[int, ...] = ()


def joined(sources: Mapping[int, str]) -> Joined:
    """Join cells, by index: all at once, or where that fails without those that don't parse by themselves."""
    sources = {index: _outdented(source) for index, source in sources.items()}
    starts: dict[int, int] = {}
    line = 1
    for index, source in sources.items():
        starts[index] = line
        line += source.count("\n") + 1
    if not any(source.strip() for source in sources.values()):
        return Joined(PythonFact(), starts)
    whole = "\n".join(sources.values())
    if len(whole) > _CHARACTERS:
        return Joined(PythonFact(problem=Problem("more code than a program may have", None, ours=True)), starts)
    fact = read_program(whole)
    if fact.problem is None:
        return Joined(fact, starts)
    broken = tuple(index for index, source in sources.items() if not _parses(source))
    kept = ("\n" * source.count("\n") if index in broken else source for index, source in sources.items())
    rest = read_program("\n".join(kept))
    return Joined(fact if rest.problem else rest, starts, broken)


def _outdented(source: str) -> str:
    """Take the first line's indentation from all lines, as IPython does."""
    first = next((line for line in source.split("\n") if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return "\n".join(line.removeprefix(indent) for line in source.split("\n")) if indent else source


def _parses(source: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
