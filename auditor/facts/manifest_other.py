"""Read conda environments, lock files, and files that only state a Python version."""

import re
from collections.abc import Iterator

from auditor.facts.fact import Fact, Missing, Parser, Unreadable, base_name
from auditor.facts.manifest import ManifestFact, Requirement, normalised, requirement
from auditor.facts.settings import Setting, from_yaml
from auditor.facts.text import decode

_LOCKS = {
    "uv.lock": r'^name = "([^"\n]{1,100})"',
    "poetry.lock": r'^name = "([^"\n]{1,100})"',
    "pdm.lock": r'^name = "([^"\n]{1,100})"',
    "pylock.toml": r'^name = "([^"\n]{1,100})"',
    "pipfile.lock": r'^ {8}"([\w.-]{1,100})": \{',
    "conda-lock.yml": r"^- name: ([\w.-]{1,100})",
    "pixi.lock": r"^ {2}name: ([\w.-]{1,100})|^- (?:conda|pypi): \S{1,300}/([\w.-]{1,100}?)-\d",
}
_LOCKED = {name: re.compile(pattern, re.MULTILINE) for name, pattern in _LOCKS.items()}
_CONDA_FILE = re.compile(r"(?:[\w-]*environment[\w-]*|[\w-]*conda[\w-]*|env[\w-]*|entorno|ambiente|umgebung)\.ya?ml")
_CONDA = re.compile(r"(?:[\w./-]+::)?([A-Za-z0-9_][\w.-]*)\s*(==|>=|<=|~=|!=|[=<>])?\s*([^=\s]*)")
_VERSION = re.compile(r"(?:python[-=\s]?|cpython-)?\s*v?([23](?:\.\d{1,2}){0,2})\b")
_MOST = 3000


def parse_conda(data: bytes) -> Fact:
    """Read an environment.yml."""
    settings = from_yaml(data)
    if isinstance(settings, Unreadable | Missing):
        return settings
    found = list(_conda(settings))
    python = next((r for r in found if r[0] == "python"), ("", "", 0, ""))
    return ManifestFact(
        kind="conda",
        requirements=tuple(
            Requirement(name, line, pin) for name, pin, line, _ in found if name not in ("python", "pip", "")
        )[:_MOST],
        python=python[3],
        python_line=python[2],
    )


def _parse_lock(data: bytes, pattern: re.Pattern[str]) -> Fact:
    text = decode(data)
    names = dict.fromkeys(normalised(match[match.lastindex or 0]) for match in pattern.finditer(text))
    return ManifestFact("lock", tuple(Requirement(name, pin="exact") for name in names if name)[:_MOST])


def parse_version(data: bytes) -> Fact:
    """Read a .python-version, runtime.txt or .tool-versions."""
    for number, line in enumerate(decode(data)[:2000].split("\n"), 1):
        if found := _VERSION.match(line.strip()):
            return ManifestFact("python-version", python=found[1], python_line=number)
    return ManifestFact("python-version")


def _conda(settings: tuple[Setting, ...]) -> Iterator[tuple[str, str, int, str]]:
    for setting in settings:
        if setting.path.endswith("dependencies/*/pip/*"):
            if found := requirement(setting.value, setting.line):
                yield found.name, found.pin, setting.line, ""
        elif setting.path in ("dependencies/*", "channels/dependencies/*") and (match := _CONDA.match(setting.value)):
            pin = {None: "free", "=": "exact", "==": "exact"}.get(match[2], "bounded")
            yield normalised(match[1]), pin, setting.line, match[3]


def _lock_parser(name: str) -> Parser:
    pattern = _LOCKED[name]
    return Parser(
        f"manifest-{name}", ManifestFact, lambda data: _parse_lock(data, pattern), lambda path: base_name(path) == name
    )


PARSERS = (
    Parser(
        "manifest-conda", ManifestFact, parse_conda, lambda path: _CONDA_FILE.fullmatch(base_name(path)) is not None
    ),
    Parser(
        "manifest-version",
        ManifestFact,
        parse_version,
        lambda path: base_name(path) in ("runtime.txt", ".python-version", ".tool-versions"),
    ),
    *(_lock_parser(name) for name in _LOCKED),
)
