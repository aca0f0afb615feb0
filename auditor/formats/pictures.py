"""Small pictures as inline SVG: classes and attributes only, so that a strict policy holds; each with title and words.

Each returns markup that is safe by construction: numbers are ours, and words pass `escape.markup`.
"""

import math
from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from markupsafe import Markup

from auditor.formats import escape, words

_GOOD = 70
_MIDDLE = 40
_RADIUS = 52
_STEPS_WIDTH = 360
_MONTHS = 36


class Share(NamedTuple):
    """A part of a stacked bar: its class, its words, its amount."""

    style: str
    label: str
    amount: int


def tone(score: float | None) -> str:
    """Return the class that colours a score; every use says the number or a word too."""
    if score is None:
        return "none"
    return "good" if score >= _GOOD else "mid" if score >= _MIDDLE else "bad"


def gauge(score: float | None, grade: str | None, before: float | None = None) -> Markup:
    """Draw the score as a ring with the grade in it, and a tick at the earlier score."""
    length = 2 * math.pi * _RADIUS
    filled = length * (score or 0.0) / 100
    told = (
        "Not assessed"
        if score is None
        else f"Score {words.number(score)} of 100" + (f", grade {grade}" if grade else "")
    )
    told += f"; {words.number(before)} in the earlier report" if before is not None else ""
    tick = ""
    if before is not None:
        tick = f'<path class="tick" d="M64 4v16" transform="rotate({before * 3.6:.1f} 64 64)"/>'
    big, small = (
        (grade or words.score(score), f"{words.number(score)} / 100") if score is not None else ("–", "no score")
    )
    return _svg(
        128,
        128,
        told,
        "",
        f'<circle class="track" cx="64" cy="64" r="{_RADIUS}"/>'
        f'<circle class="ring {tone(score)}" cx="64" cy="64" r="{_RADIUS}" stroke-dasharray="{filled:.1f} {length:.1f}"'
        f' transform="rotate(-90 64 64)"/>{tick}'
        f'<text class="big" x="64" y="70">{escape.markup(big[:3])}</text>'
        f'<text class="small" x="64" y="92">{escape.markup(small)}</text>',
        "gauge",
    )


def bar(score: float | None, label: str, gate: str | None = None) -> Markup:
    """Draw a score as a bar of 100; `gate` puts the mark of a gate with that verdict at its end."""
    told = f"{label}: {words.score(score)}" + (f"; gate of the technical screen: {gate}" if gate else "")
    fill = f'<rect class="{tone(score)}" width="{score * 2:.0f}" height="7" y="2.5" rx="1.5"/>' if score else ""
    mark = '<path class="gate" d="M206 6l4-5 4 5-4 5z"/>' if gate else ""
    track = '<rect class="track" width="200" height="7" y="2.5" rx="1.5"/>'
    return _svg(216, 12, told, "", track + fill + mark, "bar")


def ladder(now: float, steps: Sequence[tuple[int, float]]) -> Markup:
    """Draw the score now and after each step as one bar that grows; `steps` are (number, score after)."""
    scale = _STEPS_WIDTH / 100
    told = f"Score now {words.number(now)}" + "".join(f"; after step {n} {words.number(after)}" for n, after in steps)
    parts = [f'<rect class="track" width="{_STEPS_WIDTH}" height="18" y="24" rx="3"/>']
    parts.append(f'<rect class="now" width="{now * scale:.1f}" height="18" y="24" rx="3"/>')
    parts.append(
        f'<text class="small" x="{max(now * scale, 66):.1f}" y="16" text-anchor="end">now {words.number(now)}</text>'
    )
    start = now
    for number, after in steps:
        left, width = start * scale, max((after - start) * scale - 1.5, 1.0)
        parts.append(f'<rect class="step" x="{left + 1.5:.1f}" width="{width:.1f}" height="18" y="24"/>')
        if width > 7:  # noqa: PLR2004 - room for a digit
            parts.append(
                f'<text class="in" x="{left + 1.5 + width / 2:.1f}" y="37" text-anchor="middle">{number}</text>'
            )
        start = after
    end = min(start * scale, _STEPS_WIDTH - 64)
    parts.append(f'<text class="small strong" x="{end:.1f}" y="58">then {words.number(start)}</text>')
    return _svg(_STEPS_WIDTH, 64, "The score after each step", told, "".join(parts), "ladder")


def activity(months: Sequence[tuple[str, int]]) -> Markup:
    """Draw commits by month as columns, the last three years at most, with the years below."""
    shown = list(months)[-_MONTHS:]
    top = max((amount for _, amount in shown), default=0) or 1
    step = 20
    edge = 12 + 8 * len(f"{top:,}")
    width = max(len(shown) * step + edge + 8, 120)
    total = sum(amount for _, amount in shown)
    told = (
        f"{words.count(total, 'commit')} from {shown[0][0]} to {shown[-1][0]}; at most {top:,} in a month"
        if shown
        else ""
    )
    parts = [f'<path class="axis" d="M{edge} 84H{width}"/>']
    parts.append(f'<text class="small" x="{edge - 4}" y="16" text-anchor="end">{top:,}</text>')
    parts.append(f'<text class="small" x="{edge - 4}" y="84" text-anchor="end">0</text>')
    for place, (_, amount) in enumerate(shown):
        left = edge + 2 + place * step
        tall = amount / top * 76
        if amount:
            parts.append(
                f'<rect class="col" x="{left}" y="{84 - max(tall, 1):.1f}" width="16" height="{max(tall, 1):.1f}"/>'
            )
    parts += [
        f'<text class="small" x="{edge + 2 + place * step}" y="102">{escape.markup(year)}</text>'
        for place, year in _years(shown)
        if edge + 34 + place * step <= width
    ]
    return _svg(width, 108, "Commits by month", told, "".join(parts), "activity")


def _years(months: Sequence[tuple[str, int]]) -> list[tuple[int, str]]:
    """Return where each year begins; one whose label would run into the next year's is left out."""
    starts = [(place, month[:4]) for place, (month, _) in enumerate(months) if place == 0 or month[5:7] == "01"]
    return [start for start, after in zip_longest(starts, starts[1:]) if after is None or after[0] - start[0] > 1]


def stacked(shares: Sequence[Share], label: str) -> Markup:
    """Draw amounts as one bar of equal pieces; the pieces differ in pattern as well as in colour."""
    told = f"{label}: " + ", ".join(f"{share.amount} {share.label.lower()}" for share in shares if share.amount)
    parts = []
    place = 0
    piece = min(22.0, 200 / max(sum(share.amount for share in shares), 1))
    for share in shares:
        if share.amount:
            boxes = "".join(
                f"M{(place + n) * piece + 1:.1f} 2h{piece - 3:.1f}v12h-{piece - 3:.1f}z" for n in range(share.amount)
            )
            parts.append(f'<path class="{share.style}" d="{boxes}"/>')
            place += share.amount
    return _svg(200, 16, told, "", "".join(parts), "stack")


def _svg(width: float, height: float, title: str, told: str, inner: str, style: str) -> Markup:
    desc = f"<desc>{escape.markup(told)}</desc>" if told else ""
    return Markup(  # noqa: S704 - numbers of ours, and words that `escape.markup` made harmless
        f'<svg class="{style}" viewBox="0 0 {width:g} {height:g}" role="img">'
        f"<title>{escape.markup(title)}</title>{desc}{inner}</svg>"
    )
