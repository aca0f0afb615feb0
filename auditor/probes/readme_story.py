"""Whether a README says what problem is solved, and how: data and approach."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from auditor.facts.markup import MarkupFact, Passage, Section
from auditor.model import Confidence, Evidence, Verdict, met, partly, unknown, unmet
from auditor.probes.lexicon import OTHER_LANGUAGE, Terms, below, finder, plain, understood
from auditor.probes.readme import Template, for_a_part, untouched
from auditor.views.readme import Readme
from auditor.views.words import counted, shortened

_EXCERPT = 120
_NAMED = 6
_SOME = 2
_CLAUSE = 4
_SENTENCE = re.compile(r"(?<=[.!?])\s|[。！？]")
_BOXES = ("[ ]", "[x]", "[X]")
_NUMBERED = re.compile(
    r"\b(?:problem|challenge)\w*\s*#?\s*\d|^\W*\d+_|\bwhy this \w+ (?:is|has|works)\b", re.IGNORECASE
)  # a task's, a folder's, praise
_PROGRAM = re.compile(r"\bdef \w+ ?\(|\] ?= ")
_DRAWN = frozenset({"", "mermaid", "text"})
_LETTERS_A_WORD = 6


class ProblemWords(msgspec.Struct, frozen=True):
    """Words of the question what a project is for."""

    problem_headings: Terms
    aim_headings: Terms
    reasons: Terms
    people: Terms
    benefits: Terms
    tasks: Terms
    usage_headings: Terms


class MethodWords(msgspec.Struct, frozen=True):
    """Words of the question how the work was done."""

    data_headings: Terms
    data_words: Terms
    approach_headings: Terms
    techniques: Terms
    steps: Terms
    usage_headings: Terms
    technical_headings: Terms


class Blanks(msgspec.Struct, frozen=True):
    """Phrases of a template that nobody filled in."""

    blanks: tuple[str, ...]


class Aims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where and how a problem counts as told.

    The first `screen` words, or a heading of its own with `said` words below it; so many different `reasons`; a README
    of `least` words.
    """

    screen: int
    said: int
    reasons: int
    least: int


class Enough(msgspec.Struct, frozen=True):
    """How much it takes: words of a section, and distinct words anywhere."""

    data_section: int
    approach_section: int
    data: int
    techniques: int
    steps: int
    words: int


def problem(
    readme: Readme,
    *,
    words: ProblemWords,
    languages: Terms,
    templates: Mapping[str, Template],
    leftovers: Blanks,
    aims: Aims,
) -> Verdict:
    """Look for the problem on the first screen and under headings of its own.

    On the first screen it takes some different reasons, or a sentence on who gets what.
    """
    found = understood(readme, languages, words.reasons)
    if found is None:
        return unknown(OTHER_LANGUAGE, Evidence(readme.path))
    path, text = found
    if text.words < aims.least:
        size = counted(text.words, "word")
        told = f"{path} has {size}: too few to say what problem is solved."
        return unmet(told, Evidence(path, excerpt=_start(text, len(text.sections) - 1) or size))
    if foreign := untouched(readme, templates, least=aims.least):
        return unmet(f"{path} is {foreign[0].title}: it says nothing of this project.", foreign[1])
    return for_a_part(readme, _told_early(path, text, words, leftovers, aims))


def _told_early(path: str, text: MarkupFact, words: ProblemWords, leftovers: Blanks, aims: Aims) -> Verdict:
    because = finder(words.reasons)
    setup = below(text, finder(words.usage_headings))
    for number in _under(text, finder(words.problem_headings)):
        section = text.sections[number]
        own = number > 1 and number not in setup and not _NUMBERED.search(section.title)
        if own and _size(text, number) >= aims.said:
            title = f"“{section.title}” in {path} says what problem is solved."
            place = Evidence(path, section.line, excerpt=_start(text, number) or section.title)
            return met(title, place)
    promising = set(_under(text, finder(words.aim_headings)))
    seen = _first_screen(text, aims.screen, promising)
    reason = [(p, {m[0] for m in because.finditer(plain(p.text))}) for p in seen]
    if len(set().union(*(hits for _, hits in reason))) >= aims.reasons:
        best = max(reason, key=lambda pair: len(pair[1]))[0]
        return met(f"{path} says early on what it is for.", _at(path, best), confidence=Confidence.MEDIUM)
    if served := _served(seen, words):
        return met(f"{path} says early on whom it serves.", _at(path, served), confidence=Confidence.MEDIUM)
    task = finder(words.tasks)
    early = (p for p in seen if p.section not in setup and _is_clause(p.text))
    texts = ((p, plain(p.text)) for p in early)
    filled = ((p, text_) for p, text_ in texts if not any(each in text_ for each in leftovers.blanks))
    named = next((p for p, text_ in filled if task.search(text_)), None)
    if named is not None:
        told = f"{path} names the task, but not for whom or why it is solved."
        return partly(told, _at(path, named), confidence=Confidence.MEDIUM)
    looked = Evidence(path, excerpt=f"looked for a problem, a user or a reason in the first {aims.screen} words")
    return unmet(f"{path} does not say what problem the project solves.", looked)


def _served(seen: list[Passage], words: ProblemWords) -> Passage | None:
    """Return the passage with a sentence that names both people and what they get."""
    people, benefits = finder(words.people), finder(words.benefits)
    for passage in seen:
        for sentence in _SENTENCE.split(plain(passage.text)):
            if people.search(sentence) and benefits.search(sentence):
                return passage
    return None


