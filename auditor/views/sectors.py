"""The fields of business that a repository speaks of: finance, health and others of `rules/data/sectors.toml`."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from auditor.facts.fact import suffix
from auditor.model import Evidence
from auditor.views.introduction import Spoken, introduction
from auditor.views.layout import layout
from auditor.views.reading import Reading
from auditor.views.words import found, spaced, strings

_DATA = frozenset(
    {"csv", "tsv", "xls", "xlsx", "parquet", "feather", "json", "jsonl", "arff", "mat", "zip", "db", "sqlite"}
)
_PLAIN = re.compile(r"\.\w{1,8}$")
_SHOWN = 3
_MOST = 3
_FILES = 40


def sectors_of(reading: Reading, table: Mapping[str, Any]) -> tuple[tuple[str, tuple[Evidence, ...]], ...]:
    """Return the sectors with their evidence, the most spoken of first; at most three."""
    pieces = (*introduction(reading).pieces, *_datasets(reading))
    named = ((name, tuple(_evidence(pieces, strings(entry, "words")))) for name, entry in table.items())
    seen = [(name, evidence) for name, evidence in named if evidence]
    seen.sort(key=lambda each: (-len(each[1]), each[0]))
    return tuple((name, evidence[:_SHOWN]) for name, evidence in seen[:_MOST])


def _evidence(pieces: Iterable[Spoken], words: tuple[str, ...]) -> Iterable[Evidence]:
    """Show each word once, at its first place; a title and a description that say the same count once."""
    told: set[str] = set()
    for piece in pieces:
        new = [word for word in found(piece.text, words) if word not in told]
        if new:
            told.update(new)
            yield piece.evidence(new[0])


def _datasets(reading: Reading) -> Iterable[Spoken]:
    entries = [entry for entry in layout(reading).own if suffix(entry.path) in _DATA]
    for entry in entries[:_FILES]:
        name = _PLAIN.sub("", entry.path.rpartition("/")[2])
        yield Spoken("data", spaced(name), entry.path)
