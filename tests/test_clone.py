"""Clones from a real git server: what comes, what does not, and who gets to see the token."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import repositories as made
from loopback import cloning
from loopback.asking import TOKEN
from loopback.clock import Clock
from loopback.cloning import LIMITS, fetch
from loopback.server import Fault, GitHub, replying, serving

from auditor.repository import History, Origin
from auditor.sources import transport
from auditor.sources.git import GitError
from auditor.sources.snapshot import open_snapshot


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    with serving(tmp_path / "github") as running:
        running.world.tokens[TOKEN] = "repo"
        yield running


@pytest.fixture
def project(github: GitHub) -> Origin:
    return cloning.project(github)


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


def test_no_other_branch_and_no_tag_comes(github: GitHub, project: Origin, tmp_path: Path) -> None:
    folder = github.world.repos["ada/churn"].folder
    assert folder
    for kind in ("branch", "tag"):
        made.git(folder, kind, f"a-{kind}", "main")
    path = fetch(github, project, tmp_path / "c")
    assert made.git(path, "for-each-ref", "--format=%(refname)") == "refs/heads/main"


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


@pytest.mark.parametrize("location", ["git@git.example.org:ada/churn.git", "ssh://git@git.example.org/ada/churn.git"])
def test_ssh_is_asked_without_prompts_and_without_the_token(
    github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, location: str
) -> None:
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >> {tmp_path}/log\nenv >> {tmp_path}/log\n'
        'echo "git@git.example.org: Permission denied (publickey)." >&2\nexit 255\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("SSH_ASKPASS", "/bin/true")
    with pytest.raises(GitError, match="does not accept this machine's ssh keys"):
        fetch(github, Origin(name="churn", location=location, remote=True), tmp_path / "c", token=TOKEN)
    log = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert {"BatchMode=yes", "ConnectTimeout=20", "git@git.example.org"} <= set(log)
    assert not [line for line in log if line.startswith("SSH_ASKPASS") or line.endswith(f"={TOKEN}")]
