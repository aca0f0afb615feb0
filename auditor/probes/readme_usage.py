"""Whether a stranger could install and run the project from the README alone."""

import re
from collections.abc import Iterator

import msgspec

from auditor.facts.markup import MarkupFact
from auditor.model import Evidence, Verdict, met, partly, unknown, unmet
from auditor.probes.lexicon import OTHER_LANGUAGE, Terms, finder, plain, tongue
from auditor.probes.readme import for_a_part
from auditor.views.paths import Tree
from auditor.views.readme import Readme
from auditor.views.words import shortened

_EXCERPT = 100
_PROSE = 8
_LINE = 500
_DRAWN = frozenset({"mermaid", "plantuml", "dot"})
_RUNNABLE = re.compile(r"(?<![\w./-])[\w./-]{1,200}\.(?:ipynb|py)\b")
_SCRIPT_FOLDERS = re.compile(r"\bcd\s+(?P<path>[\w./\\-]+)")


class Commands(msgspec.Struct, frozen=True):
    """Regular expressions over a line: what installs, what runs, what does both, what fetches the code.

    `run_code` and `both_code` are words that are commands only in code; `prose` tells what is opened by hand;
    `asks` marks commands that only ask for help.
    """

    install: tuple[str, ...]
    run: tuple[str, ...]
    run_code: tuple[str, ...]
    both: tuple[str, ...]
    both_code: tuple[str, ...]
    asks: tuple[str, ...]
    obtain: tuple[str, ...]
    needs: tuple[str, ...]
    prose: tuple[str, ...]


class UsageWords(msgspec.Struct, frozen=True):
    """Headings that announce commands."""

    usage_headings: Terms
    opening: Terms


class _Line(msgspec.Struct, frozen=True):
    text: str
    line: int
    lost: tuple[str, ...]
    code: bool = True


def usage(readme: Readme, tree: Tree, *, commands: Commands, words: UsageWords, languages: Terms) -> Verdict:
    """Look for commands that install and commands that run, and for the files that they need."""
    path = readme.path
    lines = list(_lines(readme.text, tree, commands))
    both = _first(lines, commands.both, commands.both_code)
    obtain = _first(lines, commands.obtain)
    install = both or _first(lines, commands.install)
    asks = re.compile("|".join(commands.asks))
    running = [line for line in lines if not asks.search(line.text)]
    run = both or _first(running, commands.run, (*commands.run_code, *_own(tree))) or _example(readme.text)
    if install is None and obtain and run and "http.server" in run.text:
        install = obtain
    shown = tuple(_at(path, line) for line in dict.fromkeys((install, run)) if line)
    opened = _opened(readme.text, tree, words) if install else None
    if install and not run and opened:
        return met(f"{path} gives an install command and says which file to run.", *shown, _at(path, opened))
    if install and run:
        return for_a_part(readme, _complete(path, install, run, shown))
    prose = next(_prose(readme.text, words), None)
    by_hand = re.compile("|".join(commands.prose), re.IGNORECASE)
    if install and prose and by_hand.search(prose.text):
        told = f"{path} gives an install command; how to run the project is told in words only."
        return partly(told, *shown, _at(path, prose), score=0.7)
    if install or run:
        there, lacks = ("install", "run") if install else ("run", "install")
        return partly(f"{path} says how to {there} the project, but not how to {lacks} it.", *shown)
    if tongue(readme.text, languages) not in words.usage_headings:
        return unknown(OTHER_LANGUAGE, Evidence(path))
    if told_of := prose or obtain:
        told = f"{path} describes its use in words, without commands that install and run it."
        return partly(told, _at(path, told_of), score=0.4)
    looked = Evidence(path, excerpt="looked for commands that install and run")
    return unmet(f"{path} does not say how to install or run the project.", looked)


