"""Remember a host's answers with their ETags, so that asking again costs no quota. Knows nothing of what they say."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TypeVar

import msgspec

Value = TypeVar("Value", bound=msgspec.Struct)


class Stored(msgspec.Struct, frozen=True):
    """An answer worth asking "has it changed?" about."""

    address: str
    etag: str
    body: str
    link: str = ""


class Answers:
    """A folder of answers, one file each, readable only by its owner; damaged or missing files are simply not there."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @classmethod
    def of(cls, cache: Path | None) -> "Answers":
        """Return the memory that is kept in the program's cache folder; None where nothing is to be kept."""
        return cls(None if cache is None else cache / "github")

    def recall(self, address: str) -> Stored | None:
        """Return what was kept for an address."""
        stored = self.load(address, Stored)
        return stored if stored and stored.address == address else None

    def keep(self, stored: Stored) -> None:
        """Replace what is kept for an address."""
        self.save(stored.address, stored)

    def load(self, key: str, kind: type[Value]) -> Value | None:
        """Return a value kept by `save`, None where there is none that can be read."""
        if self._folder is None:
            return None
        try:
            return msgspec.json.decode(_path(self._folder, key).read_bytes(), type=kind)
        except (OSError, msgspec.DecodeError):
            return None

    def save(self, key: str, value: msgspec.Struct) -> None:
        """Keep a value, whole or not at all; a full or read-only disk only means that it is not kept."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, written = tempfile.mkstemp(dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(msgspec.json.encode(value))
                Path(written).replace(_path(self._folder, key))
            except OSError:
                Path(written).unlink(missing_ok=True)

    def forget(self, key: str) -> None:
        """Drop what is kept under a key."""
        if self._folder is not None:
            with contextlib.suppress(OSError):
                _path(self._folder, key).unlink(missing_ok=True)


def _path(folder: Path, key: str) -> Path:
    return folder / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.json"
