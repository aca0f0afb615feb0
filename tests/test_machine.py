"""Faults of the machine: one clear sentence, the right status, files complete or absent, nothing left behind."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from command import Done, audit, mortal
from repositories import bare, working_tree, write

_FILES = {"README.md": "# Churn\n\nPredicts which customers leave.\n", "churn.py": "def fit(x):\n    return x\n"}
_MANY = {f"src/m{n}.py": "".join(f"def f{k}(a, b):\n    return a + b\n" for k in range(300)) for n in range(150)}


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("how", ["SIGTERM", "SIGHUP"])
def test_a_run_that_is_ended_in_the_middle_of_reading_ends_at_once_and_leaves_nothing(tmp_path: Path, how: str) -> None:
    bare(tmp_path / "big.git", _MANY)
    temporary = tmp_path / "t"
    temporary.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "auditor", "--offline", "--no-cache", "-f", "json", "big.git"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as running:
        while not list(temporary.glob("audit-portfolio-*/audit-git-*")):
            time.sleep(0.02)  # until a worker reads
        running.send_signal(getattr(signal, how))
        _, said = running.communicate(timeout=30)
    assert (running.returncode, said.strip()[-42:]) == (130, "Interrupted; nothing half-written is left.")
    assert "big: audited" not in said  # the reading was not waited for
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "audit-report").exists()


@pytest.mark.parametrize("module", ["auditor.cli", "click", "auditor.surroundings", "auditor.session"])
def test_an_interrupt_while_the_program_is_still_being_imported_is_one_sentence(tmp_path: Path, module: str) -> None:
    working_tree(tmp_path / "churn", _FILES)
    (tmp_path / "t").mkdir()
    hook = f"lambda event, said: signal.raise_signal(2) if event == 'import' and said[0] == {module!r} else None"
    code = (
        "import signal, sys; signal.signal(2, signal.default_int_handler)\n"
        f"sys.addaudithook({hook})\nfrom auditor.__main__ import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--offline", "--no-cache", "churn"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path / "t")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.strip()) == (130, "Interrupted; nothing half-written is left.")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["churn", "t"]
    assert list((tmp_path / "t").iterdir()) == []


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo git version 2.11.0", "git 2.11 is too old"),
        ("exit 1", "git does not work"),
        ("kill -9 $$", "git does not work"),
        (None, "There is no git"),
    ],
)
def test_a_git_that_does_not_do_is_no_repositorys_fault(tmp_path: Path, script: str | None, says: str) -> None:
    working_tree(tmp_path / "churn", _FILES)
    write(tmp_path, {"bin/none": ""} if script is None else {"bin/git": f"#!/bin/sh\n{script}\n"})
    for file in (tmp_path / "bin").iterdir():
        file.chmod(0o755)
    done = audit("--offline", "churn", folder=tmp_path, extra={"PATH": str(tmp_path / "bin")})
    assert (done.status, says in done.said) == (3, True), done.said


@pytest.mark.parametrize("epoch", ["tomorrow", "9" * 20])
def test_a_moment_that_is_none_is_refused(tmp_path: Path, epoch: str) -> None:
    working_tree(tmp_path / "churn", _FILES)
    done = audit("--offline", "churn", folder=tmp_path, extra={"SOURCE_DATE_EPOCH": epoch})
    assert (done.status, "SOURCE_DATE_EPOCH takes seconds" in done.said) == (2, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("rest", "status", "says"),
    [
        (">/dev/full", 3, "No space left on device"),
        (">&-", 2, "which is closed here"),
        (">out 2>&-", 0, ""),
        ("<&- >out", 0, ""),
    ],
)
def test_standard_streams_may_be_full_or_closed(tmp_path: Path, rest: str, status: int, says: str) -> None:
    working_tree(tmp_path / "churn", _FILES)
    line = f'"{sys.executable}" -m auditor --offline --no-cache -o - -f json churn {rest}'
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (status, True, False), done.stderr


@pytest.mark.parametrize("value", ["much", "0", "-1"])
def test_a_limit_that_is_none_is_refused(tmp_path: Path, value: str) -> None:
    working_tree(tmp_path / "churn", _FILES)
    done = audit("--offline", "churn", folder=tmp_path, extra={"AUDITOR_LIMIT_PARSE_SECONDS": value})
    assert (done.status, "limit" in done.said.lower()) == (2, True)


def _limited(folder: Path, number: str, value: int, *arguments: str) -> Done:
    """Run the program under a limit of the system's."""
    resource = pytest.importorskip("resource")
    limit = getattr(resource, number)
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "--offline", "--no-cache", "-f", "json", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},  # no halves of it
        preexec_fn=lambda: resource.setrlimit(limit, (value, value)),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.skipif(os.name == "nt", reason="start methods of POSIX")
