"""From targets to reports: clone what is remote, audit each repository in a worker, put reports together.

A worker that dies takes one step of one repository with it, never the run.
"""

import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

import msgspec

from auditor import assemble, preflight
from auditor.facts.masking import without_shapes
from auditor.limits import Limits
from auditor.model import AuditorError, Report, RepositoryStatus
from auditor.repository import Origin, Target
from auditor.sources import clone, transport
from auditor.sources.local import legible
from auditor.sources.patience import Patience
from auditor.task import Guide, RepositoryAudit, Task, load_rulebook, remembered

if TYPE_CHECKING:
    from auditor.pool import Pool
    from auditor.sources.links import LinkChecker


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How to audit.

    `cache` is a folder, None to keep nothing; `claims` are skill ids that a résumé lists; `links` asks whether links
    answer, None to ask nothing.
    """

    guide: Guide
    limits: Limits
    cache: Path | None
    jobs: int
    token: str | None = None
    claims: frozenset[str] | None = None
    links: "LinkChecker | None" = None


class Progress(Protocol):
    """Who is told how far the work is."""

    def begin(self, total: int) -> None:
        """Learn how many repositories there are."""

    def say(self, text: str) -> None:
        """Learn what must not be missed, such as a wait for a host that does not answer."""

    def stage(self, name: str, stage: str) -> None:
        """Learn what is being done with a repository."""

    def done(self, name: str, outcome: str) -> None:
        """Learn that a repository is finished."""


def run(targets: Sequence[Target], settings: Settings, progress: Progress) -> tuple[Report, ...]:
    """Audit every target's repositories and return a report for each target, in order."""
    book = load_rulebook(settings.guide)
    moment = now()
    origins = [origin for target in targets for origin in target.repositories]
    if origins:
        preflight.check_git()
    progress.begin(len(origins))
    with _Workers(settings, progress, min(settings.jobs, len(origins))) as workers:
        done: Sequence[RepositoryAudit] = workers.audit_all(origins)
    if settings.links is not None:
        from auditor import online  # noqa: PLC0415 - only where links are asked

        progress.stage("links", "asking")
        done = online.with_answers(done, book, settings.links)
    audits = iter(done)
    reports = (
        assemble.report(target, [(o, next(audits)) for o in target.repositories], book, moment, settings.claims)
        for target in targets
    )
    return tuple(map(without_shapes, reports))


def now() -> datetime:
    """Return the time, or the one that SOURCE_DATE_EPOCH sets for reproducible output."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return datetime.fromtimestamp(int(epoch or time.time()), UTC)
    except (ValueError, OverflowError, OSError):
        raise AuditorError(f"SOURCE_DATE_EPOCH takes seconds since 1970, not {epoch!r}.") from None


class _Workers:
    """A pool of worker processes, started when first needed, and a thread per job that clones and waits."""

    def __init__(self, settings: Settings, progress: Progress, jobs: int) -> None:
        self._settings = settings
        self._jobs = max(jobs, 1)
        self._progress = progress
        self._pool: Pool | None = None
        self._abandoned = False
        self._starting = threading.Lock()
        self._folder = tempfile.TemporaryDirectory(prefix="audit-portfolio-")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.stop()
        self._folder.cleanup()

    def audit_all(self, origins: Sequence[Origin]) -> list[RepositoryAudit]:
        """Audit all, some at a time; the answers are in the order of the origins."""
        with ThreadPoolExecutor(max_workers=self._jobs) as threads:
            try:
                futures = [threads.submit(self._one, number, origin) for number, origin in enumerate(origins)]
                return [future.result() for future in futures]
            except BaseException:
                threads.shutdown(wait=False, cancel_futures=True)
                transport.stop_all()
                self._abandon()
                raise

    def _one(self, number: int, origin: Origin) -> RepositoryAudit:
        done = self._audited(number, origin)
        if done.reason is not None:
            done = msgspec.structs.replace(done, reason=legible(done.reason))
        self._progress.done(origin.name, done.reason or done.status)
        return done

    def _audited(self, number: int, origin: Origin) -> RepositoryAudit:
        task = self._task(number, origin)
        if origin.remote and origin.commit and (kept := remembered(task)):
            return kept
        try:
            with self._local(number, origin) as here:
                task = msgspec.structs.replace(task, origin=here)
                return remembered(task) or self._worked(task)
        except AuditorError as error:
            return RepositoryAudit(status=RepositoryStatus.FAILED, reason=str(error))
        except OSError as error:
            why = f"this machine did not let it be read: {error.strerror or error}"
            return RepositoryAudit(status=RepositoryStatus.FAILED, reason=why)

    def _task(self, number: int, origin: Origin) -> Task:
        return Task(
            origin=origin,
            guide=self._settings.guide,
            limits=self._settings.limits,
            cache=None if self._settings.cache is None else str(self._settings.cache),
            journal=str(Path(self._folder.name, f"{number}.journal")),
        )

    @contextmanager
    def _local(self, number: int, origin: Origin) -> Iterator[Origin]:
        """Lend the repository as a folder: as it is, or cloned for as long as it is needed."""
        if not origin.remote:
            yield origin
            return
        self._progress.stage(origin.name, "cloning")
        with tempfile.TemporaryDirectory(dir=self._folder.name, prefix=f"{number}-") as name:
            how = self._settings
            patience = Patience(self._progress.say, max_wait=how.limits.clone_seconds, sleep=transport.pause)
            yield clone.fetch(
                origin, Path(name), token=how.token, limits=how.limits, patience=patience, cache=how.cache
            )

    def _worked(self, task: Task) -> RepositoryAudit:
        self._progress.stage(task.origin.name, "reading")
        return self._running().audit(task)

    def _abandon(self) -> None:
        with self._starting:
            self._abandoned = True
            if self._pool is not None:
                self._pool.abandon()

    def _running(self) -> "Pool":
        with self._starting:
            if self._abandoned:
                raise AuditorError("it was interrupted")
            if self._pool is None:
                from auditor.pool import Pool  # noqa: PLC0415 - what earlier runs kept needs no worker

                self._pool = Pool(self._jobs, self._settings.guide)
            return self._pool
