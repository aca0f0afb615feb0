"""Which of the entries are the candidate's own work, and which are vendored, generated, or junk."""

import re
from collections.abc import Iterable

import msgspec

from auditor.repository import Entry, EntryKind
from auditor.views.reading import Reading

_VENDORED = re.compile(
    r"(?:^|/)(?:node_modules|bower_components|vendor|vendored|third_?party|external|extern|_vendor"
    r"|site-packages|dist-packages|\.?venv\d*|\.?virtualenv|\.tox|\.nox|\.eggs|[^/]+\.egg-info|__pycache__|__pypackages__"
    r"|\.ipynb_checkpoints|\.git|\.svn|\.mypy_cache|\.pytest_cache|\.ruff_cache)/",
    re.IGNORECASE,
)
_VIRTUALENV = re.compile(r"^(?P<root>.*?)(?:pyvenv\.cfg|Lib/site-packages/|lib/python3?[\d.]*/site-packages/)")
_TEST = re.compile(
    r"(?:^|/)tests?/(?:.*/)?[^/]*\.py$|(?:^|/)(?:test_[^/]*|[^/]*_tests?|[^/]*_testing|unit_?tests?|conftest|tests?)\.py$",
    re.IGNORECASE,
)
_GENERATED = re.compile(r"(?:_pb2(?:_grpc)?\.pyi?|\.min\.(?:js|css)|\.map)$", re.IGNORECASE)


class Layout(msgspec.Struct, frozen=True):
    """All entries, and those of the candidate's own; `foreign` are vendored, generated or a virtual environment's."""

    entries: tuple[Entry, ...]
    own: tuple[Entry, ...]
    foreign: frozenset[str]

    @classmethod
    def of(cls, reading: Reading) -> "Layout":
        """Sort the entries."""
        kept = own(reading.entries)
        foreign = frozenset(e.path for e in reading.entries) - {e.path for e in kept}
        return cls(reading.entries, kept, foreign)

    def is_own(self, path: str) -> bool:
        """Tell whether a path is the candidate's own work."""
        return path not in self.foreign

    def named(self, pattern: re.Pattern[str]) -> tuple[Entry, ...]:
        """Return the own entries whose whole path matches."""
        return tuple(entry for entry in self.own if pattern.search(entry.path))

    def paths(self) -> Iterable[str]:
        """Return the own paths, in order."""
        return (entry.path for entry in self.own)


def own(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return the entries that are neither vendored, nor generated, nor a virtual environment's, nor submodules."""
    roots = tuple({m["root"] for e in entries if (m := _VIRTUALENV.match(e.path)) and m["root"]})
    return tuple(e for e in entries if e.kind is not EntryKind.SUBMODULE and not _is_foreign(e.path, roots))


def is_test(path: str) -> bool:
    """Tell by its path whether a Python file is there for tests."""
    return _TEST.search(path) is not None


def is_generated(path: str) -> bool:
    """Tell by its path whether a tool wrote a file."""
    return _GENERATED.search(path) is not None


def layout(reading: Reading) -> Layout:
    """Return the reading's layout: there always is one."""
    found = reading.view(Layout)
    if not isinstance(found, Layout):  # pragma: no cover - Layout.of has no other answer
        raise TypeError
    return found


def _is_foreign(path: str, roots: tuple[str, ...]) -> bool:
    return bool(_VENDORED.search(path)) or is_generated(path) or path.startswith(roots)
