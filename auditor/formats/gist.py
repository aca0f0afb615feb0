"""What every form says, derived from a report: the plan, what to do per repository, the findings in a reader's order.

Values and plain words; no markup and no escaping, which belong to the form that prints them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from auditor.formats import words
from auditor.model import (
    CriterionScore,
    Effort,
    Evidence,
    Finding,
    FixFirst,
    Gate,
    Problem,
    Report,
    RepositoryReport,
    RepositoryStatus,
    RuleText,
    Skill,
    SkillStatus,
    Status,
)

FEATURE_FROM = 70.0
ARCHIVE_BELOW = 40.0
KEPT = 2
OPEN = (Status.UNMET, Status.PARTLY)

NOTE = "note"
"""The stage of a problem that is none: something that a mentor may want to know. It is not a gap."""


class Advice(StrEnum):
    """What to do with a repository: show it, work on it, or take it out of sight."""

    FEATURE = "feature"
    IMPROVE = "improve"
    HIDE = "hide"
    ARCHIVE = "archive"


ADVICE_WORDS: Mapping[Advice, str] = {
    Advice.FEATURE: "pin it and show it first",
    Advice.IMPROVE: "worth working on before it is shown",
    Advice.HIDE: "unpin it or make it private until it is better",
    Advice.ARCHIVE: "rework it, hide it or archive it",
}
ADVICE_RULE = (
    f"Feature: {FEATURE_FROM:g} points or more. Improve: worth work before it is shown. Hide or archive: it takes "
    "attention from the better ones. The two best, which carry the portfolio, are never told to go."
)
_WEAKEST = "portfolio-weakest"
SEEN = 0.05
"""Points that one decimal can show."""
_VERBS = {advice.value: advice for advice in Advice}


class Step(NamedTuple):
    """One step of the plan with the words of its rule and finding; `rise` is its gain after the steps before it."""

    number: int
    rule: str
    title: str
    repository: str | None
    action: str
    detail: str
    summary: str
    evidence: tuple[Evidence, ...]
    gain: float
    rise: float
    effort: Effort
    score_after: float


def rule_texts(report: Report) -> Mapping[str, RuleText]:
    """Return the catalogue by rule id; empty for a report that was read back from JSON."""
    return {text.id: text for text in report.catalogue}


def title(report_rules: Mapping[str, RuleText], rule: str) -> str:
    """Return a rule's title, or its id as words."""
    text = report_rules.get(rule)
    return text.title if text else words.humane(rule)


def all_findings(report: Report) -> list[tuple[str | None, Finding]]:
    """Return each finding with its repository's name (None: the portfolio's own), in the report's order."""
    own: list[tuple[str | None, Finding]] = [(None, finding) for finding in report.findings]
    return own + [(repository.name, finding) for repository in report.repositories for finding in repository.findings]


def steps(report: Report) -> list[Step]:
    """Return the plan, each step with its finding's words."""
    rules = rule_texts(report)
    found = {(name, finding.rule): finding for name, finding in all_findings(report)}
    plan: list[Step] = []
    for position, step in enumerate(report.fix_first, start=1):
        before = plan[-1].score_after if plan else report.score or 0.0
        finding = found.get((step.repository, step.rule))
        text = rules.get(step.rule)
        fix = finding.fix if finding and finding.fix else text.fix if text else ""
        if step.repository is None:
            fix = _beside(fix, report.fix_first, found)
        action, detail = _sentences(fix or title(rules, step.rule))
        plan.append(
            Step(
                number=position,
                rule=step.rule,
                title=title(rules, step.rule),
                repository=step.repository,
                action=action,
                detail=detail,
                summary=finding.summary if finding else "",
                evidence=finding.evidence if finding else (),
                gain=step.gain,
                rise=step.score_after - before,
                effort=step.effort,
                score_after=step.score_after,
            )
        )
    return plan


def _beside(fix: str, plan: Iterable[FixFirst], found: Mapping[tuple[str | None, str], Finding]) -> str:
    """Leave out of what the portfolio needs what is a step of its own; all of it stays where nothing else is left."""
    rest = fix
    for step in plan:
        finding = found.get((step.repository, step.rule))
        if step.repository and step.repository in fix and finding and finding.fix:
            rest = rest.replace(finding.fix, "")
    rest = " ".join(rest.split())
    return fix if fix.startswith(rest) and not _sentences(rest)[1] else rest


def _sentences(fix: str) -> tuple[str, str]:
    """Return what to do in one line without its full stop, and what there is to say beside it."""
    match = re.search(r"(?<=[a-z)`])\.(?= )", fix)
    if match is None:
        return fix.strip().removesuffix("."), ""
    rest = fix[match.end() :].strip()
    return fix[: match.start()].strip(), words.sentence(rest)


