"""Tell what kind of thing a repository is. The libraries, calls and words that tell it are `rules/data/kinds.toml`."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from auditor.facts.fact import suffix
from auditor.facts.notebook import NotebookFact
from auditor.facts.python import PythonFact
from auditor.repository import EntryKind
from auditor.views.introduction import introduction
from auditor.views.layout import is_test, layout
from auditor.views.reading import Reading
from auditor.views.words import found, strings

KINDS = (
    "ml-project",
    "notebook-analysis",
    "genai-app",
    "library",
    "web-app",
    "course-work",
    "data-dump",
    "docs-only",
    "empty",
    "other",
)
_BUILD = re.compile(r"^(?:setup\.py|pyproject\.toml)$")
_TESTS = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$", re.IGNORECASE)
_CONTAINER = re.compile(r"(?:^|/)(?:dockerfile[^/]*|(?:docker-)?compose\.ya?ml)$", re.IGNORECASE)
_WORKFLOW = re.compile(r"^\.github/workflows/[^/]+\.ya?ml$", re.IGNORECASE)
_SAYING = ("name", "description", "title", "intro", "notebook")
_A_TEXT = 60
_A_LIBRARY = 5
_MOSTLY = 2
_A_FEW = 4


class _Seen(msgspec.Struct, frozen=True):
    """What the answer rests on. `trains` and `genai` count own modules and notebooks; `front` pages and scripts."""

    modules: int
    functions: int
    notebooks: int
    genai: int
    serving: int
    learning: int
    trains: int
    trains_in_modules: int
    front: int
    other: int
    data: int
    words: int
    installable: bool
    engineered: bool
    course: bool
    library: bool


def kind_of(reading: Reading, table: Mapping[str, Any]) -> str:
    """Return one of `KINDS`."""
    seen = _seen(reading, table)
    if not (seen.modules or seen.notebooks or seen.other):
        return _without_code(seen)
    if seen.course and not seen.engineered:
        return "course-work"
    packaged = seen.installable or seen.data * _A_FEW <= seen.modules
    if seen.library and packaged and seen.modules >= _A_LIBRARY and not seen.serving:
        return "library"
    return "genai-app" if _talks_to_models(seen) else _with_code(seen)


def _without_code(seen: _Seen) -> str:
    if seen.data:
        return "data-dump"
    return "docs-only" if seen.words >= _A_TEXT else "empty"


def _talks_to_models(seen: _Seen) -> bool:
    """Tell an application of language models from a trained model with a chat beside it."""
    if not seen.genai or seen.trains > seen.genai:
        return False
    return seen.genai >= seen.learning or (bool(seen.serving) and not seen.trains)


def _with_code(seen: _Seen) -> str:
    mostly_notebooks = seen.notebooks > _MOSTLY * seen.modules
    if seen.trains and seen.functions and not mostly_notebooks:
        return "ml-project"
    if seen.trains_in_modules and not mostly_notebooks:
        return "ml-project"
    if (seen.serving and seen.notebooks <= seen.modules) or seen.front > seen.notebooks + seen.modules:
        return "web-app"
    if seen.notebooks:
        return "notebook-analysis"
    if seen.learning:
        return "ml-project"
    return "library" if seen.installable else "other"


def _seen(reading: Reading, table: Mapping[str, Any]) -> _Seen:
    own = layout(reading)
    imports, files, words, calls = (table[key] for key in ("imports", "files", "words", "calls"))
    modules = {p: f for p, f in reading.readable(PythonFact).items() if own.is_own(p) and f.lines and not is_test(p)}
    books = {
        p: f.program
        for p, f in reading.readable(NotebookFact).items()
        if own.is_own(p) and any(cell.kind == "code" and cell.lines for cell in f.cells)
    }
    programs = [*modules.values(), *books.values()]
    endings = Counter(suffix(e.path) for e in own.own if e.kind is not EntryKind.LINK)
    spoken = introduction(reading)
    said = " \n ".join(piece.text for piece in spoken.pieces if piece.place in _SAYING)
    training = frozenset(strings(calls, "training"))
    learning = strings(imports, "learning")
    return _Seen(
        modules=len(modules),
        functions=sum(len(f.functions) for f in modules.values()),
        notebooks=len(books),
        genai=_importing(programs, strings(imports, "genai")),
        serving=_importing(programs, strings(imports, "serving")),
        learning=_importing(programs, learning),
        trains=sum(_trains(f, training, learning) for f in programs),
        trains_in_modules=sum(_trains(f, training, learning) for f in modules.values()),
        front=sum(endings[ending] for ending in strings(files, "front")),
        other=sum(endings[ending] for ending in strings(files, "other")),
        data=sum(endings[ending] for ending in strings(files, "data")),
        words=spoken.words,
        installable=bool(own.named(_BUILD)),
        engineered=bool(own.named(_TESTS) and (own.named(_CONTAINER) or own.named(_WORKFLOW))),
        course=bool(found(said, strings(words, "course"))),
        library=bool(found(said, strings(words, "library"))),
    )


def _importing(programs: Iterable[PythonFact], libraries: tuple[str, ...]) -> int:
    return sum(any(True for _ in _imported(program, libraries)) for program in programs)


def _imported(program: PythonFact, libraries: tuple[str, ...]) -> Iterable[str]:
    for each in program.imports:
        dotted = (each.module, *(f"{each.module}.{name}" for name in each.names))
        yield from (name for name in dotted if name.startswith(libraries) and _is_part(name, libraries))


def _is_part(name: str, libraries: tuple[str, ...]) -> bool:
    """Tell "torch.nn" of torch from "torchmetrics"."""
    return any(name == library or name.startswith(f"{library}.") for library in libraries)


def _trains(program: PythonFact, training: frozenset[str], learning: tuple[str, ...]) -> bool:
    if not any(call.name.rpartition(".")[2] in training for call in program.calls):
        return False
    return any(True for _ in _imported(program, learning))
