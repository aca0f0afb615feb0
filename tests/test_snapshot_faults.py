"""Git folders that would make a reader wait, fill its memory or lose the rest: each costs at most itself."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from repositories import bare, blob, commit, commit_tree, git, tree, working_tree

from auditor.limits import Limits
from auditor.sources import local
from auditor.sources.git import GitError, shadow
from auditor.sources.selection import Selection
from auditor.sources.snapshot import open_snapshot

_FILES = {"README.md": "# Hello\n", "a.py": "x = 1\n"}
needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")


def _read(folder: Path, revision: str | None = None) -> dict[str, bytes | None]:
    with open_snapshot(folder, revision, Limits()) as snapshot:
        snapshot.history(10)
        return {entry.path: data for entry, data in snapshot.read(snapshot.entries)}


@needs_pipes
@pytest.mark.parametrize("name", ["packed-refs", "shallow", "info/exclude", "config", "commondir", "refs/heads/side"])
def test_a_pipe_in_a_git_folder_is_not_waited_for(tmp_path: Path, name: str) -> None:
    folder = bare(tmp_path / "r.git", _FILES)
    (folder / "refs" / "heads" / "main").write_text(git(folder, "rev-parse", "HEAD"), encoding="utf-8")
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    local.repositories(folder, Selection())
    assert _read(folder) == {"README.md": b"# Hello\n", "a.py": b"x = 1\n"}


@needs_pipes
def test_a_pipe_as_index_is_not_waited_for(tmp_path: Path) -> None:
    folder = working_tree(tmp_path / "r", _FILES)
    (folder / ".git" / "index").unlink()
    os.mkfifo(folder / ".git" / "index")
    assert sorted(_read(folder)) == ["README.md", "a.py"]


@needs_pipes
def test_a_pipe_among_the_objects_is_refused(tmp_path: Path) -> None:
    folder = bare(tmp_path / "r.git", _FILES)
    os.mkfifo(folder / "objects" / "pack" / "pack-1.idx")
    with pytest.raises(GitError, match="is no file"):
        _read(folder)


@needs_pipes
@pytest.mark.parametrize("indexed", [True, False])
def test_a_pipe_as_gitignore_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, indexed: bool) -> None:
    monkeypatch.setattr("auditor.sources.snapshot._PATIENCE", 0.5)
    folder = working_tree(tmp_path / "r", _FILES)
    os.mkfifo(folder / ".gitignore")
    if not indexed:
        (folder / ".git" / "index").unlink()
    assert sorted(_read(folder)) == ["README.md", "a.py"]


def test_an_endless_reference_fills_no_disk(tmp_path: Path) -> None:
    folder = bare(tmp_path / "r.git", _FILES)
    with (folder / "refs" / "heads" / "big").open("wb") as file:
        file.truncate(1 << 36)
    with shadow(folder) as ours:
        assert (ours / "refs" / "heads" / "big").stat().st_size <= 4096


def test_references_elsewhere_are_not_walked(tmp_path: Path) -> None:
    folder = bare(tmp_path / "r.git", _FILES)
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "diary").write_text("private", encoding="utf-8")
    (folder / "refs").rename(folder / "own")
    (folder / "refs").symlink_to(tmp_path / "private")
    with shadow(folder) as ours:
        assert not list(ours.rglob("diary"))


def test_a_blob_that_ends_git_costs_only_itself(tmp_path: Path) -> None:
    folder = tmp_path / "r.git"
    git(tmp_path, "init", "-q", "--bare", "r.git")
    contents = {b"%d.py" % n: b"x = %d  # %s\n" % (n, b"abcdefghij" * 400) for n in range(4)}
    ids = {name: blob(folder, content) for name, content in contents.items()}
    commit_tree(folder, tree(folder, [("100644", "blob", ids[name], name) for name in sorted(contents)]))
    path = folder / "objects" / ids[b"1.py"][:2] / ids[b"1.py"][2:]
    damaged = path.read_bytes()[:-20]
    path.unlink()
    path.write_bytes(damaged)
    assert [data is None for data in _read(folder).values()] == [False, True, False, False]


def test_names_and_messages_of_megabytes_are_bounded(tmp_path: Path) -> None:
    folder = tmp_path / "r.git"
    git(tmp_path, "init", "-q", "--bare", "r.git")
    content = blob(folder, b"x = 1\n")
    inner = tree(folder, [("100644", "blob", content, b"%05d.py" % n) for n in range(20_000)])
    outer = [("040000", "tree", inner, b"d" * 100_000), ("100644", "blob", content, b"a.py")]
    commit_tree(folder, tree(folder, sorted(outer, key=lambda entry: entry[3])))
    started = time.monotonic()
    with open_snapshot(folder, None, Limits()) as snapshot:
        assert [entry.path for entry in snapshot.entries] == ["a.py"]
        assert snapshot.left_out
    assert time.monotonic() - started < 30
    work = working_tree(tmp_path / "work", _FILES)
    commit(work, "w" * 100_000)
    with open_snapshot(work, "HEAD", Limits()) as snapshot:
        history = snapshot.history(10)
    assert history is not None
    assert [len(found.subject) for found in history.commits] == [1000, 5]


@pytest.mark.skipif(os.name == "nt", reason="open files can't be removed there")
@pytest.mark.parametrize("make", [working_tree, bare])
def test_a_repository_that_is_removed_has_no_content_and_no_history(tmp_path: Path, make: Callable[..., Path]) -> None:
    folder = make(tmp_path / "churn", {"a.py": "x = 1\n", "b.py": "y = 2\n"})
    with open_snapshot(folder, None, Limits()) as snapshot:
        shutil.rmtree(folder)
        assert [(entry.path, data) for entry, data in snapshot.read(snapshot.entries)] == [
            ("a.py", None),
            ("b.py", None),
        ]
        assert snapshot.history(9) is None
    with pytest.raises(GitError, match="is not a git repository"), open_snapshot(folder, None, Limits()):
        pass


@pytest.mark.parametrize("names", [[f"wide{number:02}" for number in range(30)], ["/".join(["deep"] * 9)]])
def test_references_in_endless_folders_are_copied_within_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    monkeypatch.setattr("auditor.sources.git._REF_FOLDERS", 10)
    monkeypatch.setattr("auditor.sources.git._REF_DEPTH", 5)
    made = bare(tmp_path / "x.git", _FILES)
    for name in names:
        (made / "refs" / name).mkdir(parents=True)
    with shadow(made) as folder:
        copied = [path.relative_to(folder).parts for path in (folder / "refs").rglob("*") if path.is_dir()]
    assert (len(copied) <= 11, max(map(len, copied)) <= 6) == (True, True), copied


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_a_folder_whose_name_is_several_lines_is_read(tmp_path: Path) -> None:
    folder = bare(tmp_path / "plain.git", _FILES).rename(tmp_path / 'two\n"lines\\.git')
    assert _read(folder)["a.py"] == b"x = 1\n"
