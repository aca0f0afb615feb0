"""Read Markdown, as GitHub shows it, into a `MarkupFact`; plain text is Markdown without marks."""

import re
from typing import TYPE_CHECKING

from auditor.facts.fact import Fact, Parser, Unreadable, base_name, suffix
from auditor.facts.hypertext import Hypertext
from auditor.facts.markup import MarkupFact
from auditor.facts.prose import BOLD_LINE, Gathering
from auditor.facts.text import decode, is_binary

if TYPE_CHECKING:
    from markdown_it.token import Token

_LETTERS = 120_000
_LINES = 6_000
"""What is read of a prose file: many times what a panel reads, and little enough for the reader's slowest paths."""
_LINE_LETTERS = 20_000
_NESTING = 15
_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\n(.{0,5000}?)\n---[ \t]*(?=\n|\Z)", re.DOTALL)
_FENCE = re.compile(r" {0,3}(```+|~~~+)[ \t]*([^`\n]{0,200})$")
_TIGHT_HEADING = re.compile(r"(#{1,6})([^#\s!].{0,100})$")
_WRAPPED = frozenset({"markdown", "md"})
_DEPTH = 6
_BOLD_LETTERS = 70


def parse(data: bytes) -> Fact:
    """Read Markdown or plain text."""
    if is_binary(data):
        return Unreadable("it is not text")
    text = decode(data)[:_LETTERS]
    into = Gathering()
    lines = text.count("\n") + 1 if text.strip() else 0
    source = "\n".join(_mended(_without_front_matter(text, into).split("\n")[:_LINES]))
    try:
        _Reader(into).read(source, 0)
    except RecursionError:
        return Unreadable("it is nested too deeply to be read")
    return into.fact(lines)


def reads(path: str) -> bool:
    """Tell whether a path is a README in Markdown or plain text, in whatever folder."""
    name = base_name(path)
    return name.startswith("readme") and suffix(name) in {"", "txt", "md", "markdown", "mdown", "mkd"}


PARSER = Parser(name="markdown", fact=MarkupFact, parse=parse, reads=reads)


def _without_front_matter(text: str, into: Gathering) -> str:
    """Hide the YAML at the top; blank lines in its place keep the line numbers right."""
    found = _FRONT_MATTER.match(text)
    if found is None or ":" not in found[1]:
        return text
    into.hide(found[1])
    return "\n" * found[0].count("\n") + text[found.end() :]


def _mended(lines: list[str]) -> list[str]:
    """Read as meant: `#Title` is a heading, and a code block that is never closed ends at the next heading."""
    for number in range(_DEPTH):
        opened = _unclosed(lines)
        close = opened is not None and next(
            (n for n in range(opened + 2, len(lines)) if lines[n].startswith("##") and not lines[n - 1].strip()), 0
        )
        if not close or number == _DEPTH - 1:
            break
        lines[close - 1] = "```"
    return [line[:_LINE_LETTERS] for line in _with_headings(lines)]


def _unclosed(lines: list[str]) -> int | None:
    fence, since = "", 0
    for number, line in enumerate(lines):
        if found := _FENCE.match(line):
            if not fence:
                fence, since = found[1], number
            elif found[1].startswith(fence) and not found[2].strip():
                fence = ""
    return since if fence else None


def _with_headings(lines: list[str]) -> list[str]:
    made, fence = [], ""
    for line in lines:
        if found := _FENCE.match(line):
            closes = fence and found[1].startswith(fence) and not found[2].strip()
            fence = "" if closes else fence or found[1]
        tight = None if fence else _TIGHT_HEADING.match(line)
        made.append(f"{tight[1]} {tight[2]}" if tight and "#" not in tight[2] else line)
    return made


