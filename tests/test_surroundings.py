"""Nothing is taken from the current folder, which may be a candidate's: no module, no git."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from repositories import working_tree
from runner import run_action

_SHADOWS = (
    *("multiprocessing", "socket", "pickle", "struct", "selectors", "signal", "venv", "ensurepip", "pip", "hashlib"),
    *("click", "rich", "msgspec", "pebble", "yaml", "sitecustomize", "usercustomize"),
)


def _trap(folder: Path) -> Path:
    """Make a repository whose files would be imported, or run as git, where the current folder is searched."""
    mark = folder / "ran"
    files = {f"{name}.py": f"open({str(mark)!r}, 'a').write('{name} ')\nraise SystemExit\n" for name in _SHADOWS}
    files |= {"README.md": "# Trap\n", "git": f"#!/bin/sh\necho git >> {mark}\nexec /usr/bin/env false\n"}
    root = working_tree(folder / "trap", files)
    (root / "git").chmod(0o755)
    return root


def _ran(folder: Path) -> str:
    mark = folder / "ran"
    return mark.read_text(encoding="utf-8") if mark.exists() else ""


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "auditor"],
        [str(Path(sys.executable).with_name("audit-portfolio"))],
        ["-I", "-c", "from auditor.__main__ import main; main()"],
    ],
    ids=["module", "script", "isolated"],
)
@pytest.mark.parametrize("temporary", ["t", "x" * 90], ids=["forkserver", "spawn"])
def test_an_audit_of_the_current_folder_runs_nothing_of_it(
    tmp_path: Path, command: Sequence[str], temporary: str
) -> None:
    trap = _trap(tmp_path)
    (tmp_path / temporary).mkdir()
    found = os.path.dirname(shutil.which("git") or "")  # noqa: PTH120 - a PATH is text
    environment = {"PATH": f".::{found}", "HOME": str(tmp_path), "TMPDIR": str(tmp_path / temporary)}
    done = subprocess.run(
        [sys.executable, *command, "--offline", "--no-cache", "."],
        cwd=trap,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (_ran(tmp_path), done.returncode) == ("", 0), done.stderr
    assert "[1/1] trap: audited" in done.stderr


def test_the_action_runs_nothing_of_the_checkout(tmp_path: Path) -> None:
    trap = _trap(tmp_path)
    done = run_action(trap, tmp_path)
    assert (_ran(tmp_path), done.status) == ("", 0), done.log
