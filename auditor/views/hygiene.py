"""What lies in the tree that does not belong there, and what is too big for it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from auditor.facts.fact import base_name, suffix
from auditor.facts.secrets import Secret, SecretsFact
from auditor.model import Evidence
from auditor.repository import Entry, EntryKind, Listing
from auditor.views.layout import is_generated, is_test, layout
from auditor.views.reading import Reading

_IGNORE = re.compile(r"^(?:[^/]+/)?\.gitignore$")
_FIXTURE = re.compile(
    r"(?:^|/)(?:tests?|testing|fixtures?|mocks?|__tests__|spec|testdata)/|\.(?:test|spec)\.\w+$|(?:^|/)conftest\.py$"
    r"|[._-](?:example|sample|template|dist|default)s?(?:\.\w+)?$|(?:^|/)(?:example|sample|template)[^/]*$",
    re.IGNORECASE,
)
_PROSE = re.compile(r"\.(?:md|mdx|rst|html?|qmd|rmd)$|(?:^|/)docs?/", re.IGNORECASE)
_LOCAL = re.compile(r"(?:^|/)(?:airflow|superset|jupyter_notebook|alembic)[\w-]*\.(?:cfg|ini|py)$", re.IGNORECASE)
_SERVICES = re.compile(r"\.(?:ya?ml|env)$|(?:^|/)\.env", re.IGNORECASE)
_PART = re.compile(r"\d+(?=[-_. ])|[^\W\d_]+(?=[-_ \d]|$)")
_BLANK = re.compile(r"example|sample|template|dist\b|default", re.IGNORECASE)
_ENVIRONMENT = re.compile(
    r"(?:^|/)\.env(?:\.(?:local|dev|development|prod|production|staging|docker))?$", re.IGNORECASE
)


class Tree(msgspec.Struct, frozen=True):
    """All entries, and what the host says; `ignoring` are .gitignore files at the root or in a project's folder."""

    entries: tuple[Entry, ...]
    ignoring: tuple[str, ...]
    listing: Listing | None = None

    @classmethod
    def of(cls, reading: Reading) -> "Tree | None":
        """Collect them; None for an empty repository."""
        if not reading.entries:
            return None
        ignoring = sorted((e.path for e in reading.entries if _IGNORE.match(e.path)), key=lambda path: path.count("/"))
        return cls(reading.entries, tuple(ignoring), reading.listing)

    @property
    def files(self) -> Iterator[Entry]:
        """Yield the files, those of virtual environments and other foreign ones too."""
        return (each for each in self.entries if each.kind in (EntryKind.FILE, EntryKind.EXECUTABLE))

    def junk(self, patterns: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        """Return the paths that fit a pattern, by what it is called; each path once."""
        compiled = {name: re.compile(pattern) for name, pattern in patterns.items()}
        found: dict[str, list[str]] = defaultdict(list)
        for each in self.files:
            name = next((name for name, pattern in compiled.items() if pattern.search(each.path)), None)
            if name:
                found[name].append(each.path)
        return {name: tuple(found[name]) for name in compiled if name in found}

    def large(self, least: int, suffixes: frozenset[str]) -> tuple[Entry, ...]:
        """Return the files of some suffixes that are larger; of what is not in this clone the size is not known."""
        return tuple(e for e in self.files if suffix(e.path) in suffixes and e.size is not None and e.size > least)

    def copies(self, least: Mapping[str, int]) -> tuple[tuple[str, ...], ...]:
        """Return the paths that hold the same bytes; `least` gives the size from which that counts, by suffix.

        What the parts of a series hold at the same place (`app-basic/a.py`, `app-advanced/a.py`) makes each whole.
        """
        same: dict[str, list[str]] = defaultdict(list)
        for each in self.files:
            if (each.size or 0) >= least.get(suffix(each.path), 2**62) and not is_generated(each.path):
                same[each.blob].append(each.path)
        return tuple(tuple(paths) for paths in same.values() if len({_in_series(path) for path in paths}) > 1)


def _in_series(path: str) -> tuple[str, str]:
    """Return a path's place in its part of a series, with how the parts are called."""
    top, _, below = path.partition("/")
    start = _PART.match(top) if below else None
    return (re.sub(r"\d+", "0", start[0].lower()), below) if start else (path, "")


class Held(msgspec.Struct, frozen=True):
    """A credential in its file. `grade` is that of the fact, lowered where the file is a test, an example or prose."""

    path: str
    secret: Secret
    grade: str

    @property
    def place(self) -> Evidence:
        """Where it is; what it is is never shown, only its kind and length."""
        named = f"{self.secret.name}: " if self.secret.name else ""
        said = f"{named}{self.secret.kind} of {self.secret.length} characters"
        return Evidence(self.path, self.secret.line, cell=self.secret.cell, excerpt=said)


class Secrets(msgspec.Struct, frozen=True):
    """All credentials of own files. `environments` are committed .env files, `scanned` counts the files looked at."""

    held: tuple[Held, ...]
    environments: tuple[str, ...]
    scanned: int

    @classmethod
    def of(cls, reading: Reading) -> "Secrets":
        """Collect them; there may be none."""
        own = layout(reading)
        facts = {path: fact for path, fact in reading.readable(SecretsFact).items() if own.is_own(path)}
        held = [each for path, fact in facts.items() for each in _held(path, fact.secrets)]
        environments = tuple(path for path in own.paths() if _ENVIRONMENT.search(path))
        return cls(tuple(held), environments, len(facts))

    def graded(self, *grades: str) -> tuple[Held, ...]:
        """Return those of some grades."""
        return tuple(each for each in self.held if each.grade in grades)


def _held(path: str, secrets: Iterable[Secret]) -> Iterator[Held]:
    fixture = is_test(path) or bool(_FIXTURE.search(path))
    for each in secrets:
        if each.grade == "real":
            yield Held(path, each, "dummy" if fixture else "real")
        elif _PROSE.search(path):
            continue  # prose shows what a setting looks like
        elif fixture:
            if _SERVICES.search(path) and not _BLANK.search(path):
                yield Held(path, each, "dummy")
        else:
            yield Held(path, each, "dummy" if _LOCAL.search(path) else each.grade)


def licences(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the licence files, those of the repository as a whole first."""
    found = [e for e in entries if _LICENCE.match(base_name(e.path)) and e.path.count("/") <= 1]
    return tuple(sorted(found, key=lambda each: (each.path.count("/"), each.path)))


_LICENCE = re.compile(
    r"(?:un)?licen[sc]es?(?:[-_. ].*)?$|copying(?:[-_. ].*)?$|(?:mit|apache|gpl)[-_]licen[sc]e.*"
    r"|li[cz]en[czs][ai]a?\.\w+$",
    re.IGNORECASE,
)
