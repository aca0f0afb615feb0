"""What a file that declares dependencies says: names, pins, the Python it asks for, what makes a package of it."""

import re
from collections.abc import Iterable

from auditor.facts.fact import Fact

_NAME = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]{0,200}\])?\s*(.*)", re.DOTALL)
_SEPARATORS = re.compile(r"[-_.]+")
_EXACT = re.compile(r"\s*\(?={2,3}\s*v?\d(?!.*\*)")
_VERSION = re.compile(r"[<>=~!^]=?\s*v?\d")
_ENTRY_POINT = re.compile(
    r"^[^\S\n]*([A-Za-z0-9][\w.-]{0,79})[^\S\n]*=[^\S\n]*[\w.]{1,200}:[\w.]{1,200}[^\S\n]*$", re.MULTILINE
)
_SPECIFIER = re.compile(r"\s*(?:\(?[<>=~!]=?|@|;|,|$)")


class Requirement(Fact, frozen=True):
    """One distribution. `name` is normalised; `pin` is exact, bounded or free; `group` is "" or dev, docs ..."""

    name: str
    line: int = 0
    pin: str = "free"
    group: str = ""


class ManifestFact(Fact, frozen=True):
    """One file. `kind`: requirements, pyproject, setup, pipfile, lock, conda, pixi or python-version.

    `includes` are paths that it refers to (`-r`, `-c`, a file that setup.py reads); `name` that of the package it
    builds; `build` tells that it says how to build it, `packages` that it says what is in it; `python` is the version
    asked for; `tools` the tools that it configures; `scripts` the commands that installing the package brings.
    """

    kind: str
    requirements: tuple[Requirement, ...] = ()
    includes: tuple[str, ...] = ()
    name: str = ""
    build: bool = False
    packages: bool = False
    python: str = ""
    python_line: int = 0
    tools: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()


def scripts_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the commands of entry points as setuptools writes them, `name = package.module:function`."""
    return tuple(found[1] for text in texts for found in _ENTRY_POINT.finditer(text[:10_000]))[:80]


def normalised(name: str) -> str:
    """Return a distribution's name as package indexes compare it."""
    return _SEPARATORS.sub("-", name).strip("-").lower()


def requirement(text: str, line: int = 0, group: str = "") -> Requirement | None:
    """Read `name[extra] >=1.0; marker`; None where it is none."""
    found = _NAME.match(text.strip()[:1000])
    if found is None or not _SPECIFIER.match(found[2]):
        return None
    return Requirement(normalised(found[1]), line, pin_of(found[2]), group)


def pin_of(specifier: str) -> str:
    """Classify a version specifier as Python's tools write it."""
    specifier = specifier.partition(";")[0]
    if _EXACT.match(specifier):
        return "exact"
    return "bounded" if _VERSION.search(specifier) or specifier.lstrip().startswith("@") else "free"


class Lines:
    """Find the line on which a name first stands, for formats whose readers don't tell."""

    def __init__(self, text: str) -> None:
        self._first: dict[str, int] = {}
        for number, line in enumerate(text.split("\n"), 1):
            for word in re.findall(r"[A-Za-z0-9][A-Za-z0-9._-]*", line[:2000]):
                self._first.setdefault(normalised(word), number)

    def of(self, name: str) -> int:
        """Return the line, 0 where the name is not found."""
        return self._first.get(normalised(name), 0)
