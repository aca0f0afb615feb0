"""Facts for a repository's entries: from the cache where the bytes were seen before, else parsed, each blob once."""

import hashlib
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache as once
from pathlib import Path

import msgspec

from auditor.facts.cache import Cache
from auditor.facts.fact import Fact, Missing, Parser, Unreadable
from auditor.facts.masking import masked
from auditor.facts.parsers import parsers_for
from auditor.facts.text import is_lfs_pointer
from auditor.limits import Limits
from auditor.repository import Entry, EntryKind
from auditor.watch import Watch

Facts = Mapping[type[Fact], Mapping[str, Fact]]
Read = Callable[[Iterable[Entry]], Iterator[tuple[Entry, bytes | None]]]

_log = logging.getLogger(__name__)
_BATCH = 50
_encode = msgspec.msgpack.Encoder().encode


class Store:
    """Parses for one repository. `read` is the snapshot's; nothing here knows where the bytes are."""

    def __init__(self, read: Read, cache: Cache, limits: Limits, watch: Watch) -> None:
        self._read = read
        self._cache = cache
        self._limits = limits
        self._watch = watch
        self._fresh: dict[str, bytes] = {}

    def facts(self, entries: Sequence[Entry]) -> Facts:
        """Return every fact that the entries' names ask for, by kind and path, in path order."""
        wanted = [(entry, parser) for entry in entries if _is_file(entry) for parser in parsers_for(entry.path)]
        found: dict[tuple[str, str], Fact] = {}
        pending: list[tuple[Entry, Parser]] = []
        for position, (entry, parser) in enumerate(sorted(wanted, key=_shallow_first)):
            if refused := self._refused(entry, parser, position):
                found[entry.path, parser.name] = refused
            else:
                pending.append((entry, parser))
        found |= self._kept(pending)
        found |= self._parsed([pair for pair in pending if (pair[0].path, pair[1].name) not in found])
        return _grouped(wanted, found)

    def _refused(self, entry: Entry, parser: Parser, position: int) -> Missing | None:
        limit: int = getattr(self._limits, parser.limit)
        if entry.size is None:
            return Missing("its content is not in this clone")
        if entry.size > limit:
            return Missing(f"larger than the limit of {limit / 1e6:g} MB")
        if position >= self._limits.parsed_files:
            return Missing(f"beyond the limit of {self._limits.parsed_files} files")
        if _key(parser, entry.blob) in self._watch.banned:
            return Missing("reading it took too much time or memory")
        return None

    def _kept(self, pairs: Sequence[tuple[Entry, Parser]]) -> dict[tuple[str, str], Fact]:
        kept = self._cache.get({_key(parser, entry.blob) for entry, parser in pairs})
        found: dict[tuple[str, str], Fact] = {}
        for entry, parser in pairs:
            fact = _decoded(parser, kept.get(_key(parser, entry.blob)))
            if fact is not None:
                found[entry.path, parser.name] = fact
        return found

    def _parsed(self, pairs: Sequence[tuple[Entry, Parser]]) -> dict[tuple[str, str], Fact]:
        """Read and parse each distinct blob once."""
        by_blob: dict[str, list[tuple[Entry, Parser]]] = {}
        for entry, parser in pairs:
            by_blob.setdefault(entry.blob, []).append((entry, parser))
        found: dict[tuple[str, str], Fact] = {}
        for entry, data in self._read([group[0][0] for group in by_blob.values()]):
            made: dict[str, Fact] = {}
            for other, parser in by_blob[entry.blob]:
                if parser.name not in made:
                    made[parser.name] = self._parse(parser, entry.blob, data)
                found[other.path, parser.name] = made[parser.name]
        self._flush()
        return found

    def _parse(self, parser: Parser, blob: str, data: bytes | None) -> Fact:
        if data is None:
            return Missing("its content is not in this clone")
        if is_lfs_pointer(data):
            return Missing("its content is kept in Git LFS")
        key = _key(parser, blob)
        try:
            with self._watch.step(key):
                fact, encoded = _clean(parser, parser.parse(data))
        except MemoryError:
            return Missing("reading it takes more memory than the limit")
        except RecursionError:
            return Missing("it is nested too deeply to be read")
        except Exception:  # noqa: BLE001 - the first seam: our defect, said as such, never the candidate's
            _log.exception("parser %s failed on blob %s", parser.name, blob)
            return Missing("it could not be read through a defect of the auditor")
        self._fresh[key] = encoded
        if len(self._fresh) >= _BATCH:
            self._flush()
        return fact

    def _flush(self) -> None:
        self._cache.put(self._fresh)
        self._fresh = {}


def _clean(parser: Parser, fact: Fact) -> tuple[Fact, bytes]:
    """Return a fact without the credentials that stand in its texts, and the same encoded.

    Half a surrogate pair, which JSON and Python can write as an escape, is no text that can be kept: it becomes "?".
    """
    try:
        encoded = _encode(fact)
    except UnicodeEncodeError:
        fact = msgspec.convert(_whole(msgspec.to_builtins(fact)), parser.fact | Unreadable | Missing)
        encoded = _encode(fact)
    clean = masked(encoded)
    return (fact if clean is encoded else _decoder(parser.fact).decode(clean)), clean


def _whole(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case dict():
            return {_whole(key): _whole(each) for key, each in value.items()}
        case list() | tuple():
            return [_whole(each) for each in value]
    return value


@once
def _version() -> str:
    """Name this version of all parsers: a digest of their sources, and of the Python whose grammar they use."""
    digest = hashlib.sha256(repr(sys.version_info[:3]).encode())
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _key(parser: Parser, blob: str) -> str:
    return f"{_version()} {parser.name} {blob}"


@once
def _decoder(kind: type[Fact]) -> msgspec.msgpack.Decoder[Fact]:
    return msgspec.msgpack.Decoder(kind | Unreadable | Missing)


def _decoded(parser: Parser, data: bytes | None) -> Fact | None:
    if data is None:
        return None
    try:
        return _decoder(parser.fact).decode(data)
    except msgspec.DecodeError:
        return None  # damaged: parsing again is always right


def _is_file(entry: Entry) -> bool:
    return entry.kind in (EntryKind.FILE, EntryKind.EXECUTABLE)


def _shallow_first(pair: tuple[Entry, Parser]) -> tuple[int, str]:
    return pair[0].path.count("/"), pair[0].path


def _grouped(wanted: Sequence[tuple[Entry, Parser]], found: Mapping[tuple[str, str], Fact]) -> Facts:
    grouped: dict[type[Fact], dict[str, Fact]] = {}
    for entry, parser in wanted:
        fact = found.get((entry.path, parser.name), Missing("its content is not in this clone"))
        grouped.setdefault(parser.fact, {})[entry.path] = fact
    return grouped
