"""The question whether there is code that puts the model or a result before users."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from auditor.facts.fact import base_name, suffix
from auditor.facts.python import Import
from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unknown, unmet
from auditor.views.front import Front
from auditor.views.program import Source, prefixes
from auditor.views.words import counted

_SHOWN = 3


class Serving(msgspec.Struct, frozen=True):
    """What serves, by import, call and file; the lists are `rules/data/serving.toml`."""

    apps: tuple[str, ...]
    bare: tuple[str, ...]
    desktop: tuple[str, ...]
    command_line: tuple[str, ...]
    answering: tuple[str, ...]
    training: tuple[str, ...]
    windows: tuple[str, ...]
    console: tuple[str, ...]
    front: tuple[str, ...]
    programs: tuple[str, ...]
    pages: tuple[str, ...]
    scripts: tuple[str, ...]
    shiny: tuple[str, ...]
    handlers: tuple[str, ...]


def serving(front: Front, *, signs: Serving, least: int) -> Verdict:
    """Say whether there is an API or a UI; a command line, or an app in fewer than `least` lines, is partly one."""
    if not front.code:
        return not_applicable("There is no code here.")
    if served := list(_importing(front.sources, signs.apps)):
        names = ", ".join(dict.fromkeys(module.partition(".")[0] for module, _ in served))
        lines = sum(source.fact.lines for source in front.sources)
        if lines < least and all(module in signs.bare for module, _ in served):
            said = f"{names} is set up, but {counted(lines, 'line')} of code in all serve no model or result yet."
            fix = f"Let {served[0][1].path} load the model, or compute the result, and answer with it."
            return partly(said, served[0][1], score=0.3, confidence=Confidence.MEDIUM, fix=fix)
        return met(f"It is served with {names}.", *(place for _, place in served[:_SHOWN]))
    if built := [place for name, place in front.packages if name in signs.front]:
        return met("It has a front end or server in JavaScript.", *built[:_SHOWN])
    if place := _site(front, signs):
        return met("It has a web page that runs in the browser.", place, confidence=Confidence.MEDIUM)
    handler = re.compile("|".join(signs.handlers))
    if place := next((Evidence(path) for path in front.files if handler.search(path)), None):
        return met("It answers requests, in a language that is not read here.", place, confidence=Confidence.MEDIUM)
    if drawn := [place for _, place in _importing(front.sources, signs.desktop) if place.cell is None]:
        return met("It has a window of its own.", *drawn[:_SHOWN], confidence=Confidence.MEDIUM)
    if front.written:
        return met("A notebook writes the app that serves it.", *front.written[:1], confidence=Confidence.MEDIUM)
    return _at_most_partly(front, signs)


def _at_most_partly(front: Front, signs: Serving) -> Verdict:
    fix = "Put it behind a page or an API: a Gradio or Streamlit app is twenty lines."
    if local := list(_importing(front.sources, signs.desktop)):
        said = f"A window on the user's own machine ({local[0][0]}), no API or web page."
        return partly(said, *(place for _, place in local[:_SHOWN]), fix=fix)
    if shown := list(_calling(front.sources, signs.windows)):
        return partly("It shows results in a window on the user's own machine.", *shown[:_SHOWN], score=0.4, fix=fix)
    if asked := list(_command_lines(front.sources, signs)):
        return partly("It answers on the command line only.", *asked[:_SHOWN], score=0.4, fix=fix)
    pages = [path for path in front.files if suffix(path) in signs.pages and base_name(path).startswith("index.")]
    if pages:
        return partly(
            "There is a static page, without a program.", Evidence(pages[0]), confidence=Confidence.LOW, fix=fix
        )
    programs = [path for path in front.files if suffix(path) in signs.programs]
    if programs and not front.sources:
        said = "A program in a language that is not read here may be run by its users."
        return partly(said, Evidence(programs[0]), score=0.4, confidence=Confidence.LOW, fix=fix)
    if front.unread and not front.sources:
        return unknown(f"{front.unread[0]} could not be read.")
    looked = Evidence("", excerpt="looked for web frameworks, bots, front ends, command lines")
    return unmet("Nothing serves the result to users.", looked)


def _importing(sources: Iterable[Source], roots: tuple[str, ...]) -> Iterator[tuple[str, Evidence]]:
    """Yield the first import of a framework in each source that has one, modules before notebooks."""
    wanted = frozenset(roots)
    for source in sorted(sources, key=lambda each: (bool(each.cells), each.path)):
        for found in source.fact.imports:
            names = _dotted(found)
            if not found.module.startswith(".") and (hit := next((n for n in names if n in wanted), None)):
                yield hit, source.at(found.line, f"import {found.module}")
                break


def _dotted(found: Import) -> Iterator[str]:
    yield from prefixes(found.module)
    yield from (f"{found.module}.{name}" for name in found.names)


def _calling(sources: Iterable[Source], names: tuple[str, ...]) -> Iterator[Evidence]:
    for source in sources:
        for call in source.fact.calls:
            if call.name in names:
                yield source.at(call.line, call.name)
                break


def _command_lines(sources: Iterable[Source], signs: Serving) -> Iterator[Evidence]:
    """Yield the modules that ask, or take arguments and answer by their name; not those that train."""
    answering, training = (re.compile("|".join(listed), re.IGNORECASE) for listed in (signs.answering, signs.training))
    for source in sources:
        if source.cells or training.search(base_name(source.path)):
            continue
        asks = next((call for call in source.fact.calls if call.name in signs.console), None)
        if asks and answering.search(source.path):
            yield source.at(asks.line, f"{asks.name}({asks.first})")
        elif answering.search(source.path):
            yield from (place for _, place in _importing((source,), signs.command_line))


def _site(front: Front, signs: Serving) -> Evidence | None:
    """Find a page with scripts beside it, a Shiny app, or PHP."""
    for path in front.files:
        if base_name(path) in signs.shiny or suffix(path) == "php":
            return Evidence(path)
    pages = [path for path in front.files if suffix(path) in signs.pages]
    scripts = [path for path in front.files if suffix(path) in signs.scripts]
    if pages and scripts:
        return Evidence(pages[0], excerpt=f"with {scripts[0]}")
    return None
