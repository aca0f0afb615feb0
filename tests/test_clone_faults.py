"""Clones from a git server on a bad day: faults, refusals, stalls, interrupts; no process is left."""

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import pytest
import repositories as made
from loopback import cloning
from loopback.asking import TOKEN
from loopback.clock import Clock
from loopback.cloning import fetch
from loopback.server import Fault, GitHub, Reply, cut, replying, serving

from auditor.limits import Limits
from auditor.model import AuditorError
from auditor.repository import Listing, Origin
from auditor.sources import clone, heads, reasons, transport
from auditor.sources.answers import Answers
from auditor.sources.git import GitError


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    with serving(tmp_path / "github") as running:
        running.world.tokens[TOKEN] = "repo"
        yield running


@pytest.fixture
def project(github: GitHub) -> Origin:
    return cloning.project(github)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (None, "not found at its address, or it is private and needs a token"),
        ("expired", "not found at its address, or the token is refused or may not read it"),
        (TOKEN, "not found at its address: deleted, renamed or made private"),
    ],
)
def test_deleted_between_listing_and_cloning(
    github: GitHub, project: Origin, tmp_path: Path, token: str | None, reason: str
) -> None:
    del github.world.repos["ada/churn"]
    clock = Clock()
    with pytest.raises(GitError) as caught:
        fetch(github, project, tmp_path / "c", token=token, clock=clock)
    assert str(caught.value) == reason
    assert clock.sleeps == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault("info/refs", replying(503), times=2),
        Fault("info/refs", replying(502, b"<html>Bad Gateway</html>", Content_Type="text/html"), times=2),
        Fault("info/refs", replying(429, Retry_After="1"), times=2),
        Fault("POST", cut, times=2, skip=1),
        Fault("POST", replying(500), times=2),
    ],
    ids=["503", "html", "429", "drop in mid-pack", "500"],
)
def test_a_passing_fault_is_waited_out(github: GitHub, project: Origin, tmp_path: Path, fault: Fault) -> None:
    github.faults.append(fault)
    clock = Clock()
    path = fetch(github, project, tmp_path / "c", clock=clock)
    assert fault.times == 0
    assert clock.sleeps == [1, 2]
    assert made.git(path, "rev-list", "--count", "HEAD") == "2"


def test_a_fault_that_stays_is_told_after_four_attempts(github: GitHub, project: Origin, tmp_path: Path) -> None:
    github.faults.append(Fault("info/refs", replying(503), times=99))
    clock = Clock()
    with pytest.raises(GitError, match=r"its host has a fault of its own \(4 attempts\)"):
        fetch(github, project, tmp_path / "c", clock=clock)
    assert clock.sleeps == [1, 2, 4]


def test_commits_that_could_not_be_had_are_asked_for_again_next_time(
    github: GitHub, project: Origin, tmp_path: Path
) -> None:
    cache, clock = tmp_path / "cache", Clock()
    pushed = msgspec.structs.replace(project, listing=Listing(pushed_at="2026-01-01T00:00:00Z"))
    github.faults.append(Fault("POST", replying(503), times=4, skip=2))
    first = fetch(github, pushed, tmp_path / "c", clock=clock, cache=cache)
    assert made.git(first, "rev-list", "--count", "HEAD") == "1"
    assert clock.said[-1].startswith("churn: only its newest commit could be read: its host has a fault of its own")
    assert heads.recall(Answers.of(cache), project.location, pushed.listing or Listing()) is None
    second = fetch(github, pushed, tmp_path / "d", cache=cache)
    assert made.git(second, "rev-list", "--count", "HEAD") == "2"
    assert heads.recall(Answers.of(cache), project.location, pushed.listing or Listing())


def test_a_page_instead_of_git_is_no_empty_repository(github: GitHub, project: Origin, tmp_path: Path) -> None:
    page = replying(200, b"<html>Sign in</html>", Content_Type="text/html")
    github.faults.append(Fault("info/refs", page, times=99))
    with pytest.raises(GitError, match="what answers at its address is not git"):
        fetch(github, project, tmp_path / "c")


