"""Faults of the machine: one clear sentence, the right status, files complete or absent, nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command import audit
from repositories import bare, working_tree, write

_FILES = {"README.md": "# Churn\n\nPredicts which customers leave.\n", "churn.py": "def fit(x):\n    return x\n"}
_MANY = {f"src/m{n}.py": "".join(f"def f{k}(a, b):\n    return a + b\n" for k in range(300)) for n in range(150)}


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("how", ["SIGTERM", "SIGHUP"])
def test_a_run_that_is_ended_in_the_middle_of_reading_ends_at_once_and_leaves_nothing(tmp_path: Path, how: str) -> None:
    bare(tmp_path / "big.git", _MANY)
    temporary = tmp_path / "t"
    temporary.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "auditor", "--offline", "--no-cache", "-f", "json", "big.git"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as running:
        while not list(temporary.glob("audit-portfolio-*/audit-git-*")):
            time.sleep(0.02)  # until a worker reads
        running.send_signal(getattr(signal, how))
        _, said = running.communicate(timeout=30)
    assert (running.returncode, said.strip()[-42:]) == (130, "Interrupted; nothing half-written is left.")
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "audit-report").exists()


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo git version 2.11.0", "git 2.11 is too old"),
        ("exit 1", "git does not work"),
        ("kill -9 $$", "git does not work"),
        (None, "There is no git"),
    ],
)
def test_a_git_that_does_not_do_is_no_repositorys_fault(tmp_path: Path, script: str | None, says: str) -> None:
    working_tree(tmp_path / "churn", _FILES)
    write(tmp_path, {"bin/none": ""} if script is None else {"bin/git": f"#!/bin/sh\n{script}\n"})
    for file in (tmp_path / "bin").iterdir():
        file.chmod(0o755)
    done = audit("--offline", "churn", folder=tmp_path, extra={"PATH": str(tmp_path / "bin")})
    assert (done.status, says in done.said) == (3, True), done.said


@pytest.mark.parametrize("epoch", ["tomorrow", "9" * 20])
def test_a_moment_that_is_none_is_refused(tmp_path: Path, epoch: str) -> None:
    working_tree(tmp_path / "churn", _FILES)
    done = audit("--offline", "churn", folder=tmp_path, extra={"SOURCE_DATE_EPOCH": epoch})
    assert (done.status, "SOURCE_DATE_EPOCH takes seconds" in done.said) == (2, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("rest", "status", "says"),
    [
        (">/dev/full", 3, "No space left on device"),
        (">&-", 2, "which is closed here"),
        (">out 2>&-", 0, ""),
        ("<&- >out", 0, ""),
    ],
)
def test_standard_streams_may_be_full_or_closed(tmp_path: Path, rest: str, status: int, says: str) -> None:
    working_tree(tmp_path / "churn", _FILES)
    line = f'"{sys.executable}" -m auditor --offline --no-cache -o - -f json churn {rest}'
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (status, True, False), done.stderr


@pytest.mark.parametrize("value", ["much", "0", "-1"])
def test_a_limit_that_is_none_is_refused(tmp_path: Path, value: str) -> None:
    working_tree(tmp_path / "churn", _FILES)
    done = audit("--offline", "churn", folder=tmp_path, extra={"AUDITOR_LIMIT_PARSE_SECONDS": value})
    assert (done.status, "limit" in done.said.lower()) == (2, True)
