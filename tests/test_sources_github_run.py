"""Whole runs of the program against the loopback GitHub: what a second run costs, what a bad moment leaves behind."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import command
import pytest
from loopback.asking import TOKEN
from loopback.server import Fault, GitHub, Reply, replying, serving
from rich.console import Console

from auditor.progress import Teller


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    with serving(tmp_path / "github") as running:
        running.world.tokens[TOKEN] = "public_repo"
        running.world.account("ada", name="Ada")
        for name in ("churn", "fraud"):
            running.world.repo(f"ada/{name}", {"README.md": f"# {name}\n\nPredicts {name}.\n", "a.py": f"{name} = 1\n"})
        yield running


def variables(github: GitHub, folder: Path, token: str = "") -> dict[str, str]:
    (folder / "tmp").mkdir(exist_ok=True)
    return {
        "GITHUB_API_URL": github.hosts.api,
        "GITHUB_GRAPHQL_URL": github.hosts.graphql,
        "GITHUB_SERVER_URL": github.hosts.server,
        "GITHUB_TOKEN": token,
        "TMPDIR": str(folder / "tmp"),
    }


def audit(github: GitHub, folder: Path, *arguments: str, token: str = "") -> command.Done:
    fixed = ("-o", "out", "-f", "json", "--cache-dir", "cache", "--jobs", "2")
    return command.audit(*(arguments or ("ada",)), *fixed, folder=folder, extra=variables(github, folder, token))


def report(folder: Path) -> Mapping[str, Any]:
    read: dict[str, Any] = json.loads((folder / "out/ada.json").read_text(encoding="utf-8"))
    return read


def leftovers(folder: Path) -> list[str]:
    """Return what is left in the folder for temporary files, a second's worth of the system's own apart."""
    return sorted(path.name for path in (folder / "tmp").iterdir() if path.name.startswith("audit"))


@pytest.mark.parametrize("token", ["", TOKEN])
def test_a_second_run_clones_nothing_and_says_the_same(github: GitHub, tmp_path: Path, token: str) -> None:
    assert audit(github, tmp_path, token=token).status == 0
    first = (tmp_path / "out/ada.json").read_bytes()
    assert github.clones
    github.log.clear()
    assert audit(github, tmp_path, token=token).status == 0
    assert (tmp_path / "out/ada.json").read_bytes() == first
    assert github.clones == []
    assert len(github.api) == 2


def test_a_push_is_cloned_and_nothing_else(github: GitHub, tmp_path: Path) -> None:
    audit(github, tmp_path)
    github.log.clear()
    github.world.repos["ada/fraud"].pushed_at = "2026-05-05T00:00:00Z"
    audit(github, tmp_path)
    assert github.clones
    assert all("/ada/fraud.git/" in line for line in github.clones)


def test_another_attempt_at_a_clone_is_announced(github: GitHub, tmp_path: Path) -> None:
    github.faults.append(Fault("/ada/fraud.git/info/refs", replying(503)))
    done = audit(github, tmp_path)
    assert done.status == 0
    assert "cloning fraud: its host has a fault of its own: waiting 1 s" in done.said
    assert "ada: 2 repositories listed" in done.said
    assert "[2/2] " in done.said


def test_a_terminal_shows_a_bar_and_a_quiet_run_nothing() -> None:
    shown = {}
    for quiet in (False, True):
        file = io.StringIO()
        with Teller(Console(file=file, force_terminal=True, width=100), quiet=quiet) as teller:
            teller.begin(2)
            teller.stage("churn", "cloning")
            teller.done("churn", "audited")
            teller.say("Rate limit reached")
        shown[quiet] = file.getvalue()
    assert "cloning churn" in shown[False]
    assert "1/2" in shown[False]
    assert "Rate limit reached" in shown[False]
    assert shown[True] == ""


def test_deleted_between_listing_and_cloning_is_one_problem(github: GitHub, tmp_path: Path) -> None:
    github.faults.append(Fault("/ada/fraud.git", replying(404, b"Repository not found."), times=9))
    assert audit(github, tmp_path).status == 0
    read = report(tmp_path)
    assert {each["name"]: each["status"] for each in read["repositories"]} == {"churn": "audited", "fraud": "failed"}
    (problem,) = read["problems"]
    assert problem["repository"] == "fraud"
    assert "deleted, renamed or made private" in problem["message"]
    assert leftovers(tmp_path) == []


def test_what_is_left_out_is_in_the_report(github: GitHub, tmp_path: Path) -> None:
    github.world.repo("ada/forked", fork=True)
    audit(github, tmp_path)
    skipped = [each for each in report(tmp_path)["repositories"] if each["status"] == "skipped"]
    assert [(each["name"], each["reason"]) for each in skipped] == [("ada/forked", "a fork; --include-forks reads it")]


def test_the_token_is_in_no_output_and_no_file(github: GitHub, tmp_path: Path) -> None:
    github.world.repos["ada/churn"].private = True
    github.world.tokens[TOKEN] = "repo"
    done = audit(github, tmp_path, "ada", "--include-private", "-v", token=TOKEN)
    assert done.status == 0
    assert {each["status"] for each in report(tmp_path)["repositories"]} == {"audited"}
    assert TOKEN not in done.said
    kept = [path for folder in ("out", "cache", "tmp") for path in (tmp_path / folder).rglob("*") if path.is_file()]
    assert not any(TOKEN.encode() in path.read_bytes() for path in kept)


@pytest.mark.parametrize(
    ("login", "token", "status", "said"),
    [
        ("nobody", "", 3, "has no user or organisation called nobody"),
        ("ada", "expired", 3, "does not accept the token"),
        ("Ada Lovelace", "", 2, "has a space in it"),
    ],
)
def test_what_cannot_be_audited_is_one_sentence(
    github: GitHub, tmp_path: Path, login: str, token: str, status: int, said: str
) -> None:
    done = audit(github, tmp_path, login, token=token)
    assert done.status == status
    assert said in done.said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options", [(), ("-q",)])
def test_an_account_without_repositories_is_said_to_be_one(
    github: GitHub, tmp_path: Path, options: tuple[str, ...]
) -> None:
    github.world.account("bob", name="Bob")
    done = audit(github, tmp_path, "bob", *options)
    assert (done.status, done.said.count("No repositories were found.")) == (3, 1), done.said


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_process_and_no_file(github: GitHub, tmp_path: Path, how: signal.Signals) -> None:
    arrived = threading.Event()

    def wait(reply: Reply) -> Reply:
        arrived.set()
        github.released.wait(90)
        return reply

    github.faults.append(Fault("POST.*git-upload-pack", wait, times=99))
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home")} | variables(github, tmp_path)
    arguments = [sys.executable, "-m", "auditor", "ada", "-o", "out", "--cache-dir", "cache"]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job starts with SIGINT ignored
    process = subprocess.Popen(arguments, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, before)
    with process:
        assert arrived.wait(30)
        process.send_signal(how)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Interrupted" in said
    assert "Traceback" not in said
    assert leftovers(tmp_path) == []
    assert not (tmp_path / "out").exists()
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert not [line for line in running.splitlines() if "git" in line and github.world.base in line]
