"""Make one candidate's report of the audits of his repositories. Pure: no reading, no clock of its own."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec

from auditor import __version__, score
from auditor.judge import judge
from auditor.model import (
    Candidate,
    CriterionScore,
    Evidence,
    Finding,
    Gate,
    Problem,
    Report,
    RepositoryReport,
    RepositoryStatus,
    Screen,
    ScreenVerdict,
    Skill,
    Status,
    Tool,
)
from auditor.repository import Origin, Target
from auditor.rulebook import Rulebook
from auditor.score import Scale
from auditor.task import RepositoryAudit
from auditor.views.portfolio import Portfolio, PortfolioReading, Project
from auditor.views.skills import merged

_SCHEMA = 1
_STEPS = 5
_GATES = {
    Status.MET: ScreenVerdict.PASS,
    Status.PARTLY: ScreenVerdict.BORDERLINE,
    Status.UNMET: ScreenVerdict.FAIL,
}


def report(
    target: Target,
    audits: Sequence[tuple[Origin, RepositoryAudit]],
    book: Rulebook,
    moment: datetime,
    claims: frozenset[str] | None = None,
) -> Report:
    """Judge the portfolio and put everything together."""
    scale = scale_of(book)
    named = _named(audits)
    repositories = tuple(
        score.with_scores(_repository(name, origin, done, scale), scale) for name, origin, done in named
    )
    skills = merged([(name, done.skills) for name, _, done in named], book.data["skills"], claims)
    findings = _portfolio_findings(target, named, repositories, skills, book, moment)
    whole = _whole(target, named, findings)
    repositories, findings = _with_gains(repositories, findings, whole, scale)
    total = score.portfolio(whole, scale)
    left_out = tuple(
        RepositoryReport(
            name=left.name, url=left.url, commit=None, kind=None, status=RepositoryStatus.SKIPPED, reason=left.reason
        )
        for left in target.left_out
    )
    return Report(
        schema_version=_SCHEMA,
        tool=Tool(name="portfolio-auditor", version=__version__, rulebook=book.name),
        generated_at=moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        candidate=Candidate(name=target.name, login=target.login, url=target.url),
        score=score.rounded(total),
        grade=score.grade(total, scale),
        coverage=_coverage(repositories, findings, scale),
        screen=_screen(findings, book),
        repositories=repositories + left_out,
        findings=findings,
        skills=skills,
        fix_first=score.plan(whole, scale, _STEPS),
        problems=_problems(target, named),
        catalogue=tuple(rule.text for rule in book.rules),
        criteria=_criteria(repositories, () if whole.single else findings, scale),
    )


def scale_of(book: Rulebook) -> Scale:
    """Return the numbers of a rulebook."""
    header = book.header
    return Scale(
        weights={name: criterion.weight for name, criterion in header.criteria.items()},
        titles={name: criterion.title for name, criterion in header.criteria.items()},
        caps={cap.rule: cap.at for cap in header.caps},
        grades=tuple((grade.at, grade.letter) for grade in header.grades),
        best=header.scoring.best,
        worth_showing=header.scoring.worth_showing,
        portfolio_share=header.scoring.portfolio_share,
    )


def _named(audits: Sequence[tuple[Origin, RepositoryAudit]]) -> list[tuple[str, Origin, RepositoryAudit]]:
    """Give each repository a name of its own: a second "titanic" is "titanic (2)"."""
    taken: dict[str, int] = {}
    named = []
    for origin, done in audits:
        taken[origin.name] = taken.get(origin.name, 0) + 1
        count = taken[origin.name]
        named.append((origin.name if count == 1 else f"{origin.name} ({count})", origin, done))
    return named


def _repository(name: str, origin: Origin, done: RepositoryAudit, scale: Scale) -> RepositoryReport:
    return RepositoryReport(
        name=name,
        url=origin.url,
        commit=done.commit,
        kind=done.traits.kind if done.status is RepositoryStatus.AUDITED else None,
        status=done.status,
        reason=done.reason,
        findings=tuple(_linked(finding, origin.url, done.commit) for finding in done.findings),
        months=done.traits.months,
        description=done.traits.description,
        caps=tuple(
            (finding.rule, scale.caps[finding.rule])
            for finding in done.findings
            if finding.rule in scale.caps and finding.status is Status.UNMET
        ),
    )


def _linked(finding: Finding, url: str | None, commit: str | None) -> Finding:
    """Lead each piece of evidence to the exact commit on the host."""
    if url is None or commit is None:
        return finding
    evidence = tuple(
        msgspec.structs.replace(piece, url=_link(piece, url, commit)) if piece.path and piece.url is None else piece
        for piece in finding.evidence
    )
    return msgspec.structs.replace(finding, evidence=evidence)


def _link(piece: Evidence, url: str, commit: str) -> str:
    lines = "" if piece.line is None or piece.cell is not None else f"#L{piece.line}"
    if lines and piece.end_line and piece.end_line != piece.line:
        lines += f"-L{piece.end_line}"
    return f"{url}/blob/{commit}/{quote(piece.path)}{lines}"


def _portfolio_findings(
    target: Target,
    named: Sequence[tuple[str, Origin, RepositoryAudit]],
    repositories: Sequence[RepositoryReport],
    skills: tuple[Skill, ...],
    book: Rulebook,
    moment: datetime,
) -> tuple[Finding, ...]:
    projects = [
        Project(
            name=name,
            kind=done.traits.kind,
            score=shown.score,
            findings={finding.rule: finding for finding in done.findings},
            traits=done.traits,
            url=origin.url,
            content=done.content,
            skills=done.skills,
        )
        for (name, origin, done), shown in zip(named, repositories, strict=True)
        if done.status is RepositoryStatus.AUDITED
    ]
    best_first = sorted(projects, key=lambda project: (-(project.score or 0.0), project.name))
    portfolio = Portfolio(
        projects=tuple(best_first),
        skills=skills,
        whole=target.whole,
        alone=_single(target, named),
        today=int(moment.timestamp()),
        worth_showing=book.header.scoring.worth_showing,
    )
    reading = PortfolioReading(target.name, portfolio, target.profile)
    return tuple(judge(rule, reading) for rule in book.of(portfolio=True))


def _single(target: Target, named: Sequence[tuple[str, Origin, RepositoryAudit]]) -> bool:
    contents = [done.content for _, _, done in named if done.status is RepositoryStatus.AUDITED]
    return score.single(contents, whole=target.whole)


def _whole(
    target: Target, named: Sequence[tuple[str, Origin, RepositoryAudit]], findings: tuple[Finding, ...]
) -> score.Portfolio:
    projects = tuple(score.Project(name, done.content or name, done.findings) for name, _, done in named)
    return score.Portfolio(projects, findings, single=_single(target, named))


def _with_gains(
    repositories: Sequence[RepositoryReport], findings: Sequence[Finding], whole: score.Portfolio, scale: Scale
) -> tuple[tuple[RepositoryReport, ...], tuple[Finding, ...]]:
    gains = score.gains(whole, scale)
    return tuple(
        msgspec.structs.replace(repository, findings=_gained(repository.findings, place, gains))
        for place, repository in enumerate(repositories)
    ), _gained(findings, None, gains)


def _gained(
    findings: Sequence[Finding], place: int | None, gains: Mapping[tuple[int | None, str], float]
) -> tuple[Finding, ...]:
    return tuple(
        msgspec.structs.replace(finding, gain=score.rounded(gains.get((place, finding.rule), 0.0)) or 0.0)
        for finding in findings
    )


def _coverage(repositories: Sequence[RepositoryReport], findings: Sequence[Finding], scale: Scale) -> float:
    """Average over the repositories that were to be audited; one that failed through our fault covers nothing."""
    parts = [r.coverage for r in repositories if r.status is not RepositoryStatus.SKIPPED]
    if not parts:
        return 0.0
    own = score.coverage(findings, scale)
    share = scale.portfolio_share if any(f.status is not Status.NOT_APPLICABLE for f in findings) else 0.0
    return round((1 - share) * sum(parts) / len(parts) + share * own, 4)


def _screen(findings: Sequence[Finding], book: Rulebook) -> Screen:
    by_rule = {finding.rule: finding for finding in findings}
    gates = tuple(
        Gate(
            id=name,
            verdict=_GATES.get(found.status),
            summary=found.summary,
            title=gate.title,
            criteria=_rested_on(gate.rule, book),
        )
        for name, gate in book.header.gates.items()
        if (found := by_rule.get(gate.rule))
    )
    return Screen(verdict=_verdict([gate.verdict for gate in gates]), gates=gates)


def _rested_on(rule: str, book: Rulebook) -> tuple[str, ...]:
    """Return the criteria of the rules that a gate's rule is told to look at, in the rulebook's order."""
    criteria = {each.id: each.criterion for each in book.rules}
    parameters = next((each.parameters for each in book.rules if each.id == rule), {})
    named = {criteria[word] for word in _words(parameters) if word in criteria}
    return tuple(name for name in book.header.criteria if name in named)


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (word for each in value.values() for word in _words(each))
    elif isinstance(value, tuple | list):
        yield from (word for each in value for word in _words(each))


def _verdict(gates: Sequence[ScreenVerdict | None]) -> ScreenVerdict | None:
    """One failed gate fails the screen; a pass needs all gates that could be assessed, and at least one."""
    assessed = [gate for gate in gates if gate is not None]
    if not assessed:
        return None
    if ScreenVerdict.FAIL in assessed:
        return ScreenVerdict.FAIL
    return ScreenVerdict.PASS if set(assessed) == {ScreenVerdict.PASS} else ScreenVerdict.BORDERLINE


def _criteria(
    repositories: Sequence[RepositoryReport], findings: Sequence[Finding], scale: Scale
) -> tuple[CriterionScore, ...]:
    """Average each criterion over the two best projects; the portfolio's own keeps its share of the whole."""
    best = sorted((r for r in repositories if r.score is not None), key=lambda r: (-(r.score or 0.0), r.name))[:2]
    shown = []
    for name, weight in scale.weights.items():
        scores = [c.score for r in best for c in r.criteria if c.id == name and c.score is not None]
        if scores:
            mean = score.rounded(sum(scores) / len(scores))
            shown.append(CriterionScore(id=name, title=scale.titles[name], score=mean, weight=weight))
    projects = sum(criterion.weight for criterion in shown)
    share = projects * scale.portfolio_share / (1 - scale.portfolio_share) if scale.portfolio_share < 1 else 0.0
    own = [c for c in score.criteria(findings, scale) if c.score is not None]
    total = sum(criterion.weight for criterion in own)
    return (*shown, *(msgspec.structs.replace(c, weight=(share or c.weight) * c.weight / total) for c in own if total))


def _problems(target: Target, named: Sequence[tuple[str, Origin, RepositoryAudit]]) -> tuple[Problem, ...]:
    listing = [Problem(repository=None, stage="listing", message=message) for message in target.problems]
    failed = [
        Problem(repository=name, stage="opening", message=done.reason or "could not be read")
        for name, _, done in named
        if done.status is RepositoryStatus.FAILED
    ]
    partial = [Problem(repository=name, stage="reading", message=m) for name, _, done in named for m in done.problems]
    notes = [Problem(repository=name, stage="note", message=m) for name, _, done in named for m in done.notes]
    return (*listing, *failed, *partial, *notes)
