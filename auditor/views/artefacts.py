"""What the repository holds as output: the figures that notebooks printed and that files of results hold."""

import re

import msgspec

from auditor.facts.fact import Missing
from auditor.facts.notebook import NotebookFact
from auditor.facts.numbers import NumbersFact
from auditor.views.layout import layout
from auditor.views.reading import Reading

_MOST_DECIMALS = 9
_CLEAN = re.compile(r"[^\d.eE+-]")


class Artefacts(msgspec.Struct, frozen=True):
    """Figures by the file that holds them; `unread` are files of results that could not be read."""

    figures: dict[str, frozenset[float]]
    unread: tuple[str, ...] = ()

    @classmethod
    def of(cls, reading: Reading) -> "Artefacts":
        """Collect the figures of the candidate's own notebooks and files of results."""
        own = layout(reading)
        written = {p: f.numbers for p, f in reading.readable(NotebookFact).items() if own.is_own(p)}
        written |= {p: f.figures for p, f in reading.readable(NumbersFact).items() if own.is_own(p)}
        figures = {
            p: frozenset(v for n in ns if (v := _value(n)) is not None) for p, ns in sorted(written.items()) if ns
        }
        facts = {**reading.of(NotebookFact), **reading.of(NumbersFact)}
        unread = tuple(p for p, f in sorted(facts.items()) if isinstance(f, Missing) and own.is_own(p))
        return cls(figures, unread)

    def holding(self, value: float, decimals: int, *, share: bool, per_cent: bool) -> str | None:
        """Return the first file that holds the figure, rounded the same way; a share may be there as a percentage."""
        for path, figures in self.figures.items():
            if any(_same(figure, value, decimals, share=share, per_cent=per_cent) for figure in figures):
                return path
        return None


def _same(figure: float, value: float, decimals: int, *, share: bool, per_cent: bool) -> bool:
    scales = (1.0, 100.0) if per_cent else (1.0, 0.01) if share else (1.0,)
    half = 0.5 * 10**-decimals + 1e-9
    return any(abs(figure * scale - value) <= half or 0 <= figure * scale - value < 2 * half - 1e-9 for scale in scales)


def _value(written: str) -> float | None:
    text = written
    if not text.replace(".", "", 1).isdecimal():
        text = text.strip().rstrip("%").replace(",", "." if text.count(",") == 1 and "." not in text else "")
        text = _CLEAN.sub("", text)
    try:
        return abs(float(text))
    except (ValueError, OverflowError):
        return None
