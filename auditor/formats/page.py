"""What the page shows, in the order in which it shows it: plain values for the template, and the pictures."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from auditor.compare import Comparison
from auditor.formats import activity, annex, gist, pictures, words
from auditor.model import (
    CriterionScore,
    Evidence,
    Finding,
    Problem,
    Report,
    RepositoryReport,
    RepositoryStatus,
    RuleText,
    Status,
)

_OPEN_CARDS = 6
_LONG = 600
_HUGE = 4_000
_OPEN_AT_MOST = 1_200
_OPEN_AT_LEAST = 5
_GLANCE = 40
_ENOUGH_MONTHS = 2
_ASIDE = (gist.Advice.HIDE, gist.Advice.ARCHIVE)


class Item(NamedTuple):
    """A finding with its rule's words and the id that a permalink names."""

    anchor: str
    rule_anchor: str
    title: str
    finding: Finding
    why: str
    evidence: tuple[Evidence, ...]
    more: int


class Card(NamedTuple):
    """A repository: its findings sorted, and what to do with it."""

    slug: str
    repository: RepositoryReport
    advice: gist.Advice | None
    best: CriterionScore | None
    worst: CriterionScore | None
    scores: dict[str, float | None]
    brief: bool
    counted: str
    open: list[tuple[Status, list[Item]]]
    more: int
    met: list[Item]
    unknown: int
    absent: list[tuple[str, list[str]]]
    absences: int
    expanded: bool
    activity: Markup | None


class Row(NamedTuple):
    """A criterion of the whole portfolio: share of the weight, score, the gate that it belongs to."""

    criterion: CriterionScore
    share: str
    gate: str | None
    picture: Markup


class Page(NamedTuple):
    """The whole page."""

    report: Report
    head: gist.Headline
    gauge: Markup
    plan: list[gist.Step]
    ladder: Markup | None
    rows: list[Row]
    own: Card
    cards: list[Card]
    columns: list[CriterionScore]
    glance_folded: bool
    left_out: list[RepositoryReport]
    slugs: dict[str, str]
    areas: list[annex.Area]
    years: list[tuple[str, list[int | None]]]
    activity: Markup | None
    progress: annex.Progress | None
    difference: str
    chapters: list[annex.Chapter]
    rule_count: int
    rule_anchors: dict[str, str]
    told: frozenset[str]
    long: bool
    huge: bool
    unknown: int
    unassessed: list[annex.Gap]
    gaps: list[Problem]
    notes: list[Problem]


def build(report: Report, comparison: Comparison | None) -> Page:
    """Sort a report into what the page shows."""
    findings = gist.all_findings(report)
    long = len(findings) > _LONG
    plan = gist.steps(report)
    months = activity.total(report.repositories)
    used = {finding.rule for _, finding in findings}
    first = [(step.number, step.score_after) for step in plan[:3]]
    before = comparison.before_score if comparison else None
    cards = _cards(report, long=long)
    return Page(
        report=report,
        head=gist.headline(report),
        gauge=pictures.gauge(report.score, report.grade, before),
        plan=plan,
        ladder=pictures.ladder(report.score, first) if report.score is not None and first else None,
        rows=_rows(report),
        own=_card(report, None, "portfolio", long=False),
        cards=cards,
        columns=_columns(cards),
        glance_folded=len(cards) > _GLANCE,
        left_out=gist.left_out(report),
        slugs={card.repository.name: card.slug for card in cards},
        areas=annex.areas(report.skills),
        years=annex.years(months),
        activity=pictures.activity(months) if len(months) >= _ENOUGH_MONTHS else None,
        progress=annex.progress(report, comparison) if comparison else None,
        difference=annex.difference(comparison),
        chapters=annex.chapters(report, used),
        rule_count=sum(text.id in used for text in report.catalogue),
        rule_anchors={text.id: f"rule-{_safe(text.id)}" for text in report.catalogue},
        told=frozenset() if long else frozenset(f.rule for _, f in findings if f.status in gist.OPEN),
        long=long,
        huge=len(findings) > _HUGE,
        unknown=sum(finding.status is Status.UNKNOWN for _, finding in findings),
        unassessed=annex.unassessed(report),
        gaps=gist.gaps(report),
        notes=gist.notes(report),
    )


def slugs(names: Sequence[str]) -> list[str]:
    """Return an id for each name: readable, safe in an address, and no two alike."""
    taken: set[str] = set()
    result = []
    for position, name in enumerate(names, start=1):
        base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or f"r{position}"
        slug = f"{base}-{position}" if f"in-{base}" in taken else base
        taken.add(f"in-{slug}")
        result.append(f"in-{slug}")
    return result


