"""Read a GitHub account or repository by whichever API tells more, and say in words why that was not possible."""

import msgspec

from auditor.model import AuditorError
from auditor.repository import Origin
from auditor.sources import graphql, heads, rest, rest_again
from auditor.sources.again import Memory, same
from auditor.sources.client import Client, RateLimitedError, RefusedTokenError
from auditor.sources.exchange import HostError, UnreachableError
from auditor.sources.listing import Account, Hosted

_REST_ONLY = "REST does not tell pins, checks, deployments or private repositories"


def account(client: Client, login: str, *, private: bool = False) -> Account:
    """List an account: by GraphQL with a token, by REST without. Raises AuditorError where there is none."""
    found, problem = _by_graphql(client, login, private=private)
    if found:
        return found
    owner = rest.owner(client, login)
    if owner is None:
        raise AuditorError(_nobody(client, login), exit_code=3)
    profile = owner.profile
    if profile.login.lower() != login.lower():
        client.patience.report(f"{login} is now called {profile.login}")
        found, problem = _by_graphql(client, profile.login, private=private)
    if client.token and not found and not problem:
        problem = (f"GraphQL shows no {profile.login}; {_REST_ONLY}",)
    listed = found or rest_again.account(client, owner)
    return msgspec.structs.replace(listed, problems=(*problem, *listed.problems))


def repository(client: Client, full_name: str) -> Hosted:
    """Read one repository. Raises AuditorError where there is none that may be seen."""
    found = rest.repository(client, full_name)
    if found is None:
        hint = "the token may not read it" if client.token else "it is private, and a token (GITHUB_TOKEN) is needed"
        raise AuditorError(
            f"{client.hosts.name} shows no repository {full_name}: the name is mistyped, or {hint}.", exit_code=3
        )
    if found.full_name.lower() != full_name.lower():
        client.patience.report(f"{full_name} is now called {found.full_name}")
    return _with_graphql_fields(client, found) if client.token else found


def origin(client: Client, hosted: Hosted, *, name: str | None = None) -> Origin:
    """Say where a listed repository is to be cloned from, and what is known of it."""
    known = hosted.commit or heads.recall(client.answers, hosted.clone_url, hosted.listing)
    return Origin(
        name=name or hosted.name,
        location=hosted.clone_url,
        remote=True,
        url=hosted.url,
        commit=known,
        history=hosted.history,
        listing=hosted.listing,
    )


def _with_graphql_fields(client: Client, found: Hosted) -> Hosted:
    """Add what REST does not tell of one repository; without it, the clone tells the history."""
    try:
        more = graphql.repository(client, found.full_name)
    except HostError as problem:
        client.patience.report(f"GraphQL tells nothing of {found.full_name} ({problem}); {_REST_ONLY}")
        return found
    if more is None:
        return found
    listing = msgspec.structs.replace(more.listing, has_pages=found.listing.has_pages)
    return msgspec.structs.replace(more, clone_url=found.clone_url, listing=listing)


def _by_graphql(client: Client, login: str, *, private: bool) -> tuple[Account | None, tuple[str, ...]]:
    """List with a token; where GraphQL fails, return why, so that REST can do its part and the report can say so."""
    if not client.token:
        return None, ()
    try:
        found = graphql.account(client, login, private=private)
    except (RefusedTokenError, RateLimitedError):
        raise
    except HostError as problem:
        if isinstance(problem, UnreachableError) and client.hosts.together:
            raise  # REST would only say it again
        said = f"GraphQL gave no list ({problem}); {_REST_ONLY}"
        client.patience.report(said)
        return None, (said,)
    if found is None:
        return None, ()
    memory = Memory(client, found.profile.login, private)
    whole = _with_rest_fields(client, found, memory)
    if not whole.problems:
        memory.keep(whole.repositories)
    return whole, ()


def _with_rest_fields(client: Client, found: Account, memory: Memory) -> Account:
    """Add what GraphQL lacks: whether there are GitHub Pages, and the repositories that it failed to describe."""
    listed, missed = _listed(client, found, memory)
    by_name = {hosted.full_name.lower(): hosted for hosted in listed}
    described = {hosted.full_name.lower() for hosted in found.repositories}
    others = [hosted for name, hosted in by_name.items() if name not in described] if found.unread else []
    pinned = found.profile.pinned
    told = tuple(
        msgspec.structs.replace(
            hosted,
            listing=msgspec.structs.replace(
                hosted.listing,
                has_pages=other.listing.has_pages if (other := by_name.get(hosted.full_name.lower())) else None,
                pinned=None if pinned is None else hosted.full_name in pinned,
            ),
        )
        for hosted in (*found.repositories, *others)
    )
    problems = tuple(f"whether there are GitHub Pages could not be read: {why}" for why in missed)
    return msgspec.structs.replace(found, repositories=told, problems=(*found.problems, *problems))


def _listed(client: Client, found: Account, memory: Memory) -> tuple[tuple[Hosted, ...], tuple[str, ...]]:
    """List by REST what GraphQL listed; a long list only if anything else changed since it was asked."""
    if not found.repositories and not found.unread:
        return (), ()
    known = memory.recall() if len(found.repositories) > rest.PER_PAGE else {}
    before = [known.get(hosted.node or "") for hosted in found.repositories]
    if all(kept and same(now, kept) for now, kept in zip(found.repositories, before, strict=True)):
        return tuple(kept for kept in before if kept), ()
    try:
        return rest.repositories(client, found.profile.login)
    except HostError as problem:
        return (), (str(problem),)


def _nobody(client: Client, login: str) -> str:
    """Say that there is no such account, and what was probably meant."""
    said = f"{client.hosts.name} has no user or organisation called {login}, and there is no folder of that name here"
    if "_" in login:
        return f"{said}; logins have hyphens, not underscores: {login.replace('_', '-')}?"
    if "." in login:
        return f"{said}; logins have no dots: a repository is written owner/{login}, a folder ./{login}"
    return f"{said}; the login is the last part of the profile's address, {client.hosts.server}/<login>"
