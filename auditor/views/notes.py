"""What a mentor should know though it changes nothing: text that turns to whoever grades, hidden or plain."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.facts.markup import MarkupFact
from auditor.views.layout import layout
from auditor.views.reading import Reading
from auditor.views.words import shortened

_SHOWN = 3
_CUT = 120
_TEXT = 2_000


def notes_of(reading: Reading, table: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a sentence for each of the first few places where prose addresses graders."""
    addressing = re.compile("|".join(table["patterns"]), re.IGNORECASE)
    own = layout(reading)
    found = [
        f"{path}{place} turns to whoever grades; it had no effect: “{shortened(' '.join(text.split()), _CUT)}”"
        for path, fact in reading.readable(MarkupFact).items()
        if own.is_own(path)
        for place, text in _texts(fact)
        if addressing.search(text[:_TEXT])
    ]
    return tuple(found[:_SHOWN])


def _texts(fact: MarkupFact) -> Iterator[tuple[str, str]]:
    yield from ((" (hidden)", text) for text in fact.hidden)
    yield from ((f":{passage.line}", passage.text) for passage in fact.passages)