@pytest.mark.parametrize("length", [0, 90], ids=["forkserver", "spawn"])
def test_workers_that_die_as_they_start_cost_the_audits_and_no_more(tmp_path: Path, length: int) -> None:
    starts = ("spawn_main", "forkserver import main")
    script = f"import os, sys\nif any(start in ' '.join(sys.orig_argv) for start in {starts}):\n    os._exit(1)\n"
    write(tmp_path, {"site/sitecustomize.py": script})
    for name in ("churn", "fraud"):
        working_tree(tmp_path / name, _FILES)
    with tempfile.TemporaryDirectory(
        suffix="x" * length
    ) as temporary:  # pytest's own is too long for a server's socket
        extra = {"PYTHONPATH": str(tmp_path / "site"), "TMPDIR": temporary}
        done = audit(
            "--offline", "--no-cache", "-f", "json", "churn", "fraud", folder=tmp_path, extra=extra, seconds=60
        )
        assert list(Path(temporary).iterdir()) == []
    assert (done.status, "no worker process could be started or kept" in done.said) == (3, True), done.said
    assert "defect" not in done.said


@pytest.mark.skipif(os.name == "nt", reason="limits of POSIX")
def test_few_open_files_are_enough_and_too_few_are_one_sentence(tmp_path: Path) -> None:
    working_tree(tmp_path / "churn", _FILES)
    enough = _limited(tmp_path, "RLIMIT_NOFILE", 64, "--jobs", "4", "churn")
    assert (enough.status, enough.err.count("\n")) == (0, 2), enough.err
    few = _limited(tmp_path, "RLIMIT_NOFILE", 10, "churn")
    assert (few.status, "could be started or kept: Too many open files" in few.said) == (3, True), few.said


@pytest.mark.skipif(os.name == "nt", reason="limits of POSIX")
def test_a_report_that_the_disk_has_no_room_for_leaves_the_last_one(tmp_path: Path) -> None:
    working_tree(tmp_path / "churn", _FILES)
    write(tmp_path, {"audit-report/churn.json": "the last one"})
    done = _limited(tmp_path, "RLIMIT_FSIZE", 8_000, "churn")
    assert (done.status, "The report can't be written to audit-report: File too large" in done.said) == (3, True)
    assert [(path.name, path.read_text()) for path in (tmp_path / "audit-report").iterdir()] == [
        ("churn.json", "the last one")
    ]


def _no_folder(output: Path) -> None:
    output.write_bytes(b"")


def _locked(output: Path) -> None:
    output.mkdir(mode=0o555)


