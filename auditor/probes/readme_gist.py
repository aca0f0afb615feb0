"""Whether the gist of a README can be had in three minutes."""

from collections.abc import Mapping

from auditor.model import Evidence, Status, Verdict, met, partly, unmet
from auditor.probes.lexicon import Terms
from auditor.probes.readme import Template, about_it, length
from auditor.probes.readme_story import Aims, Blanks, ProblemWords, problem
from auditor.views.readme import Readme
from auditor.views.words import counted


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
    words one heading does; above `long` it takes too long, above `endless` far too long; a paragraph of `wall` words
    is one. What names no task has no gist either.
    """
    text = readme.text
    size = length(text)
    headings = tuple(section for section in text.sections if section.level)
    where = Evidence(
        readme.path,
        excerpt=f"{counted(size, 'word')}, {counted(text.lines, 'line')}, {counted(len(headings), 'heading')}",
    )
    if size < thin:
        return unmet(f"{counted(size, 'word')}: too thin to understand the project from.", where)
    if about_it(text, words.usage_headings) < about:
        return partly(f"{size} words, all on the set-up, don't let the project be understood.", where, score=0.3)
    if size > endless or (size > long and text.lines > lines and len(headings) > long_lines):
        return unmet(f"{size} words in {text.lines} lines are far more than three minutes of reading.", where)
    walls = [p for p in text.passages if len(p.text.split()) > wall]
    if size > short and len(headings) < _structure(size, short):
        told = f"{size} words under {counted(len(headings), 'heading')}: there is nothing to skim by."
        endless_list = text.lines > lines
        return unmet(told, where) if size > long // 2 and (walls or endless_list) else partly(told, where)
    if size > long or text.lines > lines:
        return partly(f"{size} words in {text.lines} lines: more than three minutes of reading.", where, score=0.5)
    if size < 2 * thin:
        return partly(f"{size} words are soon read, but hardly enough to understand the project.", where)
    if not headings:
        return partly(f"{size} words without a title or a heading: a reader has to guess what they are about.", where)
    story = problem(readme, words=words, languages=languages, templates=templates, leftovers=leftovers, aims=aims)
    if story.status is Status.UNMET:
        return partly(f"{size} words are soon read, but don't say what the project is about.", *story.evidence)
    if readme.nested:
        return partly(f"{readme.path} is soon read, but tells of a part, and hosts don't show it.", where)
    return met(f"{size} words under {counted(len(headings), 'heading')} can be read in minutes.", where)


def _structure(size: int, short: int) -> int:
    return 2 if size <= 3 * short else 3
