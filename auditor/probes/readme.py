"""What a README is at first sight: there, the candidate's own, showing something."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from auditor.facts.markup import Block, Link, MarkupFact
from auditor.model import Confidence, Evidence, Status, Verdict, met, partly, unmet
from auditor.probes.lexicon import Terms, below, finder, plain
from auditor.views.paths import Tree
from auditor.views.readme import Readme
from auditor.views.words import counted, shortened

_TREE_LINE = re.compile(r"[├└]\s?[─-]|^[\s│|]*[|+`\\][-─]{2}|^\s*[\w.-]+/\s")
_BRANCH = re.compile(r"[├└]\s?[─-]")
_PIPES = re.compile(r"[\s│|]*(?:#.*)?")
_BOX = re.compile(r"[┌┐┘╔╗╝╭╮╯▼▲◄►→←↓↑⇒⬇➡]|\+--+\+|-{1,3}>|=>|<-{1,3}|^\s*[|v│]\s*$")
_FIGURES = re.compile(r"(?=\D*\d)[\W\d_]*")
_EXCERPT = 100
Lines = list[tuple[Evidence, str]]
"""Texts and where they stand."""


class Template(msgspec.Struct, frozen=True):
    """A generator's README: phrases that give it away, and how long it is untouched."""

    title: str
    words: int
    marks: tuple[str, ...]


class SetupWords(msgspec.Struct, frozen=True):
    """Headings under which a README says how it is set up, not what it is."""

    usage_headings: Terms


class Leftovers(msgspec.Struct, frozen=True):
    """Phrases that are left in a README that nobody read before committing it."""

    chatbot: tuple[str, ...]
    blanks: tuple[str, ...]
    assignment: tuple[str, ...]


def present(
    readme: Readme,
    *,
    templates: Mapping[str, Template],
    leftovers: Leftovers,
    words: SetupWords,
    enough: int,
    least: int,
    lessons: int,
    about: int,
) -> Verdict:
    """Tell whether there is a README of the project's own.

    `enough` and `least` are words of it all, `about` words on what isn't set-up, `lessons` phrases.
    """
    size, lines = length(readme.text), _lines(readme)
    where = Evidence(readme.path, excerpt=counted(size, "word"))
    alone = len(readme.text.passages) == 1 and not readme.text.blocks and 2 * size < 3 * least
    if size < least or alone:
        return unmet(f"{readme.path} has {counted(size, 'word')}: too few to say anything about the project.", where)
    found = _foreign(lines, templates)
    if found is not None and readme.text.words - found[0].words < enough:
        return _templated(readme, *found, least=least)
    tasks = list(_phrases(lines, leftovers.assignment))
    if len(tasks) >= lessons:
        return partly(
            f"{readme.path} reads as the instructions of an assignment, not as a description of this work.",
            *tasks[:3],
            confidence=Confidence.MEDIUM,
        )
    blanks = list(_phrases(lines, leftovers.blanks))
    if len(blanks) >= lessons or (blanks and size < enough):
        return partly(f"{readme.path} still has blanks of a template to fill in.", *blanks[:3])
    if chat := list(_phrases(lines, leftovers.chatbot)):
        return partly(f"{readme.path} still holds a chatbot's words to its author.", *chat[:3], score=0.6)
    if readme.nested:
        return partly(f"No README stands where hosts show it; {readme.path} speaks for a part.", where)
    if size < enough:
        return partly(f"{readme.path} has {counted(size, 'word')}; {enough} or more can describe a project.", where)
    if about_it(readme.text, words.usage_headings) < about:
        return partly(f"{readme.path} tells of the set-up alone, not of what the project is.", where)
    return met(f"{readme.path} describes the project in {size} words.", where)


def visuals(readme: Readme, tree: Tree, *, decorations: tuple[str, ...], diagrams: tuple[str, ...]) -> Verdict:
    """Tell whether the README shows the work. `decorations` mark pictures that don't; `diagrams` are languages."""
    drawn = next((b for b in readme.text.blocks if b.language.strip("{}") in diagrams), None)
    if drawn is not None:
        return met(f"{readme.path} shows a diagram ({drawn.language}).", _at(readme, drawn.line, drawn.text))
    pictures = [link for link in readme.text.links if link.image and not _is_decoration(link, decorations)]
    shown = [link for link in pictures if _is_there(link, readme, tree)]
    if shown:
        shows = tuple(_at(readme, link.line, link.url) for link in shown[:3])
        return met(f"{readme.path} shows {counted(len(shown), 'picture')}.", *shows)
    if pictures:
        lost = tuple(_at(readme, link.line, link.url) for link in pictures[:3])
        return partly(f"{readme.path} embeds pictures that are not in the repository.", *lost, score=0.3)
    for path, text in readme.chapters:
        chapter = Readme(path, text)
        told = [link for link in text.links if link.image and not _is_decoration(link, decorations)]
        if inside := next((link for link in told if _is_there(link, chapter, tree)), None):
            said = f"{path}, which {readme.path} leads to, shows the work; {readme.path} itself doesn't."
            return partly(said, _at(chapter, inside.line, inside.url), score=0.7)
    sketch = next((b for b in readme.text.blocks if _is_sketch(b)), None)
    if sketch is not None:
        return partly(f"{readme.path} has a diagram in text only.", _at(readme, sketch.line, sketch.text))
    return unmet(
        f"{readme.path} shows no picture or diagram of the work.",
        Evidence(readme.path, excerpt="looked for pictures other than badges, and diagrams"),
        fix=_fix(tree, decorations),
    )


