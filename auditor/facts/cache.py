"""Facts kept from run to run, in one SQLite file. A cache that can't be used is no error: everything is read anew."""

import logging
import sqlite3
import time
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

_log = logging.getLogger(__name__)
_MANY = 500
_WAIT_SECONDS = 10.0
_AGAIN_SECONDS = 0.05
_TABLE = "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"


class Cache:
    """Bytes by key. Safe for several processes at once; a damaged entry is as good as none."""

    def __init__(self, folder: Path | None) -> None:
        self._connection = None if folder is None else _opened(folder / "facts.sqlite")

    def get(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Return what is kept under the keys."""
        wanted = list(keys)
        found: dict[str, bytes] = {}
        if self._connection is None:
            return found
        try:
            for at in range(0, len(wanted), _MANY):
                part = wanted[at : at + _MANY]
                marks = ",".join("?" * len(part))
                rows = self._connection.execute(f"SELECT key, value FROM kept WHERE key IN ({marks})", part)  # noqa: S608 - only marks
                found |= {key: value for key, packed in rows if (value := _unpacked(packed)) is not None}
        except sqlite3.Error as error:
            self._give_up(error)
        return found

    def put(self, values: Mapping[str, bytes]) -> None:
        """Keep values; what is already there is replaced."""
        if self._connection is None or not values:
            return
        try:
            with self._connection:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO kept VALUES (?, ?)",
                    [(key, _packed(value)) for key, value in values.items()],
                )
        except sqlite3.Error as error:
            self._give_up(error)

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _give_up(self, error: sqlite3.Error) -> None:
        _log.warning("The cache can't be used (%s); everything is read anew.", error)
        with suppress(sqlite3.Error):
            self.close()
        self._connection = None


def usable(folder: Path) -> Path | None:
    """Return the folder if facts can be kept there; else say why not, once for all who would have used it, and None."""
    connection = _opened(folder / "facts.sqlite")
    if connection is None:
        return None
    connection.close()
    return folder


def _opened(file: Path) -> sqlite3.Connection | None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _ready(file)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            file.unlink(missing_ok=True)  # not a database any more: begin again
            return _ready(file)
    except (OSError, sqlite3.Error) as error:
        _log.warning("The cache %s can't be used (%s); everything is read anew.", file.parent, error)
        return None


def _ready(file: Path) -> sqlite3.Connection:
    """Connect; where another run makes the same new file just now, SQLite does not wait for it by itself."""
    ends = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            return _connected(file)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(_AGAIN_SECONDS)


def _connected(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=_WAIT_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(_TABLE)
        connection.commit()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _packed(value: bytes) -> bytes:
    return zlib.crc32(value).to_bytes(4, "big") + value


def _unpacked(packed: object) -> bytes | None:
    if not isinstance(packed, bytes):
        return None
    value = packed[4:]
    return value if packed[:4] == zlib.crc32(value).to_bytes(4, "big") else None