class _Reader:
    """A walk over the tokens of one Markdown text."""

    def __init__(self, into: Gathering, depth: int = 0) -> None:
        self._into = into
        self._html = Hypertext(into)
        self._depth = depth
        self._items = 0
        self._heading = 0
        self._rows: list[list[str]] | None = None
        self._table_line = 1

    def read(self, source: str, offset: int) -> None:
        for token in _tokens(source):
            self._token(token, (token.map[0] if token.map else 0) + offset + 1, source)
        self._html.flush()

    def _token(self, token: "Token", line: int, source: str) -> None:
        match token.type:
            case "heading_open":
                self._heading = int(token.tag[1])
            case "list_item_open":
                self._items += 1
            case "list_item_close":
                self._items -= 1
            case "fence" | "code_block":
                self._code(token, line, source)
            case "html_block":
                self._html.read(token.content, line)
            case "table_open":
                self._rows, self._table_line = [], line
            case "tr_open" if self._rows is not None:
                self._rows.append([])
            case "table_close" if self._rows is not None:
                self._into.table(self._rows, self._table_line)
                self._rows = None
            case "inline":
                self._inline(token, line)

    def _code(self, token: "Token", line: int, source: str) -> None:
        language = token.info.strip().split(" ")[0].lower()
        if language in _WRAPPED and self._depth == 0 and len(token.content) * 2 > len(source):
            _Reader(self._into, 1).read(token.content, line)
        else:
            self._html.flush()
            self._into.block(language, token.content, line + (token.type == "fence"))

    def _inline(self, token: "Token", line: int) -> None:
        spans = _Spans(self._into, self._html, line)
        text = spans.text(token.children or [])
        if self._rows is not None and self._rows:
            self._rows[-1].append(text)
        elif self._heading:
            self._html.flush()
            self._into.heading(text, self._heading, line)
            self._heading = 0
        elif spans.bold and not self._items and len(text) <= _BOLD_LETTERS and not text.rstrip().endswith("."):
            self._into.heading(text.rstrip(" :："), BOLD_LINE, line)
        elif not self._html.hiding:
            self._into.passage(text, line, item=self._items > 0, code=tuple(spans.code))
        else:
            self._into.hide(text)


class _Spans:
    """The plain text of one paragraph; links, pictures and code spans are set apart on the way."""

    def __init__(self, into: Gathering, html: Hypertext, line: int) -> None:
        self._into = into
        self._html = html
        self._line = line
        self._links: list[tuple[str, int]] = []
        self.code: list[str] = []
        self.bold = False

    def text(self, children: list["Token"]) -> str:
        parts: list[str] = []
        loose = False
        strong = 0
        for child in children:
            strong += {"strong_open": 1, "strong_close": -1}.get(child.type, 0)
            self.bold = self.bold or strong > 0
            loose = loose or bool(child.type in {"text", "code_inline"} and not strong and child.content.strip(" :*"))
            self._span(child, parts)
        self.bold = self.bold and not loose
        return "".join(parts)

    def _span(self, child: "Token", parts: list[str]) -> None:
        match child.type:
            case "text":
                parts.append(child.content)
                if not self._links:
                    self._into.addresses(child.content, self._line)
            case "code_inline":
                parts.append(child.content)
                self.code.append(child.content)
            case "softbreak" | "hardbreak":
                parts.append("\n")
                self._line += 1
            case "image":
                self._into.link(str(child.attrGet("src") or ""), child.content, self._line, image=True)
            case "link_open":
                self._links.append((str(child.attrGet("href") or ""), len(parts)))
            case "link_close" if self._links:
                url, since = self._links.pop()
                self._into.link(url, "".join(parts[since:]), self._line)
            case "html_inline":
                self._tag(child.content, parts)

    def _tag(self, html: str, parts: list[str]) -> None:
        """Read a tag within a paragraph: pictures and links count, line breaks part words."""
        lowered = html.lower()
        if lowered.startswith(("<br", "</p", "<p", "</li", "</td", "<hr")):
            parts.append("\n")
        elif lowered.startswith("</a") and self._links:
            url, since = self._links.pop()
            self._into.link(url, "".join(parts[since:]), self._line)
        elif lowered.startswith("<a ") and (url := href(html)):
            self._links.append((url, len(parts)))
        elif lowered.startswith(("<img", "<video", "<!--")):
            self._html.read(html, self._line)


def href(tag: str) -> str:
    """Return where an opening anchor leads."""
    from auditor.facts.tags import pieces  # noqa: PLC0415 - few READMEs have one within a paragraph

    return next((piece.attributes.get("href", "") for piece in pieces(tag)), "")


def _tokens(source: str) -> list["Token"]:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - slow to import, and a warm run needs none

    reader = MarkdownIt("commonmark", {"maxNesting": _NESTING}).enable(["table"])
    return reader.parse(source)
