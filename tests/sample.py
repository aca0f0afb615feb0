"""Build the sample portfolio of "Asha Example" as real git repositories: `python tests/sample.py DIR`.

The files lie below `tests/portfolio/`; `commits.toml` beside them says which were added when. Nothing of the user's git
configuration or environment matters, so that the commits have the same ids everywhere.
"""

import os
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from git import Actor, InvalidGitRepositoryError, Repo

SOURCES = Path(__file__).parent / "portfolio"
ASHA = Actor("Asha Example", "asha@example.org")
_NOTHING = {
    "HOME": os.devnull,
    "XDG_CONFIG_HOME": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_DEFAULT_HASH": "sha1",
    "GIT_TEMPLATE_DIR": "",
}


def build(folder: Path) -> dict[str, str]:
    """Build every repository in a folder, replace what an earlier run built there, and return the newest commits."""
    with _nothing_of_the_users():
        return {name: _repository(folder / name, name, commits) for name, commits in _histories().items()}


def _histories() -> Mapping[str, list[dict[str, Any]]]:
    return tomllib.loads((SOURCES / "commits.toml").read_text(encoding="utf-8"))


def _repository(folder: Path, name: str, commits: list[dict[str, Any]]) -> str:
    _clear(folder)
    with Repo.init(folder, initial_branch="main") as repository:
        with repository.config_writer() as config:
            config.set_value("user", "name", ASHA.name)
            config.set_value("i18n", "commitEncoding", "UTF-8")
        for commit in commits:
            _commit(repository, folder, commit, SOURCES / name)
        return repository.head.commit.hexsha


def _commit(repository: Repo, folder: Path, commit: Mapping[str, Any], sources: Path) -> None:
    written = {path: text.encode() for path, text in commit.get("writes", {}).items()}
    written |= {
        path.relative_to(sources).as_posix(): path.read_bytes()
        for glob in commit.get("adds", ())
        for path in sorted(sources.glob(glob))
        if path.is_file()
    }
    for path, content in written.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    repository.index.add(sorted(written))
    when = commit["when"].strftime("%Y-%m-%dT%H:%M:%S +0000")
    repository.index.commit(
        commit["says"], author=ASHA, committer=ASHA, author_date=when, commit_date=when, skip_hooks=True
    )


def _clear(folder: Path) -> None:
    """Remove what an earlier run built; whatever else stands there stays, and ends the run."""
    if not folder.exists():
        return
    if not _ours(folder):
        sys.exit(f"{folder} is there already and was not built by this program; name another folder.")
    shutil.rmtree(folder)


def _ours(folder: Path) -> bool:
    try:
        with Repo(folder) as repository:
            return repository.config_reader("repository").get_value("user", "name", "") == ASHA.name
    except InvalidGitRepositoryError:
        return False


@contextmanager
def _nothing_of_the_users() -> Iterator[None]:
    before = dict(os.environ)
    for name in [name for name in before if name.startswith("GIT_")]:
        del os.environ[name]
    os.environ |= _NOTHING
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def main(arguments: list[str]) -> None:
    """Build the sample portfolio in the one folder that is named."""
    if len(arguments) != 1:
        sys.exit("usage: python tests/sample.py DIR")
    folder = Path(arguments[0])
    for name, commit in build(folder).items():
        sys.stdout.write(f"{folder / name} at {commit[:10]}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