@pytest.mark.parametrize(
    ("status", "reason"),
    [(403, "refuses it"), (451, "blocked by its host for legal reasons"), (501, "its host has a fault of its own")],
)
def test_a_lasting_refusal_is_told_at_once(
    github: GitHub, project: Origin, tmp_path: Path, status: int, reason: str
) -> None:
    github.faults.append(Fault("info/refs", replying(status), times=99))
    clock = Clock()
    with pytest.raises(GitError, match=reason):
        fetch(github, project, tmp_path / "c", clock=clock)
    assert clock.sleeps == []


def stalling(github: GitHub) -> Fault:
    def wait(_: Reply) -> Reply:
        github.released.wait(20)
        return Reply(200)

    return Fault("POST", wait, times=99)


def test_a_stalled_host_is_left(github: GitHub, project: Origin, tmp_path: Path) -> None:
    github.faults.append(stalling(github))
    limits = Limits(clone_stall_seconds=1, clone_seconds=20)
    patience = Clock().patience()
    folder = tmp_path / "c"
    folder.mkdir()
    with pytest.raises(GitError, match=r"its host stopped sending \(2 attempts\)"):
        clone.fetch(project, folder, token=None, limits=limits, patience=patience, hosts=github.hosts)


def test_a_clone_has_a_time_limit(github: GitHub, project: Origin, tmp_path: Path) -> None:
    github.faults.append(stalling(github))
    with pytest.raises(GitError, match="took more than 1 s"):
        fetch(github, project, tmp_path / "c", limits=Limits(clone_seconds=1))
    assert children(github) == ""


@pytest.mark.parametrize("step", [0, 1, 2, 3], ids=["service", "refs", "tree", "commits"])
def test_an_interrupt_ends_git_and_nothing_goes_on(
    github: GitHub, project: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(transport, "_stopped", threading.Event())
    arrived = threading.Event()

    def wait(reply: Reply) -> Reply:
        arrived.set()
        github.released.wait(20)
        return reply

    github.faults.append(Fault("upload-pack", wait, times=99, skip=step))
    with Running(lambda: fetch(github, project, tmp_path / "c")) as running:
        assert arrived.wait(10)
        transport.stop_all()
    assert str(running.error) == "stopped"
    assert children(github) == ""


def test_an_interrupt_ends_the_wait_for_another_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_stopped", threading.Event())
    with Running(lambda: transport.pause(60)) as running:
        transport.stop_all()
    assert running.error is None


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("fatal: unable to access 'https://x/': Could not resolve host: x", "no address for its host"),
        ("fatal: unable to access 'https://x/': SSL certificate problem: self-signed", "no safe connection"),
        ("remote: Repository unavailable due to DMCA takedown.\nfatal: error 403", "legal reasons"),
        ("remote: You have exceeded a rate limit.\nfatal: The requested URL returned error: 403", "fewer requests"),
        ("git@x: Permission denied (publickey).", "does not accept this machine's ssh keys"),
        ("fatal: unable to access 'http://x/': Failed to connect to x port 80", "does not answer"),
        ("something else", "git could not clone it: no reason given"),
        ("fatal: new words", "git could not clone it: new words"),
    ],
)
def test_reasons_are_in_words(said: str, reason: str) -> None:
    assert reason in reasons.of(said, with_token=False)


class Running:
    """A call in a thread; `error` is what it raised."""

    def __init__(self, call: object) -> None:
        self.error: BaseException | None = None
        self._call = call
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        assert callable(self._call)
        try:
            self._call()
        except AuditorError as error:
            self.error = error


def children(github: GitHub) -> str:
    """Return the git processes that still talk to a loopback server of this test."""
    deadline = time.monotonic() + 5
    found = "?"
    while found and time.monotonic() < deadline:
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        found = "\n".join(line for line in listed.splitlines() if "remote-http" in line and github.world.base in line)
    return found
