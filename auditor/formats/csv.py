"""The report as CSV for a spreadsheet: one row a finding, or one row a repository. No cell is read as a formula.

The text begins with a byte order mark: without it Excel takes UTF-8 for the machine's old code page.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from auditor.compare import Change, Comparison
from auditor.formats import escape, gist
from auditor.model import CriterionScore, Report, Status

FINDING_COLUMNS = (
    "candidate",
    "repository",
    "rule",
    "title",
    "criterion",
    "status",
    "score",
    "weight",
    "confidence",
    "gain",
    "effort",
    "summary",
    "path",
    "line",
    "cell",
    "url",
    "fix",
)
REPOSITORY_COLUMNS = (
    "candidate",
    "repository",
    "url",
    "commit",
    "kind",
    "status",
    "reason",
    "score",
    "grade",
    "coverage",
    "advice",
    "met",
    "partly",
    "unmet",
    "unknown",
    "not_applicable",
)
_CHANGE_COLUMNS = ("change", "before")
Cell = str | float | None


def render(report: Report, comparison: Comparison | None = None, template: Path | None = None) -> str:
    """Return one row a finding, the portfolio's own first; a comparison adds `change` and `before`."""
    del template
    rules = gist.rule_texts(report)
    changed = {(change.repository, change.rule): change for change in comparison.changes} if comparison else {}
    rows: list[tuple[Cell, ...]] = []
    for name, finding in gist.all_findings(report):
        first = finding.evidence[0] if finding.evidence else None
        row: tuple[Cell, ...] = (
            report.candidate.name,
            name,
            finding.rule,
            gist.title(rules, finding.rule),
            finding.criterion,
            finding.status.value,
            finding.score,
            finding.weight,
            finding.confidence.value,
            finding.gain,
            finding.effort.value,
            finding.summary,
            first.path if first else None,
            first.line if first else None,
            first.cell + 1 if first and first.cell is not None else None,
            escape.link(first.url) if first else None,
            finding.fix,
        )
        fresh = comparison is not None and name in comparison.repositories_added
        rows.append(row + _moved(changed.get((name, finding.rule)), fresh=fresh) if comparison else row)
    return _written(FINDING_COLUMNS + (_CHANGE_COLUMNS if comparison else ()), rows)


def _moved(change: Change | None, *, fresh: bool) -> tuple[Cell, Cell]:
    """Return what became of a finding: the change and the status before; `new` in a repository that is new."""
    if change is None:
        return "new" if fresh else "same", None
    return change.kind.value, change.before.value if change.before else None


def render_repositories(report: Report, comparison: Comparison | None = None, template: Path | None = None) -> str:
    """Return one row a repository in the report's order, with a column for each criterion."""
    del comparison, template
    advised = gist.advice(report)
    criteria: dict[str, CriterionScore] = {}
    for repository in report.repositories:
        criteria |= {criterion.id: criterion for criterion in repository.criteria if criterion.id not in criteria}
    rows: list[tuple[Cell, ...]] = []
    for repository in report.repositories:
        counted = gist.by_status(repository.findings)
        scores = {criterion.id: criterion.score for criterion in repository.criteria}
        row: tuple[Cell, ...] = (
            report.candidate.name,
            repository.name,
            escape.link(repository.url),
            repository.commit,
            repository.kind,
            repository.status.value,
            repository.reason,
            repository.score,
            repository.grade,
            repository.coverage,
            advised.get(repository.name),
            *(counted[status] for status in (Status.MET, Status.PARTLY, Status.UNMET)),
            *(counted[status] for status in (Status.UNKNOWN, Status.NOT_APPLICABLE)),
        )
        rows.append(row + tuple(scores.get(name) for name in criteria))
    return _written(REPOSITORY_COLUMNS + tuple(criteria), rows)


def _written(columns: Iterable[str], rows: Iterable[tuple[Cell, ...]]) -> str:
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow([escape.cell(column) for column in columns])
    for row in rows:
        writer.writerow([escape.cell(value) if isinstance(value, str) else value for value in row])
    return out.getvalue()
