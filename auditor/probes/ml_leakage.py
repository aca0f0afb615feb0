"""Whether something learnt from the data that a model is tested on."""

import re
from collections.abc import Iterator

from auditor.model import Confidence, Verdict, met, not_applicable, partly, unmet
from auditor.probes.ml_training import trained
from auditor.probes.ml_words import Leakage, Words
from auditor.views.program import Program, Use
from auditor.views.words import within

_SHOWN = 4


def leakage(program: Program, *, words: Words) -> Verdict:
    """Look for transformers fitted before the split in the same function, and for tuning on the test set."""
    if not trained(program, words):
        return not_applicable("No model is trained in Python here.")
    table = words.leakage
    splits = list(program.named(*sorted(table.splits)))
    early = list(_fitted_early(program, splits, table, words))
    tuned = list(_tuned_on_test(program, table, words))
    if early or tuned:
        return _leaking(early, tuned, table)
    fitted = [use for use in program.named(*sorted(table.methods)) if _prepares(use, table)]
    apart = [use for use in fitted if not any(_follows(split, use) for split in splits)]
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
    sure = [pair for pair in early if _feeds(*pair)]
    if tuned and not sure:
        return unmet(
            "The test set decides when training stops or which model is kept.",
            *places,
            confidence=Confidence.MEDIUM,
            fix=f"Hold back a validation set for {tuned[0].place.path} and touch the test set once, at the end.",
        )
    use, split = (sure or early)[0]
    what = use.receiver if use.receiver in table.fitted | table.resampled else use.last
    at, before = within(use.place), within(split.place)
    said = f"{what} is fitted in {at} before the split in {before} of {use.source.path}"
    fix = f"Split first, then fit {what} on the training part only; a Pipeline does that by itself."
    if not sure:
        return partly(f"{said}, if on the same data.", *places, confidence=Confidence.LOW, fix=fix)
    return unmet(f"{said}.", *places, fix=fix)


def _fitted_early(program: Program, splits: list[Use], table: Leakage, words: Words) -> Iterator[tuple[Use, Use]]:
    """Yield each fit on data not named as a training part, with the later split of the same scope."""
    part = re.compile(
        f"{words.validation.train_names}|{words.validation.test_names}".replace("(?i)", ""), re.IGNORECASE
    )
    for use in program.named(*sorted(table.methods)):
        if not _prepares(use, table) or part.search(use.call.first):
            continue
        later = [split for split in splits if _follows(split, use) and _may_feed(use, split, table)]
        if later:
            yield use, next((split for split in later if _feeds(use, split)), later[0])


def _follows(split: Use, use: Use) -> bool:
    same = split.source.path == use.source.path and split.call.within == use.call.within
    return same and split.call.line > use.call.line


def _prepares(use: Use, table: Leakage) -> bool:
    return use.receiver in table.fitted or use.receiver in table.resampled or use.last in ("fit_resample", "fit_sample")


def _may_feed(use: Use, split: Use, table: Leakage) -> bool:
    """Leave out what is reduced for a picture: a reduction feeds a split that is named after it."""
    if use.receiver not in table.reducing:
        return True
    return re.search(table.reduced, split.call.first) is not None


def _feeds(use: Use, split: Use) -> bool:
    """Tell whether the split data is named as the fitted: `X`, `X_scaled`; a column (`df[...]`) may be any."""
    fitted, parted = use.call.first, split.call.first
    return bool(fitted) and "[" not in fitted and fitted.split("_")[0].lower() == parted.split("_")[0].lower()


def _tuned_on_test(program: Program, table: Leakage, words: Words) -> Iterator[Use]:
    test = re.compile(words.validation.test_names)
    for use in program.named(*sorted(table.tuning)):
        if use.receiver in table.tuners and test.search(use.call.first):
            yield use
        watched = any(other.source.path == use.source.path for other in program.named(*sorted(table.watched)))
        stops = watched or "early_stopping_rounds" in use.keywords
        if stops and any(test.search(use.keywords.get(key, "")) for key in table.held_keywords):
            yield use
