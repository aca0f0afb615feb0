"""All own Python of a repository together: modules and notebooks, each with a way to point at a line of it."""

import re
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate
from typing import TypeVar, cast

import msgspec

from auditor.facts.fact import Missing
from auditor.facts.notebook import Cell, NotebookFact
from auditor.facts.python import Call, Import, PythonFact
from auditor.model import Evidence
from auditor.views.layout import is_test, layout
from auditor.views.reading import Reading
from auditor.views.words import shortened

_CUT = 120
_PARTS = 12
T = TypeVar("T")


class Source(msgspec.Struct, frozen=True):
    """One module, or a notebook's code cells as one program.

    `commands` are its shell lines, `unparsed` the cells that do not parse and are left out of the program.
    """

    path: str
    fact: PythonFact
    cells: tuple[Cell, ...] = ()
    commands: tuple[tuple[str, int], ...] = ()
    is_test: bool = False
    unparsed: tuple[Cell, ...] = ()

    def at(self, line: int, excerpt: str = "") -> Evidence:
        """Point at a line; in a notebook at the cell, and the line in that cell."""
        if not self.cells:
            return Evidence(self.path, line, excerpt=shortened(excerpt, _CUT))
        place = max(bisect_right(self.cells, line, key=lambda cell: cell.start_line) - 1, 0)
        cell = self.cells[place]
        return Evidence(
            self.path, max(line - cell.start_line + 1, 1), cell=cell.index, excerpt=shortened(excerpt, _CUT)
        )


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
        name = self.call.name.lstrip("?[]().") or "…"
        return f"{name}({self.call.first})".replace("[]", "[…]")


class Program(msgspec.Struct, frozen=True):
    """All own sources in path order, and the calls in them by the last part of their names, tests apart.

    `by_root` has the calls by the first part, `by_keyword` by their keyword arguments; `modules` has the first import
    of each module; `unread` are paths of sources that we could not read; `kept` is what `once` made.
    """

    sources: tuple[Source, ...]
    by_last: Mapping[str, tuple[Use, ...]]
    by_root: Mapping[str, tuple[Use, ...]]
    by_keyword: Mapping[str, tuple[Use, ...]]
    modules: Mapping[str, tuple[Source, Import]]
    unread: tuple[str, ...] = ()
    kept: dict[Hashable, object] = msgspec.field(default_factory=dict)

    @classmethod
    def of(cls, reading: Reading) -> "Program | Missing | None":
        """Collect the sources; None without any Python."""
        sources = tuple(sorted(_sources(reading), key=lambda source: source.path))
        unread = tuple(sorted(_unread(reading)))
        if not sources:
            return Missing(f"{unread[0]} could not be read") if unread else None
        uses = [Use(source, call) for source in sources if not source.is_test for call in source.fact.calls]
        by_last = _grouped((last(use.name), use) for use in uses)
        by_root = _grouped((_root(use.name), use) for use in uses)
        by_keyword = _grouped((key, use) for use in uses for key, _ in use.call.keywords)
        return cls(sources, by_last, by_root, by_keyword, _modules(sources), unread)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` makes, made at most once for a key."""
        if key not in self.kept:
            self.kept[key] = make()
        return cast("T", self.kept[key])

    def named(self, *names: str) -> Iterator[Use]:
        """Yield the calls whose last part is one of the names."""
        return (use for name in names for use in self.by_last.get(name, ()))

    def within(self, roots: frozenset[str]) -> Iterator[Use]:
        """Yield the calls that begin with one of the modules ("sklearn.svm" too)."""
        firsts = sorted({_root(name) for name in roots})
        return (
            use for first in firsts for use in self.by_root.get(first, ()) if not roots.isdisjoint(prefixes(use.name))
        )

    def keyed(self, keywords: frozenset[str]) -> Iterator[Use]:
        """Yield the calls that are given one of the keyword arguments, each once."""
        uses = {id(use): use for key in sorted(keywords) for use in self.by_keyword.get(key, ())}
        return iter(uses.values())

    def commanding(self, pattern: re.Pattern[str]) -> Iterator[Evidence]:
        """Yield the notebooks' shell lines that match."""
        for source in self.sources:
            yield from (source.at(line, f"!{text}") for text, line in source.commands if pattern.search(text))

    def importing(self, roots: frozenset[str]) -> Iterator[Evidence]:
        """Yield the first import of each of the modules."""
        for module, (source, found) in self.modules.items():
            if not roots.isdisjoint(prefixes(module)):
                yield source.at(found.line, f"import {module}")


def last(name: str) -> str:
    """Return the last part of a dotted name, without the brackets of a call."""
    return name.rpartition(".")[2].removesuffix("()")


@lru_cache(maxsize=20_000)
def prefixes(name: str) -> tuple[str, ...]:
    """Return "a", "a.b", "a.b.c" of `a.b().c`. The same names are asked about again and again.

    Of a name of thousands of parts only the first: all of its prefixes together would fill the memory.
    """
    parts = (part.removesuffix("()") for part in name.split(".", _PARTS)[:_PARTS])
    return tuple(accumulate(parts, "{}.{}".format))


def _sources(reading: Reading) -> Iterator[Source]:
    own = layout(reading)
    for path, fact in reading.readable(PythonFact).items():
        if own.is_own(path):
            yield Source(path, fact, is_test=is_test(path) and not _evaluates(path, fact))
    for path, book in reading.readable(NotebookFact).items():
        cells = tuple(cell for cell in book.cells if cell.kind == "code")
        if own.is_own(path) and book.language == "python" and cells:
            unparsed = tuple(cell for cell in cells if cell.index in book.unparsed)
            yield Source(path, book.program, cells, book.commands, is_test(path), unparsed)


def _evaluates(path: str, fact: PythonFact) -> bool:
    """Tell a script such as test_model.py, which puts a model to the test, from what a runner would collect."""
    cases = (*(f.name for f in fact.functions), *(c.name for c in fact.classes))
    apart = "/tests/" in f"/{path.lower()}" and not fact.main_guard
    return bool(cases) and not apart and not any(last(name).lower().startswith("test") for name in cases)


def _unread(reading: Reading) -> Iterator[str]:
    own = layout(reading)
    for kind in (PythonFact, NotebookFact):
        yield from (path for path, fact in reading.of(kind).items() if isinstance(fact, Missing) and own.is_own(path))


def _grouped(pairs: Iterable[tuple[str, Use]]) -> dict[str, tuple[Use, ...]]:
    found: dict[str, list[Use]] = {}
    for key, use in pairs:
        found.setdefault(key, []).append(use)
    return {key: tuple(uses) for key, uses in found.items()}


def _root(name: str) -> str:
    return name.partition(".")[0].removesuffix("()")


def _modules(sources: tuple[Source, ...]) -> dict[str, tuple[Source, Import]]:
    found: dict[str, tuple[Source, Import]] = {}
    for source in sources:
        for each in source.fact.imports:
            for module in (each.module, *(f"{each.module}.{name}" for name in each.names)):
                found.setdefault(module, (source, each))
    return found
