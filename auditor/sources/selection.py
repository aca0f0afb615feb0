"""Decide which repositories of an account are read, and say why the others are not. No reading."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

from auditor.repository import LeftOut, Profile
from auditor.sources.listing import Account, Hosted

_KB_PER_GB = 1_000_000


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user asked for. `since` is a date (2026-01-31); `exclude` holds globs on `name` or `owner/name`.

    `revision` goes to local repositories only. `max_size_kb` guards against huge repositories of an account; one that
    is named by itself is read whatever its size.
    """

    include_forks: bool = False
    include_archived: bool = False
    include_private: bool = False
    pinned: bool = False
    max_repos: int | None = None
    exclude: tuple[str, ...] = ()
    since: str | None = None
    candidate: str | None = None
    revision: str | None = None
    max_size_kb: int = _KB_PER_GB


def choose(account: Account, selection: Selection) -> tuple[tuple[Hosted, ...], tuple[LeftOut, ...]]:
    """Split an account's repositories into those to read, by name, and those left out, each with its reason."""
    newest_first = sorted(account.repositories, key=lambda hosted: hosted.full_name.lower())
    newest_first.sort(key=lambda hosted: hosted.listing.pushed_at or "", reverse=True)
    read: list[Hosted] = []
    left_out = list(_elsewhere(account)) if selection.pinned else []
    for hosted in newest_first:
        reason = _against(hosted, account.profile, selection)
        if reason is None and selection.max_repos is not None and len(read) >= selection.max_repos:
            reason = f"beyond --max-repos {selection.max_repos}; the most recently pushed are read"
        if reason is None:
            read.append(hosted)
        else:
            left_out.append(LeftOut(hosted.full_name, reason, hosted.url))
    return (
        tuple(sorted(read, key=lambda hosted: hosted.full_name.lower())),
        tuple(sorted(left_out, key=lambda left: left.name.lower())),
    )


def excluded(name: str, globs: Sequence[str]) -> str | None:
    """Return the glob that excludes `owner/name` or a bare name, ignoring case."""
    forms = (name.lower(), name.rpartition("/")[2].lower())
    return next((glob for glob in globs if any(fnmatch(form, glob.lower()) for form in forms)), None)


def _elsewhere(account: Account) -> Iterator[LeftOut]:
    """Yield what is pinned and belongs to somebody else, or is not to be seen."""
    listed = {hosted.full_name.lower() for hosted in account.repositories}
    for name in account.profile.pinned or ():
        if name.lower() not in listed:
            yield LeftOut(name, f"pinned, and not among the account's own; naming {name} by itself reads it")


def _against(hosted: Hosted, profile: Profile, selection: Selection) -> str | None:
    """Return the first reason not to read a repository."""
    return next((reason for test in _TESTS if (reason := test(hosted, profile, selection))), None)


def _by_kind(hosted: Hosted, profile: Profile, selection: Selection) -> str | None:
    listing = hosted.listing
    if listing.private and not selection.include_private:
        return "private; --include-private reads it"
    if hosted.name.lower() == (".github" if profile.organisation else profile.login.lower()):
        return "the profile's own repository: read as the profile, not as a project"
    if listing.fork and not selection.include_forks:
        return f"a fork{f' of {listing.parent}' if listing.parent else ''}; --include-forks reads it"
    if listing.archived and not selection.include_archived:
        return "archived; --include-archived reads it"
    return None


def _by_state(hosted: Hosted, _: Profile, selection: Selection) -> str | None:
    if hosted.closed:
        return hosted.closed
    if hosted.empty:
        return "empty: it has no commits"
    size = hosted.listing.size_kb or 0
    if size > selection.max_size_kb:
        return f"{size / _KB_PER_GB:.1f} GB, too large to read unasked; naming {hosted.full_name} by itself reads it"
    return None


def _by_wish(hosted: Hosted, profile: Profile, selection: Selection) -> str | None:
    if glob := excluded(hosted.full_name, selection.exclude):
        return f"excluded by --exclude {glob}"
    if selection.pinned and hosted.full_name not in (profile.pinned or ()):
        return "not pinned" if profile.pinned is not None else "whether it is pinned could not be read"
    if selection.since and (hosted.listing.pushed_at or "")[:10] < selection.since:
        return f"last pushed {(hosted.listing.pushed_at or 'never')[:10]}, before --since {selection.since}"
    return None


_TESTS: tuple[Callable[[Hosted, Profile, Selection], str | None], ...] = (_by_wish, _by_kind, _by_state)