def length(text: MarkupFact) -> int:
    """Count a README's words, code included, as a reader's eye passes them."""
    return text.words + sum(len(block.text.split()) for block in text.blocks)


def about_it(text: MarkupFact, usage_headings: Terms) -> int:
    """Count the words outside what is said of the set-up; the title says little of its own."""
    setup = below(text, finder(usage_headings))
    told = sum(section.words for n, section in enumerate(text.sections) if n not in setup and section.level != 1)
    titled = (n for n, section in enumerate(text.sections) if section.level == 1 and n not in setup)
    told += sum(text.sections[n].words - len(text.sections[n].title.split()) for n in titled)
    return told + sum(len(block.text.split()) for block in text.blocks if block.section not in setup)


def for_a_part(readme: Readme, verdict: Verdict) -> Verdict:
    """Take for half of it what only the README of a part says, which hosts don't show."""
    if not readme.nested or verdict.status is not Status.MET:
        return verdict
    said = f"{verdict.summary.removesuffix('.')}, but only for a part: no README stands where hosts show it."
    return partly(said, *verdict.evidence, confidence=Confidence.MEDIUM)


def _foreign(lines: Lines, templates: Mapping[str, Template]) -> tuple[Template, list[Evidence]] | None:
    for template in templates.values():
        if marks := list(_phrases(lines, template.marks)):
            return template, marks
    return None


def untouched(readme: Readme, templates: Mapping[str, Template], *, least: int) -> tuple[Template, Evidence] | None:
    """Return the template that a README is, with fewer than `least` words added to it, and what gives it away."""
    found = _foreign(_lines(readme), templates)
    if found is None or readme.text.words - found[0].words >= least:
        return None
    return found[0], found[1][0]


def _templated(readme: Readme, template: Template, marks: list[Evidence], *, least: int) -> Verdict:
    if readme.text.words - template.words < least:
        return unmet(f"{readme.path} is {template.title}, hardly touched.", *marks[:3])
    return partly(f"{readme.path} is {template.title} for the most part.", *marks[:3])


def _lines(readme: Readme) -> Lines:
    """Return the README's texts without accents, each with its place."""
    text = readme.text
    written = [(passage.line, passage.text) for passage in text.passages]
    written += [(section.line, section.title) for section in text.sections]
    written += [(link.line, f"{link.text} {link.url}") for link in text.links]
    plainly = ((line, plain(said).replace("’", "'").replace("`", "")) for line, said in written)
    return [(Evidence(readme.path, line), said) for line, said in plainly]


def _phrases(lines: Lines, phrases: Iterable[str]) -> Iterable[Evidence]:
    """Yield the places where the phrases stand, each phrase once."""
    whole = "\n".join(said for _, said in lines)
    for phrase in phrases:
        if phrase in whole:
            place = next((place for place, said in lines if phrase in said), None)
            if place is not None:
                yield msgspec.structs.replace(place, excerpt=phrase)


def _is_decoration(link: Link, decorations: tuple[str, ...]) -> bool:
    shown = plain(f"{link.url} {link.text}")
    return link.badge or any(word in shown for word in decorations)


def _is_there(link: Link, readme: Readme, tree: Tree) -> bool:
    hosted = link.url.startswith(("http://", "https://", "//", "data:image"))
    return hosted or tree.target(readme.path, link.url) is not None


def _is_sketch(block: Block) -> bool:
    lines = [line for line in block.text.split("\n") if line.strip()]
    trees = sum(bool(_TREE_LINE.search(line)) for line in lines)
    idle = [_FIGURES]  # 1 -> 2 -> 3 is output
    idle += [_PIPES] if any(_BRANCH.search(line) for line in lines) else []  # a tree's | joins no boxes
    boxes = sum(bool(_BOX.search(line)) and not any(each.fullmatch(line) for each in idle) for line in lines)
    return block.language in {"", "text", "txt", "plaintext", "ascii"} and boxes >= 2 and trees * 2 < len(lines)  # noqa: PLR2004 - two arrows make a flow


def _fix(tree: Tree, decorations: tuple[str, ...]) -> str | None:
    pictures = [path for path in tree.files if path.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".svg"))]
    own = (path for path in pictures if not _PACKED.search(path) and not _FOREIGN.search(path))
    telling = next((path for path in own if not any(word in path.lower() for word in decorations)), None)
    return f"Embed {telling}, which is in the repository already, near the top of the README." if telling else None


_PACKED = re.compile(
    r"(?:^|/)(?:data|datasets?|train|test|static|favicon|icons?|logo|public|vite|react|next|vercel)[^/]*(?:/|\.\w+$)",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"(?:^|/)(?:\.[^/]+|node_modules|vendor|third_party|site-packages|venv|env)/|icon|avatar|profile", re.IGNORECASE
)


def _at(readme: Readme, line: int, excerpt: str) -> Evidence:
    return Evidence(readme.path, line, excerpt=shortened(" ".join(excerpt[: 3 * _EXCERPT].split()), _EXCERPT))
