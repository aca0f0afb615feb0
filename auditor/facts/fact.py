"""What every fact has in common, and the two values that stand for "no fact".

A fact is a function of bytes only, so that (parser, version, blob id) names it for ever.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import msgspec


class Fact(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Base of all facts: frozen, JSON-able, compared by value."""


class Unreadable(Fact, frozen=True):
    """The bytes are not what the file's name says: damaged, or of another kind. `line` counts from 1."""

    reason: str
    line: int | None = None


class Missing(Fact, frozen=True):
    """The content could not be read through no fault of the candidate: not in this clone, in LFS, over a limit."""

    reason: str


class Parser(msgspec.Struct, frozen=True):
    """One way of reading a blob.

    `reads` tells by a path whether this parser is for it; `parse` turns bytes into a `fact` or `Unreadable`, and raises
    only by a defect of ours; `limit` names the field of `Limits` that bounds the blob's size.
    """

    name: str
    fact: type[Fact]
    parse: Callable[[bytes], Fact]
    reads: Callable[[str], bool]
    limit: Literal["text_bytes", "notebook_bytes"] = "text_bytes"


@lru_cache(maxsize=1024)  # every parser asks the same of each path
def base_name(path: str) -> str:
    """Return the last part of a path, in lower case."""
    return path.rpartition("/")[2].lower()


@lru_cache(maxsize=1024)
def suffix(path: str) -> str:
    """Return what follows the last dot of a path's last part, in lower case, without the dot."""
    _, dot, ending = base_name(path).rpartition(".")
    return ending if dot else ""