def _complete(path: str, install: _Line, run: _Line, shown: tuple[Evidence, ...]) -> Verdict:
    lost = (*install.lost, *(name for name in run.lost if name not in install.lost))
    if install.lost and run.lost:
        return partly(f"The commands in {path} need files that are not there: {', '.join(lost)}.", *shown, score=0.4)
    if run.lost:
        told = f"{path} gives commands that install and run the project, but {run.lost[0]}, which is run, is not there."
        return partly(told, *shown, score=0.6, fix=f"Correct line {run.line} of {path}: {run.lost[0]} is not there.")
    if install.lost:
        told = f"{path} gives commands that install and run the project, but {install.lost[0]} is not there."
        fix = f"Commit {install.lost[0]}, or correct line {install.line} of {path}."
        return partly(told, *shown, score=0.6, fix=fix)
    return met(f"{path} gives commands that install and run the project.", *shown)


def _first(lines: list[_Line], anywhere: tuple[str, ...], in_code: tuple[str, ...] = ()) -> _Line | None:
    """Return the first line with such a command, one whose files are there before others."""
    pattern = re.compile("|".join(anywhere))
    strict = re.compile("|".join(in_code) or r"(?!)")
    first: _Line | None = None
    for line in lines:
        if pattern.search(line.text) or (line.code and strict.search(line.text)):
            if not line.lost:
                return line
            first = first or line
    return first


def _lines(text: MarkupFact, tree: Tree, commands: Commands) -> Iterator[_Line]:
    needs = [re.compile(pattern) for pattern in commands.needs]
    folder = ""
    for line, said, code in sorted(_said(text)):
        entered = _SCRIPT_FOLDERS.search(said)
        folder = entered["path"] if entered else folder
        files = (found["path"] for pattern in needs if (found := pattern.search(said)))
        yield _Line(said, line, tuple(file for file in files if not _is_there(tree, folder, file)), code)


def _said(text: MarkupFact) -> Iterator[tuple[int, str, bool]]:
    """Yield lines of code blocks, code spans, and what is said around them, with whether they are code."""
    for block in text.blocks:
        if block.language not in _DRAWN:
            for number, line in enumerate(block.text.split("\n")):
                if line.strip():
                    yield block.line + number, line[:_LINE], True
    for passage in text.passages:
        yield passage.line, passage.text[:_LINE], False
        yield from ((passage.line, code[:_LINE], True) for code in passage.code)
    for table in text.tables:
        yield from ((table.line, " ".join(row)[:_LINE], False) for row in table.rows)


def _is_there(tree: Tree, folder: str, path: str) -> bool:
    name = path.replace("\\", "/").rpartition("/")[2]
    known = tree.target("", path) or tree.target(f"{folder}/x", path)
    return known is not None or name.lower() in tree.names


def _own(tree: Tree) -> tuple[str, ...]:
    """Return the pattern of the commands that the project itself brings, none where it brings none."""
    names = "|".join(re.escape(name) for name in sorted(tree.scripts))
    return (rf"^\s*(?:[$>%]\s+)?(?:{names})(?:\s|$)",) if names else ()


def _example(text: MarkupFact) -> _Line | None:
    """Find Python that uses an importable package: how a library is run."""
    for block in text.blocks:
        if block.language in {"python", "py", "python3", "pycon"} and "import " in block.text:
            return _Line(block.text.strip().split("\n")[0], block.line, ())
    return None


def _prose(text: MarkupFact, words: UsageWords) -> Iterator[_Line]:
    """Yield what is said of using the project without a command."""
    headings = finder(words.usage_headings)
    for number, section in enumerate(text.sections):
        if section.level and headings.search(plain(section.title)) and section.words >= _PROSE:
            said = " ".join(p.text for p in text.passages if p.section == number)
            if said:
                yield _Line(said, section.line, ())


def _opened(text: MarkupFact, tree: Tree, words: UsageWords) -> _Line | None:
    """Find a sentence that says to run a file that is there."""
    verbs = finder(words.opening)
    said = [(p.text, p.line) for p in text.passages] + [(s.title, s.line) for s in text.sections if s.level > 1]
    for sentence, line in said:
        if verbs.search(plain(sentence)):
            for found in _RUNNABLE.finditer(sentence[:_LINE]):
                if _is_there(tree, "", found[0]):
                    return _Line(sentence, line, (), code=False)
    return None


def _at(path: str, line: _Line) -> Evidence:
    return Evidence(path, line.line, excerpt=shortened(line.text.strip(), _EXCERPT))
