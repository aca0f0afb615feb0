"""Every regular expression of the program, and inputs made from its own structure that would blow it up.

Patterns are the texts of the sources and of the rulebook that compile and repeat something, told by shape and not by
use, so that a pattern that somebody adds tomorrow is held to the same.
"""

import ast
import itertools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from re import _parser as sre  # type: ignore[attr-defined]  # the only place that says how a pattern is built
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_ENDINGS = ("", "\x00")
_DEEPEST = 8


def in_sources() -> Iterator[str]:
    """Yield each pattern that the code writes out."""
    for file in sorted((ROOT / "auditor").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_pattern(node.value):
                yield node.value


def in_rules() -> Iterator[str]:
    """Yield each pattern of the rulebook."""
    for file in sorted((ROOT / "rules").rglob("*.toml")):
        yield from filter(_is_pattern, _texts(tomllib.loads(file.read_text(encoding="utf-8"))))


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            yield from itertools.chain.from_iterable(map(_texts, value))
        case dict():
            yield from itertools.chain.from_iterable(_texts(each) for pair in value.items() for each in pair)


def _is_pattern(text: str) -> bool:
    """Tell what may repeat: only a repetition can make a pattern slow."""
    if not re.search(r"[*+}]", text):
        return False
    try:
        re.compile(text)
    except (re.error, OverflowError):
        return False
    return any(True for _ in _repeats(sre.parse(text), 0))


def _repeats(parsed: Any, depth: int) -> Iterator[Any]:
    """Yield what is repeated more than twice, at any depth."""
    for operator, argument in parsed:
        name = str(operator)
        if name in ("MAX_REPEAT", "MIN_REPEAT") and argument[1] > 2:
            yield argument[2]
        for inner in _inside(name, argument) if depth < _DEEPEST else ():
            yield from _repeats(inner, depth + 1)


def _inside(name: str, argument: Any) -> Iterator[Any]:
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        yield argument[2]
    elif name == "SUBPATTERN":
        yield argument[3]
    elif name == "BRANCH":
        yield from argument[1]
    elif name in ("ASSERT", "ASSERT_NOT"):
        yield argument[1]
    elif name == "ATOMIC_GROUP":
        yield argument


def pumps(pattern: str) -> list[tuple[str, str]]:
    """Return what stands before, and what is to be repeated, for each repetition in a pattern."""
    parsed = sre.parse(pattern)
    bodies = {text for body in _repeats(parsed, 0) for text in _examples(body, 0)}
    heads = {"", *itertools.islice(_examples(parsed, 0), 2)}
    return [(head, body) for body in sorted(bodies - {""}) for head in sorted(heads)][:60]


def _examples(parsed: Any, depth: int) -> Iterator[str]:
    """Yield some texts that a part of a pattern matches: one a branch, the shortest of each repetition."""
    if depth > _DEEPEST:
        yield ""
        return
    parts = [
        list(itertools.islice(_example(str(operator), argument, depth), 12)) or [""] for operator, argument in parsed
    ]
    for at, options in enumerate(parts):
        for option in options:
            yield "".join([each[0] for each in parts[:at]] + [option] + [each[0] for each in parts[at + 1 :]])


def _example(name: str, argument: Any, depth: int) -> Iterator[str]:
    if name == "LITERAL":
        yield chr(argument)
    elif name in ("NOT_LITERAL", "ANY"):
        yield "a" if argument != ord("a") else "b"
    elif name == "IN":
        yield from _members(argument)
    elif name == "BRANCH":
        for branch in argument[1]:
            yield from itertools.islice(_examples(branch, depth + 1), 3)
    elif name == "SUBPATTERN":
        yield from _examples(argument[3], depth + 1)
    elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        for text in _examples(argument[2], depth + 1):
            yield text * max(argument[0], 1)
    elif name == "ATOMIC_GROUP":
        yield from _examples(argument, depth + 1)


def _members(items: Any) -> Iterator[str]:
    known = {"CATEGORY_DIGIT": "4", "CATEGORY_WORD": "a", "CATEGORY_SPACE": " ", "CATEGORY_NOT_SPACE": "a"}
    known |= {"CATEGORY_NOT_WORD": "-", "CATEGORY_NOT_DIGIT": "a"}
    if str(items[0][0]) == "NEGATE":
        barred = re.compile("[^" + "".join(re.escape(chr(a)) for o, a in items[1:] if str(o) == "LITERAL") + "\n]")
        yield next((c for c in "a 4-/" if barred.match(c)), "a")
        return
    for operator, argument in items:
        if str(operator) == "LITERAL":
            yield chr(argument)
        elif str(operator) == "RANGE":
            yield chr(argument[0])
        elif str(operator) == "CATEGORY":
            yield known[str(argument)]


def attacks(pattern: str, count: int) -> Iterator[str]:
    """Yield inputs in which a part is repeated, each with an end that makes the whole fail."""
    for head, body in pumps(pattern):
        for ending in _ENDINGS:
            yield head + body * count + ending
