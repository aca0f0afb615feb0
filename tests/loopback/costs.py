"""Measure what the auditor costs a host: requests and bytes, against the loopback GitHub, as Markdown tables.

    PYTHONPATH=.:tests python tests/loopback/costs.py [REPOSITORIES ...]

Without numbers it measures users with 6, 50 and 500 repositories, which takes some minutes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import repositories as made

from auditor.limits import Limits
from auditor.repository import Origin
from auditor.sources import clone
from auditor.sources.patience import Patience
from loopback.server import GitHub, serving

_TOKEN = "made-up-token"
_FILES: dict[str, str | bytes] = {"README.md": "# Churn\n\nPredicts churn, F1 0.84.\n", "a.py": "x = 1\n" * 200}
_LARGE = 25_000_000
_KB = 1000


def accounts(sizes: list[int]) -> Iterator[str]:
    """Yield a table of whole runs for users with so many repositories."""
    yield "| repositories | token | run | API requests | API kB | clone requests | clone kB |"
    yield "|---:|---|---|---:|---:|---:|---:|"
    for size in sizes:
        for token in ("", _TOKEN):
            with _account(size) as (github, folder):
                for run in ("first", "second"):
                    _reset(github)
                    _audit(github, folder, token)
                    api, git = (round(github.sent[kind] / _KB) for kind in ("api", "git"))
                    counts = f"{len(github.api)} | {api} | {len(github.clones)} | {git}"
                    yield f"| {size} | {'yes' if token else 'no'} | {run} | {counts} |"


def clones() -> Iterator[str]:
    """Yield a table of one clone by several means: 40 commits, and a file above the limit in the newest."""
    yield "| way | requests | kB | commits |"
    yield "|---|---:|---:|---:|"
    ways: dict[str, Callable[[GitHub, str, Path], Path]] = {
        "auditor": _by_auditor,
        "`git clone --depth 1`": lambda _, url, folder: _by_git(url, folder, "--depth=1"),
        "`git clone`": lambda _, url, folder: _by_git(url, folder),
    }
    with tempfile.TemporaryDirectory() as name, serving(Path(name, "github")) as github:
        url = _long_project(github)
        for number, (way, fetch) in enumerate(ways.items()):
            _reset(github)
            folder = Path(name, str(number))
            folder.mkdir()
            commits = made.git(fetch(github, url, folder), "rev-list", "--count", "HEAD")
            yield f"| {way} | {len(github.clones)} | {github.sent['git'] / _KB:.0f} | {commits} |"


@contextmanager
def _account(size: int) -> Iterator[tuple[GitHub, Path]]:
    with tempfile.TemporaryDirectory() as name, serving(Path(name, "github")) as github:
        github.world.tokens[_TOKEN] = "public_repo"
        github.world.account("ada")
        first = github.world.repo("ada/r000", _FILES).folder
        assert first
        for number in range(1, size):
            repo = github.world.repo(f"ada/r{number:03}")
            repo.folder = first.with_name(f"r{number:03}.git")
            shutil.copytree(first, repo.folder)
            own = made.blob(repo.folder, f"# Project {number}\n".encode())
            made.commit_tree(repo.folder, made.tree(repo.folder, [("100644", "blob", own, b"README.md")]))
        yield github, Path(name)


def _audit(github: GitHub, folder: Path, token: str) -> None:
    variables = {
        "GITHUB_API_URL": github.hosts.api,
        "GITHUB_GRAPHQL_URL": github.hosts.graphql,
        "GITHUB_SERVER_URL": github.hosts.server,
        "GITHUB_TOKEN": token,
    }
    arguments = ["ada", "-q", "-o", str(folder / "out"), "-f", "json", "--cache-dir", str(folder / "cache")]
    subprocess.run([sys.executable, "-m", "auditor", *arguments], env=os.environ | variables, check=True)


def _long_project(github: GitHub) -> str:
    folder = github.world.repo("ada/long", _FILES).folder
    assert folder
    source = folder.parent / f"{folder.name}-source"
    for number in range(39):
        made.write(source, {"a.py": f"x = {number}\n" * 500, f"f{number}.csv": os.urandom(20_000)})
        made.commit(source, f"Step {number}")
    made.write(source, {"large.bin": os.urandom(_LARGE)})
    made.commit(source, "Add data")
    made.git(source, "push", "-q", str(folder), "main")
    return f"{github.world.base}/ada/long.git"


def _by_auditor(github: GitHub, url: str, folder: Path) -> Path:
    origin, patience = Origin(name="long", location=url, remote=True), Patience(lambda _: None)
    here = clone.fetch(origin, folder, token=None, limits=Limits(), patience=patience, hosts=github.hosts)
    return Path(here.location)


def _by_git(url: str, folder: Path, *options: str) -> Path:
    made.git(folder, "clone", "-q", "--bare", *options, url, "plain")
    return folder / "plain"


def _reset(github: GitHub) -> None:
    github.log.clear()
    github.sent.update(api=0, git=0)


if __name__ == "__main__":
    for row in chain(clones(), [""], accounts([int(size) for size in sys.argv[1:]] or [6, 50, 500])):
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()
