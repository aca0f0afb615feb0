"""Ask a repository's readings the rules' questions. A crash of ours becomes `unknown`, never a verdict."""

import logging
from typing import Any, Protocol

from auditor.facts.fact import Missing
from auditor.model import Evidence, Finding, Status, Verdict, not_applicable, unknown, unmet
from auditor.rulebook import Bound
from auditor.views.reading import V, ViewOf


class Asked(Protocol):
    """A repository's or a portfolio's reading."""

    name: str

    def view(self, kind: ViewOf[V, Any]) -> V | Missing | None:
        """Build a view."""


_log = logging.getLogger(__name__)


def judge(rule: Bound, reading: Asked) -> Finding:
    """Ask one rule of one reading."""
    try:
        verdict = _verdict(rule, reading)
    except Exception:  # noqa: BLE001 - the third seam: our defect, whatever it is, is said as such and never the candidate's
        _log.exception("%s failed on %s", rule.id, reading.name)
        verdict = unknown(f"{rule.id} could not be checked: a defect of the auditor, not of the repository.")
    return finding(rule, verdict)


def finding(rule: Bound, verdict: Verdict) -> Finding:
    """Join a rule and its verdict."""
    assessed = verdict.status not in (Status.NOT_APPLICABLE, Status.UNKNOWN)
    return Finding(
        rule=rule.id,
        criterion=rule.criterion,
        status=verdict.status,
        score=verdict.score if assessed else None,
        weight=rule.rule.weight,
        confidence=verdict.confidence,
        summary=verdict.summary,
        evidence=verdict.evidence,
        fix=verdict.fix or rule.rule.fix,
        effort=rule.rule.effort,
    )


def _verdict(rule: Bound, reading: Asked) -> Verdict:
    views: list[object] = []
    for kind in rule.views:
        view = reading.view(kind)
        if isinstance(view, Missing):
            return unknown(view.reason)
        if view is None:
            return _absent(rule)
        views.append(view)
    return rule.probe(*views, **rule.parameters)


def _absent(rule: Bound) -> Verdict:
    looked = Evidence(path="", excerpt=f"looked for {rule.rule.looks}") if rule.rule.looks else Evidence(path="")
    if rule.rule.absent == "unmet":
        return unmet(f"Nothing found: {rule.rule.looks}." if rule.rule.looks else "Nothing found.", looked)
    return not_applicable(f"Does not apply: no {rule.rule.looks}." if rule.rule.looks else "Does not apply.", looked)
