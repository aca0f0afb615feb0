"""What is asked of a worker and what it answers, and the answers that earlier runs kept. No reading, no judging.

The main process works with these alone: parsers are imported in workers only.
"""

import hashlib
import os
from functools import cache as once
from pathlib import Path

import msgspec

from auditor import rulebook
from auditor.facts.cache import Cache
from auditor.limits import Limits
from auditor.model import Evidence, Finding, RepositoryStatus
from auditor.repository import Origin
from auditor.rulebook import Rulebook
from auditor.sources.git import GitError
from auditor.sources.snapshot import Snapshot, identity_at, open_snapshot
from auditor.views.skills import SkillUse
from auditor.views.traits import Traits


class Guide(msgspec.Struct, frozen=True, kw_only=True):
    """Which rules judge: a folder that extends the built-in ones, a role, and rule ids or prefixes to keep or drop."""

    folder: str | None = None
    role: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One repository to audit, on this machine's disk. `cache` and `journal` are paths; `banned` steps are left out."""

    origin: Origin
    guide: Guide
    limits: Limits
    cache: str | None
    journal: str | None = None
    banned: frozenset[str] = frozenset()


class RepositoryAudit(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one repository. `content` names what is in it: copies have the same.

    `links` are those of its README that only the network can judge.
    """

    status: RepositoryStatus
    reason: str | None = None
    commit: str | None = None
    content: str = ""
    findings: tuple[Finding, ...] = ()
    skills: tuple[SkillUse, ...] = ()
    traits: Traits = Traits()
    links: tuple[Evidence, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


_decode = msgspec.msgpack.Decoder(RepositoryAudit).decode
"""Made here, before there are threads: two that ask msgspec for the same type at once can crash the whole process."""
_loaded: dict[Guide, Rulebook] = {}


def remember(task: Task, snapshot: Snapshot, done: RepositoryAudit, cache: Cache) -> None:
    """Keep an audit for later runs."""
    cache.put({_key(task, task.origin.commit or _identity(snapshot)): msgspec.msgpack.encode(done)})


def remembered(task: Task) -> RepositoryAudit | None:
    """Return the audit of the same commit, or files, under the same rules by an earlier run.

    Where the origin's commit is known, from its host or from the clone, nothing is opened.
    """
    if task.cache is None:
        return None
    location, revision = Path(task.origin.location), task.origin.revision
    cache = Cache(Path(task.cache))
    try:
        identity = task.origin.commit or identity_at(location, revision)
        if identity is None:
            with open_snapshot(location, revision, task.limits) as snapshot:
                identity = _identity(snapshot)
        return _recalled(cache, _key(task, identity))
    except GitError:
        return None  # `audit` will say why
    finally:
        cache.close()


def load_rulebook(guide: Guide) -> Rulebook:
    """Load the rules that a guide asks for, once a process. Raises AuditorError."""
    if guide not in _loaded:
        book = rulebook.load(Path(guide.folder) if guide.folder else None, role=guide.role)
        _loaded[guide] = rulebook.chosen(book, guide.select, guide.ignore)
    return _loaded[guide]


def adopt(guide: Guide, book: Rulebook) -> None:
    """Take over what the main process loaded: reading so much TOML again would cost each worker more."""
    _loaded[guide] = book


def content_of(snapshot: Snapshot) -> str:
    """Name the tree by its entries: the same files make the same name, whatever the history."""
    digest = hashlib.sha256()
    for entry in snapshot.entries:
        digest.update(f"{entry.path}\0{entry.blob}\0{entry.kind}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _identity(snapshot: Snapshot) -> str:
    """Name what is audited: a commit, its history included, or a working tree's files on top of a commit."""
    return str(snapshot.identity) if snapshot.whole else f"{content_of(snapshot)} on {snapshot.identity}"


def _key(task: Task, identity: str) -> str:
    listing = task.origin.listing
    if listing is not None:  # what changes without the repository changing
        listing = msgspec.structs.replace(listing, stars=None, pushed_at=None, size_kb=None, pinned=None)
    parts = (code_version(), load_rulebook(task.guide).digest, task.guide, task.limits, task.origin.name, listing)
    return f"audit {hashlib.sha256(msgspec.json.encode(parts)).hexdigest()} {identity}"


def _recalled(cache: Cache, key: str) -> RepositoryAudit | None:
    try:
        return next(map(_decode, cache.get([key]).values()), None)
    except msgspec.DecodeError:
        return None  # damaged, or of another version: auditing again is always right


@once
def code_version() -> str:
    """Name this version of the program's code: a digest of its sources."""
    digest = hashlib.sha256()
    for folder, _, files in sorted(os.walk(Path(__file__).parent)):
        for name in sorted(files):
            if name.endswith(".py"):
                digest.update(Path(folder, name).read_bytes())
    return digest.hexdigest()[:16]
