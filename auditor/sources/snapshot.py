"""One repository at one moment: its entries, its blobs' bytes, its history. Everything later reads only this."""

import itertools
import os
import stat
import subprocess
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from auditor.limits import Limits
from auditor.repository import Entry, EntryKind, History
from auditor.sources import git, log
from auditor.sources.git import EmptyRepositoryError, GitError, TooSlowError

_KINDS = {
    "100644": EntryKind.FILE,
    "100664": EntryKind.FILE,
    "100755": EntryKind.EXECUTABLE,
    "120000": EntryKind.LINK,
    "160000": EntryKind.SUBMODULE,
}
_BATCH = 60  # questions: so many fit into the 4 kB that a pipe holds on Windows
_PATIENCE = 20


class Snapshot(Protocol):
    """What the rest of the program may ask of an open repository."""

    commit: str | None
    entries: tuple[Entry, ...]
    left_out: str | None
    identity: str | None  # the commit, told apart from the same commit without all that came before
    whole: bool  # a commit's tree, named by its identity; a working tree is not

    def read(self, blobs: Iterable[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        """Yield each entry's bytes in the given order, one at a time; None where the blob is not here."""

    def history(self, limit: int) -> History | None:
        """Return the commits, newest first; None where they could not be read."""


@contextmanager
def open_snapshot(location: Path, revision: str | None, limits: Limits) -> Iterator[Snapshot]:
    """Open a local repository: a working tree as it is on disk, or a commit. Raises GitError with the reason."""
    source = git.git_folder(location)
    if source is None:
        raise GitError(f"{location} is not a git repository")
    with git.shadow(source) as folder:
        commit = git.resolve(folder, revision or "HEAD")
        if revision is None and source != location:
            yield _WorkingTree(folder, source, location, commit, limits)
        elif commit is None:
            raise _nothing_at(folder, revision)
        else:
            yield _Tree(folder, commit, limits)


def _nothing_at(folder: Path, revision: str | None) -> GitError:
    if revision is None and git.points_somewhere(folder):
        return GitError("its newest commit is damaged or not in this clone")
    if revision is None:
        return EmptyRepositoryError("it has no commits yet")
    return GitError(f"there is no commit {revision!r} in it; --commit takes a branch, a tag or a commit id")


def identity_at(location: Path, revision: str | None) -> str | None:
    """Return the identity of the commit that would be read, without listing it; None for a working tree, or nothing."""
    source = git.git_folder(location)
    if source is None or (revision is None and source != location):
        return None
    with git.shadow(source) as folder:
        return _identity(folder, git.resolve(folder, revision or "HEAD"))


class _Tree:
    """A commit's tree, read from git objects."""

    whole = True

    def __init__(self, folder: Path, commit: str, limits: Limits) -> None:
        self.commit: str | None = commit
        self.identity = _identity(folder, commit)
        self._folder = folder
        self.entries, self.left_out = _listed(folder, commit, limits)

    def read(self, blobs: Iterable[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        waiting = deque(blobs)
        while waiting:  # git ends at a damaged blob: it is begun again for those behind it
            process = git.start(self._folder, ["cat-file", "--batch"])
            try:
                yield from _contents(process, waiting)
            finally:
                git.stop(process)

    def history(self, limit: int) -> History | None:
        return log.history(self._folder, self.commit, limit)


class _WorkingTree:
    """A working tree as it is on disk, without what git ignores.

    An entry's `blob` is the file's identity on disk (device, inode, size, times): as good a name for the bytes as
    a hash, without reading them.
    """

    whole = False

    def __init__(self, folder: Path, source: Path, root: Path, commit: str | None, limits: Limits) -> None:
        self.commit = commit
        self.identity = _identity(folder, commit)
        self._folder = folder
        self._root = os.fsencode(root)
        self._raw: dict[str, bytes] = {}
        self.entries, self.left_out = self._walk(source, limits)

    def _walk(self, source: Path, limits: Limits) -> tuple[tuple[Entry, ...], str | None]:
        output = self._names(source / "index")
        names = sorted(set(output.split(b"\0")) - {b""})
        entries = [entry for raw in names[: limits.tree_entries] if (entry := self._entry(raw))]
        return tuple(entries), _over(limits) if len(names) > limits.tree_entries else None

    def _names(self, index: Path) -> bytes:
        """Ask git which files are not ignored; all count where it can't tell, as with a pipe for a .gitignore."""
        try:
            return self._not_ignored(index)
        except TooSlowError:
            return self._asked("-o")

    def _not_ignored(self, index: Path) -> bytes:
        if index.is_file():
            try:
                extra = {"GIT_INDEX_FILE": os.fspath(index.absolute())}
                return self._asked("-c", "-o", "--exclude-standard", extra=extra)
            except TooSlowError:
                raise
            except GitError:  # a damaged or split index
                pass
        return self._asked("-o", "--exclude-standard")

    def _asked(self, *options: str, extra: Mapping[str, str] | None = None) -> bytes:
        arguments = [f"--work-tree={os.fsdecode(self._root)}", "ls-files", "-z", *options]
        return git.run(self._folder, arguments, extra, seconds=_PATIENCE)

    def _entry(self, raw: bytes) -> Entry | None:
        try:
            found = os.lstat(os.path.join(self._root, raw))  # noqa: PTH118 - bytes, thousands of them
        except OSError:
            return None  # deleted on disk, still in the index
        path = _text(raw)
        self._raw[path] = raw
        name = f"{found.st_dev}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}"
        if stat.S_ISLNK(found.st_mode):
            return Entry(path, name, found.st_size, EntryKind.LINK)
        if not stat.S_ISREG(found.st_mode):
            return None
        executable = found.st_mode & stat.S_IXUSR
        return Entry(path, name, found.st_size, EntryKind.EXECUTABLE if executable else EntryKind.FILE)

    def read(self, blobs: Iterable[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        for entry in blobs:
            yield entry, self._bytes(entry)

    def _bytes(self, entry: Entry) -> bytes | None:
        path = os.path.join(self._root, self._raw[entry.path])  # noqa: PTH118
        try:
            handle = os.open(
                path, os.O_RDONLY | git.BINARY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            )
        except OSError:
            return None
        with os.fdopen(handle, "rb") as file:
            return file.read((entry.size or 0) + 1)

    def history(self, limit: int) -> History | None:
        return log.history(self._folder, self.commit, limit)


def _listed(folder: Path, commit: str, limits: Limits) -> tuple[tuple[Entry, ...], str | None]:
    """List a tree, ending git itself when it goes on for too long: some trees never end.

    With -t every tree that is entered makes a line, so that a bomb without files is counted as well.
    """
    process = git.start(folder, ["ls-tree", "-r", "-t", "-l", "-z", "--full-tree", "--end-of-options", commit])
    entries: list[Entry] = []
    count = deep = 0
    try:
        for record in log.records(process, limits.tree_entries * limits.path_bytes):
            count += 1
            if record is None or count > limits.tree_entries:
                return tuple(sorted(entries, key=_path)), _over(limits)
            entry = _entry(record)
            if entry is None:
                continue
            if entry.path.count("/") > limits.tree_depth or len(entry.path) > limits.path_bytes:
                deep += 1
            else:
                entries.append(entry)
        failed = process.wait() != 0
    finally:
        git.stop(process)
    if failed and not entries:
        raise GitError("the tree of the commit is damaged or not in this clone")
    return tuple(sorted(entries, key=_path)), _cut(deep, failed=failed, limits=limits)


def _cut(deep: int, *, failed: bool, limits: Limits) -> str | None:
    if failed:
        return "a part of the tree is damaged or not in this clone"
    if not deep:
        return None
    return f"{deep} files below {limits.tree_depth} folders or with endless paths were not read"


def _over(limits: Limits) -> str:
    return f"the tree has more than {limits.tree_entries} entries; only the first were read"


def _path(entry: Entry) -> str:
    return entry.path


def _entry(record: bytes) -> Entry | None:
    """Read `mode type id size<TAB>path`; the size of what is not in this clone is "BAD"."""
    head, _, raw = record.partition(b"\t")
    mode, kind, blob, size = head.decode("ascii").split()
    if kind == "tree":
        return None
    number = int(size) if size.isdigit() else None
    return Entry(_text(raw), blob, number, _KINDS.get(mode, EntryKind.FILE))


def _text(raw: bytes) -> str:
    """Return a path as text; bytes that are no UTF-8 are written as escapes."""
    return raw.decode("utf-8", "backslashreplace")


def _contents(process: subprocess.Popen[bytes], waiting: deque[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
    """Ask for blobs, so many at a time that the pipe holds all the questions; end where git ends."""
    asked, answers = process.stdin, process.stdout
    assert asked is not None  # noqa: S101 - start() asked for the pipes
    assert answers is not None  # noqa: S101
    while waiting:
        chunk = list(itertools.islice(waiting, _BATCH))
        asked.write(b"".join(entry.blob.encode() + b"\n" for entry in chunk))
        asked.flush()
        for entry in chunk:
            head = answers.readline().split()
            waiting.popleft()
            data, size = _content(answers, head)
            yield entry, data if len(data or b"") == size else None
            if not head or (data is not None and len(data) < size):
                return


def _content(answers: IO[bytes], head: list[bytes]) -> tuple[bytes | None, int]:
    """Read what follows `<id> <kind> <size>`, which a damaged blob cuts short; None for "<id> missing"."""
    if len(head) != 3 or not head[2].isdigit():  # noqa: PLR2004 - as above
        return None, 0
    data = answers.read(int(head[2]))
    answers.read(1)
    return data if head[1] == b"blob" else None, int(head[2])


def _identity(folder: Path, commit: str | None) -> str | None:
    return f"{commit}, shallow" if commit and log.is_shallow(folder) else commit
