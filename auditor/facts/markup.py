"""What a README or another prose file says: its sections, words, links, pictures, tables and code blocks."""

from auditor.facts.fact import Fact


class Link(Fact, frozen=True):
    """A link or a picture. `text` is what is shown (a picture's alternative text); `section` indexes `sections`."""

    url: str
    text: str
    line: int
    section: int
    image: bool = False
    badge: bool = False


class Block(Fact, frozen=True):
    """A code block; `language` is what follows the fence, in lower case."""

    language: str
    text: str
    line: int
    section: int


class Table(Fact, frozen=True):
    """A table as rows of cell texts, the header first."""

    rows: tuple[tuple[str, ...], ...]
    line: int
    section: int


class Passage(Fact, frozen=True):
    """A paragraph or list item as plain text; hidden text and HTML comments are left out.

    `code` holds its code spans, which are part of `text` too.
    """

    text: str
    line: int
    section: int
    item: bool = False
    code: tuple[str, ...] = ()


class Section(Fact, frozen=True):
    """A heading and what follows it up to the next one; section 0 is what stands before the first heading (level 0).

    A line in bold that stands for a heading has level 7.
    """

    title: str
    level: int
    line: int
    words: int = 0


class MarkupFact(Fact, frozen=True):
    """A prose file. `words` counts those a reader sees (CJK characters count by twos); `hidden` what he doesn't."""

    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]
    links: tuple[Link, ...] = ()
    blocks: tuple[Block, ...] = ()
    tables: tuple[Table, ...] = ()
    words: int = 0
    lines: int = 0
    hidden: tuple[str, ...] = ()
