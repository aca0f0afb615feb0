"""A repository, and the portfolio as a whole, as a card of the page: its findings sorted, and what to do with it.

Why a rule matters is told in full where the rule is first open; a later finding of it leads there.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from auditor.formats import activity, annex, gist, pictures, words
from auditor.model import (
    CriterionScore,
    Evidence,
    Finding,
    Report,
    RepositoryReport,
    RepositoryStatus,
    RuleText,
    Status,
)
from auditor.views.words import place

_OPEN_CARDS = 6
_OPEN_AT_MOST = 1_200
_OPEN_AT_LEAST = 5
_SHOWN, _BRIEF = 5, 1
_ASIDE = (gist.Advice.HIDE, gist.Advice.ARCHIVE)


class Item(NamedTuple):
    """A finding with its rule's words and the id that a permalink names.

    `first` is the id of the finding that tells why, "" where this one does.
    """

    anchor: str
    rule_anchor: str
    title: str
    finding: Finding
    said: str
    why: str
    first: str
    evidence: tuple[Evidence, ...]
    more: int

    @property
    def places(self) -> list[Evidence]:
        """The evidence that has a place, each place once."""
        return list({place(piece): piece for piece in self.evidence if piece.path}.values())


class Card(NamedTuple):
    """A repository: its findings sorted, and what to do with it. A brief one has a line for each finding."""

    slug: str
    repository: RepositoryReport
    description: str
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


def whole(report: Report) -> Card:
    """Return the portfolio's own findings as a card."""
    portfolio = RepositoryReport(
        name=report.candidate.name,
        url=report.candidate.url,
        commit=None,
        kind=None,
        status=RepositoryStatus.AUDITED,
        findings=report.findings,
    )
    return _card(report, portfolio, "portfolio", advice=None, long=False)


def of_repositories(report: Report, *, long: bool) -> list[Card]:
    """Return a card for each audited repository, the best first; all are brief in a `long` report."""
    audited = gist.audited(report)
    advice = gist.advice(report)
    cards = [
        _card(report, repository, slug, advice=advice.get(repository.name), long=long)
        for repository, slug in zip(audited, slugs([r.name for r in audited]), strict=True)
    ]
    first: dict[str, str] = {}
    return [_after(card, first) for card in cards]


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


def anchor(rule: str) -> str:
    """Return the id of a rule in the list of rules."""
    return f"rule-{_safe(rule)}"


def told(cards: Sequence[Card]) -> frozenset[str]:
    """Return the rules whose reason and remedy stand in full at a finding of these cards."""
    return frozenset(item.finding.rule for card in cards if not card.brief for _, items in card.open for item in items)


def _after(card: Card, first: dict[str, str]) -> Card:
    """Lead what cards before this one have told to where they did; `first` has the ids by rule, and gets this one's."""
    groups = [
        (status, [item._replace(first=first.get(item.finding.rule, "")) for item in items])
        for status, items in card.open
    ]
    if not card.brief:
        for _, items in card.open:
            for item in items:
                first.setdefault(item.finding.rule, item.anchor)
    return card._replace(open=groups)


def _card(report: Report, repository: RepositoryReport, slug: str, *, advice: gist.Advice | None, long: bool) -> Card:
    rules = gist.rule_texts(report)
    findings = repository.findings
    brief = long or advice in _ASIDE

    def items(*statuses: Status) -> list[Item]:
        return [_item(slug, finding, rules.get(finding.rule), long=long) for finding in gist.of(findings, *statuses)]

    judged = [c for c in repository.criteria if c.score is not None]
    ranked = sorted(judged, key=lambda c: (-(c.score or 0.0), -c.weight))
    counted = gist.by_status(findings)
    months = [] if long else list(repository.months)
    opened = items(*gist.OPEN)
    most = max(_OPEN_AT_MOST // max(len(report.repositories), 1), _OPEN_AT_LEAST)
    shown = opened[:most] if long else opened
    return Card(
        slug=slug,
        repository=repository,
        description=_description(repository),
        advice=advice,
        best=ranked[0] if len(ranked) > 1 else None,
        worst=ranked[-1] if len(ranked) > 1 else None,
        scores={c.id: c.score for c in repository.criteria},
        brief=brief,
        counted=_counted(counted),
        open=_by_status(shown),
        more=len(opened) - len(shown),
        met=items(Status.MET),
        unknown=counted[Status.UNKNOWN],
        absent=annex.by_cause(report, gist.of(findings, Status.NOT_APPLICABLE)),
        absences=counted[Status.NOT_APPLICABLE],
        expanded=len(report.repositories) <= _OPEN_CARDS and advice not in _ASIDE,
        activity=pictures.activity(activity.filled(months)) if len(months) >= activity.ENOUGH_MONTHS else None,
    )


def _description(repository: RepositoryReport) -> str:
    """Return what it is in its own words, nothing where these only repeat its name."""
    said = repository.description or ""
    same = re.sub(r"\W|_", "", said).casefold() == re.sub(r"\W|_", "", repository.name).casefold()
    return "" if same else said


def _counted(counted: Counter[Status]) -> str:
    shown = (Status.UNMET, Status.PARTLY, Status.MET, Status.UNKNOWN)
    return ", ".join(f"{counted[status]} {words.STATUS[status].lower()}" for status in shown if counted[status])


def _by_status(items: Sequence[Item]) -> list[tuple[Status, list[Item]]]:
    groups = [(status, [item for item in items if item.finding.status is status]) for status in gist.OPEN]
    return [(status, found) for status, found in groups if found]


def _item(slug: str, finding: Finding, text: RuleText | None, *, long: bool) -> Item:
    shown = _BRIEF if long else _SHOWN
    title = text.title if text else words.humane(finding.rule)
    return Item(
        anchor=f"{slug}-{_safe(finding.rule)}",
        rule_anchor=anchor(finding.rule) if text else slug,
        title=title,
        finding=finding,
        said=gist.beyond(title, finding.summary),
        why=text.why if text else "",
        first="",
        evidence=finding.evidence[:shown],
        more=max(len(finding.evidence) - shown, 0),
    )


def _safe(identifier: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", identifier)
