"""Clones from a real git server: what comes, what it costs, and what a bad host can do."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
import repositories as made
from loopback.clock import Clock
from loopback.server import Fault, GitHub, Reply, cut, replying, serving

from auditor.limits import Limits
from auditor.repository import History, Origin
from auditor.sources import clone, reasons, transport
from auditor.sources.git import GitError
from auditor.sources.snapshot import open_snapshot

TOKEN = "made-up-token"
LIMITS = Limits(clone_seconds=20, clone_blob_bytes=5_000)


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    with serving(tmp_path / "github") as running:
        running.world.tokens[TOKEN] = "repo"
        yield running


@pytest.fixture
def project(github: GitHub) -> Origin:
    github.world.repo("ada/churn", {"a.py": "x = 1\n", "large.csv": os.urandom(20_000)})
    return push(github, "ada/churn", "Second", {"b.py": "y = 2\n", "large.csv": os.urandom(20_000)})


def push(github: GitHub, name: str, subject: str, files: dict[str, str | bytes]) -> Origin:
    folder = github.world.repos[name].folder
    assert folder
    source = folder.parent / f"{folder.name}-source"
    made.write(source, files)
    made.commit(source, subject)
    made.git(source, "push", "-q", str(folder), "main")
    return Origin(name=name.partition("/")[2], location=f"{github.world.base}/{name}.git", remote=True)


def fetch(
    github: GitHub,
    origin: Origin,
    folder: Path,
    *,
    token: str | None = None,
    clock: Clock | None = None,
    limits: Limits = LIMITS,
) -> Path:
    folder.mkdir(exist_ok=True)
    patience = (clock or Clock()).patience()
    return clone.fetch(origin, folder, token=token, limits=limits, patience=patience, hosts=github.hosts)


def test_tree_and_history_come_without_large_blobs_or_old_trees(
    github: GitHub, project: Origin, tmp_path: Path
) -> None:
    path = fetch(github, project, tmp_path / "c")
    with open_snapshot(path, None, LIMITS) as snapshot:
        sizes = {entry.path: entry.size for entry in snapshot.entries}
        history = snapshot.history(10)
    assert sizes == {"a.py": 6, "b.py": 6, "large.csv": None}
    assert history
    assert [commit.subject for commit in history.commits] == ["Second", "Begin"]
    assert made.git(path, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").split().count("tree") == 1
    assert not (path / "hooks").exists()
    assert "remote" not in (path / "config").read_text()


def test_a_missing_blob_is_never_fetched_later(github: GitHub, project: Origin, tmp_path: Path) -> None:
    path = fetch(github, project, tmp_path / "c")
    github.log.clear()
    said = made.git(path, "cat-file", "--batch-check", data=b"HEAD:large.csv\n")
    assert said.endswith("missing")
    assert github.log == []


def test_a_history_that_the_host_told_is_not_fetched(github: GitHub, project: Origin, tmp_path: Path) -> None:
    known = Origin(name="churn", location=project.location, remote=True, history=History())
    path = fetch(github, known, tmp_path / "c")
    assert len(github.clones) == 3
    assert made.git(path, "rev-list", "--count", "HEAD") == "1"


def test_a_host_without_filters_sends_no_old_blobs(github: GitHub, project: Origin, tmp_path: Path) -> None:
    folder = github.world.repos["ada/churn"].folder
    assert folder
    made.git(folder, "config", "uploadpack.allowFilter", "false")
    path = fetch(github, project, tmp_path / "c")
    assert made.git(path, "rev-list", "--count", "HEAD") == "1"


def test_an_empty_repository_comes_as_it_is(github: GitHub, tmp_path: Path) -> None:
    folder = tmp_path / "github/ada/none.git"
    folder.mkdir(parents=True)
    made.git(folder, "init", "-q", "--bare")
    github.world.repo("ada/none").folder = folder
    path = fetch(github, Origin(name="none", location=f"{github.world.base}/ada/none.git", remote=True), tmp_path / "c")
    with pytest.raises(GitError, match="no commit"), open_snapshot(path, None, LIMITS):
        pass


def test_a_default_branch_that_does_not_exist(github: GitHub, project: Origin, tmp_path: Path) -> None:
    folder = github.world.repos["ada/churn"].folder
    assert folder
    made.git(folder, "symbolic-ref", "HEAD", "refs/heads/gone")
    clock = Clock()
    path = fetch(github, project, tmp_path / "c", clock=clock)
    assert made.git(path, "rev-list", "--count", "HEAD") == "2"
    assert clock.said == ["churn: its default branch does not exist; reading main"]


def test_a_renamed_repository_is_followed(github: GitHub, project: Origin, tmp_path: Path) -> None:
    github.world.moved["ada/old"] = "ada/churn"
    renamed = Origin(name="old", location=project.location.replace("churn", "old"), remote=True)
    assert made.git(fetch(github, renamed, tmp_path / "c"), "rev-list", "--count", "HEAD") == "2"


def test_the_token_is_shown_only_to_who_asks_and_nowhere_else(github: GitHub, project: Origin, tmp_path: Path) -> None:
    fetch(github, project, tmp_path / "public", token=TOKEN)
    assert not any("authorization" in asked.headers for asked in github.log)
    github.world.repos["ada/churn"].private = True
    path = fetch(github, project, tmp_path / "private", token=TOKEN)
    assert any("authorization" in asked.headers for asked in github.log)
    assert not any(TOKEN in file.read_text(errors="replace") for file in path.rglob("*") if file.is_file())


def test_a_bad_token_breaks_no_public_clone(github: GitHub, project: Origin, tmp_path: Path) -> None:
    assert fetch(github, project, tmp_path / "c", token="expired").is_dir()


def test_the_token_is_not_carried_to_another_host(github: GitHub, project: Origin, tmp_path: Path) -> None:
    with serving(tmp_path / "elsewhere") as elsewhere:
        elsewhere.world.tokens[TOKEN] = "repo"
        location = f"{elsewhere.world.base}/ada/churn.git"
        github.faults.append(
            Fault("/ada/churn", replying(301, Location=f"{location}/info/refs?service=git-upload-pack"))
        )
        with pytest.raises(GitError, match="not found at its address"):
            fetch(github, project, tmp_path / "c", token=TOKEN)
        assert elsewhere.log
        assert not any("authorization" in asked.headers for asked in elsewhere.log)


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


@pytest.mark.parametrize(
    ("status", "reason"), [(451, "blocked by its host for legal reasons"), (501, "its host has a fault of its own")]
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
    patience = Clock().patience(attempts=1)
    folder = tmp_path / "c"
    folder.mkdir()
    with pytest.raises(GitError, match="its host stopped sending"):
        clone.fetch(project, folder, token=None, limits=limits, patience=patience, hosts=github.hosts)


def test_a_clone_has_a_time_limit(github: GitHub, project: Origin, tmp_path: Path) -> None:
    github.faults.append(stalling(github))
    with pytest.raises(GitError, match="took more than 1 s"):
        fetch(github, project, tmp_path / "c", limits=Limits(clone_seconds=1))
    assert children() == ""


def test_an_interrupt_ends_git(
    github: GitHub, project: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_stopped", threading.Event())
    arrived = threading.Event()

    def wait(reply: Reply) -> Reply:
        arrived.set()
        github.released.wait(20)
        return reply

    github.faults.append(Fault("POST", wait, times=99))
    with Running(lambda: fetch(github, project, tmp_path / "c")) as running:
        assert arrived.wait(10)
        transport.stop_all()
    assert running.error
    assert children() == ""


def test_no_hook_filter_or_submodule_runs(github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = tmp_path / "trap"
    home = tmp_path / "home"
    (home / "templates/hooks").mkdir(parents=True)
    (home / "templates/hooks/post-checkout").write_text(f"#!/bin/sh\ntouch {trap}\n")
    (home / "templates/hooks/post-checkout").chmod(0o755)
    (home / ".gitconfig").write_text(f'[init]\ntemplateDir = {home}/templates\n[filter "x"]\nsmudge = touch {trap}\n')
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(home / "templates"))
    modules = '[submodule "s"]\npath = s\nurl = ext::sh -c "touch trap"\n'
    github.world.repo("ada/trap", {".gitattributes": "* filter=x\n", ".gitmodules": modules, "a": "a"})
    origin = Origin(name="trap", location=f"{github.world.base}/ada/trap.git", remote=True)
    assert fetch(github, origin, tmp_path / "c").is_dir()
    assert not trap.exists()


@pytest.mark.parametrize("location", ["ext::sh -c true", "git://127.0.0.1/x", "fd::17", "--upload-pack=true"])
def test_other_protocols_are_not_spoken(github: GitHub, tmp_path: Path, location: str) -> None:
    with pytest.raises(GitError):
        fetch(github, Origin(name="x", location=location, remote=True), tmp_path / "c")


def test_a_token_that_git_repeats_is_blotted_out(github: GitHub, tmp_path: Path) -> None:
    way = transport.Transport(github.hosts.server, TOKEN, 5)
    outcome = way.run(["ls-remote", f"{github.world.base}/{TOKEN}.git"], folder=tmp_path, seconds=10)
    assert TOKEN not in outcome.said
    assert "***" in outcome.said


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("fatal: unable to access 'https://x/': Could not resolve host: x", "no address for its host"),
        ("fatal: unable to access 'https://x/': SSL certificate problem: self-signed", "no safe connection"),
        ("remote: Repository unavailable due to DMCA takedown.\nfatal: error 403", "legal reasons"),
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
        except GitError as error:
            self.error = error


def children() -> str:
    """Return the git processes that still talk to a loopback server of this test."""
    deadline = time.monotonic() + 5
    found = "?"
    while found and time.monotonic() < deadline:
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        found = "\n".join(line for line in listed.splitlines() if "remote-http" in line and "/ada/churn.git" in line)
    return found
