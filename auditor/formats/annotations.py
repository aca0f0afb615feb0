"""Findings as workflow commands: GitHub shows them on the files and lines of a push or pull request."""

from collections.abc import Iterator
from pathlib import Path

from auditor.compare import Comparison
from auditor.formats import escape
from auditor.model import Evidence, Finding, Report, Status

_MOST = 10
"""GitHub shows ten of a level for a step and drops the rest silently."""


def render(report: Report, comparison: Comparison | None = None, template: Path | None = None) -> str:
    """Return one command a line for the findings of the audited repositories, what gains most first."""
    del comparison, template
    open_ones = sorted(
        (finding for repository in report.repositories for finding in repository.findings if _is_open(finding)),
        key=lambda finding: (-finding.gain, finding.rule),
    )
    warnings = [f for f in open_ones if f.status is Status.UNMET][:_MOST]
    notices = [f for f in open_ones if f.status is Status.PARTLY][:_MOST]
    rows = [*_commands("warning", warnings), *_commands("notice", notices)]
    return "".join(f"{row}\n" for row in rows)


def _is_open(finding: Finding) -> bool:
    return finding.status in (Status.UNMET, Status.PARTLY)


def _commands(level: str, findings: list[Finding]) -> Iterator[str]:
    for finding in findings:
        place = _place(next((piece for piece in finding.evidence if piece.path and piece.line), None))
        told = f"{finding.summary} Fix: {finding.fix}"
        yield f"::{level} {place}title={_property(finding.rule)}::{message(told)}"


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
