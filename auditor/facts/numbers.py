"""The figures that a file of results holds, as written: what a README's claims are looked up in."""

import re

from auditor.facts.fact import Fact, Parser, Unreadable, base_name, suffix
from auditor.facts.text import decode, is_binary

_ENDINGS = frozenset({"json", "csv", "tsv", "yaml", "yml", "log", "txt", "out", "md", "html", "jsonl"})
_TELLING = re.compile(
    r"metric|result|report|eval|score|leaderboard|benchmark|performance|accuracy|comparison|experiment|history|train"
    r"|summary|baseline|ablation|submission|backtest|hasil|metri|resultado|resultat|ergebnis|risultat|结果|評価|결과",
    re.IGNORECASE,
)
_TABLES = frozenset({"csv", "tsv", "html"})
_TABLE = re.compile(
    r"metric|result|eval|leaderboard|benchmark|accuracy|comparison|experiment|ablation|resultad|resultat"
)
_PLACES = re.compile(
    r"(?:^|/)(?:results?|reports?|metrics?|logs?|evals?|evaluation|outputs?|artifacts?|runs|mlruns|benchmarks?"
    r"|experiments?)/",
    re.IGNORECASE,
)
_NOT_RESULTS = re.compile(
    r"requirements|package(?:-lock)?\.json|tsconfig|(?:^|/)(?:train|test)(?:ing)?(?:_data|_set)?\.csv"
)
_FIGURE = re.compile(r"(?<![\w.])-?\d{1,15}(?:[.,]\d{1,20})?(?:[eE][-+]?\d{1,3})?(?![\w])")
_MOST = 20_000
_LETTERS = 1_000_000


class NumbersFact(Fact, frozen=True):
    """The distinct figures of a file of results, as written; `cut` where it holds more than are kept."""

    figures: tuple[str, ...]
    cut: bool = False


def parse(data: bytes) -> Fact:
    """Collect the figures."""
    if is_binary(data):
        return Unreadable("it is not text")
    found = dict.fromkeys(match[0] for match in _FIGURE.finditer(decode(data[:_LETTERS])))
    return NumbersFact(tuple(found)[:_MOST], len(found) > _MOST)


def reads(path: str) -> bool:
    """Tell whether a path is named like a file of results."""
    name = base_name(path)
    if suffix(path) in _TABLES and not _TABLE.search(name):
        return False
    if suffix(path) not in _ENDINGS or _NOT_RESULTS.search(path) or name.startswith("readme"):
        return False
    return bool(_TELLING.search(name) or _PLACES.search(path))


PARSER = Parser(name="numbers", fact=NumbersFact, parse=parse, reads=reads)
