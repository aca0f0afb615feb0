"""Opening repositories: what is read, what is left alone, and that nothing of a stranger's runs."""

import os
import shutil
from pathlib import Path

import pytest
from repositories import bare, blob, commit, commit_tree, git, tree, working_tree, write

from auditor.limits import Limits
from auditor.repository import EntryKind
from auditor.sources.git import EmptyRepositoryError, GitError, shadow
from auditor.sources.snapshot import identity_at, open_snapshot

_FILES = {"README.md": "# Hello\n", "src/a.py": "x = 1\n"}


def _paths(folder: Path, revision: str | None = None, limits: Limits = Limits()) -> list[str]:  # noqa: B008 - frozen
    with open_snapshot(folder, revision, limits) as snapshot:
        return [entry.path for entry in snapshot.entries]


def _contents(folder: Path) -> dict[str, bytes | None]:
    with open_snapshot(folder, None, Limits()) as snapshot:
        return {entry.path: data for entry, data in snapshot.read(snapshot.entries)}


def test_a_bare_repository_is_read_at_head(tmp_path: Path) -> None:
    folder = bare(tmp_path / "r.git", _FILES)
    with open_snapshot(folder, None, Limits()) as snapshot:
        history = snapshot.history(10)
        assert snapshot.commit == git(folder, "rev-parse", "HEAD")
    assert _contents(folder) == {"README.md": b"# Hello\n", "src/a.py": b"x = 1\n"}
    assert history is not None
    assert [(c.subject, c.author, c.authored) for c in history.commits] == [("Begin", "Ada", 1_760_000_000)]
    assert history.complete


def test_a_working_tree_is_read_as_it_is_on_disk_without_what_is_ignored(tmp_path: Path) -> None:
    folder = working_tree(tmp_path / "r", {**_FILES, ".gitignore": "*.log\n", "gone.txt": "x"})
    write(folder, {"README.md": "# Changed\n", "new.py": "y = 2\n", "noise.log": "z"})
    (folder / "gone.txt").unlink()
    assert _paths(folder) == [".gitignore", "README.md", "new.py", "src/a.py"]
    assert _contents(folder)["README.md"] == b"# Changed\n"
    assert _paths(folder, "HEAD") == [".gitignore", "README.md", "gone.txt", "src/a.py"]


@pytest.mark.parametrize("revision", [None, "HEAD"])
def test_a_shallow_clone_is_told_from_a_whole_one_at_the_same_commit(tmp_path: Path, revision: str | None) -> None:
    source = working_tree(tmp_path / "r", _FILES)
    write(source, {"later.py": ""})
    commit(source, "Go on")
    git(tmp_path, "clone", "-q", "--depth=1", source.as_uri(), "c")
    with open_snapshot(tmp_path / "c", revision, Limits()) as shallow:
        pass
    assert identity_at(tmp_path / "c", "HEAD") == shallow.identity
    git(tmp_path / "c", "fetch", "-q", "--unshallow")
    with open_snapshot(tmp_path / "c", revision, Limits()) as whole:
        pass
    assert identity_at(tmp_path / "c", "HEAD") == whole.identity == whole.commit == shallow.commit
    assert shallow.identity != whole.identity


def test_a_commit_can_be_named_by_branch_tag_or_id(tmp_path: Path) -> None:
    folder = working_tree(tmp_path / "r", _FILES)
    first = git(folder, "rev-parse", "HEAD")
    git(folder, "tag", "v1")
    write(folder, {"later.py": ""})
    commit(folder, "Go on")
    git(folder, "pack-refs", "--all")
    for revision in (first, first[:10], "v1", "HEAD~1", "main~1"):
        assert _paths(folder, revision) == sorted(_FILES)
    for revision in ("nothing", "--help", "-x"):
        with pytest.raises(GitError, match="there is no commit"):
            _paths(folder, revision)


