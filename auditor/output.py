"""Write reports to a folder: complete files or none, names made safe, no candidate's file over another's."""

import errno
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from auditor.model import AuditorError

_UNSAFE = re.compile(r"[^\w.-]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_LONGEST = 80
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What the machine fails at, whatever folder was named."""


def stems(names: Iterable[str]) -> tuple[str, ...]:
    """Return a file name without extension for each name, no two alike, none that a system treats specially."""
    taken: set[str] = set()
    made = []
    for name in names:
        stem = plain = _safe(name)
        number = 1
        while stem.lower() in taken:
            number += 1
            stem = f"{plain}-{number}"
        taken.add(stem.lower())
        made.append(stem)
    return tuple(made)


def write(folder: Path, texts: Mapping[str, str]) -> tuple[Path, ...]:
    """Write the texts under their file names; each file appears whole or not at all, and the same text leaves it be.

    Raises AuditorError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(_written(folder / name, text) for name, text in texts.items())
    except OSError as error:
        raise AuditorError(
            f"The report can't be written to {folder}: {error.strerror}; choose another --output.",
            exit_code=3 if error.errno in _FULL else 2,
        ) from None
    except UnicodeEncodeError as error:
        raise AuditorError(
            f"The report's name has letters that are none in this locale ({error.encoding}); set LC_ALL=C.UTF-8."
        ) from None


def _written(path: Path, text: str) -> Path:
    if path.is_file() and path.read_bytes() == text.encode():
        return path
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".audit-", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
    return path


def _safe(name: str) -> str:
    stem = _UNSAFE.sub("-", name).strip("-. ")[:_LONGEST].strip("-. ") or "portfolio"
    return f"{stem}-portfolio" if _RESERVED.match(stem) else stem
