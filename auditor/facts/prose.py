"""Gather a prose file's parts into a `MarkupFact`, whatever markup they come from. No parsing here."""

import re

from auditor.facts.markup import Block, Link, MarkupFact, Passage, Section, Table

_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_SPACE = re.compile(r"\s+")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'`]{3,2000}", re.IGNORECASE)
_BADGE = re.compile(r"badge|shields\.io", re.IGNORECASE)
_HEADING_LETTERS = 150
"""A "heading" that is longer is a paragraph that a row of dashes follows."""
BOLD_LINE = 7
"""The level of a line in bold that stands for a heading."""


def words_in(text: str) -> int:
    """Count words; two characters of Chinese, Japanese or Korean make one."""
    dense = len(_CJK.findall(text))
    return (dense + 1) // 2 + len(_WORD.findall(_CJK.sub(" ", text) if dense else text))


def tidy(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return _SPACE.sub(" ", text).strip()


class Gathering:
    """A prose file under construction: parts arrive in reading order."""

    def __init__(self) -> None:
        self._titles: list[tuple[str, int, int]] = [("", 0, 1)]
        self._words: list[int] = [0]
        self._passages: list[Passage] = []
        self._links: list[Link] = []
        self._blocks: list[Block] = []
        self._tables: list[Table] = []
        self._hidden: list[str] = []

    @property
    def section(self) -> int:
        """Return the index of the section that parts now belong to."""
        return len(self._titles) - 1

    def heading(self, text: str, level: int, line: int) -> None:
        """Begin a section."""
        title = tidy(text)
        if len(title) > _HEADING_LETTERS:
            self.passage(title, line)
        elif title:
            self._titles.append((title, level, line))
            self._words.append(words_in(title))

    def passage(self, text: str, line: int, *, item: bool = False, code: tuple[str, ...] = ()) -> None:
        """Add a paragraph or list item."""
        if plain := tidy(text):
            self._passages.append(Passage(plain, line, self.section, item, code))
            self._words[-1] += words_in(_URL.sub(" ", plain))

    def link(self, url: str, text: str, line: int, *, image: bool = False) -> None:
        """Add a link or a picture."""
        badge = image and bool(_BADGE.search(url))
        self._links.append(Link(url.strip(), tidy(text), line, self.section, image, badge))

    def addresses(self, text: str, line: int) -> None:
        """Add the bare web addresses of a text; GitHub shows an attachment's address as the picture or film it is."""
        for found in _URL.findall(text):
            url = found.rstrip(".,;:!?)]}*_'\u3002\uff0c\uff09")
            self.link(url, url, line, image="/user-attachments/assets/" in url)

    def block(self, language: str, text: str, line: int) -> None:
        """Add a code block."""
        self._blocks.append(Block(language.strip().lower(), text, line, self.section))

    def table(self, rows: list[list[str]], line: int) -> None:
        """Add a table, the header first."""
        cells = tuple(tuple(tidy(cell) for cell in row) for row in rows if row)
        if cells:
            self._tables.append(Table(cells, line, self.section))
            self._words[-1] += sum(words_in(cell) for row in cells for cell in row)

    def hide(self, text: str) -> None:
        """Keep what a reader does not see."""
        if text.strip():
            self._hidden.append(text.strip())

    def fact(self, lines: int) -> MarkupFact:
        """Return the whole."""
        sections = tuple(
            Section(title, level, line, words)
            for (title, level, line), words in zip(self._titles, self._words, strict=True)
        )
        return MarkupFact(
            sections=sections,
            passages=tuple(self._passages),
            links=tuple(self._links),
            blocks=tuple(self._blocks),
            tables=tuple(self._tables),
            words=sum(self._words),
            lines=lines,
            hidden=tuple(self._hidden),
        )
