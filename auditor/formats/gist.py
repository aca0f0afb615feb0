"""What every form says first, derived from a report: the verdict in a sentence, the plan, what to do per repository.

Values and plain words; no markup and no escaping, which belong to the form that prints them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from auditor.formats import words
from auditor.model import (
    Effort,
    Evidence,
    Finding,
    Gate,
    Problem,
    Report,
    RepositoryReport,
    RepositoryStatus,
    RuleText,
    ScreenVerdict,
    Status,
)

FEATURE_FROM = 70.0
ARCHIVE_BELOW = 40.0
KEPT = 2
READY_FROM = 70.0
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
_READY, _HELD = "Ready to send.", "Ready to send, once what follows is put right."
_SEEN = 0.05  # points that one decimal can show
_VERBS = {advice.value: advice for advice in Advice}


class Headline(NamedTuple):
    """The verdict for a tired reader: what it is, why, and the first thing to do (empty where there is none).

    `urgent` is what must not wait, whatever else gains more points: a credential that everybody can read.
    """

    verdict: str
    reason: str
    first: str
    urgent: str = ""


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


def _sentences(fix: str) -> tuple[str, str]:
    """Return what to do in one line without its full stop, and what there is to say beside it."""
    match = re.search(r"(?<=[a-z)`])\.(?= )", fix)
    if match is None:
        return fix.strip().removesuffix("."), ""
    rest = fix[match.end() :].strip()
    return fix[: match.start()].strip(), words.sentence(rest)


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


def headline(report: Report) -> Headline:
    """Return the verdict in a sentence, its reason, and the first step."""
    if report.score is None:
        return Headline("Nothing could be assessed.", _why_nothing(report), "")
    verdict, reason = _standing(report)
    plan = steps(report)
    urgent = _urgent(report, plan)
    stops = {(repository.name, finding.rule) for repository in audited(report) for finding, _ in held(repository)}
    said = bool(plan) and (plan[0].repository, plan[0].rule) in stops
    first = f"{task(plan[0])} ({price(plan[0])})" if plan and not said else ""
    if first and not urgent and report.screen.verdict is ScreenVerdict.PASS:
        reason = f"{reason} What follows makes it stronger still."
    return Headline(_HELD if urgent and verdict == _READY else verdict, reason, first, urgent)


def held(repository: RepositoryReport) -> list[tuple[Finding, float]]:
    """Return the findings that keep a repository's score from rising, each with the points that it stops at."""
    caps = dict(repository.caps)
    return [(finding, caps[finding.rule]) for finding in repository.findings if finding.rule in caps]


def _urgent(report: Report, plan: list[Step]) -> str:
    found = [(repository.name, finding) for repository in audited(report) for finding, _ in held(repository)]
    if not found:
        return ""
    name, finding = found[0]
    more = f" So it is in {words.count(len(found) - 1, 'more repository', 'more repositories')}." if found[1:] else ""
    gain = next((f", {gained(step)}" for step in plan if (step.repository, step.rule) == (name, finding.rule)), "")
    return f"{finding.summary} {finding.fix.removesuffix('.')} ({name}{gain}).{more}"


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
    if step.gain < _SEEN <= step.rise:
        return f"{words.points(step.rise)} once the steps before it are done"
    return words.points(step.gain)


def _standing(report: Report) -> tuple[str, str]:
    match report.screen.verdict:
        case ScreenVerdict.FAIL:
            return "Not ready to send yet.", _stops(report, ScreenVerdict.FAIL, "A hiring panel would stop here")
        case ScreenVerdict.BORDERLINE:
            reason = _stops(report, ScreenVerdict.BORDERLINE, "A hiring panel might stop here")
            return "Promising, not yet ready to send.", reason
        case None if report.screen.gates:
            return "Partly assessed.", "The technical screen could not be assessed."
        case None:
            return "Scored, without a technical screen.", "The rulebook names no gates."
        case _:
            return _passed(report)


def _passed(report: Report) -> tuple[str, str]:
    reason = f"A hiring panel would read on: {words.joined(_clauses(report.screen.gates))}."
    return _READY if (report.score or 0.0) >= READY_FROM else "Good enough to pass, not yet to stand out.", reason


def _stops(report: Report, verdict: ScreenVerdict, words_before: str) -> str:
    """Give one gate's reason in full; of several their names, for the reasons stand beside them."""
    gates = [gate for gate in report.screen.gates if gate.verdict is verdict]
    if len(gates) == 1:
        seen = gates[0].summary.strip().removesuffix(".")
        joint = ". " if ":" in seen else ": "
        return f"{words_before}{joint}{seen}." if seen else f"{words_before}."
    unseen = words.joined([f"that {clause}" for clause in _clauses(gates)])
    return f"{words_before}: it {'could not' if verdict is ScreenVerdict.FAIL else 'may not'} see {unseen}."


def _clauses(gates: Iterable[Gate]) -> list[str]:
    """Return the gates' titles as they stand within a sentence."""
    names = [gate.title or words.humane(gate.id) for gate in gates]
    return [name[:1].lower() + name[1:] for name in names]


def _why_nothing(report: Report) -> str:
    if not report.repositories:
        return "No repositories were found."
    reasons = [repository.reason for repository in report.repositories if repository.reason]
    found = [finding for _, finding in all_findings(report)]
    if not reasons and (len(found) == 1 or not found):
        return found[0].summary if found else "None of the rules that were chosen asks anything of this."
    return f"{words.count(len(report.repositories), 'repository', 'repositories')}; {reasons[0]}." if reasons else ""
