"""Run git so that nothing of a stranger's repository runs, and nothing is fetched behind the user's back.

A stranger's git folder is never opened by git itself: its config, hooks, filters, replace refs and promisor remotes
could start programs or connections. Instead git opens an empty repository of ours whose objects come from the
stranger's object folder (`objects/info/alternates`), with a copy of his refs. Plain `subprocess` and not GitPython's
`Git.execute`, which hands the whole environment, tokens included, to the child.
"""

import os
import re
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from auditor.model import AuditorError

_CONFIG = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.quotePath": "false",
    "core.alternateRefsCommand": "",
    "gc.auto": "0",
    "log.showSignature": "false",
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",
}
_PASSED_ON = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR")
OLDEST = (2, 31)
"""The first git that takes its settings from GIT_CONFIG_COUNT, on which these protections rest."""
NEEDED = "git 2.31 or newer is needed on the PATH"
BINARY: int = getattr(os, "O_BINARY", 0)
"""Without it Windows changes line ends, and takes a file to end at the first control-Z."""
_REF_FOLDERS = 10_000
_REF_DEPTH = 20
_REF_BYTES = 10_000_000
_SHA256 = re.compile(r"^\s*objectformat\s*=\s*sha256\s*$", re.IGNORECASE | re.MULTILINE)


class GitError(AuditorError):
    """Git could not do what was asked of one repository; the run goes on without it."""


class TooSlowError(GitError):
    """Git took longer than it was given."""


class EmptyRepositoryError(GitError):
    """There is nothing to read yet: no commit."""


def environment(config: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the whole environment for a git process: no config of anybody's, no prompts, no tokens, no lazy fetch."""
    settings = _CONFIG | dict(config or {})
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    numbered = {
        f"GIT_CONFIG_{part}_{number}": text
        for number, pair in enumerate(settings.items())
        for part, text in zip(("KEY", "VALUE"), pair, strict=True)
    }
    return (
        passed
        | numbered
        | {
            "HOME": os.devnull,
            "XDG_CONFIG_HOME": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_CONFIG_COUNT": str(len(settings)),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_PROTOCOL_FROM_USER": "0",
            "LC_ALL": "C",
        }
    )


def start(folder: Path, arguments: Sequence[str], extra: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start git on a git folder of ours; the caller reads its output and ends it."""
    try:
        return subprocess.Popen(
            ["git", f"--git-dir={folder}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment() | dict(extra or {}),
            cwd=folder,
        )
    except FileNotFoundError:
        raise AuditorError(f"There is no git; {NEEDED}.") from None


def run(
    folder: Path, arguments: Sequence[str], extra: Mapping[str, str] | None = None, *, seconds: float = 60
) -> bytes:
    """Run git on a git folder of ours to its end and return what it printed. Raises GitError."""
    process = start(folder, arguments, extra)
    what = next(each for each in arguments if not each.startswith("-"))
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise TooSlowError(f"git {what} took more than {seconds:.0f} s") from None
    finally:
        stop(process)
    if process.returncode:
        raise GitError(f"git {what} failed: the repository is damaged or incomplete")
    return output


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a git process, whatever it is doing, and close its pipes."""
    if process.poll() is None:
        process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def git_folder(path: Path) -> Path | None:
    """Return the git folder of a working tree, or the path itself if it is a bare repository; None for neither."""
    dot = path / ".git"
    if dot.is_dir() and _looks_like_git(dot):
        return dot
    if dot.is_file():
        return _linked(dot)
    return path if _looks_like_git(path) else None


@contextmanager
def shadow(source: Path) -> Iterator[Path]:
    """Lend an empty bare repository that sees the objects and refs of the git folder `source`, no more."""
    common = _common(source)
    with tempfile.TemporaryDirectory(prefix="audit-git-") as name:
        folder = Path(name)
        for part in ("objects/info", "refs", "info"):
            (folder / part).mkdir(parents=True)
        _check_objects(common / "objects")
        (folder / "config").write_text(_format(common), encoding="utf-8")
        alternates = os.fsencode((common / "objects").resolve().as_posix())
        (folder / "objects/info/alternates").write_bytes(_quoted(alternates) + b"\n")
        _copy_refs(source, common, folder)
        yield folder


def resolve(folder: Path, revision: str = "HEAD") -> str | None:
    """Return the commit that a revision names, None if it names none (an unborn or dangling HEAD)."""
    arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    try:
        return run(folder, arguments).decode("ascii", "replace").strip() or None
    except GitError:
        return None


def points_somewhere(folder: Path) -> bool:
    """Tell whether HEAD names a commit at all, be it there or not."""
    try:
        return bool(run(folder, ["rev-parse", "--verify", "--quiet", "HEAD"]))
    except GitError:
        return False


def _looks_like_git(path: Path) -> bool:
    return (path / "HEAD").is_file() and (path / "objects").is_dir()


def _linked(dot: Path) -> Path | None:
    """Follow the `.git` file of a linked working tree or a submodule."""
    head = first_bytes(dot, 4096).decode("utf-8", "replace")
    if not head.startswith("gitdir:"):
        return None
    folder = dot.parent / head.removeprefix("gitdir:").strip()
    return folder if folder.is_dir() else None


def _common(source: Path) -> Path:
    pointer = source / "commondir"
    if not pointer.is_file():
        return source
    common = source / first_bytes(pointer, 4096).decode("utf-8", "replace").strip()
    return common if (common / "objects").is_dir() else source


def _format(common: Path) -> str:
    sha256 = _SHA256.search(first_bytes(common / "config", 1_000_000).decode("utf-8", "replace"))
    if sha256:
        return "[core]\nrepositoryformatversion = 1\nbare = true\n[extensions]\nobjectformat = sha256\n"
    return "[core]\nrepositoryformatversion = 0\nbare = true\n"


def _check_objects(objects: Path) -> None:
    """Refuse a pipe or a device among the objects: git would wait for it for ever."""
    waiting = [(objects, 0)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir() and depth == 0:
                waiting.append((Path(entry.path), 1))
            elif not (entry.is_file() or entry.is_dir()) and Path(entry).exists():
                raise GitError("among its git objects is something that is no file")


def _copy_refs(source: Path, common: Path, folder: Path) -> None:
    (folder / "HEAD").write_bytes(first_bytes(source / "HEAD", 4096) or b"ref: refs/heads/none\n")
    for name in ("packed-refs", "shallow", "info/exclude"):
        if data := first_bytes(common / name, _REF_BYTES):
            (folder / name).write_bytes(data)
    refs = (common / "refs").resolve()  # another repository's, where working trees share one
    for count, (root, folders, files) in enumerate(os.walk(refs) if _looks_like_git(refs.parent) else ()):
        if count > _REF_FOLDERS:
            return
        below = Path(root).relative_to(refs.parent)
        if len(below.parts) > _REF_DEPTH:
            folders.clear()
        (folder / below).mkdir(exist_ok=True, parents=True)
        for name in files[:_REF_FOLDERS]:
            if not os.path.islink(os.path.join(root, name)):  # noqa: PTH114, PTH118 - ten thousand of them
                (folder / below / name).write_bytes(first_bytes(Path(root, name), 4096))


def first_bytes(path: Path, limit: int) -> bytes:
    """Return how a file begins; nothing of what is no file, such as a pipe, which would be waited for."""
    try:
        handle = os.open(path, os.O_RDONLY | BINARY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            return file.read(limit) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
    except OSError:
        return b""


def _quoted(path: bytes) -> bytes:
    """Write a path as git reads it back from an alternates file."""
    if not path.startswith(b'"') and b"\n" not in path:
        return path
    return b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
