"""Whether the gist of a README can be had in three minutes."""

from collections.abc import Mapping
from typing import NamedTuple

from auditor.facts.markup import MarkupFact
from auditor.model import Evidence, Status, Verdict, met, partly, unmet
from auditor.probes.lexicon import Terms
from auditor.probes.readme import Template, about_it, length, untouched
from auditor.probes.readme_story import Aims, Blanks, ProblemWords, problem
from auditor.views.readme import Readme
from auditor.views.words import counted


class _Sizes(NamedTuple):
    """From how many words or lines on reading takes too long; `wall` is that of a paragraph."""

    short: int
    long: int
    endless: int
    long_lines: int
    lines: int
    wall: int


def concise(
    readme: Readme,
    *,
    words: ProblemWords,
    languages: Terms,
    templates: Mapping[str, Template],
    leftovers: Blanks,
    aims: Aims,
    about: int,
    thin: int,
    short: int,
    long: int,
    endless: int,
    long_lines: int,
    lines: int,
    wall: int,
) -> Verdict:
    """Tell whether the gist can be had within minutes.

    Below `thin` words there is no gist, and none with fewer than `about` words on what isn't set-up; up to `short`
    words one heading does; above `long` words or `lines` it takes too long, above `endless` words, or `long` ones under
    `long_lines` headings, far too long; a paragraph of `wall` words is one. What names no task has no gist either.
    """
    size, headings = length(readme.text), sum(bool(section.level) for section in readme.text.sections)
    told = f"{counted(size, 'word')}, {counted(readme.text.lines, 'line')}, {counted(headings, 'heading')}"
    where = Evidence(readme.path, excerpt=told)
    if size < thin:
        fix = "Write it first: what the project does and for whom, how it is run, and what came out."
        return unmet(f"{counted(size, 'word')}: too thin to understand the project from.", where, fix=fix)
    if foreign := untouched(readme, templates, least=thin):
        return unmet(f"{readme.path} is {foreign[0].title}: it says nothing of this project.", foreign[1])
    if about_it(readme.text, words.usage_headings) < about:
        return partly(f"{size} words, all on the set-up, don't let the project be understood.", where, score=0.3)
    if verdict := _too_long(readme.text, _Sizes(short, long, endless, long_lines, lines, wall), size, headings, where):
        return verdict
    if size < 2 * thin:
        return partly(f"{size} words are soon read, but hardly enough to understand the project.", where)
    if not headings:
        return partly(f"{size} words without a title or a heading: a reader has to guess what they are about.", where)
    story = problem(readme, words=words, languages=languages, templates=templates, leftovers=leftovers, aims=aims)
    if story.status is Status.UNMET:
        return partly(f"{size} words are soon read, but don't say what the project is about.", *story.evidence)
    if readme.nested:
        return partly(f"{readme.path} is soon read, but tells of a part, and hosts don't show it.", where)
    return met(f"{size} words under {counted(headings, 'heading')} can be read in minutes.", where)


def _too_long(text: MarkupFact, sizes: _Sizes, size: int, headings: int, where: Evidence) -> Verdict | None:
    if size > sizes.endless or (size > sizes.long and text.lines > sizes.lines and headings > sizes.long_lines):
        return unmet(f"{size} words in {text.lines} lines are far more than three minutes of reading.", where)
    if size > sizes.short and headings < _structure(size, sizes.short):
        told = f"{size} words under {counted(headings, 'heading')}: there is nothing to skim by."
        walls = any(len(p.text.split()) > sizes.wall for p in text.passages)
        hopeless = size > sizes.long // 2 and (walls or text.lines > sizes.lines)
        return unmet(told, where) if hopeless else partly(told, where)
    if size > sizes.long or text.lines > sizes.lines:
        return partly(f"{size} words in {text.lines} lines: more than three minutes of reading.", where, score=0.5)
    return None


def _structure(size: int, short: int) -> int:
    return 2 if size <= 3 * short else 3
