"""A commit's history, and what git prints between NUL bytes, read with a bound on both."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from auditor.repository import Commit, History
from auditor.sources import git

_FORMAT = "--format=%H%x1f%at%x1f%ct%x1f%an%x1f%ae%x1f%s"
_BYTES = 8_000_000
_RECORD_BYTES = 100_000
_CHARACTERS = 1_000


def history(folder: Path, commit: str | None, limit: int) -> History | None:
    """Return the commits, newest first; None where they could not be read."""
    if commit is None:
        return History()
    shallow = is_shallow(folder)
    process = git.start(folder, ["log", _FORMAT, "-z", f"--max-count={limit + 1}", "--end-of-options", commit])
    try:
        said = list(records(process, _BYTES))
        cut = said[-1:] == [None]
        if not cut and process.wait():
            return None
    finally:
        git.stop(process)
    commits = tuple(found for record in said if record and (found := _commit(record)))
    return History(commits[:limit], complete=not (shallow or cut) and len(commits) <= limit)


def is_shallow(folder: Path) -> bool:
    """Tell a clone that holds the newest commits only."""
    return (folder / "shallow").exists()


def _commit(record: bytes) -> Commit | None:
    fields = record.decode("utf-8", "replace").split("\x1f", 5)
    if len(fields) != 6:  # noqa: PLR2004 - the format above
        return None
    identifier, authored, committed, author, email, subject = fields
    return Commit(
        identifier, _seconds(authored), _seconds(committed), *(t[:_CHARACTERS] for t in (author, email, subject))
    )


def _seconds(text: str) -> int:
    return int(text) if text.lstrip("-").isdigit() else 0


def records(process: subprocess.Popen[bytes], most: int) -> Iterator[bytes | None]:
    """Yield what stands between NUL bytes; None, and no more, once git has said more than `most` bytes."""
    assert process.stdout is not None  # noqa: S101 - start() asked for the pipe
    rest = b""
    while chunk := process.stdout.read1(65536):  # type: ignore[attr-defined]
        most -= len(chunk)
        if most < 0:
            yield None
            return
        *whole, rest = (rest + chunk).split(b"\0")
        rest = rest[:_RECORD_BYTES]
        yield from whole
