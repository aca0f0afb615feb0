"""Clone from the loopback GitHub as the program does."""

import os
from pathlib import Path

import repositories as made

from auditor.limits import Limits
from auditor.repository import Origin
from auditor.sources import clone
from loopback.clock import Clock
from loopback.server import GitHub

LIMITS = Limits(clone_seconds=20, clone_blob_bytes=5_000)


def push(github: GitHub, name: str, subject: str, files: dict[str, str | bytes]) -> Origin:
    """Push a commit to a repository."""
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
    cache: Path | None = None,
) -> Path:
    """Clone into a folder, which is made."""
    folder.mkdir(exist_ok=True)
    patience = (clock or Clock()).patience()
    hosts = github.hosts
    here = clone.fetch(origin, folder, token=token, limits=limits, patience=patience, hosts=hosts, cache=cache)
    return Path(here.location)


def project(github: GitHub) -> Origin:
    """Give ada a repository of two commits with a file above the limit."""
    github.world.repo("ada/churn", {"a.py": "x = 1\n", "large.csv": os.urandom(20_000)})
    return push(github, "ada/churn", "Second", {"b.py": "y = 2\n", "large.csv": os.urandom(20_000)})
