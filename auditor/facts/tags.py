"""Read the HTML that people write into Markdown: tags, texts and comments, in one pass that no input can slow down."""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9-]{0,30})")
_ATTRIBUTE = re.compile(r"""([a-zA-Z_:@][\w:.-]{0,60})\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))""")
_TAG_LETTERS = 4_000
_QUOTES = {'"', "'"}


class Piece(NamedTuple):
    """A tag ("img", closing or not), a comment (name "!") or a text (no name)."""

    name: str
    closing: bool
    text: str
    attributes: dict[str, str]


def pieces(html: str) -> Iterator[Piece]:
    """Cut HTML into tags, comments and texts."""
    position = 0
    while position < len(html):
        start = html.find("<", position)
        if start < 0:
            start = len(html)
        if start > position:
            yield Piece("", False, unescape(html[position:start]), {})
        if start == len(html):
            return
        piece, position = _markup(html, start)
        yield piece


def _markup(html: str, start: int) -> tuple[Piece, int]:
    if html.startswith("<!", start) or html.startswith("<?", start):
        return _comment(html, start)
    named = _NAME.match(html, start + 1)
    end = _tag_end(html, named.end()) if named else -1
    if named is None or end < 0:
        return Piece("", False, "<", {}), start + 1
    attributes = {
        m[1].lower(): unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(html, named.end(), end)
    }
    body = html[named.end() : end].lower()
    if "hidden" in body.split():
        attributes["hidden"] = ""
    return Piece(named[1].lower(), html[start + 1] == "/", "", attributes), end + 1


def _comment(html: str, start: int) -> tuple[Piece, int]:
    long = html.startswith("<!--", start)
    end = html.find("-->" if long else ">", start + 2)
    stop = len(html) if end < 0 else end
    return Piece("!", False, html[start + (4 if long else 2) : stop], {}), stop + (3 if long else 1)


def _tag_end(html: str, position: int) -> int:
    """Return where the tag's ">" is, minding quotes; -1 where there is none within reason."""
    quote = ""
    for at in range(position, min(len(html), position + _TAG_LETTERS)):
        letter = html[at]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in _QUOTES:
            quote = letter
        elif letter == ">":
            return at
        elif letter == "<":
            return -1
    return -1