def shares(report: Report) -> list[tuple[CriterionScore, str]]:
    """Return the criteria, each with its share of the whole weight in per cent."""
    total = sum(criterion.weight for criterion in report.criteria) or 1.0
    return [(criterion, words.percent(criterion.weight / total)) for criterion in report.criteria]


def by_area(skills: Sequence[Skill]) -> list[tuple[str, list[tuple[SkillStatus, list[Skill]]]]]:
    """Return the skill areas in their order, each with its skills sorted by how they show."""
    return [
        (area, [(status, [s for s in skills if s.area == area and s.status is status]) for status in SkillStatus])
        for area in dict.fromkeys(skill.area for skill in skills)
    ]


def by_status(findings: Iterable[Finding]) -> Counter[Status]:
    """Count findings by status."""
    return Counter(finding.status for finding in findings)


def of(findings: Iterable[Finding], *statuses: Status) -> list[Finding]:
    """Return the findings that have one of the statuses, what gains most first."""
    chosen = [finding for finding in findings if finding.status in statuses]
    return sorted(chosen, key=lambda f: (statuses.index(f.status), -f.gain, -f.weight, f.rule))


def audited(report: Report) -> list[RepositoryReport]:
    """Return the repositories that were audited, the best first."""
    done = [repository for repository in report.repositories if repository.status is RepositoryStatus.AUDITED]
    return sorted(done, key=lambda r: (r.score is None, -(r.score or 0.0), r.name))


def left_out(report: Report) -> list[RepositoryReport]:
    """Return the repositories that were skipped or could not be read."""
    return [repository for repository in report.repositories if repository.status is not RepositoryStatus.AUDITED]


def advice(report: Report) -> Mapping[str, Advice]:
    """Say what to do with each scored repository: as `ADVICE_RULE` tells, and as the plan does where it names one."""
    scored = [(r.name, r.score) for r in audited(report) if r.score is not None]
    advised = {name: _advised(score, best=place < KEPT) for place, (name, score) in enumerate(scored)}
    told = {name: verb for name, verb in _told(report) if advised.get(name) not in (None, Advice.FEATURE)}
    best = [name for name, _ in scored[:KEPT]]
    return {name: told.get(name, value) if name not in best else value for name, value in advised.items()}


def _told(report: Report) -> Iterable[tuple[str, Advice]]:
    """Yield what the finding on the weakest projects says of each in its evidence: `hide: 35 points, ...`."""
    for finding in report.findings:
        for piece in finding.evidence if finding.rule == _WEAKEST else ():
            verb = piece.excerpt.partition(":")[0]
            if verb in _VERBS:
                yield piece.path, _VERBS[verb]


def gaps(report: Report) -> list[Problem]:
    """Return what kept a part from being assessed."""
    return [problem for problem in report.problems if problem.stage != NOTE]


def notes(report: Report) -> list[Problem]:
    """Return what a mentor may want to know; nothing of it counts."""
    return [problem for problem in report.problems if problem.stage == NOTE]


def _advised(score: float, *, best: bool) -> Advice:
    if score >= FEATURE_FROM:
        return Advice.FEATURE
    return Advice.ARCHIVE if score < ARCHIVE_BELOW and not best else Advice.IMPROVE


def held(repository: RepositoryReport) -> list[tuple[Finding, float]]:
    """Return the findings that keep a repository's score from rising, each with the points that it stops at."""
    caps = dict(repository.caps)
    return [(finding, caps[finding.rule]) for finding in repository.findings if finding.rule in caps]


def said(gate: Gate) -> str:
    """Return a gate's reason without its title, which stands before it."""
    return beyond(gate.title, gate.summary)


def beyond(heading: str, text: str) -> str:
    """Return what a text says beyond the heading that stands before it."""
    return words.sentence(text.removeprefix(f"{heading}: ") if heading else text)


def task(step: Step) -> str:
    """Return where a step is done, then what is done: `churn. Deploy it`."""
    return f"{step.repository}. {step.action}" if step.repository else step.action


def price(step: Step) -> str:
    """Return what a step gains and what it takes: `+5.3 points, takes days`."""
    return f"{gained(step)}, takes {words.EFFORT[step.effort]}"


def gained(step: Step) -> str:
    """Return what a step gains; one that gains by itself nothing says that it needs those before it."""
    if step.gain < SEEN <= step.rise:
        return f"{words.points(step.rise)} once the steps before it are done"
    return words.points(step.gain)
