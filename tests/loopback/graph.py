"""What the loopback GitHub's GraphQL says: documents executed against the part of GitHub's schema that is used."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import repositories as made
from graphql import GraphQLError, build_schema, graphql_sync

from loopback.world import Account, Repo, World

_SCHEMA = build_schema(Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8"))


def answer(world: World, asked: Mapping[str, Any], faults: Mapping[str, str], *, private: bool) -> dict[str, Any]:
    """Execute a document. `faults` maps `owner/name` or `field` to the message of an error there."""
    root = {
        "repositoryOwner": lambda _, login: _owner(world, login, faults, private=private),
        "repository": lambda _, owner, name, **__: _named(world, owner, name, faults),
        "nodes": lambda _, ids: [_by_id(world, each, faults, private=private) for each in ids],
    }
    result = graphql_sync(_SCHEMA, asked["query"], root, variable_values=asked.get("variables"))
    said: dict[str, Any] = {"data": result.data}
    if result.errors:
        said["errors"] = [_error(each) for each in result.errors]
    return said


def _error(error: GraphQLError) -> dict[str, Any]:
    said = error.formatted
    return {**dict(error.extensions or {}), **{name: part for name, part in said.items() if name != "extensions"}}


def _owner(world: World, login: str, faults: Mapping[str, str], *, private: bool) -> dict[str, Any] | None:
    account = world.accounts.get(login.lower())
    if account is None:
        return None
    return {
        "__typename": account.kind,
        "login": account.login,
        "url": f"{world.base}/{account.login}",
        "name": account.name,
        "bio": account.bio,
        "description": account.bio,
        "websiteUrl": account.blog,
        "socialAccounts": {"nodes": [{"url": link} for link in account.links]},
        "pinnedItems": {"nodes": [{"__typename": "Repository", "nameWithOwner": name} for name in account.pinned]},
        "repositories": _listed(world, account, faults, private=private),
    }


def _listed(
    world: World, account: Account, faults: Mapping[str, str], *, private: bool
) -> Callable[..., dict[str, Any]]:
    def repositories(_: object, first: int, after: str | None = None, privacy: str | None = None, **__: Any) -> Any:
        every = world.of(account.login, private=private and privacy != "PUBLIC")
        start = int(after or 0)
        page = every[start : start + first]
        end = start + len(page)
        return {
            "totalCount": len(every),
            "pageInfo": {"hasNextPage": end < len(every), "endCursor": str(end) if page else None},
            "nodes": [_lazily(world, repo, faults) for repo in page],
        }

    return repositories


def _by_id(world: World, node: str, faults: Mapping[str, str], *, private: bool) -> Any:
    repo = next((repo for repo in world.repos.values() if repo.node == node), None)
    if repo is None or (repo.private and not private):
        return GraphQLError(
            f"Could not resolve to a node with the global id of '{node}'", extensions={"type": "NOT_FOUND"}
        )
    return _lazily(world, repo, faults)


def _lazily(world: World, repo: Repo, faults: Mapping[str, str]) -> Any:
    if repo.full_name in faults:
        return GraphQLError(faults[repo.full_name], extensions={"type": "FORBIDDEN"})
    node = _node(world, repo)
    for name, message in faults.items():
        if name in node:
            node[name] = GraphQLError(message, extensions={"type": "FORBIDDEN"})
    return node


def _node(world: World, repo: Repo) -> dict[str, Any]:
    status = {"state": "SUCCESS", "environmentUrl": repo.deployment}
    return {
        "__typename": "Repository",
        "id": repo.node,
        "nameWithOwner": repo.full_name,
        "url": f"{world.base}/{repo.full_name}",
        "description": repo.description,
        "homepageUrl": repo.homepage,
        "stargazerCount": repo.stars,
        "diskUsage": repo.size,
        "createdAt": repo.created_at,
        "pushedAt": repo.pushed_at,
        "isFork": repo.fork,
        "isArchived": repo.archived,
        "isDisabled": repo.disabled,
        "isEmpty": repo.empty,
        "isLocked": False,
        "isPrivate": repo.private,
        "isTemplate": repo.template,
        "parent": repo.parent and {"nameWithOwner": repo.parent},
        "licenseInfo": repo.license and {"spdxId": repo.license, "name": repo.license},
        "primaryLanguage": repo.language and {"name": repo.language},
        "languages": {"edges": [{"size": 100, "node": {"name": repo.language}}] if repo.language else []},
        "repositoryTopics": {"nodes": [{"topic": {"name": name}} for name in repo.topics]},
        "releases": {"totalCount": repo.releases},
        "deployments": {
            "nodes": [{"environment": "production", "latestStatus": status}] if repo.deployment else [],
        },
        "defaultBranchRef": None if repo.empty else {"name": repo.branch, "target": _target(repo)},
    }


def _target(repo: Repo) -> dict[str, Any]:
    lines = _log(repo).splitlines() if repo.folder else []
    nodes = [_commit(*line.split("\x1f")) for line in lines]
    return {
        "__typename": "Commit",
        "oid": nodes[0]["oid"] if nodes else "1" * 40,
        "statusCheckRollup": repo.ci and {"state": repo.ci},
        "history": lambda _, first: {"totalCount": len(nodes), "nodes": nodes[:first]},
    }


def _commit(oid: str, authored: str, committed: str, subject: str, name: str, email: str) -> dict[str, Any]:
    dates = {"authoredDate": authored, "committedDate": committed}
    return {"oid": oid, "messageHeadline": subject, "author": {"name": name, "email": email}, **dates}


def _log(repo: Repo) -> str:
    assert repo.folder
    return made.git(repo.folder, "log", "--format=%H%x1f%aI%x1f%cI%x1f%s%x1f%an%x1f%ae", "HEAD")


def _named(world: World, owner: str, name: str, faults: Mapping[str, str]) -> Any:
    repo = world.repos.get(f"{owner}/{name}".lower())
    if repo is None:
        message = f"Could not resolve to a Repository with the name '{owner}/{name}'."
        raise GraphQLError(message, extensions={"type": "NOT_FOUND"})
    readme = None if repo.readme is None else {"__typename": "Blob", "text": repo.readme}
    return _lazily(world, repo, faults) | {"object": lambda _, **__: readme}
