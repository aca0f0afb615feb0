"""Read accounts and repositories from GitHub's REST API: all there is without a token. One page is 100 repositories."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from auditor.repository import Listing, Profile
from auditor.sources.client import Client
from auditor.sources.exchange import HostError
from auditor.sources.hosts import Hosts
from auditor.sources.listing import Hosted, said

_NOT_FOUND = 404
PER_PAGE = 100
"""The most repositories on a page."""


class _License(msgspec.Struct):
    spdx_id: str | None = None
    name: str | None = None


class _Parent(msgspec.Struct):
    full_name: str


class _Repository(msgspec.Struct):
    """The fields of `GET /repos/{owner}/{repo}` that are read; a list of repositories lacks the last."""

    full_name: str
    html_url: str = ""
    clone_url: str = ""
    description: str | None = None
    homepage: str | None = None
    topics: list[str] | None = None
    license: _License | None = None
    language: str | None = None
    stargazers_count: int | None = None
    fork: bool | None = None
    archived: bool | None = None
    disabled: bool = False
    is_template: bool | None = None
    private: bool | None = None
    has_pages: bool | None = None
    created_at: str | None = None
    pushed_at: str | None = None
    updated_at: str | None = None
    size: int | None = None
    default_branch: str | None = None
    parent: _Parent | None = None


class _Owner(msgspec.Struct):
    """The fields of `GET /users/{username}` that are read."""

    login: str
    type: str = "User"
    name: str | None = None
    html_url: str | None = None
    bio: str | None = None
    blog: str | None = None
    twitter_username: str | None = None
    public_repos: int = 0


@dataclass(frozen=True, slots=True)
class Owner:
    """An account's profile, and how many public repositories the host counts."""

    profile: Profile
    count: int


def owner(client: Client, login: str) -> Owner | None:
    """Read an account; None where there is no such account."""
    try:
        found = msgspec.convert(client.get(f"/users/{login}").data, _Owner)
    except HostError as problem:
        if problem.status == _NOT_FOUND:
            return None
        raise
    except msgspec.ValidationError as problem:
        raise HostError(f"{client.hosts.name} described {login} in a way that we do not know: {problem}") from None
    profile = Profile(
        login=found.login,
        name=said(found.name),
        url=found.html_url or f"{client.hosts.server}/{found.login}",
        bio=said(found.bio),
        blog=said(found.blog),
        links=(f"https://x.com/{found.twitter_username}",) if said(found.twitter_username) else (),
        organisation=found.type == "Organization",
    )
    return Owner(profile, found.public_repos)


def page(order: str) -> dict[str, str]:
    """Return the query for a page of an account's repositories, the newest first: `pushed`, `updated`."""
    return {"per_page": str(PER_PAGE), "type": "owner", "sort": order, "direction": "desc"}


def repositories(client: Client, login: str) -> tuple[tuple[Hosted, ...], tuple[str, ...]]:
    """List the public repositories of a user or an organisation; a list that breaks off is kept, and said."""
    listed: dict[str, Hosted] = {}
    problems: list[str] = []
    try:
        for answer in client.pages(f"/users/{login}/repos", page("pushed")):
            for hosted in read(answer.data, client.hosts, problems):
                listed.setdefault(hosted.full_name.lower(), hosted)  # a push while we list moves one to the next page
    except HostError as problem:
        if not listed:
            raise
        problems.append(f"the list of repositories breaks off after {len(listed)}: {problem}")
    return tuple(listed.values()), tuple(problems)


def repository(client: Client, full_name: str) -> Hosted | None:
    """Read one repository, under its present name where it was renamed; None where there is none to see."""
    try:
        data = client.get(f"/repos/{full_name}").data
    except HostError as problem:
        if problem.status == _NOT_FOUND:
            return None
        raise
    problems: list[str] = []
    found = read([data], client.hosts, problems)
    if not found:
        raise HostError(problems[0])
    return found[0]


def read(items: object, hosts: Hosts, problems: list[str]) -> list[Hosted]:
    """Read each item of a list that can be read; the others become problems. Raises HostError if it is no list."""
    if not isinstance(items, list):
        raise HostError(f"{hosts.name} sent something else than a list of repositories")
    found = []
    for item in items:
        try:
            found.append(_hosted(msgspec.convert(item, _Repository), hosts))
        except msgspec.ValidationError as problem:
            name = item.get("full_name") if isinstance(item, dict) else None
            problems.append(f"{hosts.name} described {name or 'a repository'} in a way that we do not know: {problem}")
    return found


def _hosted(read: _Repository, hosts: Hosts) -> Hosted:
    licence = read.license or _License()
    return Hosted(
        full_name=read.full_name,
        url=read.html_url or f"{hosts.server}/{read.full_name}",
        clone_url=_clone_url(read, hosts),
        closed="disabled by the host" if read.disabled else None,
        updated_at=read.updated_at,
        listing=Listing(
            description=said(read.description),
            homepage=said(read.homepage),
            topics=None if read.topics is None else tuple(read.topics),
            license=said(licence.spdx_id) or said(licence.name),
            language=read.language,
            stars=read.stargazers_count,
            fork=read.fork,
            parent=read.parent.full_name if read.parent else None,
            archived=read.archived,
            template=read.is_template,
            private=read.private,
            has_pages=read.has_pages,
            created_at=read.created_at,
            pushed_at=read.pushed_at,
            size_kb=read.size,
            default_branch=said(read.default_branch),
        ),
    )


def _clone_url(read: _Repository, hosts: Hosts) -> str:
    """Return where to clone from; an address on another machine than the host's own is not followed."""
    return read.clone_url if hosts.owns(read.clone_url) else f"{hosts.server}/{read.full_name}.git"


def profile_repository(profile: Profile, listed: Iterable[Hosted]) -> Hosted | None:
    """Return the repository that holds the profile README, where the list shows it."""
    wanted = ".github" if profile.organisation else profile.login.lower()
    return next((hosted for hosted in listed if hosted.name.lower() == wanted), None)


def readme(client: Client, profile: Profile, own: Hosted) -> str | None:
    """Read the profile README; it costs one request."""
    path = "contents/profile/README.md" if profile.organisation else "readme"
    return _text(client, f"/repos/{own.full_name}/{path}")


def _text(client: Client, path: str) -> str | None:
    try:
        data = client.get(path).data
        return base64.b64decode(data["content"]).decode("utf-8", "replace")
    except (HostError, KeyError, TypeError, binascii.Error):
        return None  # a profile without README is the usual case, and no reason to stop
