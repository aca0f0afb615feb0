"""Turn the HTML inside Markdown into the parts of a prose file: headings, pictures, links, tables, texts."""

import re

from auditor.facts.prose import Gathering
from auditor.facts.tags import Piece, pieces

_HEADING = re.compile(r"h([1-6])$")
_HIDING = re.compile(
    r"display:none|visibility:hidden|opacity:0(?!\.[1-9])|font-size:0(?!\.[1-9])|(?:^|;)color:(?:white|#fff(?:fff)?|transparent)\b"
)
_UNSEEN = frozenset({"script", "style", "template", "noscript"})
_BREAKS = frozenset(
    {"p", "div", "br", "hr", "li", "ul", "ol", "table", "tr", "center", "section", "blockquote", "details", "summary"}
)
_CELLS = frozenset({"td", "th"})
_CODE = frozenset({"pre"})


class Hypertext:
    """A reader of HTML whose elements may begin in one piece of HTML and end in a later one."""

    def __init__(self, into: Gathering) -> None:
        self._into = into
        self._text: list[str] = []
        self._line = 1
        self._heading = 0
        self._item = False
        self._unseen: list[str] = []
        self._anchor: tuple[str, int] | None = None
        self._rows: list[list[str]] = []
        self._pre = False
        self._in_table = False

    @property
    def hiding(self) -> bool:
        """Tell whether an element that a reader does not see is open."""
        return bool(self._unseen)

    def read(self, html: str, line: int) -> None:
        """Take the next piece of HTML, which begins at `line`."""
        for piece in pieces(html):
            if not self._text:
                self._line = line
            if piece.name == "!":
                self._into.hide(piece.text)
            elif not piece.name:
                self._say(piece.text)
            elif self._unseen:
                self._maybe_seen(piece)
            else:
                self._tag(piece, line)
            line += piece.text.count("\n")

    def flush(self) -> None:
        """End the paragraph that is open."""
        text = "".join(self._text)
        self._text = []
        if not text.strip():
            return
        if self._pre:
            self._into.block("", text, self._line)
        elif self._heading:
            self._into.heading(text, self._heading, self._line)
        elif self._in_table and self._rows:
            self._rows[-1].append(text)
        else:
            self._into.addresses(text if self._anchor is None else "", self._line)
            self._into.passage(text, self._line, item=self._item)

    def _say(self, text: str) -> None:
        if self._unseen:
            self._into.hide(text)
        elif text.strip() or self._text:
            self._text.append(text)

    def _maybe_seen(self, piece: Piece) -> None:
        if piece.closing and piece.name == self._unseen[-1]:
            self._unseen.pop()

    def _tag(self, piece: Piece, line: int) -> None:
        if not piece.closing and _is_unseen(piece):
            self._unseen.append(piece.name)
        elif piece.name in {"img", "video", "a"}:
            self._reference(piece, line)
        elif piece.name in _CELLS or piece.name in {"table", "tr"}:
            self._tabular(piece, line)
        elif (found := _HEADING.match(piece.name)) or piece.name in _CODE:
            self.flush()
            self._heading = int(found[1]) if found and not piece.closing else 0
            self._pre = piece.name in _CODE and not piece.closing
        elif piece.name in _BREAKS:
            self.flush()
            self._item = piece.name == "li" and not piece.closing

    def _reference(self, piece: Piece, line: int) -> None:
        if piece.name == "a":
            self._anchored(piece, line)
        elif source := piece.attributes.get("src", ""):
            self._into.link(source, piece.attributes.get("alt", ""), line, image=True)

    def _anchored(self, piece: Piece, line: int) -> None:
        if not piece.closing and piece.attributes.get("href"):
            self._anchor = (piece.attributes["href"], len(self._text))
        elif piece.closing and self._anchor:
            url, since = self._anchor
            self._anchor = None
            self._into.link(url, "".join(self._text[since:]), line)

    def _tabular(self, piece: Piece, line: int) -> None:
        if piece.name == "table" and not piece.closing:
            self.flush()
            self._in_table, self._rows = True, []
        elif piece.name == "tr" and not piece.closing:
            self.flush()
            self._rows.append([])
        elif piece.name in _CELLS or piece.name == "tr":
            self.flush()
        else:
            self.flush()
            self._into.table(self._rows, line)
            self._in_table, self._rows = False, []


def _is_unseen(piece: Piece) -> bool:
    style = piece.attributes.get("style", "").replace(" ", "").lower()
    return piece.name in _UNSEEN or "hidden" in piece.attributes or _HIDING.search(style) is not None
