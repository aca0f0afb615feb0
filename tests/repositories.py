"""Real git repositories for tests, made with plumbing so that nothing of the user's git configuration matters."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_WHEN = 1_760_000_000


def git(folder: Path, *arguments: str, data: bytes | None = None, when: int = _WHEN) -> str:
    """Run git in a folder and return what it prints."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "GIT_AUTHOR_DATE": f"{when} +0000",
        "GIT_COMMITTER_DATE": f"{when} +0000",
    }
    done = subprocess.run(
        ["git", "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main", *arguments],
        cwd=folder,
        env=environment,
        input=data,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode("utf-8", "replace").strip()


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def working_tree(folder: Path, files: Mapping[str, str | bytes], subject: str = "Begin") -> Path:
    """Make a repository with one commit and a working tree."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q")
    write(folder, files)
    commit(folder, subject)
    return folder


def commit(folder: Path, subject: str, when: int = _WHEN) -> str:
    """Commit everything and return the commit's id."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", subject, when=when)
    return git(folder, "rev-parse", "HEAD")


def bare(folder: Path, files: Mapping[str, str | bytes], subject: str = "Begin") -> Path:
    """Make a bare repository with one commit."""
    source = working_tree(folder.parent / f"{folder.name}-source", files, subject)
    git(folder.parent, "clone", "-q", "--bare", str(source), str(folder))
    return folder


def tree(folder: Path, entries: list[tuple[str, str, str, bytes]]) -> str:
    """Write a tree object of (mode, kind, id, name) and return its id; names may be anything."""
    lines = b"\0".join(f"{mode} {kind} {name}\t".encode() + raw for mode, kind, name, raw in entries)
    return git(folder, "mktree", "-z", "--missing", data=lines + b"\0" if entries else b"")


def blob(folder: Path, content: bytes) -> str:
    """Write a blob and return its id."""
    return git(folder, "hash-object", "-w", "--stdin", data=content)


def commit_tree(folder: Path, identifier: str) -> str:
    """Make a commit of a tree the head of `main`."""
    made = git(folder, "commit-tree", identifier, "-m", "Begin")
    git(folder, "update-ref", "refs/heads/main", made)
    git(folder, "symbolic-ref", "HEAD", "refs/heads/main")
    return made
