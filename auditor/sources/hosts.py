"""Which GitHub is meant, and with which token. Reads the environment and asks `gh`; opens no connection."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from auditor.model import AuditorError

_PUBLIC_API = "https://api.github.com"
_PUBLIC_SERVER = "https://github.com"
_TOKEN_NAMES = ("GITHUB_TOKEN", "GH_TOKEN")
_ENTERPRISE_TOKEN_NAMES = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
_GH_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Hosts:
    """One GitHub: where its API answers and where its web pages and repositories are. No address ends in a slash."""

    api: str = _PUBLIC_API
    graphql: str = f"{_PUBLIC_API}/graphql"
    server: str = _PUBLIC_SERVER

    @property
    def name(self) -> str:
        """Return the host as people write it: `github.com`, `git.example.org:8443`."""
        return urlsplit(self.server).netloc

    @property
    def together(self) -> bool:
        """Say whether REST and GraphQL are on one machine."""
        return urlsplit(self.api)[:2] == urlsplit(self.graphql)[:2]

    def serves(self, url: str) -> bool:
        """Say whether a web or clone address belongs to this GitHub, scheme and port included."""
        asked, own = urlsplit(url), urlsplit(self.server)
        return (asked.scheme, _place(asked.netloc)) == (own.scheme, _place(own.netloc))

    def owns(self, url: str) -> bool:
        """Say whether an address that this GitHub names is on its own machines, whatever the port."""
        parts = urlsplit(url)
        names = (urlsplit(self.server).hostname, urlsplit(self.api).hostname)
        return parts.scheme in ("https", "http") and parts.hostname in names


def from_environment(environment: Mapping[str, str] | None = None) -> Hosts:
    """Read `GITHUB_API_URL`, `GITHUB_GRAPHQL_URL` and `GITHUB_SERVER_URL`; what is not set follows from what is."""
    read = os.environ if environment is None else environment
    api, graphql, server = (
        _checked(read.get(name, ""), name) for name in ("GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "GITHUB_SERVER_URL")
    )
    if server and not api:
        return _beside(server, graphql)
    api = api or _PUBLIC_API
    return Hosts(api=api, graphql=graphql or _graphql_of(api), server=server or _server_of(api))


def of(url: str) -> Hosts:
    """Return the GitHub that a web address belongs to, by the addresses that GitHub Enterprise Server uses."""
    parts = urlsplit(url)
    return _beside(f"{parts.scheme}://{_place(parts.netloc)}", "")


def token_from_environment(hosts: Hosts | None = None) -> str | None:
    """Find a token: `GITHUB_TOKEN`, `GH_TOKEN`, then `gh auth token`; None when there is none.

    For a host other than github.com the two names that `gh` reads for Enterprise come first.
    """
    asked = hosts or Hosts()
    enterprise = () if asked.server == _PUBLIC_SERVER else _ENTERPRISE_TOKEN_NAMES
    for name in (*enterprise, *_TOKEN_NAMES):
        if token := os.environ.get(name, "").strip():
            return token
    return _ask_gh(asked.name)


def _ask_gh(host: str) -> str | None:
    command = ["gh", "auth", "token", "--hostname", host]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=_GH_SECONDS, check=False, text=True)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None  # not installed, or stuck: the same as not being signed in
    return answer.stdout.strip() or None if answer.returncode == 0 else None


def _beside(server: str, graphql: str) -> Hosts:
    if urlsplit(server).netloc.lower() in ("github.com", "www.github.com"):
        return Hosts(graphql=graphql or f"{_PUBLIC_API}/graphql")
    return Hosts(api=f"{server}/api/v3", graphql=graphql or f"{server}/api/graphql", server=server)


def _graphql_of(api: str) -> str:
    return f"{api.removesuffix('/v3')}/graphql"


def _server_of(api: str) -> str:
    parts = urlsplit(api)
    return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"


def _checked(address: str, name: str) -> str:
    cleaned = address.strip().rstrip("/")
    if cleaned and (urlsplit(cleaned).scheme not in ("http", "https") or not urlsplit(cleaned).hostname):
        raise AuditorError(f"{name} is {address!r}; it must be an address such as https://github.example.org")
    return cleaned


def _place(netloc: str) -> str:
    return netloc.rpartition("@")[2].lower().removeprefix("www.")
