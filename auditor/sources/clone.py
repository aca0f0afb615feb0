"""Bring a remote repository here: its newest tree without large blobs, its commits without trees, no checkout.

What comes is bare, has no remote any more (so that nothing can be fetched behind the user's back, whatever git's
version) and nothing in it was run.
"""

import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from auditor.limits import Limits
from auditor.model import AuditorError
from auditor.repository import Origin
from auditor.sources import heads, reasons
from auditor.sources import hosts as hosts_of_environment
from auditor.sources.answers import Answers
from auditor.sources.git import GitError, resolve, run
from auditor.sources.hosts import Hosts
from auditor.sources.patience import Patience
from auditor.sources.transport import Outcome, Transport

_QUICK = ("--bare", "--template=", "--single-branch", "--no-tags", "--depth=1", "--no-local")
_UNFILTERED = "filtering not recognized"
_HEADS = re.compile(r"^[0-9a-f]{40,64}\trefs/heads/(\S+)$", re.MULTILINE)
_USUAL_BRANCHES = ("main", "master", "develop", "dev", "trunk")
_LEAST_SECONDS = 5.0
_STALLS = 2


@dataclass(frozen=True, slots=True)
class _Journey:
    """One clone under way: from where, by which means, until when."""

    origin: Origin
    transport: Transport
    patience: Patience
    limits: Limits
    deadline: float

    def left(self) -> float:
        """Return the seconds that are left."""
        return self.deadline - time.monotonic()


def fetch(
    origin: Origin,
    folder: Path,
    *,
    token: str | None,
    limits: Limits,
    patience: Patience | None = None,
    hosts: Hosts | None = None,
    cache: Path | None = None,
) -> Path:
    """Clone into a folder and return the bare repository. Raises GitError with the reason in words.

    A repository without commits comes as it is. `origin.history` says that the host told the commits already: then
    only the newest is fetched. The newest commit is remembered in `cache`, so that the next run may do without a clone.
    """
    known = hosts or hosts_of_environment.from_environment()
    transport = Transport(known.server, token, limits.clone_stall_seconds)
    quiet = Patience(lambda _: None, max_wait=limits.clone_seconds)
    journey = _Journey(origin, transport, patience or quiet, limits, time.monotonic() + limits.clone_seconds)
    repository = folder / "repository.git"
    outcome = _cloned(journey, repository)
    if resolve(repository) is None and (branch := _another_branch(journey, folder)):
        outcome = _cloned(journey, repository, f"--branch={branch}")
    if origin.history is None and _UNFILTERED not in outcome.said:
        _deepen(journey, repository)
    _cut_off(repository)
    if commit := resolve(repository):
        heads.remember(Answers.of(cache), origin, commit)
    return repository


def _cloned(journey: _Journey, repository: Path, *more: str) -> Outcome:
    """Clone, again after a fault that may pass, until the time is up."""
    size = f"--filter=blob:limit={journey.limits.clone_blob_bytes}"
    arguments = ("clone", "--quiet", *_QUICK, size, *more, "--", journey.origin.location, str(repository))
    attempt = 0
    while True:
        attempt += 1
        shutil.rmtree(repository, ignore_errors=True)
        if journey.left() <= 0:
            raise GitError(f"cloning it took more than {journey.limits.clone_seconds:.0f} s")
        outcome = journey.transport.run(arguments, folder=repository.parent, seconds=journey.left())
        if outcome.status == 0:
            return outcome
        if outcome.status is None:
            raise GitError(f"cloning it took more than {journey.limits.clone_seconds:.0f} s")
        reason = reasons.of(outcome.said, with_token=journey.transport.token is not None)
        said = f"cloning {journey.origin.name}: {reason}"
        given_up = reasons.stalled(outcome.said) and attempt >= _STALLS
        if given_up or not reasons.may_pass(outcome.said) or not journey.patience.back_off(attempt, said):
            raise GitError(reason + (f" ({attempt} attempts)" if attempt > 1 else ""))


def _another_branch(journey: _Journey, folder: Path) -> str | None:
    """Choose a branch where the default one does not exist; None where there is no branch at all."""
    arguments = ("ls-remote", "--heads", "--", journey.origin.location)
    outcome = journey.transport.run(arguments, folder=folder, seconds=max(journey.left(), _LEAST_SECONDS))
    branches = _HEADS.findall(outcome.printed) if outcome.status == 0 else []
    said = journey.origin.listing.default_branch if journey.origin.listing else None
    branch = next((name for name in (said, *_USUAL_BRANCHES, *branches[:1]) if name in branches), None)
    if branch:
        journey.patience.report(f"{journey.origin.name}: its default branch does not exist; reading {branch}")
    return branch


def _deepen(journey: _Journey, repository: Path) -> None:
    """Fetch the commits behind the newest, and no tree or blob of theirs; without them the history is just shorter."""
    commit = resolve(repository)
    if commit is None or journey.left() < _LEAST_SECONDS:
        return
    depth = f"--depth={journey.limits.commits}"
    arguments = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--filter=tree:0", depth, "origin", commit)
    git_folder = f"--git-dir={repository}"
    outcome = journey.transport.run((git_folder, *arguments), folder=repository, seconds=journey.left())
    if outcome.status != 0:
        why = reasons.of(outcome.said, with_token=False)
        journey.patience.report(f"{journey.origin.name}: only its newest commit could be read: {why}")


def _cut_off(repository: Path) -> None:
    """Forget where the repository came from, and with it that missing blobs could be fetched."""
    try:
        run(repository, ["config", "--remove-section", "remote.origin"])
    except GitError as error:
        raise AuditorError(f"the clone could not be cut off from its host: {error}", exit_code=3) from None