def test_linked_working_trees_detached_heads_and_shallow_clones_are_read(tmp_path: Path) -> None:
    folder = working_tree(tmp_path / "r", _FILES)
    commit(folder, "Go on")
    git(folder, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{folder}", "shallow")
    assert _paths(tmp_path / "linked") == sorted(_FILES)
    with open_snapshot(tmp_path / "shallow", None, Limits()) as snapshot:
        history = snapshot.history(10)
    assert history is not None
    assert (len(history.commits), history.complete) == (1, False)


def test_sha256_repositories_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    folder.mkdir()
    git(folder, "init", "-q", "--object-format=sha256")
    write(folder, _FILES)
    commit(folder, "Begin")
    assert _paths(folder, "HEAD") == sorted(_FILES)


def test_without_a_commit_a_bare_repository_is_empty_and_a_working_tree_is_read(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "empty.git")
    with pytest.raises(EmptyRepositoryError, match="no commits"):
        _paths(tmp_path / "empty.git")
    git(tmp_path, "init", "-q", "unborn")
    write(tmp_path / "unborn", _FILES)
    assert _paths(tmp_path / "unborn") == sorted(_FILES)


def test_a_missing_blob_has_no_size_and_is_never_fetched(tmp_path: Path) -> None:
    source = working_tree(tmp_path / "source", {"big.bin": "x" * 5000, "README.md": "# Hello\n"})
    git(source, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:limit=1k", f"file://{source}", "partial.git")
    with open_snapshot(tmp_path / "partial.git", None, Limits()) as snapshot:
        sizes = {entry.path: entry.size for entry in snapshot.entries}
        read = {entry.path: data for entry, data in snapshot.read(snapshot.entries)}
    assert sizes == {"README.md": 8, "big.bin": None}
    assert read == {"README.md": b"# Hello\n", "big.bin": None}


def test_nothing_of_a_strangers_configuration_runs(tmp_path: Path) -> None:
    folder = working_tree(tmp_path / "r", {**_FILES, ".gitattributes": "* filter=evil\n"})
    canary = tmp_path / "canary"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {canary}\ncat\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process"):
        git(folder, "config", key, str(script))
    git(folder, "config", "core.hooksPath", str(tmp_path))
    git(folder, "config", "log.showSignature", "true")
    git(folder, "config", "gpg.program", str(script))
    git(folder, "config", "include.path", str(tmp_path / "further.config"))
    write(folder, {"README.md": "# Changed, so that git wants to look\n"})
    with open_snapshot(folder, None, Limits()) as snapshot:
        snapshot.history(10)
        list(snapshot.read(snapshot.entries))
    _paths(folder, "HEAD")
    assert not canary.exists()


def test_replace_refs_do_not_change_what_is_read(tmp_path: Path) -> None:
    folder = working_tree(tmp_path / "r", {"a.txt": "true"})
    fake = blob(folder, b"fake")
    git(folder, "replace", git(folder, "rev-parse", "HEAD:a.txt"), fake)
    with open_snapshot(folder, "HEAD", Limits()) as snapshot:
        assert [data for _, data in snapshot.read(snapshot.entries)] == [b"true"]


def test_a_reference_that_is_a_link_is_not_copied(tmp_path: Path) -> None:
    folder = bare(tmp_path / "r.git", _FILES)
    (tmp_path / "private").write_text("private", encoding="utf-8")
    (folder / "refs" / "heads" / "linked").symlink_to(tmp_path / "private")
    with shadow(folder) as ours:
        assert "linked" not in {path.name for path in ours.rglob("*")}


def test_links_are_entries_that_are_never_followed(tmp_path: Path) -> None:
    folder = working_tree(tmp_path / "r", {"README.md": "# Hello\n"})
    (folder / "passwords.txt").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(".")
    with open_snapshot(folder, None, Limits()) as snapshot:
        kinds = {entry.path: entry.kind for entry in snapshot.entries}
        read = {entry.path: data for entry, data in snapshot.read(snapshot.entries)}
    assert kinds == {"README.md": EntryKind.FILE, "loop": EntryKind.LINK, "passwords.txt": EntryKind.LINK}
    assert read == {"README.md": b"# Hello\n", "loop": None, "passwords.txt": None}


def test_pipes_in_a_working_tree_are_left_alone(tmp_path: Path) -> None:
    folder = working_tree(tmp_path / "r", {"README.md": "# Hello\n", "README.rst": "Hello\n"})
    (folder / "README.rst").unlink()
    os.mkfifo(folder / "README.rst")  # still in the index, so that git lists it
    assert _paths(folder) == ["README.md"]


def test_names_of_any_bytes_are_listed_and_read(tmp_path: Path) -> None:
    folder = tmp_path / "r.git"
    git(tmp_path, "init", "-q", "--bare", "r.git")
    content = blob(folder, b"data")
    names = (b"new\nline", b"\xff\xfe.py", b" leading blank", b"-rf", b"tab\there")
    commit_tree(folder, tree(folder, [("100644", "blob", content, name) for name in sorted(names)]))
    read = _contents(folder)
    assert read == dict.fromkeys(["new\nline", "\\xff\\xfe.py", " leading blank", "-rf", "tab\there"], b"data")


def test_a_tree_too_wide_too_deep_or_exponential_is_cut_and_said(tmp_path: Path) -> None:
    folder = tmp_path / "r.git"
    git(tmp_path, "init", "-q", "--bare", "r.git")
    identifier = tree(folder, [("100644", "blob", blob(folder, b"x"), b"file.py")])
    for _ in range(30):
        identifier = tree(folder, [("040000", "tree", identifier, name) for name in (b"a", b"b")])
    commit_tree(folder, identifier)
    with open_snapshot(folder, None, Limits(tree_entries=500)) as snapshot:
        assert len(snapshot.entries) <= 500
        assert snapshot.left_out == "the tree has more than 500 entries; only the first were read"
    with open_snapshot(
        working_tree(tmp_path / "deep", {"a/b/c/d/e.py": "", "f.py": ""}), "HEAD", Limits(tree_depth=2)
    ) as s:
        assert [entry.path for entry in s.entries] == ["f.py"]
        assert s.left_out == "1 files below 2 folders or with endless paths were not read"


def test_a_damaged_repository_is_said_to_be_so(tmp_path: Path) -> None:
    folder = bare(tmp_path / "r.git", _FILES)
    shutil.rmtree(folder / "objects")
    (folder / "objects").mkdir()
    with pytest.raises(GitError, match="damaged or not in this clone"):
        _paths(folder)
