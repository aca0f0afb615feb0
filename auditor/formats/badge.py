"""The score as a badge: an own SVG, and the JSON that a shields.io endpoint reads. Both change only with the score."""

from pathlib import Path

from auditor.compare import Comparison
from auditor.formats import branding, escape, json, words
from auditor.model import Report

_NARROW = frozenset("fijlrtI.,:;'!|()[]/ 1")
_WIDE = frozenset("mwMWABCDEGHKNOQRUVXYZ%@")
_PADDING = 12
_COLOURS = ((85, "#1a7431"), (70, "#3d7a1f"), (55, "#7a6a00"), (40, "#a04a00"), (0, "#b3261e"))
_UNKNOWN = "#5b636b"


def render(report: Report, comparison: Comparison | None = None, template: Path | None = None) -> str:
    """Return the badge as SVG: label and score with grade, white on dark enough, readable by screen readers."""
    del comparison
    label, message = _label(template), _message(report)
    left, right = _width(label) + _PADDING, _width(message) + _PADDING
    told = escape.markup(f"{label}: {message}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{told}">'
        f"<title>{told}</title>"
        f'<rect width="{left + right}" height="20" rx="3" fill="{_colour(report)}"/>'
        f'<path d="M3 0h{left - 3}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#3b4148"/>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">'
        f'<text x="{left / 2:g}" y="14" textLength="{left - _PADDING}">{escape.markup(label)}</text>'
        f'<text x="{left + right / 2:g}" y="14" textLength="{right - _PADDING}">{escape.markup(message)}</text>'
        "</g></svg>\n"
    )


def render_endpoint(report: Report, comparison: Comparison | None = None, template: Path | None = None) -> str:
    """Return the JSON of https://shields.io/badges/endpoint-badge."""
    del comparison
    tree = {"schemaVersion": 1, "label": _label(template), "message": _message(report), "color": _colour(report)[1:]}
    return json.encoded(tree)


def _label(template: Path | None) -> str:
    return escape.line(branding.load(template).words["title"].lower(), 40)


def _message(report: Report) -> str:
    """Return whole points: a badge that is committed must not change with every tenth."""
    if report.score is None:
        return "not assessed"
    grade = f"{escape.line(report.grade, 3)} · " if report.grade else ""
    return f"{grade}{words.number(int(report.score))}/100"


def _colour(report: Report) -> str:
    score = report.score
    return _UNKNOWN if score is None else next(colour for at, colour in _COLOURS if score >= at)


def _width(text: str) -> int:
    """Estimate the width in pixels at 11 px Verdana; `textLength` makes the picture hold to it."""
    return round(sum(4.5 if c in _NARROW else 8.3 if c in _WIDE or not c.isascii() else 6.8 for c in text))
