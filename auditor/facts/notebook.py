"""What a notebook says: its cells in order, what ran, what came out in summary. Outputs are never kept."""

from auditor.facts.fact import Fact
from auditor.facts.python import PythonFact


class Cell(Fact, frozen=True):
    """One cell. `index` counts from 0 over all cells; `kind` is code, markdown or raw; `lines` are non-blank ones.

    `count` is the execution count; `outputs` how many outputs it has; `error` the exception's name in an error output;
    `silent` code that would show nothing when run (imports, assignments, definitions only); `warnings` lines of
    warnings in its stderr; `heading` the level of a Markdown heading in it, 0 for none; `words` of a Markdown cell.
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


class NotebookFact(Fact, frozen=True):
    """A notebook.

    `program` is all code cells as one Python program in order, magics and shell lines removed; a code cell's
    `start_line` is where it begins in that program (from 1). `numbers` are the figures printed in outputs (as written,
    for backing a README's claims), `installs` the `!pip install` lines, `unparsed` the indexes of cells that don't
    parse, `intro` the text of the first Markdown cell (cut).
    """

    language: str
    cells: tuple[Cell, ...]
    program: PythonFact
    numbers: tuple[str, ...] = ()
    installs: tuple[str, ...] = ()
    unparsed: tuple[int, ...] = ()
    intro: str = ""
