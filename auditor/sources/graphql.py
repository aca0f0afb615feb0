"""List an account through GitHub's GraphQL API: one request per 50 repositories, with what REST does not tell.

What arrives is kept: a field that fails becomes a problem, a page that is too much work is asked for in halves, and a
list that a rate limit cuts off is continued by the next run.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from auditor.repository import Profile
from auditor.sources import again, documents
from auditor.sources.client import Answer, Client, RateLimitedError, RefusedTokenError
from auditor.sources.exchange import PASSING, HostError
from auditor.sources.listing import Account, Hosted, said
from auditor.sources.nodes import hosted

PAGE = 50
_SMALLEST_PAGE = 6
_MAY_PASS = (PASSING, 500, 502, 503, 504)
_TOO_MUCH = (PASSING, 502, 504)
_TOO_MUCH_WORDS = ("went wrong", "timeout", "timed out", "limits_exceeded", "limit exceeded", "limits exceeded")
_ABSENT_IS_USUAL = ("profileReadme", "organisationReadme")
_KEEP_SECONDS = 86_400


class _Unfinished(msgspec.Struct, frozen=True):
    """A list as far as it came."""

    saved_at: float
    cursor: str | None
    profile: Profile
    repositories: tuple[Hosted, ...]


@dataclass(slots=True)
class _Walk:
    """The state of one listing: where it stands and what it has."""

    client: Client
    login: str
    private: bool
    profile: Profile | None = None
    cursor: str | None = None
    without: frozenset[str] = frozenset()
    found: dict[str, Hosted] = field(default_factory=dict)
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    unread: int = 0

    @property
    def key(self) -> str:
        """Return the name that an unfinished list is kept under."""
        return f"unfinished {self.client.hosts.graphql} {self.login.lower()} {self.private}"


def account(client: Client, login: str, *, private: bool = False) -> Account | None:
    """List an account with everything that GraphQL tells; None where there is no such account.

    Raises HostError where not even the first page came.
    """
    walk = _Walk(client, login, private)
    _take_up(walk)
    size, attempt, more = PAGE, 0, True
    while more:
        attempt += 1
        try:
            document = documents.next_page if walk.profile else documents.first_page
            answer = client.query(document(walk.without), _variables(walk, size))
            owner = _owner(walk, answer)
            if owner is None:
                return None
            if refused := _costly(answer.errors) - walk.without:
                walk.without |= refused
                _note_failures(walk, tuple(error for error in answer.errors if _costly((error,))), [])
                continue
            more = _take(walk, answer, owner)
            attempt = 0
        except HostError as problem:
            if _worth_another(problem) and client.patience.back_off(attempt, str(problem)):
                size = max(size // 2, _SMALLEST_PAGE) if _too_much(problem) else size
                continue
            if walk.profile is None or isinstance(problem, RefusedTokenError):
                raise
            _put_down(walk, problem)
            break
    else:
        client.answers.forget(walk.key)
    return _finished(walk)


def repository(client: Client, full_name: str) -> Hosted | None:
    """Read one repository; None where the host shows none. Raises HostError."""
    owner, _, name = full_name.partition("/")
    asked = {"owner": owner, "name": name}
    answer = client.query(documents.one(), asked)
    if refused := _costly(answer.errors):
        answer = client.query(documents.one(refused), asked)
    return hosted(answer.data.get("repository"), client.hosts)


def _finished(walk: _Walk) -> Account:
    counted = (
        f"{name} could not be read for {count} repositories: {why}" for (name, why), count in walk.failures.items()
    )
    profile = walk.profile or Profile(login=walk.login)
    found = tuple(walk.found.values())
    return Account(profile=profile, repositories=found, problems=(*walk.problems, *counted), unread=walk.unread)


def _variables(walk: _Walk, size: int) -> Mapping[str, Any]:
    privacy = None if walk.private else "PUBLIC"
    return {"login": walk.login, "size": size, "cursor": walk.cursor, "privacy": privacy}


def _owner(walk: _Walk, answer: Answer) -> Mapping[str, Any] | None:
    """Return the account's part of an answer, None where there is no such account."""
    owner = answer.data.get("repositoryOwner")
    if isinstance(owner, dict):
        return owner
    refused = [error for error in answer.errors if (error.get("path") or [""])[0] == "repositoryOwner"]
    if any(error.get("type") != "NOT_FOUND" for error in refused):
        raise HostError(f"{walk.client.hosts.name}: {refused[0].get('message')}", 403)
    return None


