"""The continuous integration that a repository has, and what its commands lead to."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from auditor.facts.fact import Missing, Unreadable, base_name
from auditor.facts.workflow import Step, WorkflowFact, system_of
from auditor.model import Evidence
from auditor.views.code import Code
from auditor.views.layout import layout
from auditor.views.reading import Reading
from auditor.views.words import shortened

_MAKE = re.compile(r"(?:^|[\s;&|])(?:make|just|task)\s+((?:-\S+\s+|-C\s*\S+\s+)*)([\w./ -]+)")
_SCRIPT = re.compile(r"(?:^|[\s;&|/])([\w.-]+\.(?:sh|bash))\b")
_DEPTH = 3


class Pipeline(msgspec.Struct, frozen=True):
    """One CI file."""

    path: str
    system: str
    steps: tuple[Step, ...]

    def at(self, step: Step) -> Evidence:
        """Point at a step."""
        return Evidence(self.path, step.line or None, excerpt=shortened(step.text, 120))


class Command(msgspec.Struct, frozen=True):
    """A command that CI runs; `via` is where the one stands that led to it, where that is another file."""

    text: str
    where: Evidence
    via: Evidence | None = None


class Ci(msgspec.Struct, frozen=True):
    """All CI files, with what Makefiles and scripts hold that they call. `code` tells whether there is any code."""

    pipelines: tuple[Pipeline, ...]
    targets: Mapping[str, tuple[tuple[str, Step], ...]]
    scripts: Mapping[str, tuple[str, tuple[Step, ...]]]
    code: bool
    unreadable: tuple[tuple[str, Unreadable], ...] = ()
    unread: tuple[str, ...] = ()

    @classmethod
    def of(cls, reading: Reading) -> "Ci":
        """Collect them; there may be none."""
        own = layout(reading)
        found = {path: fact for path, fact in reading.of(WorkflowFact).items() if own.is_own(path)}
        readable = {path: fact for path, fact in found.items() if isinstance(fact, WorkflowFact)}
        return cls(
            pipelines=tuple(
                Pipeline(path, system, fact.steps) for path, fact in readable.items() if (system := system_of(path))
            ),
            targets=_targets(readable),
            scripts={
                base_name(path): (path, fact.steps)
                for path, fact in readable.items()
                if path.endswith((".sh", ".bash"))
            },
            code=reading.view(Code) is not None,
            unreadable=tuple((p, f) for p, f in found.items() if isinstance(f, Unreadable) and system_of(p)),
            unread=tuple(p for p, f in found.items() if isinstance(f, Missing) and system_of(p)),
        )

    @property
    def commands(self) -> Iterator[Command]:
        """Yield every command of every CI file, and what targets and scripts that they call hold."""
        for pipeline in self.pipelines:
            for step in pipeline.steps:
                where = pipeline.at(step)
                led_to = tuple(self._led_to(step.text, where, _DEPTH))
                yield Command(_MAKE.sub(" ", step.text) if led_to else step.text, where)
                yield from led_to

    def _led_to(self, text: str, via: Evidence, depth: int) -> Iterator[Command]:
        if not depth:
            return
        for path, step in self._called(text):
            where = Evidence(path, step.line, excerpt=shortened(step.text, 120))
            yield Command(step.text, where, via)
            yield from self._led_to(step.text, via, depth - 1)

    def _called(self, text: str) -> Iterator[tuple[str, Step]]:
        if match := _MAKE.search(text):
            for target in match[2].split():
                yield from self.targets.get(target, ())
        if (script := _SCRIPT.search(text)) and script[1].lower() in self.scripts:
            path, steps = self.scripts[script[1].lower()]
            yield from ((path, step) for step in steps)


def _targets(readable: Mapping[str, WorkflowFact]) -> dict[str, tuple[tuple[str, Step], ...]]:
    found: dict[str, list[tuple[str, Step]]] = {}
    for path, fact in readable.items():
        if fact.system == "make":
            for target, step in zip(fact.targets, fact.steps, strict=True):
                found.setdefault(target, []).append((path, step))
    return {target: tuple(steps) for target, steps in found.items()}
