"""What other systems lack or do otherwise, tried here: no POSIX, small pipes, CRLF checkouts, names, git's helpers."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sample
from command import Done, audit, report
from loopback.server import serving
from repositories import bare, working_tree, write

from auditor.limits import Limits
from auditor.sources import git as reader
from auditor.sources import local, transport
from auditor.sources.snapshot import open_snapshot

_PRELOAD = Path(__file__).parent / "windows"
_FILES = {
    "README.md": "# Churn\r\n\r\nPredicts which customers leave.\r\n",
    "churn.py": "def fit(x):\r\n    return x\r\n",
}


def _audited(folder: Path, *arguments: str | Path, **extra: str) -> tuple[Done, int]:
    """Audit as on Windows; return also how many processes read repositories."""
    seen = folder / "seen"
    seen.mkdir(exist_ok=True)
    done = audit(*arguments, folder=folder, extra={"PYTHONPATH": str(_PRELOAD), "WINDOWS_SEEN": str(seen), **extra})
    return done, len(list(seen.iterdir()))


def test_an_audit_without_posix_says_the_same(tmp_path: Path) -> None:
    sample.build(tmp_path / "asha")
    working_tree(tmp_path / "asha" / "crlf", _FILES)
    arguments = ("--offline", "--no-cache", "--jobs", "2", "asha")
    done, workers = _audited(tmp_path, "-o", "-", "-f", "json", *arguments)
    assert (done.status, workers) == (0, 2), done.err
    assert json.loads(done.out) == report(*arguments, folder=tmp_path)


def test_a_bare_repository_and_a_kept_audit_need_no_posix(tmp_path: Path) -> None:
    bare(tmp_path / "churn.git", {"README.md": "# Churn\n", **{f"m{n}.py": f"x = {n}\n" for n in range(200)}})
    arguments = ("--offline", "--cache-dir", "kept", "-f", "json", "churn.git")
    first, workers = _audited(tmp_path, *arguments)
    again, still = _audited(tmp_path, *arguments)
    assert (first.status, again.status, workers, still) == (0, 0, 1, 1), first.err + again.err


def test_a_file_that_takes_too_long_costs_itself_without_alarms_too(tmp_path: Path) -> None:
    slow = "".join(f"def f{n}(a, b):\n    return [a + b for _ in range(3)]\n" for n in range(18_000))
    working_tree(tmp_path / "churn", {**_FILES, "slow.py": slow})
    arguments = ("--offline", "--no-cache", "-o", "-", "-f", "json", "churn")
    done, workers = _audited(tmp_path, *arguments, AUDITOR_LIMIT_PARSE_SECONDS="0.6")
    assert (done.status, workers >= 2) == (0, True), done.err
    (found,) = json.loads(done.out)["repositories"]
    findings = {finding["rule"]: finding for finding in found["findings"]}
    assert found["status"] == "audited"
    assert findings["readme-present"]["status"] != "unknown"


def test_a_user_is_cloned_and_audited_without_posix(tmp_path: Path) -> None:
    with serving(tmp_path / "github") as github:
        github.world.account("octocat", name="Octo Cat")
        for name in ("churn", "rag-bot"):
            github.world.repo(f"octocat/{name}", {"README.md": "# Churn\n"})
        address = {"GITHUB_API_URL": github.hosts.api, "GITHUB_SERVER_URL": github.hosts.server}
        done, _ = _audited(tmp_path, "--no-links", "-o", "-", "-f", "json", "octocat", **address)
    assert done.status == 0, done.err
    assert {each["status"] for each in json.loads(done.out)["repositories"]} == {"audited"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a pipe be made small")
def test_blobs_are_read_through_the_small_pipes_of_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl  # noqa: PLC0415 - not there on Windows

    begin = reader.start

    def start(*arguments: Any) -> subprocess.Popen[bytes]:
        process = begin(*arguments)
        for pipe in (process.stdin, process.stdout):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, 4096) if pipe else None
        return process

    monkeypatch.setattr(reader, "start", start)
    bare(tmp_path / "many.git", {f"{n:04}.txt": f"{n}" * 2_000 for n in range(900)})
    with open_snapshot(tmp_path / "many.git", None, Limits()) as snapshot:
        read = {entry.path: data for entry, data in snapshot.read(snapshot.entries)}
    assert read == {f"{n:04}.txt": (f"{n}" * 2_000).encode() for n in range(900)}


def test_a_checkout_with_crlf_is_judged_as_one_without(tmp_path: Path) -> None:
    sample.build(tmp_path / "lf")
    for repository in sorted((tmp_path / "lf").iterdir()):
        paths = [
            path for path in repository.rglob("*") if path.is_file() and ".git" not in path.relative_to(tmp_path).parts
        ]
        text = {path: path.read_bytes() for path in paths}
        files = {
            path.relative_to(repository).as_posix(): data if b"\0" in data else data.replace(b"\n", b"\r\n")
            for path, data in text.items()
        }
        working_tree(tmp_path / "crlf" / repository.name, files)
    both = [_judged(report("--offline", "--no-cache", name, folder=tmp_path)) for name in ("lf", "crlf")]
    assert both[0] == both[1]


def _judged(found: dict[str, Any]) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return status, words and places of what depends neither on commits nor on how many bytes a line's end has."""
    return {
        (repository["name"], finding["rule"]): (
            finding["status"],
            finding["summary"],
            [(place["path"], place["line"]) for place in finding["evidence"]],
        )
        for repository in found["repositories"]
        for finding in repository["findings"]
        if finding["rule"] not in ("hygiene-history", "hygiene-size")
    }


@pytest.mark.skipif(os.name == "nt", reason="a backslash is a letter of a name here only")
def test_names_with_backslashes_drives_and_both_cases_are_names(tmp_path: Path) -> None:
    names = ("src\\churn.py", "C:\\churn.py", "Readme.md", "README.md", "con.py", "SRC/a.py", "src/A.py")
    write(tmp_path / "churn", {"LICENSE": "MIT\n"})
    for name in names:
        folder, _, plain = name.rpartition("/")
        (tmp_path / "churn" / folder).mkdir(exist_ok=True)
        (tmp_path / "churn" / folder / plain).write_text("x = 1\n", encoding="utf-8")
    working_tree(tmp_path / "churn", {})
    done, _ = _audited(tmp_path, "--offline", "--no-cache", "-f", "sarif", "-f", "json", "-f", "markdown", "churn")
    assert done.status == 0, done.err
    with open_snapshot(tmp_path / "churn", None, Limits()) as snapshot:
        assert {entry.path for entry in snapshot.entries} == {*names, "LICENSE"}


def test_a_folder_is_named_by_an_address_as_each_system_writes_it(tmp_path: Path) -> None:
    (tmp_path / "my repo").mkdir()
    assert local.path_of((tmp_path / "my repo").as_uri()) == tmp_path / "my repo"
    with pytest.raises(Exception, match="There is no"):
        local.path_of("C:\\no\\such\\folder")


@pytest.mark.skipif(os.name == "nt", reason="a script of POSIX stands in for taskkill")
def test_gits_helpers_are_ended_with_it_where_there_are_no_process_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"taskkill": f'#!/bin/sh\necho "$@" > {tmp_path}/asked\n'})
    (tmp_path / "taskkill").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr("auditor.sources.transport.sys.platform", "win32")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        transport._kill(process)  # noqa: SLF001 - what Ctrl-C and a stalled host come to
    assert (tmp_path / "asked").read_text(encoding="utf-8").split() == ["/T", "/F", "/PID", str(process.pid)]
