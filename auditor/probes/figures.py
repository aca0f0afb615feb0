"""The figures that a text reports of a work's outcome, told from settings, wishes and sizes by nearby words."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from operator import itemgetter

import msgspec

from auditor.facts.markup import MarkupFact, Table
from auditor.probes.lexicon import Terms, finder, plain

_NUMBER = re.compile(
    r"(?<![0-9a-z_/.:@^#-])(?P<sign>[-+~≈±]?)(?P<money>[$€£¥₹]?)\s?(?P<n>\d{1,15}(?:[.,]\d{1,15}){0,4}|\.\d{1,9})"
    r"\s?(?P<unit>%|％|percent\b|per cent\b|pp\b|ms\b|milliseconds?\b|µs\b|s\b|secs?\b|seconds?\b|segundos?\b"
    r"|secondes?\b|sekunden?\b|secondi\b|detik\b|min\b|mins\b|minutes?\b|minutos?\b|minuten\b|minuti\b|menit\b"
    r"|hours?\b|h\b|x\b|×|times\b|fps\b"
    r"|tokens?/s\w*|req/s\w*|k\b|usd\b|eur\b|gb\b|mb\b|kb\b|毫秒|秒|分钟|分|倍|ミリ秒|초|배)?(?![0-9a-z_])",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?<=[.!?])\s+|[。；!?]|[;\n]")
_ARROW = re.compile(r"→|->|➜|⟶|=>")
_TIMED = re.compile(r"\((?:ms|s|sec|secs|seconds?|min|minutes?|fps|mb|gb|usd|[$€£])\)")
_BOUND = re.compile(r"(?:[<>≥≤]=?|\bover|\babove|\bbelow|\bunder|\bup to|\bmin(?:imum)?\.?)\s*$", re.IGNORECASE)
_WHERE = re.compile(r"\b(?:on|sur|auf|sobre)\s(?:(?:the|a|our|le|la|el|dem|das)\s)?$")
_AIMED = re.compile(r"(?:min|max|target|goal)[_-]$")
_PARTED = re.compile(r"[\d,，、；]")
_ASIDE = re.compile(r"\s?[(\[]$")
_JOINED = re.compile(r"\s*(?:of|to|is|at|[=:]|de|von|di|da|auf)?\s*")
_PER_CENT = ("%", "％", "percent", "per cent", "pp")
_RATES = ("", "k", *_PER_CENT)
_LETTERS = 2_000
"""What is read of one sentence: every figure is held against every word of it."""
_BEFORE = 70
_AFTER = 28
_WINDOW = 48
_CLOSE = 12
_PLAIN_BLOCKS = {"", "text", "txt", "console", "output", "plaintext", "log"}
_COMMAND = re.compile(r"^\s*(?:\$|>|#|pip|python|git|docker|cd|curl|make|import|from|def|[{}\[\]\"'])")
_LOOSE = frozenset({"efforts", "changes", "scores"})
_SHARES = frozenset({"shares", "scores"})
_KINDS = ("shares", "scores", "errors", "speeds", "efforts", "changes", "decoys")
_DOUBT = {"changes": 40, "scores": 20}
_IN_TABLES = ("shares", "errors", "speeds", "scores", "efforts")
_YEARS = range(1900, 2100)
_LARGE = 100
_NAME = re.compile(r"(?<![^\W\d_])[A-Z][A-Za-z]{1,40}[\s-]?$")


class Metrics(msgspec.Struct, frozen=True, dict=True):
    """Words for what is measured, and for what a figure near them is not."""

    shares: Terms
    scores: Terms
    errors: Terms
    speeds: Terms
    efforts: Terms
    changes: Terms
    decoys: Terms
    not_results: Terms
    not_results_headings: Terms
    results_headings: Terms
    baselines: Terms
    pictures: Terms
    losses: Terms
    relations: Terms

    @cached_property
    def kinds(self) -> Mapping[str, re.Pattern[str]]:
        """Return the pattern of each kind of word that a figure may belong to."""
        return {kind: finder(getattr(self, kind)) for kind in _KINDS}

    @cached_property
    def blocks(self) -> re.Pattern[str]:
        """Return the pattern of words that make a figure a wish or somebody else's."""
        return finder(self.not_results)

    @cached_property
    def loose(self) -> re.Pattern[str]:
        """Return the pattern of words over a column that holds no results."""
        return finder(self.decoys, self.not_results)


