"""Know what a worker was doing when it died, and make it die when one step outruns its time.

A step's name is written to a small file before the step begins, and an alarm of the system ends the process when the
step takes too long, even inside C code that never gives up the lock. Whoever started the worker reads the name and
starts it again without that step.
"""

import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache as once
from pathlib import Path

_WIDTH = 400
_WAITING = 6


class Watch:
    """The steps of one worker. `banned` are those that ended a worker before: the caller leaves them out."""

    def __init__(self, journal: Path | None, seconds: float, banned: frozenset[str] = frozenset()) -> None:
        self.banned = banned
        self._seconds = seconds
        self._journal = None if journal is None else journal.open("wb", buffering=0)
        if journal is not None and sys.platform != "win32" and threading.current_thread() is threading.main_thread():
            for alarm in (signal.SIGPROF, signal.SIGALRM):
                signal.signal(alarm, signal.SIG_DFL)  # whoever started us may have it ignored

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Do one step under the eye of the watchdog."""
        if self._journal is None:
            yield
            return
        self._write(name)
        _end_after(self._seconds)
        try:
            yield
        finally:
            _end_after(0)
            self._write("")

    def close(self) -> None:
        """Close the journal."""
        if self._journal is not None:
            self._journal.close()

    def _write(self, name: str) -> None:
        if self._journal is not None:
            self._journal.seek(0)
            self._journal.write(name.encode()[:_WIDTH].ljust(_WIDTH))


def _end_after(seconds: float) -> None:
    """Let the process end after so many seconds of work, 0: no more.

    Work is the processor's time: on a busy machine a file must not be judged otherwise. What only waits ends after
    several times as long. Alarms are system calls; Windows has a thread for it, and one clock.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, _WAITING * seconds)
    elif seconds:
        faulthandler.dump_traceback_later(seconds, exit=True, file=_silent())
    else:
        faulthandler.cancel_dump_traceback_later()


@once
def _silent() -> int:
    """Open what takes the watchdog's words: how a process ended is told by its journal."""
    return os.open(os.devnull, os.O_WRONLY)


def last_step(journal: Path) -> str:
    """Return the step that a dead worker was in, "" if none."""
    try:
        return journal.read_bytes()[:_WIDTH].decode("utf-8", "replace").strip()
    except OSError:
        return ""


def limit_memory(size: int) -> None:
    """Let this process ask for at most `size` bytes, where the system can do that: Windows and macOS can't."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not there on Windows

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        soft = size if hard == resource.RLIM_INFINITY else min(size, hard)
        with suppress(ValueError, OSError):  # macOS refuses less than its own libraries have mapped
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
