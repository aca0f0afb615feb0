"""Which tools a project has set up for its code: by files, sections, hooks and commands. Which tools count is data."""

import re
from collections.abc import Iterator

import msgspec

from auditor.facts.fact import base_name
from auditor.facts.hooks import HooksFact
from auditor.facts.manifest import ManifestFact
from auditor.facts.workflow import WorkflowFact
from auditor.model import Evidence
from auditor.views.ci import Ci
from auditor.views.layout import layout
from auditor.views.reading import Reading
from auditor.views.words import shortened

_SECTION = re.compile(r"\[([\w.-]{1,80})[^\]]{0,80}\]$")
_SECTIONED = frozenset({"tox.ini"})
_PARTS = re.compile(r"&&|\|\||[;|\n]")
_INSTALLS = re.compile(r"\b(?:install|add|sync)\b|^\W*(?:echo|printf|#)")
_BY_HAND = 60  # of requirements in a file: what lists more was written by `pip freeze`


class Named(msgspec.Struct, frozen=True):
    """A tool's name, or a command's text, with its place."""

    name: str
    where: Evidence


class Tooling(msgspec.Struct, frozen=True):
    """What is set up. `sections` are those of pyproject.toml, setup.cfg and tox.ini, `declared` the dependencies."""

    paths: tuple[str, ...]
    sections: tuple[Named, ...]
    hooks: tuple[Named, ...]
    commands: tuple[Named, ...]
    declared: tuple[Named, ...]

    @classmethod
    def of(cls, reading: Reading) -> "Tooling":
        """Collect it; there may be none."""
        own = layout(reading)
        manifests = {path: fact for path, fact in reading.readable(ManifestFact).items() if own.is_own(path)}
        return cls(
            paths=tuple(own.paths()),
            sections=(*_sections(manifests), *_written(reading)),
            hooks=tuple(
                Named(hook.id, Evidence(path, hook.line or None, excerpt=f"hook {hook.id}"))
                for path, fact in reading.readable(HooksFact).items()
                for hook in fact.hooks
            ),
            commands=tuple(_commands(reading)),
            declared=tuple(
                Named(each.name, Evidence(path, each.line or None, excerpt=each.name))
                for path, fact in manifests.items()
                for each in fact.requirements
                if fact.kind != "lock" and len(fact.requirements) <= _BY_HAND
            ),
        )

    def configured(
        self, *, files: re.Pattern[str], tools: frozenset[str], hooks: re.Pattern[str], commands: re.Pattern[str]
    ) -> Iterator[Named]:
        """Yield the places that set up one of the tools, the most telling first."""
        yield from (Named(path.rpartition("/")[2], Evidence(path)) for path in self.paths if files.search(path))
        yield from (section for section in self.sections if section.name in tools)
        yield from (hook for hook in self.hooks if hooks.search(hook.name))
        for command in self.commands:
            if match := commands.search(command.name):
                yield Named(match[0], command.where)


def _sections(manifests: dict[str, ManifestFact]) -> Iterator[Named]:
    for path, fact in manifests.items():
        written = "[tool.{}]" if base_name(path) == "pyproject.toml" else "[{}]"
        yield from (Named(tool.lower(), Evidence(path, excerpt=written.format(tool))) for tool in fact.tools)


def _written(reading: Reading) -> Iterator[Named]:
    for path, fact in reading.readable(WorkflowFact).items():
        for step in fact.steps if base_name(path) in _SECTIONED else ():
            if match := _SECTION.match(step.text):
                yield Named(match[1].lower(), Evidence(path, step.line, excerpt=shortened(step.text, 80)))


def _commands(reading: Reading) -> Iterator[Named]:
    """Yield the commands of CI files and Makefiles, but for those that only install."""
    ci = reading.view(Ci)
    if not isinstance(ci, Ci):
        return
    found = [(command.text, command.where) for command in ci.commands]
    found += [
        (step.text, Evidence(path, step.line, excerpt=shortened(step.text, 80)))
        for steps in ci.targets.values()
        for path, step in steps
    ]
    for text, where in found:
        yield from (Named(part, where) for part in _PARTS.split(text) if not _INSTALLS.search(part))
