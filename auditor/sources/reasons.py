"""Put what git says of a failed clone into a sentence for the report. Words only."""

import re

_PASSING = re.compile(
    r"returned error: (5\d\d|429)|rate limit|early eof|unexpected disconnect|connection (was )?reset|operation too slow"
    r"|transfer closed|empty reply|http/2 stream|timed out|recv failure|bytes of body are still expected"
    r"|curl (18|52|56|92) |pack has bad object|premature end of pack|invalid index-pack output",
    re.IGNORECASE,
)
_LASTING = re.compile(r"returned error: 50[15]", re.IGNORECASE)
_SAID: tuple[tuple[str, str], ...] = (
    (r"could not resolve host|name or service not known", "there is no address for its host: no network, or mistyped"),
    (
        r"certificate|ssl_error|gnutls_handshake|tls connect",
        "no safe connection to its host: its certificate is not trusted",
    ),
    (r"returned error: 451|dmca|legal reasons", "blocked by its host for legal reasons"),
    (r"repository .*disabled|access to this repository has been disabled", "disabled by its host"),
    (r"operation too slow", "its host stopped sending"),
    (r"returned error: 429|rate limit", "its host asks for fewer requests"),
    (r"returned error: 5\d\d", "its host has a fault of its own"),
    (r"returned error: 403", "its host refuses it (403)"),
    (r"transport '.*' not allowed", "that kind of address is not read"),
    (r"connection refused|failed to connect|couldn't connect", "its host does not answer"),
    (r"host key verification failed", "its host is not among the known ones of ssh"),
    (r"permission denied \(", "its host does not accept this machine's ssh keys"),
    (r"not valid: is this a git repository|does not appear to be a git", "there is no git repository at its address"),
    (r"early eof|disconnect|reset|transfer closed|empty reply|recv failure|still expected", "the connection broke off"),
)
_REFUSED = re.compile(
    r"authentication failed|could not read (username|password)|terminal prompts disabled|returned error: 401",
    re.IGNORECASE,
)
_GONE = re.compile(r"not found|returned error: 404|returned error: 410", re.IGNORECASE)
_LONGEST = 200


def may_pass(said: str) -> bool:
    """Say whether another attempt may succeed."""
    return bool(_PASSING.search(said)) and not _LASTING.search(said)


def stalled(said: str) -> bool:
    """Say whether the host stopped sending, which takes long to notice."""
    return "too slow" in said.lower()


def of(said: str, *, with_token: bool) -> str:
    """Return why a repository could not be had."""
    if _REFUSED.search(said):
        cause = "the token is refused or may not read it" if with_token else "it is private and needs a token"
        return f"not found at its address, or {cause}"
    if _GONE.search(said):
        return "not found at its address: deleted, renamed or made private"
    known = next((words for pattern, words in _SAID if re.search(pattern, said, re.IGNORECASE)), None)
    last = next((line for line in reversed(said.splitlines()) if line.startswith(("fatal:", "error:"))), "")
    return known or f"git could not clone it: {last.partition(':')[2].strip()[:_LONGEST] or 'no reason given'}"
