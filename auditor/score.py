"""Turn findings into numbers. Pure arithmetic: no files, no words.

Laws, held by `tests/test_score.py`: improving a verdict never lowers a score; what is unknown never counts as unmet;
the order of repositories never matters; a repository copied gains nothing; a weak project added never raises it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from auditor.model import CriterionScore, Effort, Finding, FixFirst, RepositoryReport, Status

_EFFORTS = (Effort.MINUTES, Effort.HOURS, Effort.DAYS)
_ROUNDED = 2


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of a rulebook. Weights are by criterion, caps by rule; shares are 0-1, scores 0-100."""

    weights: Mapping[str, float]
    titles: Mapping[str, str]
    caps: Mapping[str, float]
    grades: tuple[tuple[float, str], ...]
    best: float
    worth_showing: float
    portfolio_share: float


class Project(msgspec.Struct, frozen=True):
    """A repository's findings; `content` names what is in it, so that a copy counts once."""

    name: str
    content: str
    findings: tuple[Finding, ...]


class Portfolio(msgspec.Struct, frozen=True):
    """Everything that a portfolio's score is made of. `single`: one repository judged by itself."""

    projects: tuple[Project, ...]
    findings: tuple[Finding, ...]
    single: bool = False


def single(contents: Iterable[str], *, whole: bool) -> bool:
    """Tell whether one repository was named by hand, of a `whole` account none: it is judged by itself."""
    return not whole and len(set(contents)) <= 1


def criteria(findings: Iterable[Finding], scale: Scale) -> tuple[CriterionScore, ...]:
    """Return each criterion's weighted mean over its assessed rules, in the rulebook's order."""
    by_criterion: dict[str, list[Finding]] = {}
    for finding in findings:
        by_criterion.setdefault(finding.criterion, []).append(finding)
    return tuple(
        CriterionScore(id=name, title=scale.titles[name], score=_mean(by_criterion[name]), weight=weight)
        for name, weight in scale.weights.items()
        if name in by_criterion
    )


def repository(findings: Iterable[Finding], scale: Scale) -> float | None:
    """Return 0-100, None where nothing could be assessed."""
    kept = tuple(findings)
    parts = [(c.score, c.weight) for c in criteria(kept, scale) if c.score is not None and c.weight]
    total = sum(weight for _, weight in parts)
    if not total:
        return None
    score = sum(value * weight for value, weight in parts) / total
    caps = [scale.caps[f.rule] for f in kept if f.rule in scale.caps and f.status is Status.UNMET]
    return min([score, *caps])


def coverage(findings: Iterable[Finding], scale: Scale) -> float:
    """Return the share (0-1) of the applicable weight that could be assessed."""
    assessed = total = 0.0
    by_criterion: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.status is not Status.NOT_APPLICABLE:
            by_criterion.setdefault(finding.criterion, []).append(finding)
    for name, group in by_criterion.items():
        whole = sum(f.weight for f in group)
        if whole:
            total += scale.weights[name]
            assessed += scale.weights[name] * sum(f.weight for f in group if f.score is not None) / whole
    return assessed / total if total else 0.0


def portfolio(whole: Portfolio, scale: Scale) -> float | None:
    """Return 0-100 for a candidate, None where nothing could be assessed.

    The best project carries `best` of the projects' part and the second the rest. Where there is no second, or a weak
    one, its place counts as the lesser of the first and `worth_showing`: showing weak work neither helps nor hurts.
    """
    return _total(_scores(whole, scale), whole, scale)


def grade(score: float | None, scale: Scale) -> str | None:
    """Return the letter for a score."""
    if score is None:
        return None
    return next((letter for at, letter in sorted(scale.grades, reverse=True) if score >= at), None)


def gains(whole: Portfolio, scale: Scale) -> Mapping[tuple[int | None, str], float]:
    """Return by (project's position or None, rule) what the portfolio's score would rise if that became met."""
    scores = _scores(whole, scale)
    before = _total(scores, whole, scale)
    if before is None:
        return {}
    found: dict[tuple[int | None, str], float] = {}
    for place, project in enumerate(whole.projects):
        for finding in project.findings:
            if _improvable(finding):
                better = repository(_with_met(project.findings, finding.rule), scale)
                changed = {**scores, place: better}
                found[place, finding.rule] = _rise(before, _total(changed, whole, scale))
    for finding in whole.findings:
        if _improvable(finding):
            changed_whole = msgspec.structs.replace(whole, findings=_with_met(whole.findings, finding.rule))
            found[None, finding.rule] = _rise(before, _total(scores, changed_whole, scale))
    return found


