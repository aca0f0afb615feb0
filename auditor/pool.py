"""Worker processes that audit, each of which may die: then the repository is tried again without what it died of."""

import logging
import multiprocessing
import os
import tempfile
import threading
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as OutOfTimeError
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import msgspec
from pebble import ProcessExpired, ProcessPool

from auditor.model import RepositoryStatus
from auditor.task import Guide, RepositoryAudit, Task, adopt, load_rulebook
from auditor.watch import last_step

_log = logging.getLogger(__name__)
_SOCKET_FOLDER = 60  # bytes of a temporary folder's path that leave room for a socket's name in the system's 104 to 108
_LOOK_SECONDS = 1.0


class Pool:
    """So many workers, started when the first task comes, and anew where one is killed while it waits for a task."""

    def __init__(self, jobs: int, guide: Guide) -> None:
        self._jobs = jobs
        self._guide = guide
        self._scheduling = threading.Lock()
        self._waiting: set[Future[RepositoryAudit]] = set()
        self._abandoned = False
        self._pool = _workers(jobs, guide)
        self._proven = False

    def stop(self) -> None:
        """End the workers and wait until they are gone."""
        self.abandon()
        self._pool.join()

    def abandon(self) -> None:
        """Make the workers end, whatever they do, and let go who waits for them: a stopped pool answers nobody."""
        with self._scheduling:
            self._abandoned = True
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble's, without types
            for future in self._waiting:
                future.cancel()

    def audit(self, task: Task) -> RepositoryAudit:
        """Run the task in a worker; after a death, again without the step that it died of."""
        limits = task.limits
        for _ in range(limits.worker_restarts + 1):
            pool = self._pool
            try:
                return self._asked(pool, task)
            except OutOfTimeError:
                return _failed(f"auditing it took more than {limits.repository_seconds:.0f} s")
            except ProcessExpired:
                step = last_step(Path(task.journal or ""))
                if not step or step in task.banned:
                    break
                task = msgspec.structs.replace(task, banned=task.banned | {step})
            except CancelledError:
                return _failed("it was interrupted")
            except (OSError, BrokenProcessPool) as error:
                if not self._replaced(pool):
                    return _failed(f"no worker process could be started or kept: {_reason(error)}")
            except Exception:  # noqa: BLE001 - our defect in this one repository must not cost the others
                _log.exception("the audit of %s failed", task.origin.name)
                return _failed("it could not be audited through a defect of the auditor")
        return _failed("reading it ended the worker process again and again")

    def _asked(self, pool: ProcessPool, task: Task) -> RepositoryAudit:
        """Wait for a worker's answer, as long as the pool is not abandoned."""
        with self._scheduling:
            if self._abandoned:
                raise CancelledError
            try:
                future = pool.schedule(_audit, args=[task], timeout=task.limits.repository_seconds)
            except RuntimeError as error:  # a pool that broke, or a thread of it that can't start
                raise BrokenProcessPool from error
            self._waiting.add(future)
        try:
            answer = _answer(future, pool)
            self._proven = True
            return answer
        finally:
            with self._scheduling:
                self._waiting.discard(future)

    def _replaced(self, broken: ProcessPool) -> bool:
        """Start anew where workers had worked before the pool broke: one that never worked would break again."""
        with self._scheduling:
            if self._pool is not broken:
                return True  # another thread has done it
            if self._abandoned or not self._proven:
                return False
            broken.join()
            self._pool = _workers(self._jobs, self._guide)
            self._proven = False
            return True


def _workers(jobs: int, guide: Guide) -> ProcessPool:
    method = _start_method()
    context: Any = multiprocessing.get_context(method)  # pebble's own protocol does not know Windows' pipes
    if method == "forkserver":
        context.set_forkserver_preload(["auditor.preload"])
    # The rules are more than a pipe holds, and who fills the pipe of a spawned process that is dead waits for ever.
    handed: dict[str, Any] = {"initializer": adopt, "initargs": [guide, load_rulebook(guide)]}
    return ProcessPool(max_workers=jobs, context=context, **({} if method == "spawn" else handed))


def _answer(future: "Future[RepositoryAudit]", pool: ProcessPool) -> RepositoryAudit:
    """Wait for an answer, as long as there is a pool: one that breaks forgets what it has not looked at."""
    while True:
        try:
            return future.result(_LOOK_SECONDS)
        except OutOfTimeError:
            if future.done():
                return future.result()
            if not pool.active:
                raise BrokenProcessPool from None


def _audit(task: Task) -> RepositoryAudit:
    from auditor import worker  # noqa: PLC0415 - parsers are slow to import: in the workers only

    if task.journal:
        tempfile.tempdir = str(Path(task.journal).parent)  # the run's own, which goes with it if this worker is killed
    return worker.audit(task)


def _start_method() -> str:
    """Choose how workers start: from a server that has the imports, unless its socket's path would be too long."""
    short = len(os.fsencode(tempfile.gettempdir())) <= _SOCKET_FOLDER
    return "forkserver" if short and "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def _reason(error: BaseException) -> str:
    """Say what the machine said first."""
    while error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, OSError) and not isinstance(error, ConnectionError):  # which only says that one is gone
        return error.strerror or str(error)
    return "the machine's limits are too low"


def _failed(reason: str) -> RepositoryAudit:
    return RepositoryAudit(status=RepositoryStatus.FAILED, reason=reason)
