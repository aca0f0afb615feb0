"""What stands at the page's end: skills by area, months by year, what could not be assessed, progress, the rules.

Plain values for the template, and their pictures. What many findings share is said once, with whom it concerns.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from auditor.compare import Change, ChangeKind, Comparison
from auditor.formats import changes, gist, pictures, words
from auditor.model import Finding, Report, RuleText, Skill, SkillStatus, Status

_MONTHS = 36
_PLAIN = "Does not apply: "


class Area(NamedTuple):
    """A skill area with its skills by status, and their picture."""

    name: str
    groups: list[tuple[SkillStatus, list[Skill]]]
    picture: Markup


class Progress(NamedTuple):
    """A comparison in words; `rulebook` tells what is not the candidate's doing."""

    summary: str
    rulebook: list[str]
    notes: list[str]
    groups: list[tuple[str, ChangeKind, list[tuple[Change, str]]]]


class Chapter(NamedTuple):
    """A criterion's rules, with those whose reason a finding above has told already."""

    title: str
    rules: list[RuleText]


class Gap(NamedTuple):
    """A question that could not be assessed for one reason, and where (None: the portfolio as a whole)."""

    title: str
    cause: str
    repositories: list[str | None]


def areas(skills: Sequence[Skill]) -> list[Area]:
    """Return the skill areas in their order, each with its skills sorted by how they show."""
    found = []
    for name, groups in gist.by_area(skills):
        shares = [pictures.Share(status.value, words.SKILL[status], len(some)) for status, some in groups]
        found.append(Area(name, groups, pictures.stacked(shares, name)))
    return found


def years(months: Sequence[tuple[str, int]]) -> list[tuple[str, list[int | None]]]:
    """Return what the picture of activity shows as a table: each year with its twelve months, None outside."""
    shown = dict(list(months)[-_MONTHS:])
    names = dict.fromkeys(month[:4] for month in shown)
    return [(year, [shown.get(f"{year}-{month:02}") for month in range(1, 13)]) for year in names]


def chapters(report: Report, used: Iterable[str]) -> list[Chapter]:
    """Return the rules that were asked, by criterion in the order of the report's criteria."""
    asked = frozenset(used)
    known = (*report.criteria, *(criterion for repository in report.repositories for criterion in repository.criteria))
    titles = {criterion.id: criterion.title for criterion in known}
    texts = [text for text in report.catalogue if text.id in asked]
    names = [*titles, *(text.criterion for text in texts if text.criterion not in titles)]
    found = [
        Chapter(titles.get(name) or words.humane(name), [text for text in texts if text.criterion == name])
        for name in dict.fromkeys(names)
    ]
    return [chapter for chapter in found if chapter.rules]


def unassessed(report: Report) -> list[Gap]:
    """Return the questions without an answer, each cause once for all repositories that it concerns."""
    rules = gist.rule_texts(report)
    found: dict[tuple[str, str], list[str | None]] = {}
    for name, finding in gist.all_findings(report):
        if finding.status is Status.UNKNOWN:
            found.setdefault((finding.rule, finding.summary), []).append(name)
    return [Gap(gist.title(rules, rule), cause, names) for (rule, cause), names in found.items()]


def by_cause(report: Report, findings: Sequence[Finding]) -> list[tuple[str, list[str]]]:
    """Return why questions do not apply, each reason once with the questions' titles, the commonest first."""
    rules = gist.rule_texts(report)
    found: dict[str, list[str]] = {}
    for finding in findings:
        cause = finding.summary.removeprefix(_PLAIN).strip()
        found.setdefault(words.sentence(cause), []).append(gist.title(rules, finding.rule))
    return sorted(found.items(), key=lambda pair: -len(pair[1]))


def progress(report: Report, comparison: Comparison) -> Progress:
    """Return a comparison in words, by kind of change."""
    rules = gist.rule_texts(report)
    groups = [
        (changes.HEADINGS[kind], kind, [(change, changes.entry(change, rules)) for change in comparison.of(kind)])
        for kind in ChangeKind
        if comparison.of(kind)
    ]
    notes = changes.repositories(comparison)
    notes += [changes.WORTH] if any(change.points for change in comparison.changes) else []
    return Progress(changes.summary(comparison), changes.rulebook(comparison, rules), notes, groups)


def difference(comparison: Comparison | None) -> str:
    """Return the change of the score in points, empty where there is none to tell."""
    if comparison is None or (moved := changes.difference(comparison)) is None:
        return ""
    return words.points(moved) if moved else "unchanged"
