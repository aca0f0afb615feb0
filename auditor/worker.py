"""Audit one repository: open, read, judge. One picklable call, run in a process that may be killed.

Nothing here knows of other repositories, of the network, or of how a report looks.
"""

import hashlib
import logging
import os
from functools import cache as once
from pathlib import Path

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
from auditor.sources.snapshot import Snapshot, open_snapshot
from auditor.views.layout import own
from auditor.views.reading import Reading
from auditor.views.skills import SkillUse, skills_of
from auditor.views.traits import Traits, traits_of
from auditor.watch import Watch, limit_memory

_log = logging.getLogger(__name__)


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


def audit(task: Task) -> RepositoryAudit:
    """Audit a repository. What is wrong with the repository is in the answer; only defects raise."""
    limit_memory(task.limits.worker_bytes)
    watch = Watch(Path(task.journal) if task.journal else None, task.limits.parse_seconds, task.banned)
    cache = Cache(Path(task.cache) if task.cache else None)
    try:
        with open_snapshot(Path(task.origin.location), task.origin.revision, task.limits) as snapshot:
            done = _audited(task, snapshot, cache, watch)
            if not task.banned:
                names = {_content(snapshot), snapshot.commit or ""} if snapshot.whole else {_content(snapshot)}
                cache.put({_key(task, name): msgspec.msgpack.encode(done) for name in names})
            return done
    except EmptyRepositoryError as error:
        return RepositoryAudit(status=RepositoryStatus.SKIPPED, reason=str(error))
    except GitError as error:
        return RepositoryAudit(status=RepositoryStatus.FAILED, reason=str(error))
    finally:
        cache.close()
        watch.close()


def remembered(task: Task, commit: str | None = None) -> RepositoryAudit | None:
    """Return the audit of the same content under the same rules by an earlier run; `commit` spares opening it."""
    if task.cache is None:
        return None
    cache = Cache(Path(task.cache))
    try:
        if commit is not None:
            return _recalled(cache, _key(task, commit))
        with open_snapshot(Path(task.origin.location), task.origin.revision, task.limits) as snapshot:
            return _recalled(cache, _key(task, _content(snapshot)))
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
    return RepositoryAudit(
        status=RepositoryStatus.AUDITED,
        commit=snapshot.commit,
        content=_content(snapshot),
        findings=tuple(_judged(rule, reading, watch) for rule in book.of(portfolio=False)),
        skills=skills_of(reading, book.data["skills"]),
        traits=traits_of(reading, book.data),
        problems=() if snapshot.left_out is None else (snapshot.left_out,),
    )


def _judged(rule: rulebook.Bound, reading: Reading, watch: Watch) -> Finding:
    step = f"judge {rule.id}"
    if step in watch.banned:
        return finding(rule, unknown(f"{rule.id} took too much time or memory here."))
    with watch.step(step):
        return judge(rule, reading)


def _content(snapshot: Snapshot) -> str:
    """Name the tree by its entries: the same files make the same name, whatever the history."""
    digest = hashlib.sha256()
    for entry in snapshot.entries:
        digest.update(f"{entry.path}\0{entry.blob}\0{entry.kind}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _key(task: Task, content: str) -> str:
    listing = task.origin.listing
    if listing is not None:  # what changes without the repository changing
        listing = msgspec.structs.replace(listing, stars=None, pushed_at=None, size_kb=None, pinned=None)
    parts = (code_version(), _rulebook(task.guide).digest, task.guide, task.limits, listing)
    return f"audit {hashlib.sha256(msgspec.json.encode(parts)).hexdigest()} {content}"


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
