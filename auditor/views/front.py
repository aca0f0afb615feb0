"""What faces users beside Python: pages, scripts, and what package.json builds on."""

import re

import msgspec

from auditor.facts.fact import Missing, base_name, suffix
from auditor.facts.notebook import NotebookFact
from auditor.facts.workflow import WorkflowFact
from auditor.model import Evidence
from auditor.views.code import Code
from auditor.views.layout import layout
from auditor.views.program import Program, Source
from auditor.views.reading import Reading
from auditor.views.words import shortened

_DEPENDENCY = re.compile(r'^"(@?[\w./-]{1,100})"\s*:\s*"[^"]*"')
_NO_PAGE = re.compile(
    r"(?:^|/)(?:docs?|htmlcov|_build|reports?|outputs?|results?|plots|figures|mlruns|tests?|coverage|_static)/",
    re.IGNORECASE,
)
_WRITTEN = re.compile(r"%%(?:writefile|file)\s+(?:-a\s+)?\S{0,80}\.py", re.IGNORECASE)


class Front(msgspec.Struct, frozen=True):
    """What there is of an app.

    `sources` is own Python without tests; `packages` are package.json's dependencies with their places; `files` are own
    paths without documentation and reports; `written` are cells that write a module.
    """

    sources: tuple[Source, ...]
    packages: tuple[tuple[str, Evidence], ...]
    files: tuple[str, ...]
    written: tuple[Evidence, ...]
    code: bool
    unread: tuple[str, ...] = ()

    @classmethod
    def of(cls, reading: Reading) -> "Front | Missing":
        """Collect them."""
        own = layout(reading)
        program = reading.view(Program)
        if isinstance(program, Missing) and reading.view(Code) is program:
            return program
        sources = program.sources if isinstance(program, Program) else ()
        files = tuple(path for path in own.paths() if not _NO_PAGE.search(path))
        return cls(
            sources=tuple(source for source in sources if not source.is_test),
            packages=tuple(_packages(reading)),
            files=files,
            written=tuple(_written(reading)),
            code=reading.view(Code) is not None or any(suffix(path) in ("html", "htm") for path in files),
            unread=program.unread if isinstance(program, Program) else (),
        )


def _packages(reading: Reading) -> list[tuple[str, Evidence]]:
    own = layout(reading)
    found: list[tuple[str, Evidence]] = []
    for path, fact in reading.readable(WorkflowFact).items():
        if own.is_own(path) and base_name(path) == "package.json":
            found += [
                (match[1], Evidence(path, step.line, excerpt=shortened(step.text, 80)))
                for step in fact.steps
                if (match := _DEPENDENCY.match(step.text))
            ]
    return found


def _written(reading: Reading) -> list[Evidence]:
    """Return the notebook cells that write a Python file, where the notebook installs packages too."""
    own = layout(reading)
    return [
        Evidence(path, cell=cell.index, excerpt=cell.said)
        for path, book in reading.readable(NotebookFact).items()
        if own.is_own(path)
        for cell in book.cells
        if cell.kind == "code" and _WRITTEN.match(cell.said) and re.search(r"app|main|server|dash|ui", cell.said)
    ]
