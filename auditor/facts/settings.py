"""Configuration files of strangers as flat settings. What would hang or crash a reader is refused first."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import yaml

from auditor.facts.fact import Fact, Missing, Unreadable
from auditor.facts.text import decode

_DOTTED = re.compile(r"""(?<![\w"'-])(?:["']?[\w-]++["']?[ \t]*+\.[ \t]*+){60}""")
_MARKERS = re.compile(r"[ \t]*(?:[-?][ \t]+){30}|[ ]{300}")
_OPENING, _CLOSING = re.compile(r"[\[{]"), re.compile(r"[\]}]")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TOML_LENGTH = 200_000
_YAML_LENGTH = 300_000
_NESTING = 60
_NODES = 20_000
_SETTINGS = 4_000
_VALUE = 4_000
_DOCUMENTS = 100


class Setting(Fact, frozen=True):
    """One scalar. `path` joins the keys with "/", an item of a list is "*"; `line` counts from 1, 0 where not known."""

    path: str
    value: str
    line: int = 0


def from_yaml(data: bytes) -> tuple[Setting, ...] | Unreadable | Missing:
    """Flatten all documents of a YAML file."""
    text = decode(data)
    if len(text) > _YAML_LENGTH:
        return Missing("too long for a configuration file")
    if _is_too_deep(text):
        return Unreadable("nested too deeply")
    try:
        documents = []
        for number, node in enumerate(yaml.compose_all(text.replace("\t", "  "), Loader=_LOADER)):
            documents.append(node)
            if number >= _DOCUMENTS:
                break
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        return Unreadable("broken YAML", mark.line + 1 if mark else None)
    return tuple(_flattened(documents))


def from_json(data: bytes) -> tuple[Setting, ...] | Unreadable:
    """Flatten a JSON file; lines are not known."""
    try:
        return tuple(_plain(json.loads(decode(data))))
    except (ValueError, RecursionError):
        return Unreadable("broken JSON")


def toml(text: str) -> dict[str, Any] | Unreadable | Missing:
    """Read a TOML file."""
    if len(text) > _TOML_LENGTH:
        return Missing("too long for a configuration file")
    if _DOTTED.search(text):
        return Unreadable("keys of too many parts")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = re.search(r"at line (\d{1,9})", str(error))
        return Unreadable("broken TOML", int(line[1]) if line else None)


def _is_too_deep(text: str) -> bool:
    """Tell what would overflow a parser's stack: brackets, or dashes and spaces at the start of a line."""
    if any(_MARKERS.match(line) for line in text.split("\n")):
        return True
    if len(_OPENING.findall(text)) <= _NESTING:
        return False
    depth = 0
    for match in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if _OPENING.match(match[0]) else max(depth - 1, 0)
        if depth > _NESTING:
            return True
    return False


def _flattened(documents: list[Any]) -> Iterator[Setting]:
    """Walk nodes in their order; aliases are followed, but all in all no more than so many nodes."""
    stack: list[tuple[str, Any]] = [("", node) for node in reversed(documents)]
    visited = made = 0
    while stack and visited < _NODES and made < _SETTINGS:
        path, node = stack.pop()
        visited += 1
        if isinstance(node, yaml.MappingNode):
            pairs = [(f"{path}/{_key(key)}" if path else _key(key), value) for key, value in node.value]
            stack.extend(reversed(pairs))
        elif isinstance(node, yaml.SequenceNode):
            stack.extend((f"{path}/*", item) for item in reversed(node.value))
        elif isinstance(node, yaml.ScalarNode) and len(path) < _VALUE:
            made += 1
            yield Setting(path, node.value[:_VALUE], node.start_mark.line + 1)


def _key(node: Any) -> str:  # noqa: ANN401 - a YAML node of any kind
    return str(node.value)[:200] if isinstance(node, yaml.ScalarNode) else "?"


def _plain(value: object, path: str = "") -> Iterator[Setting]:
    stack: list[tuple[str, object]] = [(path, value)]
    made = 0
    while stack and made < _SETTINGS:
        place, item = stack.pop()
        if isinstance(item, dict):
            stack.extend((f"{place}/{key}" if place else str(key), below) for key, below in reversed(item.items()))
        elif isinstance(item, list):
            stack.extend((f"{place}/*", below) for below in reversed(item))
        else:
            made += 1
            yield Setting(place[:_VALUE], str(item)[:_VALUE])
