"""Run the real program as a user would, in a process of its own, with nothing of the user's environment."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest


class Done(NamedTuple):
    """What a run left behind."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Return all that was said, without line breaks."""
        return " ".join((self.out + self.err).split())


def mortal() -> list[str]:
    """Return what to put before a command so that the rights of files bind it, though root asks.

    Root keeps its name and loses the capabilities that let it read and write everywhere.
    """
    if os.name == "nt":
        pytest.skip("rights of POSIX")
    if not os.geteuid():
        setpriv = shutil.which("setpriv") or pytest.skip("root may write everywhere, and there is no setpriv here")
        return [setpriv, "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search"]
    return []


def audit(
    *arguments: str | Path,
    folder: Path,
    extra: Mapping[str, str] | None = None,
    seconds: float = 120,
    before: Sequence[str] = (),
) -> Done:
    """Run `audit-portfolio` with a folder as working directory and home."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "SOURCE_DATE_EPOCH": "1767225600",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [*before, sys.executable, "-m", "auditor", *map(str, arguments)],
        cwd=folder,
        env=environment | dict(extra or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def report(*arguments: str | Path, folder: Path, extra: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Audit and return the JSON report."""
    done = audit("-o", "-", "-f", "json", *arguments, folder=folder, extra=extra)
    assert done.status in (0, 1, 3), done.err
    found: dict[str, Any] = json.loads(done.out)
    return found
