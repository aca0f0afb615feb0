"""The candidate's own notebooks, and those that can't be opened."""

import msgspec

from auditor.facts.fact import Missing, Unreadable
from auditor.facts.notebook import Cell, NotebookFact
from auditor.model import Evidence
from auditor.views.layout import layout
from auditor.views.reading import Reading


class Notebook(msgspec.Struct, frozen=True):
    """One notebook. `code` are the code cells that hold any code."""

    path: str
    fact: NotebookFact
    code: tuple[Cell, ...]

    @property
    def talking(self) -> tuple[Cell, ...]:
        """The code cells that would show something when run."""
        return tuple(cell for cell in self.code if cell.outputs or not cell.silent)

    @property
    def ran(self) -> tuple[Cell, ...]:
        """The code cells with an execution count or an output."""
        return tuple(cell for cell in self.code if cell.count is not None or cell.outputs)

    @property
    def counts(self) -> tuple[int, ...]:
        """The execution counts, in the order of the cells."""
        return tuple(cell.count for cell in self.code if cell.count is not None)

    def at(self, cell: Cell, excerpt: str = "") -> Evidence:
        """Point at a cell."""
        return Evidence(self.path, cell=cell.index, excerpt=excerpt or cell.said)

    def as_whole(self, excerpt: str) -> Evidence:
        """Point at the notebook."""
        return Evidence(self.path, excerpt=excerpt)


class Notebooks(msgspec.Struct, frozen=True):
    """All own notebooks in path order; `broken` can't be opened by anyone, `unread` only not by us."""

    books: tuple[Notebook, ...]
    broken: tuple[tuple[str, Unreadable], ...] = ()
    unread: tuple[tuple[str, Missing], ...] = ()

    @classmethod
    def of(cls, reading: Reading) -> "Notebooks | Missing | None":
        """Collect them; None without any, `Missing` where none could be read through no fault of the candidate."""
        own = layout(reading)
        found = {path: fact for path, fact in reading.of(NotebookFact).items() if own.is_own(path)}
        books = tuple(_notebook(path, fact) for path, fact in found.items() if isinstance(fact, NotebookFact))
        broken = tuple((path, fact) for path, fact in found.items() if isinstance(fact, Unreadable))
        unread = tuple((path, fact) for path, fact in found.items() if isinstance(fact, Missing))
        if books or broken:
            return cls(books, broken, unread)
        return Missing(f"{unread[0][0]}: {unread[0][1].reason}") if unread else None

    @property
    def coding(self) -> tuple[Notebook, ...]:
        """The notebooks that hold any code."""
        return tuple(book for book in self.books if book.code)


def _notebook(path: str, fact: NotebookFact) -> Notebook:
    return Notebook(path, fact, tuple(cell for cell in fact.cells if cell.kind == "code" and cell.lines))
