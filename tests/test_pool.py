"""Workers that end when nobody expects it: the pool goes on, and where it can't, that is one clear sentence."""

import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import cast

import pytest
from pebble import ProcessPool
from repositories import working_tree

from auditor.limits import Limits
from auditor.model import RepositoryStatus
from auditor.pool import Pool, _answer
from auditor.repository import Origin
from auditor.task import Guide, Task

_FILES = {"README.md": "# Churn\n\nPredicts which customers leave.\n", "churn.py": "def fit(x):\n    return x\n"}


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool(2, Guide(select=("readme-present",)))
    yield made
    made.stop()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("noticed", [False, True])
def test_idle_workers_that_are_killed_cost_no_repository(tmp_path: Path, pool: Pool, noticed: bool) -> None:
    guide = Guide(select=("readme-present",))
    origin = Origin(name="churn", location=str(working_tree(tmp_path / "churn", _FILES)))
    task = Task(origin=origin, guide=guide, limits=Limits(), cache=None, journal=str(tmp_path / "journal"))
    first = pool.audit(task)
    for _ in range(3):
        for worker in multiprocessing.active_children():
            worker.kill()
            if noticed:
                worker.join()
                time.sleep(0.3)  # until the pool has looked
        assert pool.audit(task) == first
    assert (first.status, len(first.findings)) == (RepositoryStatus.AUDITED, 1)


_OTHER = ["--reuid=54321", "--clear-groups", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
@pytest.mark.parametrize("most", [1, 2, 7, 8, 10])
def test_a_machine_that_starts_no_more_processes_is_one_sentence(tmp_path: Path, most: int) -> None:
    if os.geteuid() and most > 1:
        pytest.skip("how many processes this user has is not known")
    for name in ("churn", "fraud"):
        working_tree(tmp_path / name, _FILES)
    # root has no limit; who is no more than root's equal in reading has
    other = [str(shutil.which("setpriv")), *_OTHER] if not os.geteuid() else []
    command = ["prlimit", f"--nproc={most}", sys.executable, "-m", "auditor", "--offline", "--no-cache", "--jobs", "2"]
    with tempfile.TemporaryDirectory() as temporary:
        environment = {"PATH": os.environ["PATH"], "HOME": temporary, "TMPDIR": temporary}
        done = subprocess.run(
            [*other, *command, "churn", "fraud", "-o", f"{temporary}/out"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    found = re.search(
        r"git can't be started|no more threads or processes|process could be started or kept", done.stderr
    )
    assert (done.returncode, found is None, "Traceback" in done.stderr) == (3, False, False), done.stderr


def test_a_broken_pool_that_forgot_a_task_is_not_waited_for() -> None:
    class _Broken:
        active = False

    with pytest.raises(BrokenProcessPool):
        _answer(Future(), cast("ProcessPool", _Broken()))
