"""Take credentials out of values before they are kept or shown."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from auditor.facts.credentials import PROVIDERS, URL, is_placeholder, looks_chosen, looks_random

T = TypeVar("T", bound=msgspec.Struct)

_MASK = "***"
_KEY = re.compile(r"\bMII[A-Za-z0-9+/]{40,}={0,2}")  # a line of a key, apart from the line that says it is one
_SHAPES = (*((needle, shape) for needle, _, shape in PROVIDERS), ("MII", _KEY))
_EDGES = re.compile(r"^(?:\\b|\(\?<![^()]*\))+|(?:\\b|\(\?![^()]*\))$")
_HINTS = (
    *((needle.encode(), re.compile(_EDGES.sub("", shape.pattern).encode())) for needle, shape in _SHAPES),
    (b"://", re.compile(rb"://[^\s:/@\"'<>]{0,320}:[^\s@/\"'<>]{1,480}@")),
)
"""Needle, and what its shape is within an encoded value, where any byte may stand before and after a text."""
_ASSIGNED = re.compile(
    r"""(?:(pass(?:word|wd|phrase)?|pwd)|secret|token|key)[\w-]{0,20}["']?(?:\s{0,3}[=:]\s{0,3}|(?<=password)\s)["']?"""
    r"""(?P<value>[^\s"'`,;()<>\[\]{}]{6,200})""",
    re.IGNORECASE,
)


def masked(encoded: bytes) -> bytes:
    """Return a value in MessagePack with what has a provider's shape as `***`; the very same bytes where none is."""
    hinted = any(needle in encoded and hint.search(encoded) for needle, hint in _HINTS)
    return _mapped(encoded, _without_shapes) if hinted else encoded


def without_shapes(value: T) -> T:
    """Return the value as `masked` leaves it."""
    return _through(value, masked)


def without_credentials(value: T) -> T:
    """Return the value as `masked` leaves it, and without what is assigned like a password."""
    return _through(value, lambda encoded: _mapped(masked(encoded), lambda text: _ASSIGNED.sub(_without_value, text)))


def _through(value: T, change: Callable[[bytes], bytes]) -> T:
    encoded = msgspec.msgpack.encode(value)
    clean = change(encoded)
    return value if clean is encoded else msgspec.msgpack.decode(clean, type=type(value))


def _without_shapes(text: str) -> str:
    for needle, shape in _SHAPES:
        if needle in text:
            text = shape.sub(lambda match: match[0] if is_placeholder(match[0]) else _MASK, text)
    return URL.sub(_without_password, text) if "://" in text and "@" in text else text


def _without_password(match: re.Match[str]) -> str:
    return match[0] if is_placeholder(match[3]) else _hidden(match, 3)


def _without_value(match: re.Match[str]) -> str:
    value = match["value"]
    likely = any(c.isdigit() for c in value) and looks_chosen(value) if match[1] else looks_random(value)
    return _hidden(match, "value") if likely and not is_placeholder(value) else match[0]


def _hidden(match: re.Match[str], group: int | str) -> str:
    """Return what was matched with asterisks for one group."""
    start, end = (at - match.start() for at in match.span(group))
    return match[0][:start] + _MASK + match[0][end:]


def _mapped(encoded: bytes, change: Callable[[str], str]) -> bytes:
    value = msgspec.msgpack.decode(encoded)
    changed = _changed(value, change)
    return encoded if changed == value else msgspec.msgpack.encode(changed)


def _changed(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - whatever an encoded value is made of
    match value:
        case str():
            return change(value)
        case list():
            return [_changed(each, change) for each in value]
        case dict():
            return {_changed(key, change): _changed(each, change) for key, each in value.items()}
    return value
