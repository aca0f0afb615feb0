"""Audit one repository: open, read, judge. One picklable call, run in a process that may be killed.

Nothing here knows of other repositories, of the network, or of how a report looks.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from auditor import rulebook
from auditor.facts import masking
from auditor.facts.cache import Cache
from auditor.facts.store import Store
from auditor.judge import finding, judge
from auditor.limits import Limits
from auditor.model import Evidence, Finding, RepositoryStatus, unknown
from auditor.probes import readme_honest
from auditor.probes.linked import links_of
from auditor.sources.git import EmptyRepositoryError, GitError
from auditor.sources.snapshot import Snapshot, open_snapshot
from auditor.task import RepositoryAudit, Task, content_of, load_rulebook, remember
from auditor.views.layout import own
from auditor.views.notes import notes_of
from auditor.views.reading import Reading
from auditor.views.skills import skills_of
from auditor.views.traits import Traits, traits_of
from auditor.watch import Watch, limit_memory

_log = logging.getLogger(__name__)
T = TypeVar("T")


def audit(task: Task) -> RepositoryAudit:
    """Audit a repository. What is wrong with the repository is in the answer; only defects raise."""
    limit_memory(task.limits.worker_bytes)
    watch = Watch(Path(task.journal) if task.journal else None, task.limits.parse_seconds, task.banned)
    cache = Cache(Path(task.cache) if task.cache else None)
    try:
        with open_snapshot(Path(task.origin.location), task.origin.revision, task.limits) as snapshot:
            done = masking.without_credentials(_audited(task, snapshot, cache, watch))
            if not task.banned:
                remember(task, snapshot, done, cache)
            return done
    except EmptyRepositoryError as error:
        return RepositoryAudit(status=RepositoryStatus.SKIPPED, reason=str(error))
    except GitError as error:
        return RepositoryAudit(status=RepositoryStatus.FAILED, reason=str(error))
    finally:
        cache.close()
        watch.close()


def _audited(task: Task, snapshot: Snapshot, cache: Cache, watch: Watch) -> RepositoryAudit:
    book = load_rulebook(task.guide)
    facts = Store(snapshot.read, cache, task.limits, watch).facts(own(snapshot.entries))
    history = task.origin.history or snapshot.history(task.limits.commits)
    reading = Reading(task.origin.name, snapshot.entries, facts, history, task.origin.listing)
    problems = [] if snapshot.left_out is None else [snapshot.left_out]
    return RepositoryAudit(
        status=RepositoryStatus.AUDITED,
        commit=snapshot.commit,
        content=content_of(snapshot),
        findings=tuple(_judged(rule, reading, watch) for rule in book.of(portfolio=False)),
        skills=_watched("skills", lambda: skills_of(reading, book.data["skills"]), (), watch, problems),
        traits=_watched("traits", lambda: traits_of(reading, book.data), Traits(), watch, problems),
        links=_watched("links", lambda: _links(reading, book, task.limits), (), watch, problems),
        notes=_watched("notes", lambda: notes_of(reading, book.data["graders"]), (), watch, problems),
        problems=tuple(problems),
    )


def _links(reading: Reading, book: rulebook.Rulebook, limits: Limits) -> tuple[Evidence, ...]:
    """Return the README's links to ask, where a rule waits for them."""
    asks = any(rule.probe is readme_honest.honest for rule in book.of(portfolio=False)) and "hosts" in book.data
    return links_of(reading, book.data["hosts"], limits.readme_links) if asks else ()


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
