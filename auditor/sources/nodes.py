"""Turn one repository of a GraphQL answer into a value. Any field may be missing: the host may fail to read it."""

from collections.abc import Mapping
from typing import Any

from auditor.repository import Commit, History, Listing
from auditor.sources.hosts import Hosts
from auditor.sources.listing import Hosted, said, seconds

_LIVE = ("SUCCESS", "ACTIVE", "IN_PROGRESS")


def hosted(node: object, hosts: Hosts) -> Hosted | None:
    """Read a repository; None where the host gave none."""
    if not isinstance(node, dict) or not isinstance(node.get("nameWithOwner"), str):
        return None
    full_name = node["nameWithOwner"]
    branch = _part(node, "defaultBranchRef")
    tip = _part(branch, "target")
    url = said(node.get("url")) or f"{hosts.server}/{full_name}"
    return Hosted(
        full_name=full_name,
        url=url,
        clone_url=f"{url if hosts.owns(url) else f'{hosts.server}/{full_name}'}.git",
        commit=said(tip.get("oid")),
        history=_history(tip),
        empty=node.get("isEmpty") is True,
        closed=_closed(node),
        node=said(node.get("id")),
        listing=_listing(node, branch, tip),
    )


def _listing(node: Mapping[str, Any], branch: Mapping[str, Any], tip: Mapping[str, Any]) -> Listing:
    licence = _part(node, "licenseInfo")
    return Listing(
        description=said(node.get("description")),
        homepage=said(node.get("homepageUrl")),
        topics=_topics(node),
        license=said(licence.get("spdxId")) or said(licence.get("name")),
        language=said(_part(node, "primaryLanguage").get("name")),
        languages=_languages(node),
        stars=node.get("stargazerCount"),
        fork=node.get("isFork"),
        parent=said(_part(node, "parent").get("nameWithOwner")),
        archived=node.get("isArchived"),
        template=node.get("isTemplate"),
        private=node.get("isPrivate"),
        created_at=node.get("createdAt"),
        pushed_at=node.get("pushedAt"),
        size_kb=node.get("diskUsage"),
        default_branch=said(branch.get("name")),
        ci_state=(said(_part(tip, "statusCheckRollup").get("state")) or "").lower() or None,
        deployments=_deployments(node),
        releases=_part(node, "releases").get("totalCount"),
    )


def _closed(node: Mapping[str, Any]) -> str | None:
    if node.get("isDisabled"):
        return "disabled by the host"
    return "locked by the host" if node.get("isLocked") else None


def _topics(node: Mapping[str, Any]) -> tuple[str, ...] | None:
    if node.get("repositoryTopics") is None:
        return None
    return tuple(name for each in _nodes(node, "repositoryTopics") if (name := _part(each, "topic").get("name")))


def _languages(node: Mapping[str, Any]) -> tuple[tuple[str, int], ...] | None:
    if node.get("languages") is None:
        return None
    edges = _part(node, "languages").get("edges") or ()
    return tuple((_part(edge, "node").get("name", ""), edge.get("size", 0)) for edge in edges if edge)


def _deployments(node: Mapping[str, Any]) -> tuple[str, ...] | None:
    if node.get("deployments") is None:
        return None
    states = (_part(each, "latestStatus") for each in _nodes(node, "deployments"))
    found = (said(state.get("environmentUrl")) for state in states if state.get("state") in _LIVE)
    return tuple(dict.fromkeys(address for address in found if address))


def _history(tip: Mapping[str, Any]) -> History | None:
    read = _part(tip, "history")
    if not read:
        return None
    commits = tuple(_commit(each) for each in _nodes(tip, "history"))
    total = read.get("totalCount")
    return History(commits=commits, complete=total == len(commits), total=total)


def _commit(node: Mapping[str, Any]) -> Commit:
    author = _part(node, "author")
    return Commit(
        id=str(node.get("oid", "")),
        authored=seconds(node.get("authoredDate")),
        committed=seconds(node.get("committedDate")),
        author=author.get("name") or "",
        email=author.get("email") or "",
        subject=node.get("messageHeadline") or "",
    )


def _part(node: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = node.get(name)
    return found if isinstance(found, dict) else {}


def _nodes(node: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [each for each in _part(node, name).get("nodes") or () if isinstance(each, dict)]
