"""The summary on a terminal: the verdict, the reason, what to do first; at 80 columns, piped, and without colour."""

import io
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from auditor.compare import ChangeKind, Comparison
from auditor.formats import changes, escape, gist, headline, words
from auditor.model import Gate, Problem, Report, ScreenVerdict, Status

_WIDTH = 80
_STEPS = 3
_REPOSITORIES = 12
_CHANGES = 5
_BAR = 20
_BESIDE = 46
"""Columns that a repository's score, advice and counts take; its name has the rest."""
_NARROWEST = 14
_STYLE = {
    ScreenVerdict.PASS: "green",
    ScreenVerdict.BORDERLINE: "yellow",
    ScreenVerdict.FAIL: "red",
    None: "dim",
}


def render(report: Report, comparison: Comparison | None = None, template: Path | None = None) -> str:
    """Return the summary as plain text of 80 columns."""
    del template
    out = io.StringIO()
    show(report, Console(file=out, width=_WIDTH, color_system=None, legacy_windows=False, highlight=False), comparison)
    return out.getvalue()


def show(report: Report, console: Console, comparison: Comparison | None = None) -> None:
    """Print the summary; rich leaves out colours for pipes and NO_COLOR. Nothing in the report is read as markup.

    What goes to a file or a pipe has no blanks at the ends of its lines.
    """
    if console.is_terminal:
        _show(report, console, comparison)
        return
    with console.capture() as caught:
        _show(report, console, comparison)
    console.file.write("\n".join(row.rstrip() for row in caught.get().split("\n")))
    console.file.flush()


def _show(report: Report, console: Console, comparison: Comparison | None) -> None:
    _head(report, console)
    _gates(report, console)
    _plan(report, console)
    _repositories(report, console)
    _progress(report, console, comparison)
    _gaps(report, console)
    _notes(report, console)


def _fit(text: str, console: Console, limit: int = 300) -> str:
    """Return the text harmless, on one line, and printable in the console's encoding."""
    flat = escape.line(text, limit)
    try:
        return flat.encode(console.encoding, "backslashreplace").decode(console.encoding)
    except LookupError:
        return flat.encode("ascii", "backslashreplace").decode("ascii")


def _say(console: Console, text: str, style: str = "", indent: int = 0) -> None:
    console.print(Padding(Text(_fit(text, console), style=style), (0, 0, 0, indent), expand=False))


def _head(report: Report, console: Console) -> None:
    head = headline.of(report)
    _say(console, f"Portfolio audit: {report.candidate.name}", "bold")
    if report.score is not None:
        grade = f", grade {report.grade}" if report.grade else ""
        filled = round(report.score / 100 * _BAR)
        bar = f"[{'#' * filled}{'.' * (_BAR - filled)}]"
        covered = f"{words.percent(report.coverage)} of what counts assessed"
        _say(console, f"{bar} {words.number(report.score)} of 100{grade} ({covered})")
    console.print()
    _say(console, f"{head.verdict} {head.reason}".strip(), "bold")
    if head.urgent:
        _say(console, f"Before anything else: {head.urgent}")
    if head.first:
        _say(console, f"Start with: {head.first}")
    console.print()


def _gates(report: Report, console: Console) -> None:
    if not report.screen.gates:
        return
    _say(console, "Technical screen", "bold")
    table = Table.grid(padding=(0, 2), expand=False)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for gate in report.screen.gates:
        table.add_row(Text(words.SCREEN[gate.verdict], style=_STYLE[gate.verdict]), Text(_gate(gate, console)))
    console.print(Padding(table, (0, 0, 1, 2), expand=False))


def _gate(gate: Gate, console: Console) -> str:
    return _fit(f"{gate.title or words.humane(gate.id)}: {gist.said(gate)}", console)


def _plan(report: Report, console: Console) -> None:
    plan = gist.steps(report)
    if not plan:
        return
    _say(console, "What to fix first", "bold")
    table = Table.grid(padding=(0, 1), expand=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for step in plan[:_STEPS]:
        table.add_row(Text(f"{step.number}."), Text(_fit(f"{gist.task(step)}: {gist.price(step)}", console)))
        if step.detail:
            table.add_row(Text(), Text(_fit(step.detail, console), style="dim"))
    console.print(Padding(table, (0, 0, 0, 2), expand=False))
    done = plan[:_STEPS][-1]
    amount = "this" if len(plan) == 1 else f"these {min(len(plan), _STEPS)}"
    _say(console, f"After {amount} the score would be {words.number(done.score_after)}.", "", 2)
    console.print()


def _repositories(report: Report, console: Console) -> None:
    done = gist.audited(report)
    if not done:
        return
    advised = gist.advice(report)
    _say(console, "Repositories", "bold")
    table = Table.grid(padding=(0, 2), expand=False)
    room = max(console.width - _BESIDE, _NARROWEST)
    table.add_column(max_width=room, no_wrap=True, overflow="ellipsis" if _fit("…", console) == "…" else "crop")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for repository in done[:_REPOSITORIES]:
        counted = gist.by_status(repository.findings)
        facts = f"{counted[Status.MET]} met, {counted[Status.PARTLY]} partly, {counted[Status.UNMET]} not"
        cells = (repository.name, words.score(repository.score), advised.get(repository.name, ""), facts)
        table.add_row(*(Text(_fit(text, console, 100)) for text in cells))
    console.print(Padding(table, (0, 0, 0, 2), expand=False))
    if len(done) > _REPOSITORIES:
        _say(console, f"and {len(done) - _REPOSITORIES:,} more", "dim", 2)
    console.print()


def _progress(report: Report, console: Console, comparison: Comparison | None) -> None:
    if comparison is None:
        return
    rules = gist.rule_texts(report)
    _say(console, "Progress", "bold")
    for note in (changes.summary(comparison), *changes.rulebook(comparison, rules), *changes.repositories(comparison)):
        _say(console, note, "", 2)
    for kind in ChangeKind:
        moved = comparison.of(kind)
        for change in moved[:_CHANGES]:
            _say(console, f"{changes.HEADINGS[kind]}: {changes.entry(change, rules)}", "", 2)
        if len(moved) > _CHANGES:
            _say(console, f"and {len(moved) - _CHANGES:,} more like this", "dim", 2)
    console.print()


def _gaps(report: Report, console: Console) -> None:
    unknown = sum(finding.status is Status.UNKNOWN for _, finding in gist.all_findings(report))
    out = gist.left_out(report)
    notes = [words.count(len(out), "repository was left out", "repositories were left out")] if out else []
    notes += [f"{words.count(unknown, 'question')} could not be assessed"] if unknown else []
    if notes:
        _say(console, f"{'; '.join(notes)}. These are not counted against the candidate.", "dim")
    _problems(console, gist.gaps(report), "more problem")


def _notes(report: Report, console: Console) -> None:
    remarks = gist.notes(report)
    if remarks:
        _say(console, "For a mentor; nothing of this counts", "bold")
        _problems(console, remarks, "more remark")


def _problems(console: Console, problems: Sequence[Problem], more: str) -> None:
    for problem in problems[:_CHANGES]:
        stage = "" if problem.stage == gist.NOTE else problem.stage
        where = f"({problem.repository})" if problem.repository and stage else problem.repository or ""
        label = " ".join(part for part in (stage, where) if part)
        _say(console, f"{label}: {problem.message}" if label else problem.message, "dim", 2)
    if len(problems) > _CHANGES:
        _say(console, f"and {words.count(len(problems) - _CHANGES, more)}", "dim", 2)
