"""What is chosen by the data that a model is tested on: settings, thresholds, the moment to stop."""

import re
from collections.abc import Iterator

import msgspec

from auditor.probes.ml_words import Leakage, Words
from auditor.views.program import Program, Source, Use

_STOPS = "when training stops or which model is kept"


class Tuned(msgspec.Struct, frozen=True):
    """A use of test data that decides `what`."""

    use: Use
    what: str


def tuned_on_test(program: Program, words: Words) -> Iterator[Tuned]:
    """Yield the searches, the stops, the settings tried in a loop and the thresholds that test data decides."""
    table, test = words.leakage, re.compile(words.validation.test_names)
    for use in program.named(*sorted(table.tuning)):
        if use.receiver in table.tuners and test.search(use.call.first):
            yield Tuned(use, "which settings are kept")
        if _stops(use, program, table) and any(test.search(use.keywords.get(key, "")) for key in table.held_keywords):
            yield Tuned(use, _STOPS)
    judged = [
        use
        for use in program.named(*sorted(table.judging))
        if test.search(use.call.first) and not _is_validated(use.source, words)
    ]
    for use in judged:
        if tried := _tried(use, words):
            yield Tuned(use, f"which {tried} is kept")
    yield from _thresholds(judged, table)


def _stops(use: Use, program: Program, table: Leakage) -> bool:
    watched = (*program.named(*sorted(table.watched)), *program.keyed(table.stopping))
    return any(other.source.path == use.source.path for other in watched)


def _is_validated(source: Source, words: Words) -> bool:
    """Tell a source that has validation data beside the test data, or folds."""
    validation = re.compile(words.validation.validation_names)
    return any(validation.search(name) for name, _ in source.fact.assigned) or any(
        call.name.rpartition(".")[2] in words.validation.folds for call in source.fact.calls
    )


def _tried(use: Use, words: Words) -> str:
    """Return the setting of a model that is tried on test data: the variable of a loop, or what a trial suggests."""
    estimators = re.compile(words.comparison.estimators)
    for call in use.source.fact.calls:
        if call.within != use.call.within:
            continue
        last = call.name.rpartition(".")[2]
        if last.startswith("suggest_") and call.within:
            return "setting"
        if use.call.loop and call.loop == use.call.loop and estimators.search(last):
            for key, value in (*call.keywords, ("setting", call.first)):
                if value == use.call.loop and key not in words.seeds.keywords:
                    return key
    return ""


def _thresholds(judged: list[Use], table: Leakage) -> Iterator[Tuned]:
    """Yield what a best threshold is taken from."""
    chosen = re.compile(table.chosen)
    for use in judged:
        lines = [line for name, line in use.source.fact.assigned if chosen.search(name)]
        if use.last in table.curves and any(line >= use.call.line for line in lines):
            yield Tuned(use, "which threshold is kept")
