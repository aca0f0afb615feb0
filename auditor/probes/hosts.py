"""What an address leads to, by host, path and the words about it. Pure; the lists are `rules/data/hosts.toml`."""

import re
from functools import lru_cache
from urllib.parse import unquote

import msgspec

from auditor.views.addresses import Address
from auditor.views.words import pattern

_ADDRESS = re.compile(
    r"(?:(?:https?:)?//)?(?:[^/@\s]{1,80}@)?(?:www\.)?([^/:?#\s]+)(:\d{1,5})?(/[^\s]*)?", re.IGNORECASE
)
_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}$")
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}$", re.IGNORECASE)
_FOREIGN = re.compile(
    r"giphy\.com|tenor\.com|media\.tenor|shields\.io|readme-typing|capsule-render|komarev", re.IGNORECASE
)
_A_TITLE = 4  # words: a longer heading speaks of the project, not of the links below it
_TELLING = 10  # letters: shorter words of a project's name are often a tool's
_PLAIN = re.compile(r"[^a-z0-9]+")
_PICTURES = ("png", "jpg", "jpeg", "svg", "webp", "ico", "bmp")


class Words(msgspec.Struct, frozen=True):
    """What links are called."""

    demo: tuple[str, ...]
    video: tuple[str, ...]
    elsewhere: tuple[str, ...]
    person: tuple[str, ...]
    drawn: tuple[str, ...]


class Hosts(msgspec.Struct, frozen=True):
    """Lists of hosts (with paths) and patterns of addresses by what they lead to."""

    apps: tuple[str, ...]
    shared: tuple[str, ...]
    pages: tuple[str, ...]
    machines: tuple[str, ...]
    bots: tuple[str, ...]
    videos: tuple[str, ...]
    never: tuple[str, ...]
    placeholders: tuple[str, ...]
    local: tuple[str, ...]
    promised: str
    dashboards: tuple[str, ...]
    moving: tuple[str, ...]
    words: Words
    reserved: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()


class Target(msgspec.Struct, frozen=True):
    """What an address leads to: demo, video, moving, dashboard or placeholder; `sure` where no doubt is left."""

    kind: str
    address: Address
    sure: bool = True


def target(address: Address, hosts: Hosts, name: str) -> Target | None:
    """Classify an address of the repository `name`; None where it is nothing of the kind."""
    url = address.url
    if _any(hosts.local).search(url[:200]):
        return None
    ending = url.split("?")[0].split("#")[0].rpartition(".")[2].lower()
    if ending in hosts.moving:
        drawn = pattern(hosts.words.drawn).search(_PLAIN.sub(" ", f"{address.text} {url}".lower()))
        return None if drawn or _FOREIGN.search(url) else Target("moving", address, sure=False)
    if ending in hosts.dashboards:
        return Target("dashboard", address)
    if address.image or ending in _PICTURES:
        return None
    parts = _ADDRESS.match(url)
    if parts is None:
        return None
    host, path = parts[1].lower(), parts[3] or ""
    bare = address.source == "homepage" or _in(host, path, hosts.apps)
    if not (_is_web(url) or (bare and _DOMAIN.match(host))):
        return None  # `DEPLOY.md` is a file beside the README
    if address.source != "part" and _any(hosts.placeholders).search(unquote(url)):
        return Target("placeholder", address) if _named(address, hosts) or _in(host, path, hosts.apps) else None
    return _live(address, hosts, name, host, path) or _video(address, hosts, host, path)


def is_page(url: str, hosts: Hosts) -> bool:
    """Tell the address of a public page that answers programs as it answers people; no app, nothing to be filled in."""
    parts = _ADDRESS.match(url)
    if parts is None or parts[2] or not _DOMAIN.match(parts[1]):
        return False
    host, path = parts[1].lower(), parts[3] or ""
    if any(_any(each).search(unquote(url)) for each in (hosts.placeholders, hosts.local, hosts.programs)):
        return False
    return not any(_in(host, path, entries) for entries in (hosts.apps, hosts.machines, hosts.reserved, hosts.closed))


