"""All own Python of a repository together: modules and notebooks, each with a way to point at a line of it."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

import msgspec

from auditor.facts.fact import Missing
from auditor.facts.notebook import Cell, NotebookFact
from auditor.facts.python import Call, Import, PythonFact
from auditor.model import Evidence
from auditor.views.layout import layout
from auditor.views.reading import Reading

_TEST = re.compile(r"(?:^|/)(?:tests?|testing)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$", re.IGNORECASE)
_CUT = 120


class Source(msgspec.Struct, frozen=True):
    """One module, or a notebook's code cells as one program; `commands` are its shell lines."""

    path: str
    fact: PythonFact
    cells: tuple[Cell, ...] = ()
    commands: tuple[tuple[str, int], ...] = ()

    @property
    def is_test(self) -> bool:
        """Whether it is a test by its path."""
        return _TEST.search(self.path) is not None

    def at(self, line: int, excerpt: str = "") -> Evidence:
        """Point at a line; in a notebook at the cell, and the line in that cell."""
        if not self.cells:
            return Evidence(self.path, line, excerpt=excerpt[:_CUT])
        place = max(bisect_right(self.cells, line, key=lambda cell: cell.start_line) - 1, 0)
        cell = self.cells[place]
        return Evidence(self.path, max(line - cell.start_line + 1, 1), cell=cell.index, excerpt=excerpt[:_CUT])


class Use(msgspec.Struct, frozen=True):
    """A call in its source."""

    source: Source
    call: Call

    @property
    def name(self) -> str:
        """The resolved name."""
        return self.call.name

    @property
    def last(self) -> str:
        """The last part of the resolved name."""
        return last(self.call.name)

    @property
    def receiver(self) -> str:
        """The part before the last one: of `sklearn.svm.SVC().fit` this is `SVC`."""
        return last(self.call.name.rpartition(".")[0])

    @property
    def keywords(self) -> Mapping[str, str]:
        """The keyword arguments: literal ones as source text, others as ""."""
        return dict(self.call.keywords)

    @property
    def place(self) -> Evidence:
        """Where it is."""
        return self.source.at(self.call.line, self.shown)

    @property
    def shown(self) -> str:
        """The call as a reader would recognise it."""
        return f"{self.call.name.removeprefix('?.')}({self.call.first})"


class Program(msgspec.Struct, frozen=True):
    """All own sources in path order; `by_last` finds calls by the last part of their names.

    `unread` are paths of sources that we could not read.
    """

    sources: tuple[Source, ...]
    by_last: Mapping[str, tuple[Use, ...]]
    modules: Mapping[str, tuple[Source, Import]]
    unread: tuple[str, ...] = ()

    @classmethod
    def of(cls, reading: Reading) -> "Program | Missing | None":
        """Collect the sources; None without any Python."""
        sources = tuple(sorted(_sources(reading), key=lambda source: source.path))
        unread = tuple(sorted(_unread(reading)))
        if not sources:
            return Missing(f"{unread[0]} could not be read") if unread else None
        return cls(sources, _by_last(sources), _modules(sources), unread)

    def named(self, *names: str) -> Iterator[Use]:
        """Yield the calls whose last part is one of the names."""
        return (use for name in names for use in self.by_last.get(name, ()))

    def within(self, roots: frozenset[str]) -> Iterator[Use]:
        """Yield the calls that begin with one of the modules ("sklearn.svm" too)."""
        return (use for uses in self.by_last.values() for use in uses if roots.intersection(prefixes(use.name)))

    def keyed(self, keywords: frozenset[str]) -> Iterator[Use]:
        """Yield the calls that are given one of the keyword arguments."""
        for uses in self.by_last.values():
            yield from (use for use in uses if any(key in keywords for key, _ in use.call.keywords))

    def commanding(self, pattern: re.Pattern[str]) -> Iterator[Evidence]:
        """Yield the notebooks' shell lines that match."""
        for source in self.sources:
            yield from (source.at(line, f"!{text}") for text, line in source.commands if pattern.search(text))

    def importing(self, roots: frozenset[str]) -> Iterator[Evidence]:
        """Yield the first import of each of the modules."""
        for module, (source, found) in self.modules.items():
            if roots.intersection(prefixes(module)):
                yield source.at(found.line, f"import {module}")


def last(name: str) -> str:
    """Return the last part of a dotted name, without the brackets of a call."""
    return name.rpartition(".")[2].removesuffix("()")


def prefixes(name: str) -> Iterator[str]:
    """Yield "a", "a.b", "a.b.c" of `a.b().c`."""
    whole = ""
    for part in name.split("."):
        whole = f"{whole}.{part.removesuffix('()')}" if whole else part.removesuffix("()")
        yield whole


def _sources(reading: Reading) -> Iterator[Source]:
    own = layout(reading)
    for path, fact in reading.readable(PythonFact).items():
        if own.is_own(path):
            yield Source(path, fact)
    for path, book in reading.readable(NotebookFact).items():
        cells = tuple(cell for cell in book.cells if cell.kind == "code")
        if own.is_own(path) and book.language == "python" and cells:
            yield Source(path, book.program, cells, book.commands)


def _unread(reading: Reading) -> Iterator[str]:
    own = layout(reading)
    for kind in (PythonFact, NotebookFact):
        yield from (path for path, fact in reading.of(kind).items() if isinstance(fact, Missing) and own.is_own(path))


def _by_last(sources: tuple[Source, ...]) -> dict[str, tuple[Use, ...]]:
    found: dict[str, list[Use]] = {}
    for source in sources:
        for call in source.fact.calls:
            found.setdefault(last(call.name), []).append(Use(source, call))
    return {name: tuple(uses) for name, uses in found.items()}


def _modules(sources: tuple[Source, ...]) -> dict[str, tuple[Source, Import]]:
    found: dict[str, tuple[Source, Import]] = {}
    for source in sources:
        for each in source.fact.imports:
            for module in (each.module, *(f"{each.module}.{name}" for name in each.names)):
                found.setdefault(module, (source, each))
    return found
