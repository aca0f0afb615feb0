"""The report as Markdown for an issue, a pull request or a step summary; GitHub renders it, and mentions nobody."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from auditor.compare import ChangeKind, Comparison
from auditor.formats import changes, escape, gist, headline, words
from auditor.model import Evidence, Finding, Report, RepositoryReport, RuleText, Skill, SkillStatus, Status
from auditor.views.words import place

_STEPS = 3
_LISTED = 25
_ROOM = 60_000
"""Bytes of UTF-8, the strictest way to count; GitHub takes 65,536 characters in a comment."""
_NOTE = 200  # bytes that saying what was left out may take


def render(report: Report, comparison: Comparison | None = None, template: Path | None = None) -> str:
    """Return the scorecard's gist with folded details, short enough for a comment."""
    del template
    return joined([(report, comparison)])


def joined(pairs: Sequence[tuple[Report, Comparison | None]], room: int = _ROOM) -> str:
    """Return one text of at most `room` bytes: candidates share it evenly, and it says what did not fit."""
    room -= _NOTE
    texts: list[str] = []
    for number, (report, comparison) in enumerate(pairs):
        text = _within(report, comparison, room // (len(pairs) - number))
        room -= _size(text) + 1
        if room < 0:
            left = words.count(len(pairs) - number, "candidate")
            texts.append(f"_{left} left out to fit; the HTML reports have everything._\n")
            break
        texts.append(text)
    return "\n".join(texts)


def _within(report: Report, comparison: Comparison | None, room: int) -> str:
    """Return the verdict and, in their order, the sections for which there is room."""
    head, tail = list(_head(report)), list(_judged(report))
    sections = (
        _plan(report),
        _progress(report, comparison),
        _criteria(report),
        _skills(report),
        _portfolio(report),
        *(_repository(report, each) for each in gist.audited(report)),
        _gaps(report),
        _notes(report),
    )
    room -= _size("\n".join([*head, *tail])) + _NOTE
    left = 0
    for section in map(list, sections):
        needed = _size("\n".join(section)) + 1
        if section and needed > room:
            left += 1
            continue
        room -= needed
        head += section
    if left:
        head += [f"_{words.count(left, 'section')} left out to fit; the HTML report has everything._", ""]
    return "\n".join([*head, *tail]).rstrip() + "\n"


def _size(text: str) -> int:
    return len(text.encode())


def _head(report: Report) -> Iterator[str]:
    head = headline.of(report)
    yield f"# Portfolio audit: {escape.markdown(report.candidate.name)}"
    yield ""
    yield " ".join(part for part in (f"**{head.verdict}**", escape.prose(head.reason)) if part)
    if head.urgent:
        yield ""
        yield f"**Before anything else:** {escape.prose(head.urgent)}"
    if head.first:
        yield ""
        yield f"**Start with:** {escape.prose(head.first)}"
    yield ""
    if report.score is not None:
        grade = f", grade **{escape.markdown(report.grade)}**" if report.grade else ""
        covered = f"{words.percent(report.coverage)} of what counts assessed"
        yield f"Score **{words.number(report.score)} / 100**{grade}; {covered}."
        yield ""
    if report.screen.gates:
        yield "| Technical screen | Result | Seen |"
        yield "|---|---|---|"
        for gate in report.screen.gates:
            name = escape.markdown(gate.title or words.humane(gate.id))
            yield f"| {name} | **{words.SCREEN[gate.verdict]}** | {escape.prose(gist.said(gate))} |"
        yield ""


def _several(report: Report) -> bool:
    return len(gist.audited(report)) > 2  # noqa: PLR2004 - the two that carry the score


def _plan(report: Report) -> Iterator[str]:
    plan = gist.steps(report)
    if not plan:
        return
    yield "## What to fix first"
    yield ""
    for step in plan[:_STEPS]:
        yield f"{step.number}. **{escape.prose(gist.task(step))}**: {escape.markdown(gist.price(step))}"
        if step.detail:
            yield f"   {escape.prose(step.detail)}"
    done = plan[:_STEPS][-1]
    yield ""
    amount = "this" if len(plan) == 1 else f"these {min(len(plan), _STEPS)}"
    carried = "; the two best repositories carry it, so what others lack gains nothing" if _several(report) else ""
    yield f"After {amount} the score would be **{words.number(done.score_after)}**."
    yield f"A step's points are what the score rises by when it alone is done{carried}."
    yield ""


def _progress(report: Report, comparison: Comparison | None) -> Iterator[str]:
    if comparison is None:
        return
    rules = gist.rule_texts(report)
    yield "## Progress"
    yield ""
    yield escape.markdown(changes.summary(comparison))
    yield ""
    notes = [*changes.rulebook(comparison, rules), *changes.repositories(comparison)]
    yield from (f"- {escape.markdown(note)}" for note in notes)
    for kind in ChangeKind:
        moved = comparison.of(kind)
        if moved:
            yield ""
            yield f"**{changes.HEADINGS[kind]}** ({len(moved)})"
            yield ""
            yield from _limited([f"- {escape.markdown(changes.entry(change, rules))}" for change in moved])
    yield ""


def _criteria(report: Report) -> Iterator[str]:
    if not report.criteria:
        return
    yield "## Criteria"
    yield ""
    yield "| Criterion | Weight | Score |"
    yield "|---|--:|--:|"
    for criterion, share in gist.shares(report):
        yield f"| {escape.markdown(criterion.title)} | {share} | {words.score(criterion.score)} |"
    yield ""


def _skills(report: Report) -> Iterator[str]:
    if not report.skills:
        return
    yield "## Skills"
    yield ""
    yield "| Area | " + " | ".join(f"{words.SKILL[status]}" for status in SkillStatus) + " |"
    yield "|---|" + "---|" * len(SkillStatus)
    for area, groups in gist.by_area(report.skills):
        named = [", ".join(map(_skill, skills)) for _, skills in groups]
        yield f"| {escape.markdown(area)} | " + " | ".join(named) + " |"
    yield ""


def _skill(skill: Skill) -> str:
    claimed = " (claimed)" if skill.claimed and skill.status is not SkillStatus.DEMONSTRATED else ""
    return escape.markdown(skill.title or words.humane(skill.id)) + claimed


def _portfolio(report: Report) -> Iterator[str]:
    shown = gist.of(report.findings, *gist.OPEN)
    if shown:
        names = frozenset(repository.name for repository in report.repositories)
        yield from _folded("The portfolio as a whole", _findings(shown, gist.rule_texts(report), names))


def _repository(report: Report, repository: RepositoryReport) -> Iterator[str]:
    advised = gist.advice(report).get(repository.name)
    counted = gist.by_status(repository.findings)
    label = f"{repository.name}: {words.score(repository.score)}"
    label += f", {advised}" if advised else ""
    label += f", {counted[Status.MET]} met, {counted[Status.PARTLY]} partly met, {counted[Status.UNMET]} not met"
    yield from _folded(label, _findings(gist.of(repository.findings, *gist.OPEN), gist.rule_texts(report)))


def _folded(label: str, lines: Iterator[str]) -> Iterator[str]:
    yield f"<details><summary>{escape.label(label)}</summary>"
    yield ""
    yield from lines
    yield ""
    yield "</details>"
    yield ""


def _limited(lines: list[str]) -> Iterator[str]:
    yield from lines[:_LISTED]
    if len(lines) > _LISTED:
        yield f"- and {len(lines) - _LISTED:,} more"


def _findings(
    findings: list[Finding], rules: Mapping[str, RuleText], names: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield the findings with their evidence; `names` are repositories that stand there for themselves."""
    if not findings:
        yield "Nothing is open here."
    for finding in findings:
        gain = f" ({words.points(finding.gain)})" if finding.gain else ""
        name = f"{words.STATUS[finding.status]}: {escape.markdown(gist.title(rules, finding.rule))}"
        yield f"- **{name}**{gain}: {escape.prose(finding.summary)}"
        yield from (f"  - {_evidence(evidence, names)}" for evidence in finding.evidence[:3])
        if finding.fix:
            yield f"  - _How:_ {escape.prose(finding.fix)}"


def _evidence(evidence: Evidence, names: frozenset[str]) -> str:
    """Show where, then what is there: what a file says as code, what the auditor says as words."""
    if not evidence.path and evidence.excerpt and not evidence.url:
        return escape.markdown(words.sentence(evidence.excerpt))
    shown = escape.code(place(evidence)) or "repository"
    url = escape.link(evidence.url)
    shown = f"[{shown}](<{url}>)" if url else shown
    ours = evidence.path in names or evidence.excerpt.startswith("looked ")
    said = escape.markdown(evidence.excerpt) if ours else escape.code(evidence.excerpt)
    return f"{shown}: {said}" if said else shown


def _gaps(report: Report) -> Iterator[str]:
    gaps = [
        f"- {escape.code(repository.name)}: {escape.markdown(repository.reason or words.REPOSITORY[repository.status])}"
        for repository in gist.left_out(report)
    ]
    for name, finding in gist.all_findings(report):
        if finding.status is Status.UNKNOWN:
            where = f" in {escape.code(name)}" if name else ""
            rule = escape.markdown(gist.title(gist.rule_texts(report), finding.rule))
            gaps.append(f"- {rule}{where}: {escape.prose(finding.summary)}")
    gaps += [f"- {escape.markdown(problem.stage)}: {escape.markdown(problem.message)}" for problem in gist.gaps(report)]
    if gaps:
        yield from _folded(f"What could not be assessed ({len(gaps):,})", _limited(gaps))


def _notes(report: Report) -> Iterator[str]:
    remarks = [
        f"- {escape.code(each.repository) + ': ' if each.repository else ''}{escape.markdown(each.message)}"
        for each in gist.notes(report)
    ]
    if remarks:
        yield from _folded("For a mentor; nothing of this counts", _limited(remarks))


def _judged(report: Report) -> Iterator[str]:
    tool = report.tool
    book = f"{tool.rulebook.name} {tool.rulebook.version} ({tool.rulebook.digest[:12]})"
    yield f"_{escape.markdown(f'{tool.name} {tool.version}, rulebook {book}, {words.day(report.generated_at)}.')}_"