def _take(walk: _Walk, answer: Answer, owner: Mapping[str, Any]) -> bool:
    """Add a page to the list and say whether there is another."""
    if walk.private and walk.profile is None and not _may_see_private(answer):
        walk.problems.append("private repositories are not listed: the token lacks the scope `repo`")
    first = walk.profile is None
    walk.profile = walk.profile or _profile(answer.data, owner, walk.client)
    listed = owner.get("repositories") or {}
    nodes = listed.get("nodes") or []
    _note_failures(walk, answer.errors, nodes)
    for node in nodes:
        if (read := hosted(node, walk.client.hosts)) is not None:
            walk.found.setdefault(read.full_name.lower(), read)
    page = listed.get("pageInfo") or {}
    advanced = page.get("endCursor") not in (None, walk.cursor)
    walk.cursor = page.get("endCursor") or walk.cursor
    more = bool(page.get("hasNextPage")) and advanced and not (first and _recalled(walk, listed.get("totalCount")))
    walk.client.patience.report(f"{walk.login}: {len(walk.found)} repositories listed")
    return more


def _recalled(walk: _Walk, total: object) -> bool:
    """Complete the list with an earlier run's, where the host confirms it."""
    memory = again.Memory(walk.client, walk.login, walk.private)
    note: again.Note = lambda errors, nodes: _note_failures(walk, errors, nodes)  # noqa: E731 - binds the walk
    rest = again.rest_of(memory, tuple(walk.found.values()), total, walk.without, note)
    walk.found |= {read.full_name.lower(): read for read in rest or ()}
    return rest is not None


def _costly(errors: tuple[Mapping[str, Any], ...]) -> frozenset[str]:
    """Return the fields that a token may not read and that can't be null: each failure takes its repository along."""
    named = (str(step) for error in errors for step in error.get("path") or ())
    return frozenset(named) & documents.DISPENSABLE


def _may_see_private(answer: Answer) -> bool:
    """Say whether the token's scopes allow it; fine-grained tokens have none, and then the host decides."""
    scopes = answer.headers.get("x-oauth-scopes")
    return scopes is None or "repo" in scopes.split(", ")


def _note_failures(walk: _Walk, errors: tuple[Mapping[str, Any], ...], nodes: list[Any]) -> None:
    for error in errors:
        path = [str(step) for step in error.get("path") or ()]
        if path[:1] and path[0] in _ABSENT_IS_USUAL and error.get("type") == "NOT_FOUND":
            continue
        why = str(error.get("message", error.get("type", "no reason given")))
        index = next((int(step) for step in path if step.isdigit()), None)
        if index is not None and index < len(nodes) and nodes[index] is None:
            walk.unread += 1
            walk.problems.append(f"a repository could not be read: {why}")
        else:
            walk.failures[next((step for step in reversed(path) if not step.isdigit()), "a field"), why] += 1


def _worth_another(problem: HostError) -> bool:
    """Say whether the same question may be answered next time."""
    if isinstance(problem, RateLimitedError | RefusedTokenError):
        return False
    return problem.status in _MAY_PASS or _too_much(problem)


def _too_much(problem: HostError) -> bool:
    """Say whether the host may have run out of time over the page, so that a smaller one succeeds."""
    return problem.status in _TOO_MUCH or any(words in str(problem).lower() for words in _TOO_MUCH_WORDS)


def _take_up(walk: _Walk) -> None:
    """Go on where an earlier run was cut off, if that was today."""
    kept = walk.client.answers.load(walk.key, _Unfinished)
    if kept and 0 <= walk.client.patience.now() - kept.saved_at < _KEEP_SECONDS:
        walk.profile, walk.cursor = kept.profile, kept.cursor
        walk.found = {read.full_name.lower(): read for read in kept.repositories}
        walk.client.patience.report(f"{walk.login}: continuing after {len(walk.found)} repositories")


def _put_down(walk: _Walk, problem: HostError) -> None:
    """Keep an interrupted list for the next run."""
    walk.problems.append(f"the list of repositories breaks off after {len(walk.found)}: {problem}")
    if walk.profile:
        now, found = walk.client.patience.now(), tuple(walk.found.values())
        walk.client.answers.save(walk.key, _Unfinished(now, walk.cursor, walk.profile, found))


def _profile(data: Mapping[str, Any], owner: Mapping[str, Any], client: Client) -> Profile:
    organisation = owner.get("__typename") == "Organization"
    login = str(owner.get("login"))
    read: Callable[[str], list[Any]] = lambda name: (owner.get(name) or {}).get("nodes") or []  # noqa: E731 - used twice
    readme = (data.get("organisationReadme" if organisation else "profileReadme") or {}).get("object") or {}
    return Profile(
        login=login,
        name=said(owner.get("name")),
        url=owner.get("url") or f"{client.hosts.server}/{login}",
        bio=said(owner.get("description" if organisation else "bio")),
        blog=said(owner.get("websiteUrl")),
        links=tuple(node["url"] for node in read("socialAccounts") if node and node.get("url")),
        organisation=organisation,
        pinned=None
        if owner.get("pinnedItems") is None
        else tuple(node["nameWithOwner"] for node in read("pinnedItems") if node and node.get("nameWithOwner")),
        readme=readme.get("text"),
    )