def plan(whole: Portfolio, scale: Scale, steps: int) -> tuple[FixFirst, ...]:
    """Return the fixes that gain most, each chosen with those before it done; ties go to the lesser effort.

    An unmet gate comes first, as the first step even where it gains nothing: nothing else is as urgent.
    """
    alone = gains(whole, scale)
    current = whole
    chosen: list[FixFirst] = []
    for _ in range(steps):
        rises = gains(current, scale)
        gate = _gate(rises, current, scale, first=not chosen)
        best = gate or min(rises, key=_order(rises, current), default=None)
        if best is None or (gate is None and round(rises[best], _ROUNDED) <= 0):
            break
        place, rule = best
        effort = _finding(current, place, rule).effort
        current = _fixed(current, place, rule)
        chosen.append(
            FixFirst(
                rule=rule,
                repository=None if place is None else current.projects[place].name,
                gain=round(alone[best], _ROUNDED),
                effort=effort,
                score_after=round(portfolio(current, scale) or 0.0, _ROUNDED),
            )
        )
    return tuple(chosen)


def rounded(score: float | None) -> float | None:
    """Return a score as reports show it."""
    return None if score is None else round(score, _ROUNDED)


def with_scores(report: RepositoryReport, scale: Scale) -> RepositoryReport:
    """Fill in a repository's numbers from its findings."""
    score = repository(report.findings, scale)
    shown = tuple(msgspec.structs.replace(part, score=rounded(part.score)) for part in criteria(report.findings, scale))
    return msgspec.structs.replace(
        report,
        score=rounded(score),
        grade=grade(score, scale),
        coverage=round(coverage(report.findings, scale), 4),
        criteria=shown,
    )


def _mean(findings: Sequence[Finding]) -> float | None:
    parts = [(f.score, f.weight) for f in findings if f.score is not None]
    total = sum(weight for _, weight in parts)
    return 100 * sum(score * weight for score, weight in parts) / total if total else None


def _scores(whole: Portfolio, scale: Scale) -> dict[int, float | None]:
    return {place: repository(project.findings, scale) for place, project in enumerate(whole.projects)}


def _total(scores: Mapping[int, float | None], whole: Portfolio, scale: Scale) -> float | None:
    projects = _projects(scores, whole, scale)
    own = _mean(whole.findings)
    if projects is None or own is None or whole.single:
        return projects
    return (1 - scale.portfolio_share) * projects + scale.portfolio_share * own


def _projects(scores: Mapping[int, float | None], whole: Portfolio, scale: Scale) -> float | None:
    """Take the best two distinct projects."""
    best: dict[str, float] = {}
    for place, score in scores.items():
        if score is not None:
            content = whole.projects[place].content
            best[content] = max(score, best.get(content, 0.0))
    ranked = sorted(best.values(), reverse=True)
    if not ranked or whole.single:
        return ranked[0] if ranked else None
    first, second = ranked[0], ranked[1] if len(ranked) > 1 else 0.0
    return scale.best * first + (1 - scale.best) * max(second, min(first, scale.worth_showing))


def _improvable(finding: Finding) -> bool:
    return finding.status in (Status.PARTLY, Status.UNMET)


def _with_met(findings: tuple[Finding, ...], rule: str) -> tuple[Finding, ...]:
    return tuple(msgspec.structs.replace(f, status=Status.MET, score=1.0) if f.rule == rule else f for f in findings)


def _rise(before: float, after: float | None) -> float:
    return max((after or 0.0) - before, 0.0)


def _order(
    rises: Mapping[tuple[int | None, str], float], whole: Portfolio
) -> Callable[[tuple[int | None, str]], tuple[float, int, str, str]]:
    def order(key: tuple[int | None, str]) -> tuple[float, int, str, str]:
        place, rule = key
        name = "" if place is None else whole.projects[place].name
        return -round(rises[key], _ROUNDED), _EFFORTS.index(_finding(whole, place, rule).effort), name, rule

    return order


def _gate(
    rises: Mapping[tuple[int | None, str], float], whole: Portfolio, scale: Scale, *, first: bool
) -> tuple[int | None, str] | None:
    """Return the unmet gate to open next: what gains most; as the first step, also one that gains nothing."""
    shut = [key for key in rises if key[1] in scale.caps and _finding(whole, *key).status is Status.UNMET]
    worth = [key for key in shut if first or round(rises[key], _ROUNDED) > 0]
    return min(worth, key=_order(rises, whole), default=None)


def _finding(whole: Portfolio, place: int | None, rule: str) -> Finding:
    findings = whole.findings if place is None else whole.projects[place].findings
    return next(f for f in findings if f.rule == rule)


def _fixed(whole: Portfolio, place: int | None, rule: str) -> Portfolio:
    if place is None:
        return msgspec.structs.replace(whole, findings=_with_met(whole.findings, rule))
    project = whole.projects[place]
    better = msgspec.structs.replace(project, findings=_with_met(project.findings, rule))
    projects = (*whole.projects[:place], better, *whole.projects[place + 1 :])
    return msgspec.structs.replace(whole, projects=projects)
