"""Understand what the user typed as a target: a login, a repository, an address. Looks at words only, not at disks."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from auditor.model import AuditorError
from auditor.sources.hosts import Hosts, of

_LOGIN = re.compile(r"@?[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?(?:\[bot\])?")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-_]*/[A-Za-z0-9._-]+")
_SCP = re.compile(r"(?P<user>[\w.-]+@)?(?P<host>[\w.-]+\.[\w.-]+|[\w.-]+(?<=[\w-]{2})):(?P<path>(?!//|:)[^\\]+)")
_BARE_HOST = re.compile(r"(?P<host>[\w-]+(?:\.[\w-]+)+(?::\d+)?)/(?P<path>[^/].*)")
_SCHEMES = ("https", "http", "ssh", "git+ssh")
_ACCOUNT_PREFIXES = ("orgs", "users")
_NOT_GITHUB = ("gitlab.com", "bitbucket.org", "codeberg.org", "huggingface.co", "git.sr.ht", "gitee.com")
_LONGEST_LOGIN = 60


@dataclass(frozen=True, slots=True)
class Login:
    """A user or an organisation of one GitHub."""

    hosts: Hosts
    login: str


@dataclass(frozen=True, slots=True)
class Named:
    """A repository of one GitHub, `owner/name`; `clone_url` where the user gave an address that git should use."""

    hosts: Hosts
    full_name: str
    clone_url: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """A repository anywhere else; `web` is its page, where it has one that can be guessed."""

    clone_url: str
    name: str
    web: str | None = None


def understand(text: str, hosts: Hosts) -> Login | Named | Address:
    """Return what a text that is not a path means. Raises AuditorError with the likely fix."""
    if "://" in text:
        return _from_url(text, hosts)
    if (bare := _BARE_HOST.fullmatch(text)) and (bare["host"] == hosts.name or "." in bare["host"]):
        return _from_url(f"{urlsplit(hosts.server).scheme if bare['host'] == hosts.name else 'https'}://{text}", hosts)
    if scp := _SCP.fullmatch(text):
        return _from_ssh(text, scp["host"], scp["path"], hosts)
    if _REPOSITORY.fullmatch(text.removesuffix("/")):
        return Named(hosts, text.removesuffix("/").removesuffix(".git"))
    if _LOGIN.fullmatch(text) and len(text) <= _LONGEST_LOGIN:
        return Login(hosts, text.removeprefix("@"))
    raise AuditorError(_misnamed(text))


def _from_url(text: str, hosts: Hosts) -> Login | Named | Address:
    try:
        parts = urlsplit(text)
        host, password = parts.hostname or "", parts.password
    except ValueError:
        raise AuditorError(f"{text!r} is not an address; try https://github.com/<login>.") from None
    if password or (parts.username and parts.scheme in ("http", "https")):
        raise AuditorError(
            f"The address at {host} holds a password or token, which would end up in logs; put it into GITHUB_TOKEN "
            "and name the repository without it."
        )
    if parts.scheme.lower() not in _SCHEMES:
        raise AuditorError(f"{parts.scheme}:// is not read; use https:// or ssh://.")
    steps = [unquote(step) for step in parts.path.split("/") if step]
    if not host or any(step in (".", "..") or step.startswith("-") for step in steps):
        raise AuditorError(f"{text!r} is not the address of an account or a repository.")
    if parts.scheme.lower().endswith("ssh"):
        return _from_ssh(text, host, "/".join(steps), hosts)
    return _from_web(f"{parts.scheme.lower()}://{parts.netloc}", steps, hosts)


def _from_web(server: str, steps: list[str], hosts: Hosts) -> Login | Named | Address:
    ours = _which(server, hosts)
    if steps[:1] and steps[0] in _ACCOUNT_PREFIXES and len(steps) > 1:
        steps = steps[1:2]
    match steps:
        case []:
            raise AuditorError(f"{server} is a host; add the login or owner/repository that you mean.")
        case [login] if not login.endswith(".git"):
            if urlsplit(server).netloc in _NOT_GITHUB:
                raise AuditorError(f"Accounts are listed on GitHub only; name repositories: {server}/{login}/<name>.")
            return Login(ours or of(server), login.removeprefix("@"))
        case [owner, name, *_] if ours:
            return Named(ours, f"{owner}/{name.removesuffix('.git')}")
        case _:
            web = f"{server}/{'/'.join(steps)}".removesuffix(".git")
            return Address(f"{server}/{'/'.join(steps)}", steps[-1].removesuffix(".git"), web)


def _which(server: str, hosts: Hosts) -> Hosts | None:
    """Return the GitHub that a web address is known to belong to."""
    if hosts.serves(server):
        return hosts
    return Hosts() if urlsplit(server).netloc.lower() in ("github.com", "www.github.com") else None


def _from_ssh(text: str, host: str, path: str, hosts: Hosts) -> Named | Address:
    steps = [step for step in path.removesuffix("/").split("/") if step]
    if not steps or text.startswith("-") or path.startswith("-"):
        raise AuditorError(f"{text!r} is not the address of a repository.")
    name = steps[-1].removesuffix(".git")
    ours = hosts if host == urlsplit(hosts.server).hostname else Hosts() if host == "github.com" else None
    if ours and len(steps) == 2:  # noqa: PLR2004 - owner and name
        return Named(ours, f"{steps[0]}/{name}", clone_url=text)
    return Address(text, name)


def _misnamed(text: str) -> str:
    if not text:
        return "An empty name was given; name a GitHub login, owner/repository, an address or a folder."
    if "@" in text:
        return (
            f"{text!r} looks like an e-mail address; GitHub knows people by login, the last part of github.com/<login>."
        )
    if " " in text:
        return (
            f"{text!r} has a space in it, which no login has: give the login, the last part of github.com/<login>, "
            "or quote the path of a folder that exists."
        )
    return f"{text!r} is no login, no owner/repository, no address, and no folder that exists."