class Figure(msgspec.Struct, frozen=True):
    """A figure as written ("94.2 %"), with the word that it belongs to and where it stands.

    `sure` where it is evidently a measured outcome; `share` where it is a share, so that 0.94 is 94 %.
    """

    text: str
    metric: str
    line: int
    excerpt: str
    sure: bool
    share: bool = False


class _Clause(msgspec.Struct, frozen=True):
    text: str
    line: int
    reporting: bool
    title: str = ""


def reported(text: MarkupFact, metrics: Metrics) -> list[Figure]:
    """Return the figures in reading order, those in tables last."""
    parts = places(text, metrics)
    found = [figure for clause in _clauses(text, parts) for figure in _in_clause(clause, metrics)]
    for table in text.tables:
        if parts[table.section] is not None:
            found += _in_table(table, metrics, reporting=bool(parts[table.section]))
    return list(dict.fromkeys(found))


def places(text: MarkupFact, metrics: Metrics) -> list[bool | None]:
    """Tell for each section whether it reports (True), is none that would (None), or may (False).

    The innermost heading that tells decides.
    """
    reports, others = finder(metrics.results_headings), finder(metrics.not_results_headings)
    told: list[bool | None] = []
    open_: list[tuple[int, bool | None]] = []
    for section in text.sections:
        open_ = [(level, kind) for level, kind in open_ if level < section.level]
        title = plain(section.title)
        kind = True if reports.search(title) else None if others.search(title) else open_[-1][1] if open_ else False
        if section.level <= 1 and kind is None:
            kind = False  # a title of the whole
        open_.append((section.level, kind))
        told.append(kind)
    return told


def _clauses(text: MarkupFact, parts: list[bool | None]) -> Iterator[_Clause]:
    titles = [plain(section.title) for section in text.sections]
    for passage in text.passages:
        kind = parts[passage.section]
        if kind is not None:
            for clause in _CLAUSE.split(passage.text):
                yield _Clause(clause, passage.line, kind, titles[passage.section])
    for block in text.blocks:
        kind = parts[block.section]
        if kind is not None and block.language in _PLAIN_BLOCKS:
            for number, line in enumerate(block.text.split("\n")):
                if not _COMMAND.match(line):
                    yield _Clause(line, block.line + number, kind, titles[block.section])
    for number, section in enumerate(text.sections):
        if parts[number] is not None and any(letter.isdigit() for letter in titles[number]):
            yield _Clause(section.title, section.line, False)


def _in_clause(clause: _Clause, metrics: Metrics) -> Iterator[Figure]:
    if not any(letter.isdigit() for letter in clause.text):
        return
    text = plain(clause.text[:_LETTERS])
    terms = _terms(text, metrics)
    blocked = [match.span() for match in metrics.blocks.finditer(text)]
    for number in _NUMBER.finditer(text):
        owner = _owner(text, number.start(), number.end(), terms)
        if owner is None:
            if clause.reporting and _telling(number) and not _is_version(clause.text, number):
                titled = metrics.kinds["shares"].search(clause.title) or metrics.kinds["errors"].search(clause.title)
                yield _figure(clause, number, titled[0] if titled else "", sure=titled is not None)
            continue
        kind, word = owner
        if kind == "decoys" or not _fits(number, kind, text):
            continue
        near = any(start < number.end() + _CLOSE and end > number.start() - _WINDOW for start, end in blocked)
        bound = bool(_BOUND.search(text, max(0, number.start() - _CLOSE), number.start()))
        loose = kind in _LOOSE and not _ARROW.search(text)
        if (near and bound) or (not clause.reporting and (near or loose)):
            continue
        sure = (
            not near
            and (not bound or (clause.reporting and not blocked))
            and (clause.reporting or kind in {"shares", "errors"})
        )
        yield _figure(clause, number, word, sure=sure, share=kind in _SHARES)


def _terms(text: str, metrics: Metrics) -> list[tuple[int, int, str, str]]:
    return sorted(
        (match.start(), match.end(), kind, match[0])
        for kind, pattern in metrics.kinds.items()
        for match in pattern.finditer(text)
    )


