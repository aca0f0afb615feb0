"""What every form says first: the verdict in a sentence, its reason, and the first thing to do. No markup."""

from collections.abc import Iterable
from typing import NamedTuple

from auditor.formats import gist, words
from auditor.model import Finding, Gate, Report, ScreenVerdict
from auditor.views.words import listed

READY_FROM = 70.0
_READY, _HELD = "Ready to send.", "Ready to send, once what follows is put right."
_REASONS = 3


class Headline(NamedTuple):
    """The verdict for a tired reader: what it is, why, and the first thing to do (empty where there is none).

    `urgent` is what must not wait, whatever else gains more points: a credential that everybody can read.
    """

    verdict: str
    reason: str
    first: str
    urgent: str = ""


def of(report: Report) -> Headline:
    """Return the verdict in a sentence, its reason, and the first step."""
    if report.score is None:
        return Headline("Nothing could be assessed.", _why_nothing(report), "")
    verdict, reason = _standing(report)
    plan = gist.steps(report)
    stops = [(each.name, finding) for each in gist.audited(report) for finding, _ in gist.held(each)]
    urgent = _urgent(stops, plan)
    said = bool(plan) and (plan[0].repository, plan[0].rule) in [(name, finding.rule) for name, finding in stops]
    first = f"{gist.task(plan[0])} ({gist.price(plan[0])})" if plan and not said else ""
    if first and not urgent and report.screen.verdict is ScreenVerdict.PASS:
        reason = f"{reason} What follows makes it stronger still."
    return Headline(_HELD if urgent and verdict == _READY else verdict, reason, first, urgent)


def _urgent(found: list[tuple[str, Finding]], plan: list[gist.Step]) -> str:
    if not found:
        return ""
    name, finding = found[0]
    more = f" So it is in {words.count(len(found) - 1, 'more repository', 'more repositories')}." if found[1:] else ""
    gain = next((f", {gist.gained(step)}" for step in plan if (step.repository, step.rule) == (name, finding.rule)), "")
    return f"{finding.summary} {finding.fix.removesuffix('.')} ({name}{gain}).{more}"


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
    if not gist.audited(report):
        return _why_left_out(report)
    found = [finding for _, finding in gist.all_findings(report)]
    if not found:
        return "None of the rules that were chosen asks anything of this."
    return found[0].summary if len(found) == 1 else ""


def _why_left_out(report: Report) -> str:
    reasons = list(dict.fromkeys(repository.reason for repository in report.repositories if repository.reason))
    many = len(report.repositories)
    said = "The repository was not audited" if many == 1 else f"None of {many:,} repositories was audited"
    return f"{said}: {listed(reasons, _REASONS)}." if reasons else f"{said}."
