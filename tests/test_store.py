"""Facts are parsed once, kept for ever, and read anew when a kept one is damaged."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from auditor.facts import store as store_module
from auditor.facts.cache import Cache
from auditor.facts.fact import Fact, Missing, Parser, Unreadable
from auditor.facts.store import Facts, Store
from auditor.limits import Limits
from auditor.repository import Entry, EntryKind
from auditor.watch import Watch


class Length(Fact, frozen=True):
    """How long a text is."""

    value: int


def _parse(data: bytes) -> Fact:
    if data == b"crash":
        raise ZeroDivisionError
    if data == b"deep":
        raise RecursionError
    if data == b"huge":
        raise MemoryError
    if data == b"half":
        return Unreadable("half a pair: \ud800", 2)
    return Unreadable("bad") if data == b"bad" else Length(len(data))


_PARSER = Parser(name="length", fact=Length, parse=_parse, reads=lambda path: path.endswith(".len"))


class _Blobs:
    """Blobs by name; counts what is read."""

    def __init__(self, blobs: dict[str, bytes]) -> None:
        self.blobs = blobs
        self.asked: list[str] = []

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        for entry in entries:
            self.asked.append(entry.blob)
            yield entry, self.blobs.get(entry.blob)


@pytest.fixture(autouse=True)
def _one_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "parsers_for", lambda path: (_PARSER,) if _PARSER.reads(path) else ())


def _facts(blobs: _Blobs, entries: list[Entry], folder: Path | None, limits: Limits | None = None) -> Facts:
    cache = Cache(folder)
    try:
        return Store(blobs.read, cache, limits or Limits(), Watch(None, 1)).facts(entries)
    finally:
        cache.close()


def test_each_distinct_blob_is_read_once_and_never_again(tmp_path: Path) -> None:
    blobs = _Blobs({"one": b"abc", "two": b"abcd"})
    entries = [Entry("a.len", "one", 3), Entry("b.len", "one", 3), Entry("c.len", "two", 4), Entry("d.txt", "x", 1)]
    expected = {Length: {"a.len": Length(3), "b.len": Length(3), "c.len": Length(4)}}
    assert _facts(blobs, entries, tmp_path) == expected
    assert blobs.asked == ["one", "two"]
    assert _facts(blobs, entries, tmp_path) == expected
    assert blobs.asked == ["one", "two"], "the second run reads no blob"


def test_what_cannot_be_read_is_a_value_with_its_reason(tmp_path: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
    blobs = _Blobs(
        {"bad": b"bad", "deep": b"deep", "huge": b"huge", "crash": b"crash", "lfs": pointer, "half": b"half"}
    )
    entries = [Entry(f"{name}.len", name, 5) for name in blobs.blobs]
    entries += [Entry("gone.len", "gone", None), Entry("big.len", "big", 2_000_000), Entry("lost.len", "lost", 3)]
    entries += [Entry("link.len", "bad", 3, EntryKind.LINK)]
    assert _facts(blobs, entries, tmp_path)[Length] == {
        "bad.len": Unreadable("bad"),
        "deep.len": Missing("it is nested too deeply to be read"),
        "huge.len": Missing("reading it takes more memory than the limit"),
        "crash.len": Missing("it could not be read through a defect of the auditor"),
        "lfs.len": Missing("its content is kept in Git LFS"),
        "half.len": Unreadable("half a pair: ?", 2),
        "gone.len": Missing("its content is not in this clone"),
        "big.len": Missing("larger than the limit of 1 MB"),
        "lost.len": Missing("its content is not in this clone"),
    }


def test_our_defects_are_not_kept(tmp_path: Path) -> None:
    blobs = _Blobs({"crash": b"crash"})
    _facts(blobs, [Entry("a.len", "crash", 5)], tmp_path)
    blobs.blobs["crash"] = b"fine now"
    assert _facts(blobs, [Entry("a.len", "crash", 5)], tmp_path)[Length] == {"a.len": Length(8)}


def test_a_limit_of_files_keeps_the_shallow_ones() -> None:
    blobs = _Blobs({"b": b"abc"})
    entries = [Entry("deep/er/a.len", "b", 3), Entry("z.len", "b", 3)]
    assert _facts(blobs, entries, None, Limits(parsed_files=1))[Length] == {
        "deep/er/a.len": Missing("beyond the limit of 1 files"),
        "z.len": Length(3),
    }


@pytest.mark.parametrize("damage", ["entry", "crc", "file", "folder"])
def test_a_damaged_cache_is_as_good_as_none(tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    blobs = _Blobs({"one": b"abc"})
    entries = [Entry("a.len", "one", 3)]
    folder = tmp_path / "cache"
    _facts(blobs, entries, folder)
    file = folder / "facts.sqlite"
    if damage in ("entry", "crc"):
        connection = sqlite3.connect(file)
        damaged = "x'00000000ff'" if damage == "crc" else "x''"
        connection.execute(f"UPDATE kept SET value = {damaged}")  # noqa: S608 - fixed text
        connection.commit()
        connection.close()
    elif damage == "file":
        for part in folder.iterdir():
            part.unlink()
        file.write_bytes(b"this is no database" * 100)
    else:
        for part in folder.iterdir():
            part.unlink()
        folder.rmdir()
        folder.write_bytes(b"a file where the folder should be")
    assert _facts(blobs, entries, folder)[Length] == {"a.len": Length(3)}
    assert blobs.asked == ["one", "one"]
    assert bool(caplog.records) == (damage == "folder")


def test_two_runs_share_a_cache(tmp_path: Path) -> None:
    first, second = Cache(tmp_path), Cache(tmp_path)
    first.put({"a": b"1"})
    second.put({"a": b"2", "b": b"3"})
    assert first.get(["a", "b", "c"]) == {"a": b"2", "b": b"3"}
    first.close()
    second.close()


def test_a_cache_that_another_run_makes_at_this_moment_is_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    making = sqlite3.connect(tmp_path / "facts.sqlite", isolation_level=None, check_same_thread=False)
    making.execute("CREATE TABLE other (key TEXT)")
    making.execute("BEGIN IMMEDIATE")  # at which SQLite's own waiting gives up at once
    done = threading.Timer(0.3, lambda: making.execute("COMMIT"))
    done.start()
    cache = Cache(tmp_path)
    cache.put({"a": b"1"})
    assert cache.get(["a"]) == {"a": b"1"}
    assert caplog.records == []
    cache.close()
    done.join()
    making.close()


def test_a_full_disk_costs_the_cache_and_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = sqlite3.connect

    def small(file: Path, timeout: float) -> sqlite3.Connection:
        connection = real(file, timeout=timeout)
        connection.execute("PRAGMA max_page_count = 2")  # SQLite's own way to have no room
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    cache = Cache(tmp_path)
    for _ in range(2):
        cache.put({"key": bytes(100_000)})
    assert (cache.get(["key"]), len(caplog.messages)) == ({}, 1)
    assert "disk is full" in caplog.text