def _live(address: Address, hosts: Hosts, name: str, host: str, path: str) -> Target | None:
    """Recognise a running instance."""
    if address.source == "deployment":
        return Target("demo", address)
    if _any(hosts.bots).search(address.url) and not _is_elsewhere(address, hosts):
        return Target("demo", address)
    if _in(host, path, hosts.apps):
        theirs = _in(host, path, hosts.shared) and not _is_ours(address, hosts, name, path)
        return None if theirs or _is_elsewhere(address, hosts) else Target("demo", address)
    if address.source == "part":
        return None
    named = _named(address, hosts) or address.source == "homepage"
    if _in(host, path, hosts.pages):
        whole = name and name in path.lower()
        return Target("demo", address, sure=bool(whole)) if whole or named else None
    if _IP.match(host) or _in(host, path, hosts.machines):
        return Target("demo", address, sure=False) if named else None
    if _in(host, path, hosts.never) or not _DOMAIN.match(host) or _is_elsewhere(address, hosts):
        return None
    if _is_named_like(host, name):
        return Target("demo", address, sure=False)
    by_title = not _calls(address.text, address.before, hosts) and len(address.heading.split()) > _A_TITLE
    return Target("demo", address, sure=False) if named and not by_title else None


def _video(address: Address, hosts: Hosts, host: str, path: str) -> Target | None:
    if address.source == "part" or not _in(host, path, hosts.videos):
        return None
    attached = "user-attachments/assets" in path or "user-images" in host
    words = pattern(hosts.words.video)
    said = (address.text, address.before, address.heading)
    if attached or (any(words.search(each) for each in said) and not _is_elsewhere(address, hosts)):
        return Target("video", address)
    return None


def _named(address: Address, hosts: Hosts) -> bool:
    """Tell whether a link is called a demo: by its text, what stands before it, or its section's title."""
    return _calls(address.text, address.before, hosts) or bool(pattern(hosts.words.demo).search(address.heading))


def _calls(text: str, before: str, hosts: Hosts) -> bool:
    """Tell whether a link's own text, or what stands in front of it, calls it a demo."""
    words = pattern(hosts.words.demo)
    return bool(words.search(text[:80]) or words.search(before[-40:]))


def _is_ours(address: Address, hosts: Hosts, name: str, path: str) -> bool:
    """Tell an own app on a shared host: called a demo, without other words, or named like the repository."""
    if address.source != "readme" or _named(address, hosts) or not _PLAIN.sub("", address.text.lower()):
        return True
    return bool(
        set(_PLAIN.split(name)) & set(_PLAIN.split(path.lower())) - {"", "spaces", "ai", "ml", "app", "the", "of"}
    )


def _is_named_like(host: str, name: str) -> bool:
    """Tell a name below somebody's own domain that is the project's, or a long word of it: churn-model.jane.dev."""
    label, dot, rest = host.partition(".")
    return dot != "" and "." in rest and len(label) >= _TELLING and (label == name or label in _PLAIN.split(name))


def _is_elsewhere(address: Address, hosts: Hosts) -> bool:
    """Tell a link to somebody's own page, or one given as a reference."""
    text = "" if _is_web(address.text) else address.text
    if pattern(hosts.words.person).search(f"{text} {address.before[-30:]}"):
        return True
    return bool(pattern(hosts.words.elsewhere).match(address.heading.strip(" #:*📚🙏👤👨🔗📬📧")))


def _in(host: str, path: str, entries: tuple[str, ...]) -> bool:
    """Tell whether one of the entries is this address; only those for the host or its parents are looked at."""
    by_host, labels = _by_host(entries), host.split(".")
    parents = (".".join(labels[at:]) for at in range(len(labels)))
    return any(_matches(entry, host, path) for parent in parents for entry in by_host.get(parent, ()))


@lru_cache(maxsize=64)
def _by_host(entries: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        found.setdefault(entry.partition("/")[0].removeprefix("."), []).append(entry)
    return found


def _matches(entry: str, host: str, path: str) -> bool:
    entry_host, slash, entry_path = entry.partition("/")
    if entry_host.startswith("."):
        fits = host.endswith(entry_host)
    else:
        fits = host == entry_host or host.endswith(f".{entry_host}")
    if not fits or not slash:
        return fits
    rest = path.lstrip("/")
    return rest.lower().startswith(entry_path.lower()) and len(rest) > len(entry_path)


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://", "www.", "//"))


@lru_cache(maxsize=16)
def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in patterns) or r"(?!)", re.IGNORECASE)
