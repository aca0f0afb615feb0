"""Findings as workflow commands: GitHub shows them on the files and lines of a push or pull request."""

from collections.abc import Sequence

from auditor.formats import escape
from auditor.model import Evidence, Finding, Report, Status

_MOST = 10
"""GitHub shows ten of a level for a step and drops the rest silently."""


def render(reports: Sequence[Report], *, here: bool) -> str:
    """Return one command a line for findings in repositories, what gains most first.

    They are shown on files and lines where the one audited repository is `here`, in the checkout; else by its name.
    """
    found = [
        (repository.name, f) for report in reports for repository in report.repositories for f in repository.findings
    ]
    alone = here and sum(len(report.repositories) for report in reports) == 1
    found.sort(key=lambda pair: (-pair[1].gain, pair[1].rule, pair[0]))
    levels = {"warning": Status.UNMET, "notice": Status.PARTLY}
    chosen = {level: [pair for pair in found if pair[1].status is status] for level, status in levels.items()}
    rows = [_command(level, *pair, alone=alone) for level, pairs in chosen.items() for pair in pairs[:_MOST]]
    return "".join(f"{row}\n" for row in rows)


def _command(level: str, name: str, finding: Finding, *, alone: bool) -> str:
    place = _place(next((piece for piece in finding.evidence if piece.path and piece.line), None)) if alone else ""
    told = f"{finding.summary} Fix: {finding.fix}"
    said = told if alone else f"{escape.line(name, 100)}: {told}"
    return f"::{level} {place}title={_property(finding.rule)}::{message(said)}"


def _place(evidence: Evidence | None) -> str:
    if evidence is None or evidence.cell is not None:
        return ""
    end = f"endLine={evidence.end_line}," if evidence.end_line else ""
    return f"file={_property(evidence.path)},line={evidence.line},{end}"


def message(text: str) -> str:
    """Escape as the runner unescapes; everything stays on one line and no control character survives."""
    return escape.line(text, 1000).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return message(text).replace(":", "%3A").replace(",", "%2C")
