"""Run git against another machine: bounded in time, without prompts, with the token for one host and in no argument.

The token is given only when the host asks for it (a 401), through a credential helper that git itself ties to the
host's address: a public repository never sees it, a redirect to elsewhere doesn't carry it along, and a token that is
no good breaks nothing that works without one.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from auditor.model import AuditorError
from auditor.sources.git import NEEDED, environment

_TOKEN = "AUDITOR_GIT_TOKEN"  # noqa: S105 - the name of a variable, not a token
_HELPER = f'!f() {{ test "$1" = get && echo username=x-access-token && echo "password=${_TOKEN}"; }}; f'
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_PASSED_ON = (*_PROXIES, *(name.upper() for name in _PROXIES), "GIT_SSL_CAINFO", "SSH_AUTH_SOCK")
_CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_LONGEST_REPLY = 20_000
_TREE_SECONDS = 10
_CONFIG = {
    "protocol.https.allow": "always",
    "protocol.http.allow": "always",
    "protocol.ssh.allow": "always",
    "http.followRedirects": "initial",
    "http.lowSpeedLimit": "1",
    "core.sshCommand": "ssh -o BatchMode=yes -o ConnectTimeout=20",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "maintenance.auto": "false",
    "transfer.unpackLimit": "1",
    "init.defaultBranch": "main",
}

_running: set[subprocess.Popen[bytes]] = set()
_lock = threading.Lock()
_stopped = threading.Event()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a git process ended: its exit status, None if its time ran out, and what it and the host said."""

    status: int | None
    said: str
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Transport:
    """The way to one host. `server` is the only address that the token is for."""

    server: str
    token: str | None
    stall_seconds: int

    def run(self, arguments: Sequence[str], *, folder: Path, seconds: float, packets: bool = False) -> Outcome:
        """Run git in a folder to its end, or to the end of its time, and leave no process behind.

        Raises AuditorError once the user has interrupted, so that nothing goes on with half a repository.
        With `packets` it says in `said` what it and the host sent one another in git's own protocol.
        """
        _go_on()
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            variables = self._environment() | ({"GIT_TRACE_PACKET": "1"} if packets else {})
            process = _start(arguments, folder, variables, output.fileno(), errors.fileno())
            try:
                status = process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                status = None
            finally:
                _end(process)
            _go_on()
            return Outcome(status, self._clean(_read(errors.fileno())), _read(output.fileno()))

    def _environment(self) -> dict[str, str]:
        config = _CONFIG | {"http.lowSpeedTime": str(self.stall_seconds)}
        if self.token:
            config[f"credential.{self.server}.helper"] = _HELPER
        passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        for name in _CERTIFICATES:
            if os.path.isfile(os.environ.get(name, "")):  # noqa: PTH113 - "" is a name here, not the current folder
                passed.setdefault("GIT_SSL_CAINFO", os.environ[name])
        return environment(config) | passed | ({_TOKEN: self.token} if self.token else {})

    def _clean(self, said: str) -> str:
        return said.replace(self.token, "***") if self.token else said


def _go_on() -> None:
    if _stopped.is_set():
        raise AuditorError("stopped", exit_code=3)


def pause(seconds: float) -> None:
    """Sleep before another attempt, until the user interrupts."""
    _stopped.wait(seconds)


def stop_all() -> None:
    """End every git process that talks to another machine, and start no more: the user has interrupted."""
    _stopped.set()
    with _lock:
        running = tuple(_running)
    for process in running:
        _kill(process)


def _start(
    arguments: Sequence[str], folder: Path, variables: dict[str, str], output: int, errors: int
) -> subprocess.Popen[bytes]:
    try:
        process = subprocess.Popen(
            ["git", *arguments],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,  # git's own helpers are ended with it
        )
    except FileNotFoundError:
        raise AuditorError(f"There is no git; {NEEDED}.") from None
    with _lock:
        _running.add(process)
    if _stopped.is_set():
        _kill(process)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        _kill(process)
    process.wait()
    with _lock:
        _running.discard(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform != "win32":  # which has no process groups
        with suppress(ProcessLookupError, PermissionError):  # gone already
            os.killpg(process.pid, signal.SIGKILL)
    else:
        with suppress(OSError, subprocess.TimeoutExpired):
            tree = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
            subprocess.run(tree, capture_output=True, check=False, timeout=_TREE_SECONDS)
    process.kill()


def _read(descriptor: int) -> str:
    """Return the end of what was written to a file."""
    size = os.fstat(descriptor).st_size
    os.lseek(descriptor, max(size - _LONGEST_REPLY, 0), os.SEEK_SET)
    return os.read(descriptor, _LONGEST_REPLY).decode("utf-8", "replace")
