"""Read pyproject.toml, Pipfile and pixi.toml. Every value may be of any type: strangers wrote them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.facts.fact import Fact, Missing, Parser, Unreadable, base_name
from auditor.facts.manifest import Lines, ManifestFact, Requirement, normalised, pin_of, requirement
from auditor.facts.settings import toml
from auditor.facts.text import decode

_FULL_VERSION = re.compile(r"\s*v?\d+(?:\.\d+)*[\w.+-]*\s*$")
_MOST = 3000
_Table = Mapping[str, Any]


def parse(data: bytes) -> Fact:
    """Read a pyproject.toml."""
    text = decode(data)
    table = toml(text)
    if isinstance(table, Unreadable | Missing):
        return table
    project, tool = _table(table, "project"), _table(table, "tool")
    poetry = _table(tool, "poetry")
    lines = Lines(text)
    found = [*_standard(table, project, lines), *_of_tools(tool, lines)]
    python = _text(project.get("requires-python")) or _version(_table(poetry, "dependencies").get("python"))
    return ManifestFact(
        kind="pyproject",
        requirements=tuple(found[:_MOST]),
        includes=tuple(_dynamic(tool)),
        name=_text(project.get("name")) or _text(poetry.get("name")),
        build="build-system" in table,
        packages="project" in table or "poetry" in tool,
        python=python,
        python_line=lines.of("requires-python") or lines.of("python") if python else 0,
        tools=tuple(str(name)[:80] for name in tool)[:80],
        scripts=tuple(str(name)[:80] for name in (*_table(project, "scripts"), *_table(poetry, "scripts")))[:80],
    )


def parse_pipfile(data: bytes) -> Fact:
    """Read a Pipfile."""
    text = decode(data)
    table = toml(text)
    if isinstance(table, Unreadable | Missing):
        return table
    lines = Lines(text)
    requires = _table(table, "requires")
    python = _text(requires.get("python_version")) or _text(requires.get("python_full_version"))
    found = [
        *_loose(_table(table, "packages"), lines, ""),
        *_loose(_table(table, "dev-packages"), lines, "dev"),
    ]
    return ManifestFact("pipfile", tuple(found[:_MOST]), python=python, python_line=lines.of("python_version"))


def parse_pixi(data: bytes) -> Fact:
    """Read a pixi.toml."""
    text = decode(data)
    table = toml(text)
    if isinstance(table, Unreadable | Missing):
        return table
    lines = Lines(text)
    found = list(_pixi(table, lines))
    python = _version(_table(table, "dependencies").get("python"))
    return ManifestFact("pixi", tuple(found[:_MOST]), python=python, python_line=lines.of("python") if python else 0)


def _standard(table: _Table, project: _Table, lines: Lines) -> Iterator[Requirement]:
    yield from _listed(project.get("dependencies"), lines, "")
    for group, listed in _table(project, "optional-dependencies").items():
        yield from _listed(listed, lines, str(group)[:80])
    for group, listed in _table(table, "dependency-groups").items():
        yield from _listed(listed, lines, str(group)[:80])


def _of_tools(tool: _Table, lines: Lines) -> Iterator[Requirement]:
    poetry = _table(tool, "poetry")
    yield from _loose(_table(poetry, "dependencies"), lines, "")
    yield from _loose(_table(poetry, "dev-dependencies"), lines, "dev")
    for group in _table(poetry, "group"):
        yield from _loose(_table(_table(_table(poetry, "group"), group), "dependencies"), lines, str(group)[:80])
    yield from _listed(_table(tool, "uv").get("dev-dependencies"), lines, "dev")
    for listed in _table(_table(tool, "pdm"), "dev-dependencies").values():
        yield from _listed(listed, lines, "dev")
    for environment in _table(_table(tool, "hatch"), "envs").values():
        if isinstance(environment, Mapping):
            yield from _listed(environment.get("dependencies"), lines, "dev")
    yield from _pixi(_table(tool, "pixi"), lines)


def _pixi(table: _Table, lines: Lines) -> Iterator[Requirement]:
    yield from _loose(_table(table, "dependencies"), lines, "")
    yield from _loose(_table(table, "pypi-dependencies"), lines, "")
    for feature in _table(table, "feature").values():
        if isinstance(feature, Mapping):
            yield from _loose(_table(feature, "dependencies"), lines, "")
            yield from _loose(_table(feature, "pypi-dependencies"), lines, "")


def _dynamic(tool: _Table) -> Iterator[str]:
    """Yield the files that setuptools takes the dependencies from."""
    named = _table(_table(_table(tool, "setuptools"), "dynamic"), "dependencies").get("file")
    yield from (str(name)[:300] for name in (named if isinstance(named, list) else [named]) if isinstance(name, str))


def _listed(values: object, lines: Lines, group: str) -> Iterator[Requirement]:
    for value in values if isinstance(values, list) else ():
        if isinstance(value, str) and (found := requirement(value, 0, group)):
            yield Requirement(found.name, lines.of(found.name), found.pin, group)


def _loose(table: _Table, lines: Lines, group: str) -> Iterator[Requirement]:
    """Read a table of names and versions, as Poetry, Pipenv and pixi have them."""
    for name, value in table.items():
        if normalised(str(name)) != "python":
            yield Requirement(normalised(str(name))[:100], lines.of(str(name)), _loose_pin(value), group)


def _loose_pin(value: object) -> str:
    if isinstance(value, Mapping):
        return (
            "bounded" if any(key in value for key in ("git", "url", "path")) else _loose_pin(value.get("version", "*"))
        )
    version = _text(value)
    return "exact" if _FULL_VERSION.match(version) else pin_of(version)


def _version(value: object) -> str:
    return _version(value.get("version")) if isinstance(value, Mapping) else _text(value)


def _text(value: object) -> str:
    return value[:200] if isinstance(value, str) else ""


def _table(table: _Table, key: str) -> _Table:
    found = table.get(key)
    return found if isinstance(found, Mapping) else {}


PARSERS = (
    Parser("manifest-pyproject", ManifestFact, parse, lambda path: base_name(path) == "pyproject.toml"),
    Parser("manifest-pipfile", ManifestFact, parse_pipfile, lambda path: base_name(path) == "pipfile"),
    Parser("manifest-pixi", ManifestFact, parse_pixi, lambda path: base_name(path) == "pixi.toml"),
)
