"""The accounts and repositories of the loopback GitHub, and what REST says of them."""

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import repositories as made


@dataclass
class Repo:
    """One repository; what is not given is as on a fresh repository of GitHub."""

    owner: str
    name: str
    folder: Path | None = None
    description: str | None = None
    homepage: str | None = None
    topics: tuple[str, ...] = ()
    license: str | None = None
    language: str | None = "Python"
    stars: int = 0
    parent: str | None = None
    fork: bool = False
    archived: bool = False
    disabled: bool = False
    template: bool = False
    private: bool = False
    has_pages: bool = False
    empty: bool = False
    created_at: str = "2025-01-01T00:00:00Z"
    pushed_at: str = "2026-01-01T00:00:00Z"
    size: int = 12
    branch: str = "main"
    readme: str | None = None
    ci: str | None = None
    deployment: str | None = None
    releases: int = 0
    updated_at: str | None = None
    node: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"


@dataclass
class Account:
    """One user or organisation."""

    login: str
    kind: str = "User"
    name: str | None = None
    bio: str | None = None
    blog: str | None = ""
    links: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()


@dataclass
class World:
    """Everything that this GitHub holds. Names are found whatever their case, as on GitHub."""

    root: Path
    base: str = ""
    accounts: dict[str, Account] = field(default_factory=dict)
    repos: dict[str, Repo] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def account(self, login: str, **said: Any) -> Account:
        """Add an account."""
        self.accounts[login.lower()] = Account(login, **said)
        return self.accounts[login.lower()]

    def repo(self, full_name: str, files: dict[str, str | bytes] | None = None, **said: Any) -> Repo:
        """Add a repository, with real commits where files are given."""
        owner, name = full_name.split("/")
        repo = Repo(owner, name, **{"node": f"R_{len(self.repos) + 1}", **said})
        if files is not None:
            repo.folder = self.root / owner / f"{name}.git"
            repo.folder.parent.mkdir(parents=True, exist_ok=True)
            made.bare(repo.folder, files)
            for setting in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
                made.git(repo.folder, "config", setting, "true")
        self.repos[full_name.lower()] = repo
        return repo

    def of(self, login: str, *, private: bool = False, order: str = "pushed") -> list[Repo]:
        """Return an account's repositories: the last pushed or updated first, or by name."""
        owned = [repo for repo in self.repos.values() if repo.owner.lower() == login.lower()]
        seen = sorted((repo for repo in owned if private or not repo.private), key=lambda repo: repo.name)
        match order:
            case "pushed":
                return sorted(seen, key=lambda repo: repo.pushed_at, reverse=True)
            case "updated":
                return sorted(seen, key=lambda repo: repo.updated_at or repo.pushed_at, reverse=True)
        return seen

    def user(self, account: Account) -> dict[str, Any]:
        """Say what `GET /users/{username}` says."""
        listed = len(self.of(account.login))
        said = {
            "login": account.login,
            "id": 1,
            "node_id": "U_1",
            "type": account.kind,
            "user_view_type": "public",
            "site_admin": False,
            "html_url": f"{self.base}/{account.login}",
            "name": account.name,
            "company": None,
            "blog": account.blog,
            "location": None,
            "email": None,
            "hireable": None,
            "bio": account.bio,
            "twitter_username": None,
            "public_repos": listed,
            "public_gists": 0,
            "followers": 1,
            "following": 0,
            "created_at": "2020-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
            "gravatar_id": "",
            "avatar_url": f"{self.base}/a.png",
        }
        return said | {name: f"{self.base}/api/v3/{name}" for name in _USER_ADDRESSES}

    def minimal(self, repo: Repo) -> dict[str, Any]:
        """Say what a list of repositories says of one."""
        owner = {"login": repo.owner, "id": 1, "node_id": "U_1", "type": "User", "site_admin": False, "gravatar_id": ""}
        addresses = {name: f"{self.base}/api/v3/{name}" for name in (*_USER_ADDRESSES, "avatar_url", "html_url")}
        said = {
            "id": 7,
            "node_id": repo.node,
            "name": repo.name,
            "full_name": repo.full_name,
            "private": repo.private,
            "owner": owner | addresses,
            "html_url": f"{self.base}/{repo.full_name}",
            "clone_url": f"{self.base}/{repo.full_name}.git",
            "git_url": f"git://127.0.0.1/{repo.full_name}.git",
            "ssh_url": f"git@127.0.0.1:{repo.full_name}.git",
            "svn_url": f"{self.base}/{repo.full_name}",
            "mirror_url": None,
            "description": repo.description,
            "homepage": repo.homepage,
            "topics": list(repo.topics),
            "license": repo.license and _license(repo.license),
            "language": repo.language,
            "stargazers_count": repo.stars,
            "watchers_count": repo.stars,
            "watchers": repo.stars,
            "forks_count": 0,
            "forks": 0,
            "open_issues_count": 0,
            "open_issues": 0,
            "fork": repo.fork,
            "archived": repo.archived,
            "disabled": repo.disabled,
            "is_template": repo.template,
            "has_issues": True,
            "has_projects": True,
            "has_wiki": False,
            "has_pages": repo.has_pages,
            "has_downloads": True,
            "has_discussions": False,
            "visibility": "private" if repo.private else "public",
            "created_at": repo.created_at,
            "updated_at": repo.updated_at or repo.pushed_at,
            "pushed_at": repo.pushed_at,
            "size": repo.size,
            "default_branch": repo.branch,
        }
        return said | {name: f"{self.base}/api/v3/{name}" for name in _REPO_ADDRESSES}

    def full(self, repo: Repo) -> dict[str, Any]:
        """Say what `GET /repos/{owner}/{repo}` says."""
        said = self.minimal(repo) | {"network_count": 0, "subscribers_count": 0}
        parent = self.repos.get((repo.parent or "").lower())
        return said | ({"parent": self.minimal(parent)} if parent else {})

    def content(self, path: str, text: str) -> dict[str, Any]:
        """Say what the contents API says of a file."""
        addresses = dict.fromkeys(("url", "git_url", "html_url", "download_url"), f"{self.base}/file")
        return {
            "type": "file",
            "encoding": "base64",
            "size": len(text.encode()),
            "name": path.rpartition("/")[2],
            "path": path,
            "content": base64.encodebytes(text.encode()).decode(),
            "sha": "0" * 40,
            "_links": {"git": None, "html": None, "self": f"{self.base}/file"},
        } | addresses


def _license(spdx: str) -> dict[str, Any]:
    return {"key": spdx.lower(), "name": spdx, "spdx_id": spdx, "url": None, "node_id": "L_1"}


_USER_ADDRESSES = (
    "url",
    "followers_url",
    "following_url",
    "gists_url",
    "starred_url",
    "subscriptions_url",
    "organizations_url",
    "repos_url",
    "events_url",
    "received_events_url",
)
_REPO_PARTS = """
archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads
events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges
milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees
"""
_REPO_ADDRESSES = ("url", *(f"{name}_url" for name in _REPO_PARTS.split()))
