"""The sample portfolio is the same everywhere, complete, and spares what it did not build."""

import os
from pathlib import Path

import nbformat
import pytest
import sample
from git import Blob, Repo

# Ids change with each change of the sample's files: take the new ones from `python tests/sample.py DIR`.
_NEWEST = {
    "churn-service": "27cdb00e178af1509cc903fd7d3c4af7e20de44c",
    "house-prices": "467877cf4cb890178423bfb0ae1adcb9c0675314",
    "titanic-notebooks": "69162c3435473206be4d986748c015a20a0843d2",
    "support-rag-bot": "1b1080d9ef4350fbe41609b5b24b5f92ed18ccef",
}


@pytest.fixture
def built(tmp_path: Path) -> dict[str, str]:
    return sample.build(tmp_path)


def test_commits_have_the_same_ids_whatever_the_user_configured(
    tmp_path: Path, built: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\nname = Bo\n[core]\nautocrlf = true\n[i18n]\ncommitEncoding = latin1\n[init]\ndefaultBranch = trunk\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2001-01-01T00:00:00 +0000")
    before = dict(os.environ)
    assert sample.build(tmp_path) == built == _NEWEST
    assert dict(os.environ) == before


def test_every_file_is_committed_once_and_nothing_else(tmp_path: Path, built: dict[str, str]) -> None:
    for name in built:
        source = sample.SOURCES / name
        with Repo(tmp_path / name) as repository:
            committed = {
                str(entry.path): entry.data_stream.read()
                for entry in repository.head.commit.tree.traverse()
                if isinstance(entry, Blob)
            }
            assert not repository.is_dirty(untracked_files=True)
            assert len(list(repository.iter_commits())) >= 3
        there = {path.relative_to(source).as_posix(): path.read_bytes() for path in source.rglob("*") if path.is_file()}
        assert committed == there
        assert 5 <= len(there) <= 20


def test_notebooks_are_valid() -> None:
    notebooks = sorted(sample.SOURCES.rglob("*.ipynb"))
    assert len(notebooks) == 5
    for path in notebooks:
        notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)  # type: ignore[no-untyped-call] # nbformat is untyped
        nbformat.validate(notebook)


def test_what_it_did_not_build_stays(tmp_path: Path) -> None:
    (tmp_path / "churn-service").mkdir()
    (tmp_path / "churn-service" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit, match="name another folder"):
        sample.build(tmp_path)
    assert (tmp_path / "churn-service" / "thesis.txt").read_text(encoding="utf-8") == "mine"