@pytest.mark.parametrize("spoil", [_no_folder, _locked])
def test_an_output_that_can_be_none_is_wrong_usage(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    working_tree(tmp_path / "churn", _FILES)
    spoil(tmp_path / "out")
    before = () if spoil is _no_folder else mortal()
    done = audit("--offline", "--no-cache", "-o", "out", "churn", folder=tmp_path, before=before)
    assert (done.status, "The report can't be written to out" in done.said) == (2, True), done.said
    assert (tmp_path / "out").is_file() or not list((tmp_path / "out").iterdir())


def test_two_runs_at_once_share_a_new_cache(tmp_path: Path) -> None:
    names = [f"r{n}" for n in range(4)]
    for name in names:
        working_tree(tmp_path / name, _FILES)
    command = [sys.executable, "-m", "auditor", "--offline", "-q", "--cache-dir", "cache", "-f", "json", *names]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "SOURCE_DATE_EPOCH": "1767225600"}
    running = [
        subprocess.Popen([*command, "-o", out], cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
        for out in ("one", "two")
    ]
    assert [(each.communicate(timeout=120)[1], each.returncode) for each in running] == [(b"", 0)] * 2
    (one,), (two,) = (tmp_path / "one").iterdir(), (tmp_path / "two").iterdir()
    assert one.read_bytes() == two.read_bytes()


def _as_file(cache: Path) -> None:
    cache.write_bytes(b"")


def _read_only(cache: Path) -> None:
    cache.mkdir()
    cache.chmod(0o555)


def _read_only_file(cache: Path) -> None:
    cache.mkdir()
    sqlite3.connect(cache / "facts.sqlite").execute("PRAGMA journal_mode=WAL").connection.close()
    (cache / "facts.sqlite").chmod(0o444)
    cache.chmod(0o555)


@pytest.mark.parametrize("spoil", [_as_file, _read_only, _read_only_file])
def test_a_cache_that_cannot_be_used_is_told_once(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    for name in ("churn", "fraud"):
        working_tree(tmp_path / name, _FILES)
    spoil(tmp_path / "cache")
    before = () if spoil is _as_file else mortal()
    done = audit("--offline", "-q", "--cache-dir", "cache", "churn", "fraud", folder=tmp_path, before=before)
    assert (done.status, done.said.count("can't be used"), done.said.count("WARNING")) == (0, 1, 1), done.said


def test_a_cache_that_stays_locked_is_told_once_and_soon(tmp_path: Path) -> None:
    for name in ("churn", "fraud"):
        working_tree(tmp_path / name, _FILES)
    (tmp_path / "cache").mkdir()
    holder = sqlite3.connect(tmp_path / "cache/facts.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    done = audit("--offline", "-q", "--cache-dir", "cache", "churn", "fraud", folder=tmp_path, seconds=45)
    holder.close()
    assert (done.status, done.said.count("database is locked")) == (0, 1), done.said


@pytest.mark.skipif(os.name == "nt", reason="homes of POSIX")
@pytest.mark.parametrize(
    ("home", "says"), [("/dev/null", "can't be used"), (None, "There is no home folder to keep a cache in")]
)
def test_without_a_home_nothing_is_kept_and_that_is_said(tmp_path: Path, home: str | None, says: str) -> None:
    working_tree(tmp_path / "churn", _FILES)
    write(tmp_path, {"site/sitecustomize.py": "import pwd\ndel pwd.getpwuid\npwd.getpwuid = {}.__getitem__\n"})
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "--offline", "-q", "churn"],
        cwd=tmp_path,
        env=environment if home is None else environment | {"HOME": home},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said = " ".join(done.stderr.split())
    assert (done.returncode, said.count("WARNING"), says in said, "Traceback" in said) == (0, 1, True, False), said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audit-report", "churn", "site"]


_ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.skipif(sys.platform != "linux", reason="file names there are letters, not bytes")
@pytest.mark.parametrize("name", ["größe".encode(), b"gr\xf6\xdfe"], ids=["utf-8", "latin-1"])
def test_names_are_the_same_in_every_locale(tmp_path: Path, name: bytes) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    shutil.move(working_tree(tmp_path / "plain", _FILES | {"naïve_日本.py": "x = 1\n"}), folder)
    made = []
    for number, extra in enumerate(({"LC_ALL": "C"}, _ASCII, {"LC_ALL": "C.UTF-8"})):
        out = f"out{number}"
        done = audit("--offline", "-f", "json", "--candidate", "all", "-o", out, folder, folder=tmp_path, extra=extra)
        assert done.status == 0, done.said
        made += [path.read_bytes() for path in (tmp_path / out).iterdir()]
    assert len(made) == 3
    assert len(set(made)) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="file names there are letters, not bytes")
def test_a_reports_name_that_the_locale_cannot_write_is_one_sentence(tmp_path: Path) -> None:
    working_tree(tmp_path / "größe", _FILES)
    done = audit("--offline", "-f", "json", "größe", folder=tmp_path, extra=_ASCII)
    assert (done.status, "set LC_ALL=C.UTF-8" in done.said) == (2, True), done.said


@pytest.mark.skipif(os.name == "nt", reason="open files can't be removed there")
@pytest.mark.parametrize(("gone", "stays"), [("big.git", "churn"), ("churn", "big")])
def test_a_repository_that_goes_away_costs_itself_only(tmp_path: Path, gone: str, stays: str) -> None:
    """While it is read, or before its turn comes."""
    working_tree(tmp_path / "churn", _FILES)
    bare(tmp_path / "big.git", _MANY)
    temporary = tmp_path / "t"
    temporary.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "auditor", "--offline", "--no-cache", "--jobs", "1", "-f", "json"]
    with subprocess.Popen(
        [*command, "big.git", "churn"], cwd=tmp_path, env=environment, stdout=-1, stderr=-1, text=True
    ) as running:
        while not list(temporary.glob("audit-portfolio-*/audit-git-*")):
            time.sleep(0.02)  # until a worker reads
        shutil.rmtree(tmp_path / gone, ignore_errors=True)
        _, said = running.communicate(timeout=60)
    assert (running.returncode, "Traceback" in said) == (0, False), said
    assert f"{stays}: audited" in said
    assert gone == "big.git" or "churn is not a git repository" in said
    assert list(temporary.iterdir()) == []
