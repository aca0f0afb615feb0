"""Whether something learnt from the data that a model is tested on."""

import re
from collections.abc import Iterator

from auditor.model import Confidence, Verdict, met, not_applicable, unmet
from auditor.probes.ml_training import trained
from auditor.probes.ml_words import Leakage, Words
from auditor.views.program import Program, Use

_SHOWN = 4


def leakage(program: Program, *, words: Words) -> Verdict:
    """Look for transformers fitted before the split in the same function, and for tuning on the test set."""
    if not trained(program, words):
        return not_applicable("No model is trained in Python here.")
    table = words.leakage
    splits = [use for use in program.named(*sorted(table.splits)) if not use.source.is_test]
    early = list(_fitted_early(program, splits, table, words))
    tuned = list(_tuned_on_test(program, table, words))
    if early or tuned:
        return _leaking(early, tuned, table)
    apart = [use for use in program.named(*sorted(table.methods)) if _prepares(use, table) and not use.source.is_test]
    safe = [*program.named(*sorted(table.pipelines)), *apart]
    if not splits or not safe:
        return not_applicable("Nothing besides the model is fitted to data that is split.")
    return met(
        "What is fitted, is fitted after the split or inside a pipeline.",
        splits[0].place,
        *(use.place for use in safe[:_SHOWN]),
        confidence=Confidence.MEDIUM,
    )


def _leaking(early: list[tuple[Use, Use]], tuned: list[Use], table: Leakage) -> Verdict:
    places = [place for use, split in early[:_SHOWN] for place in (use.place, split.place)]
    places += [use.place for use in tuned[:_SHOWN]]
    if not early:
        return unmet(
            "The test set decides when training stops or which model is kept.",
            *places,
            confidence=Confidence.MEDIUM,
            fix=f"Hold back a validation set for {tuned[0].place.path} and touch the test set once, at the end.",
        )
    use, split = early[0]
    what = use.receiver if use.receiver in table.fitted | table.resampled else use.last
    return unmet(
        f"{what} is fitted in {_where(use)} before the split in {_where(split)} of {use.source.path}.",
        *places,
        confidence=Confidence.HIGH if _feeds(use, split) else Confidence.MEDIUM,
        fix=f"Split first, then fit {what} on the training part only; a Pipeline does that by itself.",
    )


def _where(use: Use) -> str:
    return f"line {use.place.line}" if use.place.cell is None else f"cell {use.place.cell}"


def _fitted_early(program: Program, splits: list[Use], table: Leakage, words: Words) -> Iterator[tuple[Use, Use]]:
    """Yield each fit on data not named as a training part, with the later split of the same scope."""
    part = re.compile(
        f"{words.validation.train_names}|{words.validation.test_names}".replace("(?i)", ""), re.IGNORECASE
    )
    for use in program.named(*sorted(table.methods)):
        if use.source.is_test or not _prepares(use, table) or part.search(use.call.first):
            continue
        for split in splits:
            same = split.source.path == use.source.path and split.call.within == use.call.within
            if same and split.call.line > use.call.line:
                yield use, split
                break


def _prepares(use: Use, table: Leakage) -> bool:
    return use.receiver in table.fitted or use.receiver in table.resampled or use.last in ("fit_resample", "fit_sample")


def _feeds(use: Use, split: Use) -> bool:
    return bool(use.call.first) and use.call.first.split("[")[0] == split.call.first.split("[")[0]


def _tuned_on_test(program: Program, table: Leakage, words: Words) -> Iterator[Use]:
    test = re.compile(words.validation.test_names)
    for use in program.named(*sorted(table.tuning)):
        if use.source.is_test:
            continue
        if use.receiver in table.tuners and test.search(use.call.first):
            yield use
        watched = any(other.source.path == use.source.path for other in program.named(*sorted(table.watched)))
        stops = watched or "early_stopping_rounds" in use.keywords
        if stops and any(test.search(use.keywords.get(key, "")) for key in table.held_keywords):
            yield use
