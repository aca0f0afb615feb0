"""What a notebook says: its cells in order, what ran, what came out in summary. Outputs are never kept."""

import re
from collections.abc import Iterable, Iterator, Mapping

from auditor.facts import ipynb
from auditor.facts.cells import joined
from auditor.facts.fact import Fact, Parser, Unreadable, suffix
from auditor.facts.magics import Plain, plain
from auditor.facts.python import PythonFact

_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,})\s*")
_HTML_HEADING = re.compile(r"<h([1-6])\b[^<>]{0,300}>([^<]{0,300})", re.IGNORECASE)
_BOLD = re.compile(r"\s*(?:\*\*|__)[^*_\n]{2,120}(?:\*\*|__)\s*:?\s*")
_MARKUP = re.compile(
    r"<[^<>]{0,500}>|!\[[^\]]{0,200}\]\([^)\s]{0,2000}\)?|\]\([^)\s]{0,500}\)|https?://\S{1,500}|data:\S+"
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NUMBER = re.compile(  # a digit before what it must not follow: the engine skips to digits by itself, in half the time
    r"\d(?<![\w.]\d)(?:\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+(?:[eE][-+]?\d{1,3})?|\d{1,14})(?: ?%)?(?!\w)"
)
_ANSI = re.compile(r"\x1b\[[\d;]{0,20}m")
_SILENT = re.compile(
    r"(?:from|import|def|class|async def|pass|del|global|assert|@|raise)\b|@|[\w.\[\]'\"(), *:]{1,200}?[-+*/|&@]?=(?!=)"
)
_SHOWS = re.compile(r"\b(?:print|display|show|plot|head|info|describe|fit|write)\w{0,30}\(|^[ \t]*[!%]", re.MULTILINE)
_DEEPEST = 6
_SAID = 80
_INTRO = 2000
_NUMBERS = 4000
_COMMANDS = 200
_TEXT = 100_000  # of one output, from the start, and a tenth of it from the end


class Cell(Fact, frozen=True):
    """One cell. `index` counts from 0 over all cells; `kind` is code, markdown or raw; `lines` are non-blank ones.

    `count` is the execution count; `outputs` how many outputs it has; `error` the exception's name in an error output;
    `silent` code that would show nothing when run (imports, assignments, definitions only); `warnings` lines of
    warnings in its stderr; `heading` the level of a Markdown heading in it, 0 for none; `words` of a Markdown cell,
    `prose` those outside headings; `said` is its first line, cut.
    """

    index: int
    kind: str
    lines: int = 0
    words: int = 0
    heading: int = 0
    count: int | None = None
    outputs: int = 0
    images: int = 0
    error: str | None = None
    warnings: int = 0
    silent: bool = False
    start_line: int = 0
    prose: int = 0
    said: str = ""


class NotebookFact(Fact, frozen=True):
    """A notebook.

    `program` is all code cells as one Python program in order, magics and shell lines removed; a code cell's
    `start_line` is where it begins in that program (from 1). `numbers` are the figures printed in outputs (as written,
    for backing a README's claims), `installs` the `!pip install` lines, `commands` all shell lines with their line in
    the program, `unparsed` the indexes of cells that don't parse, `intro` the text of the first Markdown cell (cut).
    """

    language: str
    cells: tuple[Cell, ...]
    program: PythonFact
    numbers: tuple[str, ...] = ()
    installs: tuple[str, ...] = ()
    unparsed: tuple[int, ...] = ()
    intro: str = ""
    commands: tuple[tuple[str, int], ...] = ()


def parse(data: bytes) -> NotebookFact | Unreadable:
    """Read a notebook of format 2, 3 or 4."""
    book = ipynb.load(data)
    if isinstance(book, Unreadable):
        return book
    pythonic = book.language == "python"
    plains = {cell.index: plain(cell.source) for cell in book.cells if cell.kind == "code"}
    program = joined({index: each.source for index, each in plains.items()} if pythonic else {})
    return NotebookFact(
        language=book.language,
        cells=tuple(_cell(cell, program.starts.get(cell.index, 0)) for cell in book.cells),
        program=program.fact,
        numbers=_numbers(book.cells),
        installs=tuple(line for each in plains.values() for line in each.installs),
        unparsed=program.unparsed,
        commands=tuple(_commands(plains, program.starts))[:_COMMANDS],
        intro=next((cell.source[:_INTRO] for cell in book.cells if cell.kind == "markdown"), ""),
    )


def _commands(plains: Mapping[int, Plain], starts: Mapping[int, int]) -> Iterator[tuple[str, int]]:
    for index, each in plains.items():
        yield from ((command, starts.get(index, 0) + line) for command, line in each.commands)


PARSER = Parser(
    name="notebook", fact=NotebookFact, parse=parse, reads=lambda path: suffix(path) == "ipynb", limit="notebook_bytes"
)


def _cell(cell: ipynb.Cell, start_line: int) -> Cell:
    lines = [line for line in cell.source.split("\n") if line.strip()]
    said = lines[0].strip()[:_SAID] if lines else ""
    if cell.kind != "code":
        level, titles, prose = (cell.level, cell.source, "") if cell.level else _parted(lines)
        told = _words(prose)
        return Cell(cell.index, cell.kind, len(lines), told + _words(titles), level, prose=told, said=said)
    return Cell(
        index=cell.index,
        kind="code",
        lines=len(lines),
        count=cell.count,
        outputs=len(cell.outputs),
        images=sum(output.image for output in cell.outputs),
        error=next((output.error for output in cell.outputs if output.error is not None), None),
        warnings=sum(output.text().count("Warning:") for output in cell.outputs if output.stderr),
        silent=not cell.outputs and _is_silent(cell.source),
        start_line=start_line,
        said=said,
    )


def _parted(lines: list[str]) -> tuple[int, str, str]:
    """Part Markdown into the level of its first heading (0 for none), its headings, and the rest."""
    level = 0
    titles: list[str] = []
    rest: list[str] = []
    for line in lines:
        bare = line.lstrip(" \t>")
        if bare.startswith("#") and bare.strip("# "):
            level = level or min(len(bare) - len(bare.lstrip("#")), _DEEPEST)
            titles.append(bare)
        elif rest and bare.startswith(("=", "-")) and _UNDERLINE.fullmatch(bare):
            level = level or (1 if bare.startswith("=") else 2)
            titles.append(rest.pop())
        else:
            rest.append(line)
    text = "\n".join(rest)
    if "<h" in text or "<H" in text:
        found = _HTML_HEADING.findall(text)
        level = level or (int(found[0][0]) if found else 0)
        titles += [title for _, title in found]
        text = _HTML_HEADING.sub(" ", text)
    if not level and _BOLD.fullmatch(text):
        return _DEEPEST, text, ""
    return level, "\n".join(titles), text


def _words(text: str) -> int:
    if "<" in text or "](" in text or "://" in text:
        text = _MARKUP.sub(" ", text)
    if text.isascii():
        return _tokens(text)
    characters = len(_CJK.findall(text))
    return _tokens(_CJK.sub(" ", text) if characters else text) + characters // 2


def _tokens(text: str) -> int:
    """Count what stands between spaces and has a letter in it; letters are what upper and lower case tell apart."""
    return sum(word.upper() != word.lower() or not word.isascii() for word in text.split())


def _is_silent(source: str) -> bool:
    """Tell whether nothing would be shown: what stands last at the margin is no bare expression, nothing is printed."""
    if _SHOWS.search(source):
        return False
    margin = [line for line in source.split("\n") if line[:1] not in ("", " ", "\t", "#", ")", "]", "}", "'", '"')]
    return not margin or _SILENT.match(margin[-1]) is not None


def _numbers(cells: Iterable[ipynb.Cell]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text in _printed(cells):
        found.update(dict.fromkeys(_NUMBER.findall(text)))
        if len(found) > _NUMBERS:
            break
    return tuple(found)[:_NUMBERS]


def _printed(cells: Iterable[ipynb.Cell]) -> Iterator[str]:
    for cell in cells:
        for output in cell.outputs:
            if output.stderr:
                continue
            text = output.text()
            text = text if len(text) <= _TEXT else f"{text[:_TEXT]}\n{text[-_TEXT // 10 :]}"
            yield _ANSI.sub("", text) if "\x1b" in text else text