def _owner(text: str, start: int, end: int, terms: list[tuple[int, int, str, str]]) -> tuple[str, str] | None:
    """Return the nearest word of a kind: what follows a figure closely owns it as much as what stands before."""
    near: list[tuple[int, int, str, str]] = []
    for since, until, kind, word in terms:
        if kind == "decoys" and _WHERE.search(text, max(since - _CLOSE, 0), since):
            continue  # "precision on the test set: 98 %" is of the precision
        if _AIMED.search(text, max(since - _CLOSE, 0), since) or (
            kind == "decoys" and _ASIDE.fullmatch(text, end, since)
        ):
            continue  # "min_recall: 0.85" is wished for, "AUC 0.97 (test)" is of the AUC
        if since >= end and _PARTED.search(text, end, min(since, end + _AFTER)):
            continue  # "of 0.87, AUC 0.91", "0.87, 35 FPS": what follows is another figure's
        distance = start - until if until <= start else since - end
        reach = _BEFORE if until <= start else _AFTER
        if 0 <= distance <= reach:
            if kind == "decoys" and until <= start and _JOINED.fullmatch(text, until, start):
                return kind, word
            far = kind == "decoys" and until <= start and distance > _CLOSE
            weak = 15 if far else _DOUBT.get(kind, 0)
            near.append((distance + weak, -len(word), kind, word))
    return min(near)[2:] if near else None


def _fits(number: re.Match[str], kind: str, text: str) -> bool:
    """Tell whether a figure has the shape of what such a word measures."""
    unit = (number["unit"] or "").lower()
    value = value_of(number["n"])
    if kind in _SHARES:
        if unit in _PER_CENT:
            return value <= _LARGE
        return unit == "" and not number["money"] and "." in number["n"].replace(",", ".") and value <= _LARGE
    if kind == "errors":
        year = number["n"].isdigit() and int(number["n"]) in _YEARS and not number["money"]
        return not year and unit in (*_RATES, "usd", "eur") and not (number["n"].isdigit() and len(number["n"]) == 1)
    if kind in {"speeds", "efforts"}:
        return bool(number["money"]) or unit not in {"", "k"}
    arrow = bool(_ARROW.search(text))
    return (
        unit in (*_PER_CENT, "x", "×", "倍", "배", "times") or bool(number["money"]) or (arrow and "." in number["n"])
    )


def _telling(number: re.Match[str]) -> bool:
    unit = (number["unit"] or "").lower()
    return unit in _PER_CENT or bool(number["money"]) or (unit == "" and "." in number["n"][1:])


def _is_version(text: str, number: re.Match[str]) -> bool:
    """Tell whether a bare figure follows a name, as in "Gemini 2.5"."""
    return not number["unit"] and not number["money"] and bool(_NAME.search(text, 0, number.start()))


def _in_table(table: Table, metrics: Metrics, *, reporting: bool) -> Iterator[Figure]:
    """Read a table whose header, or whose first column, names what is measured."""
    header = [plain(cell) for cell in table.rows[0]]
    for number, row in enumerate(table.rows[1:]):
        for column, cell in enumerate(row):
            title = header[column] if column < len(header) else ""
            found = _NUMBER.search(plain(cell))
            if found is None or metrics.loose.search(title):
                continue
            kind, word = _measured(title, plain(row[0]) if column else "", found, metrics, reporting=reporting)
            bound = _BOUND.search(plain(cell)[: found.start()])
            if word or (column and reporting and _telling(found)):
                line = table.line + 2 + number
                yield Figure(found[0].strip(), word, line, " | ".join(row), bool(word) and not bound, kind in _SHARES)


def _measured(title: str, label: str, number: re.Match[str], metrics: Metrics, *, reporting: bool) -> tuple[str, str]:
    """Return the kind and the name of what a cell's figure measures, by its column or its row.

    Where both name something, it is what makes up more of its text: the row of "Hit rate" in a column "MSE baseline".
    """
    named = [
        (len(word[0]) / len(over), kind, word[0])
        for over in (title, label)
        if not metrics.loose.search(over)
        for kind in (_IN_TABLES if reporting else _IN_TABLES[:3])
        if (word := metrics.kinds[kind].search(over))
        and (kind in _SHARES or kind == "errors" or _fits(number, kind, "") or _TIMED.search(over))
    ]
    return max(named, key=itemgetter(0))[1:] if named else ("", "")


def _figure(clause: _Clause, number: re.Match[str], metric: str, *, sure: bool, share: bool = False) -> Figure:
    return Figure(number[0].strip(), metric, clause.line, clause.text.strip(), sure, share)


def value_of(written: str) -> float:
    """Return the value of a figure as written, whichever of "." and "," parts the thousands."""
    if "," in written and "." in written:
        last = max(written.rfind(","), written.rfind("."))
        return float(re.sub(r"[.,]", "", written[:last]) + "." + written[last + 1 :])
    if written.count(",") > 1 or written.count(".") > 1:
        return float(re.sub(r"[.,]", "", written))
    if re.fullmatch(r"[1-9]\d{0,2},\d{3}", written):
        return float(written.replace(",", ""))
    return float(written.replace(",", "."))
