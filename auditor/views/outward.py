"""Links that lead to what a candidate wrote about his work. How such links look is `rules/data/articles.toml`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from auditor.facts.markup import Link, MarkupFact
from auditor.model import Evidence
from auditor.views.reading import Reading
from auditor.views.readme import Readme
from auditor.views.words import found, shortened, strings

_SCHEME = re.compile(r"^(?:https?:)?//(?:www\.)?", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'`|]{4,400}")
_SHOWN = 5
_CUT = 100


def outward_of(reading: Reading, table: Mapping[str, Any]) -> tuple[Evidence, ...]:
    """Return the README's links to articles and blogs, those under references left out."""
    readme = reading.view(Readme)
    if not isinstance(readme, Readme):
        return ()
    texts = [(readme.path, readme.text), *readme.others]
    pieces = {piece.url: piece for path, text in reversed(texts) for piece in _linked(path, text, table)}
    return tuple(sorted(pieces.values(), key=lambda e: (e.path != readme.path, e.path, e.line or 0))[:_SHOWN])


def is_article(url: str, table: Mapping[str, Any]) -> bool:
    """Tell whether an address is that of one article."""
    return _fits(url, strings(table, "articles")) and not _fits(url, strings(table, "never"))


def is_blog(url: str, table: Mapping[str, Any]) -> bool:
    """Tell whether an address is that of somebody's list of articles."""
    return _fits(url, strings(table, "blogs")) and not _fits(url, strings(table, "never"))


def announces(text: str, table: Mapping[str, Any]) -> bool:
    """Tell whether a link's text speaks of an article."""
    return bool(found(text, strings(table, "announced")))


def addresses(text: str) -> Iterable[str]:
    """Return the addresses in a text that is not parsed."""
    return (match[0].rstrip(".,;:!*_") for match in _ADDRESS.finditer(text))


def _linked(path: str, text: MarkupFact, table: Mapping[str, Any]) -> Iterator[Evidence]:
    elsewhere = {
        number for number, s in enumerate(text.sections) if s.level and found(s.title, strings(table, "elsewhere"))
    }
    for link in text.links:
        if link.image or link.section in elsewhere:
            continue
        if is_article(link.url, table) or is_blog(link.url, table):
            yield Evidence(path, link.line, excerpt=_said(link, text), url=link.url)


def _said(link: Link, text: MarkupFact) -> str:
    """Show the link's text; a bare address shows the sentence around it."""
    shown = link.text.strip()
    if not shown or "://" in shown:
        shown = next((p.text for p in text.passages if p.line <= link.line and p.section == link.section), shown)
    return shortened(shown, _CUT)


def _fits(url: str, patterns: tuple[str, ...]) -> bool:
    return bool(patterns) and _compiled(patterns).match(_SCHEME.sub("", url.strip()).lower()) is not None


@lru_cache(maxsize=16)
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
