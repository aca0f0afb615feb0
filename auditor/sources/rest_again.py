"""List an account by REST, from memory where the host shows that it changed no more than one page tells.

GitHub sorts by the last push and by the last change, so whatever is new since the last list stands on the first page of
one of the two orders. The rest is as remembered if the host counts as many repositories, and if nothing that ought to
stand on a page is missing from it. What changes neither time (whether Pages were switched on, say) is seen when the
list is walked again.
"""

from collections.abc import Callable, Mapping

import msgspec

from auditor.repository import Profile
from auditor.sources import rest
from auditor.sources.client import Client
from auditor.sources.exchange import HostError
from auditor.sources.listing import Account, Hosted

_ORDERS: tuple[tuple[str, Callable[[Hosted], str]], ...] = (
    ("pushed", lambda hosted: hosted.listing.pushed_at or ""),
    ("updated", lambda hosted: hosted.updated_at or ""),
)


class _Kept(msgspec.Struct, frozen=True):
    """A whole list of an earlier run."""

    count: int
    readme: str | None
    repositories: tuple[Hosted, ...]

    def named(self) -> dict[str, Hosted]:
        """Return the repositories by name."""
        return {hosted.full_name.lower(): hosted for hosted in self.repositories}


def account(client: Client, owner: rest.Owner) -> Account:
    """List an account's public repositories; a list that breaks off keeps what had come, and says so."""
    profile = owner.profile
    key = f"listed {client.hosts.api} {profile.login.lower()}"
    kept = client.answers.load(key, _Kept)
    problems: tuple[str, ...] = ()
    listed = _remembered(client, owner, kept) if kept else None
    if listed is None:
        listed, problems = rest.repositories(client, profile.login)
    client.patience.report(f"{profile.login}: {len(listed)} repositories listed")
    readme = _readme(client, profile, listed, kept)
    if not problems:
        client.answers.save(key, _Kept(owner.count, readme, listed))
    return Account(profile=msgspec.structs.replace(profile, readme=readme), repositories=listed, problems=problems)


def _remembered(client: Client, owner: rest.Owner, kept: _Kept) -> tuple[Hosted, ...] | None:
    """Bring a long list up to date; None where it is short, or where it has to be walked."""
    if len(kept.repositories) <= rest.PER_PAGE or kept.count != owner.count:
        return None
    known, now = kept.named(), dict[str, Hosted]()
    for order, told in _ORDERS:
        page = _first_page(client, owner.profile.login, order)
        if page is None or not _joins(page, known, told):
            return None
        now |= page
    return tuple(now.get(name, hosted) for name, hosted in known.items())


def _joins(page: Mapping[str, Hosted], known: Mapping[str, Hosted], told: Callable[[Hosted], str]) -> bool:
    """Say whether the page is sorted, reaches back to what is known, and has all that is known of its time."""
    times = [told(hosted) for hosted in page.values()]
    if not times or times != sorted(times, reverse=True) or not page.keys() <= known.keys():
        return False
    oldest, newest_known = times[-1], max(map(told, known.values()))
    return oldest <= newest_known and all(name in page or told(hosted) <= oldest for name, hosted in known.items())


def _first_page(client: Client, login: str, order: str) -> dict[str, Hosted] | None:
    problems: list[str] = []
    try:
        found = rest.read(client.get(f"/users/{login}/repos", rest.page(order)).data, client.hosts, problems)
    except HostError:
        return None  # the walk meets it again, and says what came until then
    return None if problems else {hosted.full_name.lower(): hosted for hosted in found}


def _readme(client: Client, profile: Profile, listed: tuple[Hosted, ...], kept: _Kept | None) -> str | None:
    """Read the profile README, unless its repository was not pushed to since it was read."""
    own = rest.profile_repository(profile, listed)
    if own is None:
        return None
    before = kept.named().get(own.full_name.lower()) if kept else None
    if kept and before and kept.readme and before.listing.pushed_at == own.listing.pushed_at:
        return kept.readme
    return rest.readme(client, profile, own)
