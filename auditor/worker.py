"""Audit one repository: open, read, judge. One picklable call, run in a process that may be killed.

Nothing here knows of other repositories, of the network, or of how a report looks.
"""

import hashlib
import logging
import os
from collections.abc import Callable
from functools import cache as once
from pathlib import Path
from typing import TypeVar

import msgspec

from auditor import rulebook
from auditor.facts.cache import Cache
from auditor.facts.store import Store
from auditor.judge import finding, judge
from auditor.limits import Limits
from auditor.model import Finding, RepositoryStatus, unknown
from auditor.repository import Origin
from auditor.rulebook import Rulebook
from auditor.sources.git import EmptyRepositoryError, GitError
from auditor.sources.snapshot import Snapshot, commit_at, open_snapshot
from auditor.views.layout import own
from auditor.views.notes import notes_of
from auditor.views.reading import Reading
from auditor.views.skills import SkillUse, skills_of
from auditor.views.traits import Traits, traits_of
from auditor.watch import Watch, limit_memory

_log = logging.getLogger(__name__)
T = TypeVar("T")


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
    """What became of one repository. `content` names what is in it: copies have the same."""

    status: RepositoryStatus
    reason: str | None = None
    commit: str | None = None
    content: str = ""
    findings: tuple[Finding, ...] = ()
    skills: tuple[SkillUse, ...] = ()
    traits: Traits = Traits()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def audit(task: Task) -> RepositoryAudit:
    """Audit a repository. What is wrong with the repository is in the answer; only defects raise."""
    limit_memory(task.limits.worker_bytes)
    watch = Watch(Path(task.journal) if task.journal else None, task.limits.parse_seconds, task.banned)
    cache = Cache(Path(task.cache) if task.cache else None)
    try:
        with open_snapshot(Path(task.origin.location), task.origin.revision, task.limits) as snapshot:
            done = _audited(task, snapshot, cache, watch)
            if not task.banned:
                cache.put({_key(task, _identity(snapshot)): msgspec.msgpack.encode(done)})
            return done
    except EmptyRepositoryError as error:
        return RepositoryAudit(status=RepositoryStatus.SKIPPED, reason=str(error))
    except GitError as error:
        return RepositoryAudit(status=RepositoryStatus.FAILED, reason=str(error))
    finally:
        cache.close()
        watch.close()


def remembered(task: Task, commit: str | None = None) -> RepositoryAudit | None:
    """Return the audit of the same commit, or files, under the same rules by an earlier run.

    `commit` is what the host says of a repository that is not here: then nothing is opened.
    """
    if task.cache is None:
        return None
    location, revision = Path(task.origin.location), task.origin.revision
    cache = Cache(Path(task.cache))
    try:
        identity = commit or commit_at(location, revision)
        if identity is None:
            with open_snapshot(location, revision, task.limits) as snapshot:
                identity = _identity(snapshot)
        return _recalled(cache, _key(task, identity))
    except GitError:
        return None  # `audit` will say why
    finally:
        cache.close()


def load_rulebook(guide: Guide) -> Rulebook:
    """Load the rules that a guide asks for. Raises AuditorError."""
    loaded = rulebook.load(Path(guide.folder) if guide.folder else None, role=guide.role)
    return rulebook.chosen(loaded, guide.select, guide.ignore)


_rulebook = once(load_rulebook)


def _audited(task: Task, snapshot: Snapshot, cache: Cache, watch: Watch) -> RepositoryAudit:
    book = _rulebook(task.guide)
    facts = Store(snapshot.read, cache, task.limits, watch).facts(own(snapshot.entries))
    history = task.origin.history or snapshot.history(task.limits.commits)
    reading = Reading(task.origin.name, snapshot.entries, facts, history, task.origin.listing)
    problems = [] if snapshot.left_out is None else [snapshot.left_out]
    return RepositoryAudit(
        status=RepositoryStatus.AUDITED,
        commit=snapshot.commit,
        content=_content(snapshot),
        findings=tuple(_judged(rule, reading, watch) for rule in book.of(portfolio=False)),
        skills=_watched("skills", lambda: skills_of(reading, book.data["skills"]), (), watch, problems),
        traits=_watched("traits", lambda: traits_of(reading, book.data), Traits(), watch, problems),
        notes=_watched("notes", lambda: notes_of(reading, book.data["graders"]), (), watch, problems),
        problems=tuple(problems),
    )


def _watched(name: str, ask: Callable[[], T], nothing: T, watch: Watch, problems: list[str]) -> T:
    """Ask for what is no rule's finding; what fails through our fault is a problem, never the repository's end."""
    if name not in watch.banned:
        try:
            with watch.step(name):
                return ask()
        except Exception:  # noqa: BLE001 - the second seam: views; our defect, said as such
            _log.exception("%s failed", name)
    problems.append(f"its {name} could not be collected through a defect of the auditor")
    return nothing


def _judged(rule: rulebook.Bound, reading: Reading, watch: Watch) -> Finding:
    step = f"judge {rule.id}"
    if step in watch.banned:
        return finding(rule, unknown(f"{rule.id} took too much time or memory here."))
    with watch.step(step):
        return judge(rule, reading)


def _identity(snapshot: Snapshot) -> str:
    """Name what is audited: a commit, its history included, or a working tree's files on top of a commit."""
    return str(snapshot.commit) if snapshot.whole else f"{_content(snapshot)} on {snapshot.commit}"


def _content(snapshot: Snapshot) -> str:
    """Name the tree by its entries: the same files make the same name, whatever the history."""
    digest = hashlib.sha256()
    for entry in snapshot.entries:
        digest.update(f"{entry.path}\0{entry.blob}\0{entry.kind}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _key(task: Task, identity: str) -> str:
    listing = task.origin.listing
    if listing is not None:  # what changes without the repository changing
        listing = msgspec.structs.replace(listing, stars=None, pushed_at=None, size_kb=None, pinned=None)
    parts = (code_version(), _rulebook(task.guide).digest, task.guide, task.limits, task.origin.name, listing)
    return f"audit {hashlib.sha256(msgspec.json.encode(parts)).hexdigest()} {identity}"


def _recalled(cache: Cache, key: str) -> RepositoryAudit | None:
    try:
        return next((msgspec.msgpack.decode(v, type=RepositoryAudit) for v in cache.get([key]).values()), None)
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