def method(
    readme: Readme, *, words: MethodWords, languages: Terms, templates: Mapping[str, Template], enough: Enough
) -> Verdict:
    """Look for data and for approach, each under a heading of its own or in as many telling words as given."""
    found = understood(readme, languages, words.steps)
    if found is None:
        return unknown(OTHER_LANGUAGE, Evidence(readme.path))
    path, text = found
    if foreign := untouched(readme, templates, least=enough.words):
        return unmet(f"{path} is {foreign[0].title}: it says nothing of this project.", foreign[1])
    doing = finder(words.approach_headings)
    running = finder(words.usage_headings)
    usage = {
        n
        for n in below(text, running)
        if running.search(title := plain(text.sections[n].title)) or not doing.search(title)
    }
    parts = [(line, plain(part)) for section, line, part in _parts(text) if section not in usage]
    inputs = _hits(parts, words.data_words)
    names, steps = _hits(parts, words.techniques), _hits(parts, words.steps)
    technical = finder(words.technical_headings)
    usage |= {n for n, section in enumerate(text.sections) if technical.search(plain(section.title))}
    data = _headed(text, words.data_headings, usage, enough.data_section, but=doing)
    how = _headed(text, words.approach_headings, usage, enough.approach_section)
    has_data = data is not None or len(inputs) >= enough.data
    has_how = how is not None or (bool(names) and len(steps) >= enough.steps) or len(names) >= enough.techniques
    shown = (_told(path, data, inputs), _told(path, how, names | steps))
    if has_data and has_how:
        return for_a_part(
            readme, met(f"{path} documents the data and the approach.", *shown, confidence=Confidence.MEDIUM)
        )
    if text.words >= enough.words and (has_data or has_how or len(inputs) >= _SOME or names or len(steps) > _SOME):
        lacks = "the approach is" if has_data else "the data is" if has_how else "data and approach are"
        return partly(f"{path} names parts of the method; {lacks} hardly described.", *shown)
    looked = "looked for a dataset, models, steps or an architecture"
    return unmet(f"{path} says nothing of data or approach.", Evidence(path, excerpt=looked))


def _is_clause(said: str) -> bool:
    """Tell whether a passage has words enough to name a task, one letter a word where no spaces part them."""
    if said.startswith(_BOXES) or _PROGRAM.search(said):
        return False
    return len(said.split()) >= _CLAUSE or (not said.isascii() and len(said) > 2 * _LETTERS_A_WORD)


def _headed(
    text: MarkupFact, headings: Terms, usage: set[int], said: int, *, but: re.Pattern[str] | None = None
) -> Section | None:
    """Return the first section under such a heading that says enough; the title of the whole is none.

    A heading that has a word of `but` too ("Data pipeline") is of something else.
    """
    for number in _under(text, finder(headings)):
        section = text.sections[number]
        other = but is not None and but.search(plain(section.title))
        if number > 1 and number not in usage and not other and _size(text, number) >= said:
            return section
    return None


def _hits(parts: list[tuple[int, str]], terms: Terms) -> dict[str, int]:
    """Return each distinct word found, with its first line; "data" is none beside "datasets"."""
    hits: dict[str, int] = {}
    for line, part in parts:
        for match in finder(terms).finditer(part):
            hits.setdefault(match[0], line)
    return {word: line for word, line in hits.items() if not any(word in other and word != other for other in hits)}


def _told(path: str, section: Section | None, hits: dict[str, int]) -> Evidence:
    if section is not None:
        return Evidence(path, section.line, excerpt=section.title)
    return Evidence(path, min(hits.values(), default=1), excerpt=", ".join(list(hits)[:_NAMED]))


def _under(text: MarkupFact, headings: re.Pattern[str]) -> Iterator[int]:
    """Yield the sections whose heading has one of the words."""
    return (n for n, section in enumerate(text.sections) if section.level and headings.search(plain(section.title)))


def _size(text: MarkupFact, number: int) -> int:
    """Count the words of a section and of those deeper below it, diagrams included, its own title not."""
    level = text.sections[number].level
    inside = {number}
    for deeper in range(number + 1, len(text.sections)):
        if text.sections[deeper].level <= level:
            break
        inside.add(deeper)
    words = sum(text.sections[n].words for n in inside) - len(text.sections[number].title.split())
    blocks = (block for block in text.blocks if block.section in inside and block.language in _DRAWN)
    drawn = sum(len(block.text.split()) for block in blocks)
    return words + drawn


def _first_screen(text: MarkupFact, screen: int, aims: set[int]) -> list[Passage]:
    """Return what is read first, and what stands under headings that promise an aim."""
    seen: list[Passage] = []
    size = 0
    for passage in text.passages:
        if size <= screen or passage.section in aims:
            seen.append(passage)
        size += len(passage.text) // _LETTERS_A_WORD
    return seen


def _parts(text: MarkupFact) -> Iterator[tuple[int, int, str]]:
    for section in text.sections:
        yield -1, section.line, section.title
    for passage in text.passages:
        yield passage.section, passage.line, passage.text
    for table in text.tables:
        yield table.section, table.line, " | ".join(" ".join(row) for row in table.rows)
    for block in text.blocks:
        if block.language in _DRAWN:
            yield block.section, block.line, block.text


def _start(text: MarkupFact, number: int) -> str:
    return next((shortened(passage.text, _EXCERPT) for passage in text.passages if passage.section == number), "")


def _at(path: str, passage: Passage) -> Evidence:
    return Evidence(path, passage.line, excerpt=shortened(passage.text, _EXCERPT))
