"""What the page shows, in the order in which it shows it: plain values for the template, and the pictures."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from auditor.compare import Comparison
from auditor.formats import activity, annex, cards, gist, headline, pictures, words
from auditor.model import CriterionScore, Problem, Report, RepositoryReport, Status

_LONG = 600
_HUGE = 4_000
_GLANCE = 40


class Row(NamedTuple):
    """A criterion of the whole portfolio: share of the weight, score, the gate that it belongs to."""

    criterion: CriterionScore
    share: str
    gate: str | None
    picture: Markup


class Page(NamedTuple):
    """The whole page."""

    report: Report
    head: headline.Headline
    gauge: Markup
    plan: list[gist.Step]
    ladder: Markup | None
    rows: list[Row]
    own: cards.Card
    cards: list[cards.Card]
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
    open_rules: frozenset[str]
    cells: bool
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
    own, shown = cards.whole(report), cards.of_repositories(report, long=long)
    return Page(
        report=report,
        head=headline.of(report),
        gauge=pictures.gauge(report.score, report.grade, before),
        plan=plan,
        ladder=pictures.ladder(report.score, first) if report.score is not None and first else None,
        rows=_rows(report),
        own=own,
        cards=shown,
        columns=_columns(shown),
        glance_folded=len(shown) > _GLANCE,
        left_out=gist.left_out(report),
        slugs={card.repository.name: card.slug for card in shown},
        areas=annex.areas(report.skills),
        years=annex.years(months),
        activity=pictures.activity(months) if len(months) >= activity.ENOUGH_MONTHS else None,
        progress=annex.progress(report, comparison) if comparison else None,
        difference=annex.difference(comparison),
        chapters=annex.chapters(report, used),
        rule_count=sum(text.id in used for text in report.catalogue),
        rule_anchors={text.id: cards.anchor(text.id) for text in report.catalogue},
        told=cards.told([own, *shown]),
        open_rules=frozenset(finding.rule for _, finding in findings if finding.status in gist.OPEN),
        cells=any(piece.cell is not None for _, finding in findings for piece in finding.evidence),
        long=long,
        huge=len(findings) > _HUGE,
        unknown=sum(finding.status is Status.UNKNOWN for _, finding in findings),
        unassessed=annex.unassessed(report),
        gaps=gist.gaps(report),
        notes=gist.notes(report),
    )


def _rows(report: Report) -> list[Row]:
    gates = {name: words.SCREEN[gate.verdict].lower() for gate in report.screen.gates for name in gate.criteria}
    return [
        Row(
            criterion=criterion,
            share=share,
            gate=gates.get(criterion.id),
            picture=pictures.bar(criterion.score, criterion.title, gates.get(criterion.id)),
        )
        for criterion, share in gist.shares(report)
    ]


def _columns(shown: Sequence[cards.Card]) -> list[CriterionScore]:
    """Return the criteria that any repository was judged by, in their order."""
    seen: dict[str, CriterionScore] = {}
    for card in shown:
        for criterion in card.repository.criteria:
            if criterion.score is not None or criterion.id in seen:
                seen.setdefault(criterion.id, criterion)
    order = [c.id for c in shown[0].repository.criteria] if shown else []
    return sorted(seen.values(), key=lambda c: order.index(c.id) if c.id in order else len(order))
