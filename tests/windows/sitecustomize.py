"""What Python has on Windows, for the auditor's own modules: a process loads it first that has this folder on its path.

The standard library stays as it is, for it could not run otherwise. A file that is opened without `O_BINARY`, which
Windows would change as it is read, is refused. A process that reads a repository leaves its number in `WINDOWS_SEEN`.
"""

import multiprocessing
import os
import signal
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

_BINARY = 1 << 30
_POSIX = {
    os: """fork forkpty getuid geteuid getgid getegid getpgid killpg setsid mkfifo pread pwrite uname wait4 nice chown
        fchmod fchown lchown getloadavg statvfs sysconf sched_getaffinity sched_setaffinity posix_spawn posix_spawnp
        WNOHANG O_NOFOLLOW O_NONBLOCK O_CLOEXEC O_DIRECTORY""",
    signal: "SIGALRM SIGPROF SIGKILL SIGHUP SIGUSR1 SIGCHLD setitimer ITIMER_PROF ITIMER_REAL pthread_sigmask alarm",
    sys: "",
}


def _open(path: Any, flags: int, mode: int = 0o777) -> int:
    if path != os.devnull and not flags & _BINARY:
        raise AssertionError(f"{path} is opened as text")
    return os.open(path, flags & ~_BINARY, mode)


class _Windows(ModuleType):
    def __init__(self, real: ModuleType, **own: Any) -> None:
        super().__init__(real.__name__)
        vars(self).update(own, _real=real, _gone=frozenset(_POSIX[real].split()))

    def __getattr__(self, name: str) -> Any:
        if name in vars(self)["_gone"]:
            raise AttributeError(f"there is no {self.__name__}.{name} on Windows")
        return getattr(vars(self)["_real"], name)


_STAND_INS = {
    "os": _Windows(os, open=_open, name="nt"),
    "signal": _Windows(signal),
    "sys": _Windows(sys, platform="win32"),
}
_as_it_is = SourceFileLoader.exec_module


def _exec_module(loader: SourceFileLoader, module: ModuleType) -> None:
    _as_it_is(loader, module)
    if module.__name__.split(".")[0] != "auditor":
        return
    for name, stand_in in _STAND_INS.items():
        if vars(module).get(name) is vars(stand_in)["_real"]:
            setattr(module, name, stand_in)
    if module.__name__ == "auditor.worker":
        Path(os.environ["WINDOWS_SEEN"], str(os.getpid())).touch()


os.O_BINARY = _BINARY  # type: ignore[attr-defined]  # Linux passes over flags that it does not know
SourceFileLoader.exec_module = _exec_module  # type: ignore[method-assign,assignment]
multiprocessing.get_all_start_methods = lambda: ["spawn"]
for missing in ("fcntl", "resource", "pwd", "grp"):
    sys.modules[missing] = None  # type: ignore[assignment]
