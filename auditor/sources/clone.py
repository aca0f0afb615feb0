"""Bring a remote repository here: its newest tree without large blobs, its commits without trees, no checkout.

What comes is bare, has no remote any more (so that nothing can be fetched behind the user's back, whatever git's
version) and nothing in it was run.
"""

import itertools
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

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
_PACKET = "packet:"
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
    patience: Patience,
    hosts: Hosts | None = None,
    cache: Path | None = None,
) -> Origin:
    """Clone into a folder and return the repository as it is there, bare. Raises GitError with the reason in words.

    A repository without commits comes as it is. `origin.history` says that the host told the commits already: then
    only the newest is fetched. The newest commit is remembered in `cache`, so that the next run may do without a clone;
    not where the commits behind it could not be had, for they may be had next time.
    """
    known = hosts or hosts_of_environment.from_environment()
    own = known.serves(origin.location)  # no other program, such as ssh, gets to see the token
    transport = Transport(known.server, token if own else None, limits.clone_stall_seconds)
    journey = _Journey(origin, transport, patience, limits, time.monotonic() + limits.clone_seconds)
    repository = folder / "repository.git"
    outcome = _cloned(journey, repository)
    if resolve(repository) is None and (branch := _another_branch(journey, folder)):
        outcome = _cloned(journey, repository, f"--branch={branch}")
    whole = origin.history is not None or _UNFILTERED in outcome.said or _deepened(journey, repository)
    _cut_off(repository)
    commit = resolve(repository) if whole else None
    if commit:
        heads.remember(Answers.of(cache), origin, commit)
    return msgspec.structs.replace(origin, location=str(repository), remote=False, commit=commit)


def _cloned(journey: _Journey, repository: Path, *more: str) -> Outcome:
    """Clone. Raises GitError."""
    size = f"--filter=blob:limit={journey.limits.clone_blob_bytes}"
    arguments = ("clone", "--quiet", *_QUICK, size, *more, "--", journey.origin.location, str(repository))

    def attempt() -> Outcome:
        shutil.rmtree(repository, ignore_errors=True)
        return journey.transport.run(arguments, folder=repository.parent, seconds=journey.left())

    return _patiently(journey, f"cloning {journey.origin.name}", attempt)


def _patiently(journey: _Journey, doing: str, attempt: Callable[[], Outcome]) -> Outcome:
    """Try, again after a fault that may pass, until the time is up. Raises GitError."""
    late = GitError(f"cloning it took more than {journey.limits.clone_seconds:.0f} s")
    for count in itertools.count(1):
        outcome = attempt() if journey.left() > 0 else Outcome(None, "")
        if outcome.status == 0:
            return outcome
        if outcome.status is None:
            break
        reason = reasons.of(outcome.said, with_token=journey.transport.token is not None)
        given_up = reasons.stalled(outcome.said) and count >= _STALLS
        if given_up or not reasons.may_pass(outcome.said) or not journey.patience.back_off(count, f"{doing}: {reason}"):
            raise GitError(reason + (f" ({count} attempts)" if count > 1 else ""))
    raise late


def _another_branch(journey: _Journey, folder: Path) -> str | None:
    """Choose a branch where the default one does not exist; None where there is no branch at all.

    Raises GitError where what answers is no git: a proxy's page looks to git like a repository without commits.
    """
    arguments = ("ls-remote", "--heads", "--", journey.origin.location)
    seconds = max(journey.left(), _LEAST_SECONDS)
    outcome = journey.transport.run(arguments, folder=folder, seconds=seconds, packets=True)
    if outcome.status == 0 and _PACKET not in outcome.said:
        raise GitError("what answers at its address is not git: a proxy or a sign-in page may be in between")
    branches = _HEADS.findall(outcome.printed) if outcome.status == 0 else []
    said = journey.origin.listing.default_branch if journey.origin.listing else None
    branch = next((name for name in (said, *_USUAL_BRANCHES, *branches[:1]) if name in branches), None)
    if branch:
        journey.patience.report(f"{journey.origin.name}: its default branch does not exist; reading {branch}")
    return branch


def _deepened(journey: _Journey, repository: Path) -> bool:
    """Fetch the commits behind the newest, and no tree or blob of theirs; say whether they are all there now."""
    commit = resolve(repository)
    if commit is None:
        return True
    depth = f"--depth={journey.limits.commits}"
    arguments = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--filter=tree:0", depth, "origin", commit)
    command, name = (f"--git-dir={repository}", *arguments), journey.origin.name

    def attempt() -> Outcome:
        return journey.transport.run(command, folder=repository, seconds=journey.left())

    try:
        _patiently(journey, f"reading the commits of {name}", attempt)
    except GitError as error:
        journey.patience.report(f"{name}: only its newest commit could be read: {error}")
        return False
    return True


def _cut_off(repository: Path) -> None:
    """Forget where the repository came from, and with it that missing blobs could be fetched."""
    try:
        run(repository, ["config", "--remove-section", "remote.origin"])
    except GitError as error:
        raise AuditorError(f"the clone could not be cut off from its host: {error}", exit_code=3) from None