def _cards(report: Report, *, long: bool) -> list[Card]:
    audited = gist.audited(report)
    return [
        _card(report, repository, slug, long=long)
        for repository, slug in zip(audited, slugs([r.name for r in audited]), strict=True)
    ]


def _card(report: Report, repository: RepositoryReport | None, slug: str, *, long: bool) -> Card:
    rules = gist.rule_texts(report)
    findings = repository.findings if repository else report.findings

    def items(*statuses: Status) -> list[Item]:
        return [_item(slug, finding, rules.get(finding.rule), long=long) for finding in gist.of(findings, *statuses)]

    judged = [c for c in repository.criteria if c.score is not None] if repository else []
    ranked = sorted(judged, key=lambda c: (-(c.score or 0.0), -c.weight))
    counted = gist.by_status(findings)
    months = list(repository.months) if repository and not long else []
    advice = gist.advice(report).get(repository.name) if repository else None
    opened = items(Status.UNMET, Status.PARTLY)
    most = max(_OPEN_AT_MOST // max(len(report.repositories), 1), _OPEN_AT_LEAST)
    shown = opened[:most] if long else opened
    return Card(
        slug=slug,
        repository=repository or _whole(report),
        advice=advice,
        best=ranked[0] if len(ranked) > 1 else None,
        worst=ranked[-1] if len(ranked) > 1 else None,
        scores={c.id: c.score for c in repository.criteria} if repository else {},
        brief=long,
        counted=_counted(counted),
        open=_by_status(shown),
        more=len(opened) - len(shown),
        met=items(Status.MET),
        unknown=counted[Status.UNKNOWN],
        absent=annex.by_cause(report, gist.of(findings, Status.NOT_APPLICABLE)),
        absences=counted[Status.NOT_APPLICABLE],
        expanded=len(report.repositories) <= _OPEN_CARDS and advice not in _ASIDE,
        activity=pictures.activity(activity.filled(months)) if len(months) >= _ENOUGH_MONTHS else None,
    )


def _counted(counted: Counter[Status]) -> str:
    shown = (Status.UNMET, Status.PARTLY, Status.MET, Status.UNKNOWN)
    return ", ".join(f"{counted[status]} {words.STATUS[status].lower()}" for status in shown if counted[status])


def _by_status(items: Sequence[Item]) -> list[tuple[Status, list[Item]]]:
    groups = [(status, [item for item in items if item.finding.status is status]) for status in gist.OPEN]
    return [(status, found) for status, found in groups if found]


def _whole(report: Report) -> RepositoryReport:
    """Return the portfolio in the shape of a repository, so that one template shows both."""
    return RepositoryReport(
        name=report.candidate.name,
        url=report.candidate.url,
        commit=None,
        kind=None,
        status=RepositoryStatus.AUDITED,
        findings=report.findings,
    )


def _item(slug: str, finding: Finding, text: RuleText | None, *, long: bool) -> Item:
    shown = 1 if long else 5
    return Item(
        anchor=f"{slug}-{_safe(finding.rule)}",
        rule_anchor=f"rule-{_safe(finding.rule)}" if text else slug,
        title=text.title if text else words.humane(finding.rule),
        finding=finding,
        why=text.why if text else "",
        evidence=finding.evidence[:shown],
        more=max(len(finding.evidence) - shown, 0),
    )


def _safe(identifier: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", identifier)


def _rows(report: Report) -> list[Row]:
    total = sum(criterion.weight for criterion in report.criteria) or 1.0
    gates = {name: words.SCREEN[gate.verdict].lower() for gate in report.screen.gates for name in gate.criteria}
    return [
        Row(
            criterion=criterion,
            share=words.percent(criterion.weight / total),
            gate=gates.get(criterion.id),
            picture=pictures.bar(criterion.score, criterion.title, gates.get(criterion.id)),
        )
        for criterion in report.criteria
    ]


def _columns(cards: Sequence[Card]) -> list[CriterionScore]:
    """Return the criteria that any repository was judged by, in their order."""
    seen: dict[str, CriterionScore] = {}
    for card in cards:
        for criterion in card.repository.criteria:
            if criterion.score is not None or criterion.id in seen:
                seen.setdefault(criterion.id, criterion)
    order = [c.id for c in cards[0].repository.criteria] if cards else []
    return sorted(seen.values(), key=lambda c: order.index(c.id) if c.id in order else len(order))
