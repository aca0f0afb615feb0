"""Whether something learnt from the data that a model is tested on."""

import re
from collections.abc import Iterator

import msgspec

from auditor.model import Confidence, Verdict, met, not_applicable, partly, unmet
from auditor.probes.ml_training import trained
from auditor.probes.ml_tuning import Tuned, tuned_on_test
from auditor.probes.ml_words import Leakage, Words
from auditor.views.program import Program, Use
from auditor.views.words import shortened, within

_SHOWN = 4
_COLUMN = 40
_ONE_COLUMN = re.compile(r"\[?'([^']+)'\]?")
_MADE = ("pandas.DataFrame()", "pandas.concat()", "numpy.", "scipy.", "?")


class _Early(msgspec.Struct, frozen=True):
    """Something learnt before a split; `sure` when it is seen that the split data comes from it."""

    use: Use
    split: Use
    sure: bool
    column: str = ""


def leakage(program: Program, *, words: Words) -> Verdict:
    """Look for transformers fitted before the split of the same data, and for tuning on the test set."""
    if not trained(program, words):
        return not_applicable("No model is trained in Python here.")
    table = words.leakage
    if refitted := list(_fitted_to_test(program, words)):
        return _refitted(refitted)
    splits = [*program.named(*sorted(table.splits)), *_sliced(program, words)]
    early = [*_fitted_early(program, splits, table, words), *_averaged_early(program, splits, table)]
    tuned = list(tuned_on_test(program, words))
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


def _fitted_to_test(program: Program, words: Words) -> Iterator[Use]:
    """Yield what is fitted to the test data anew, where the same was fitted to the training data."""
    train, test = re.compile(words.validation.train_names), re.compile(words.validation.test_names)
    fitted = [use for use in program.named(*sorted(words.leakage.methods)) if use.receiver in words.leakage.fitted]
    own = {(use.source.path, use.receiver) for use in fitted if train.search(use.call.first)}
    for use in fitted:
        first = use.call.first
        if test.search(first) and not train.search(first) and (use.source.path, use.receiver) in own:
            yield use


def _refitted(refitted: list[Use]) -> Verdict:
    use = refitted[0]
    said = f"{use.receiver} is fitted to the test data anew in {within(use.place)} of {use.source.path}."
    fix = f"Fit {use.receiver} to the training data only, and call transform on the test data."
    return unmet(said, *(each.place for each in refitted[:_SHOWN]), fix=fix)


def _leaking(early: list[_Early], tuned: list[Tuned], table: Leakage) -> Verdict:
    places = [place for each in early[:_SHOWN] for place in (each.use.place, each.split.place)]
    places += [each.use.place for each in tuned[:_SHOWN]]
    sure = [each for each in early if each.sure]
    if tuned and not sure:
        return unmet(
            f"The test set decides {tuned[0].what}.",
            *places,
            confidence=Confidence.MEDIUM,
            fix=f"Hold back a validation set for {tuned[0].use.place.path} and touch the test set once, at the end.",
        )
    worst = (sure or early)[0]
    use, at, before = worst.use, within(worst.use.place), within(worst.split.place)
    if worst.column:
        what = f"The mean of {shortened(worst.column, _COLUMN)} by group is taken"
        fix = "Split first, then take the means from the training part only; a TargetEncoder in a Pipeline does that."
    else:
        name = use.receiver if use.receiver in table.fitted | table.resampled | table.pipelines else use.last
        what = f"{name} is fitted"
        fix = f"Split first, then fit {name} on the training part only; a Pipeline does that by itself."
    said = f"{what} in {at} before the split in {before} of {use.source.path}"
    if not sure:
        return partly(f"{said}, if on the same data.", *places, confidence=Confidence.LOW, fix=fix)
    return unmet(f"{said}.", *places, fix=fix)


def _sliced(program: Program, words: Words) -> Iterator[Use]:
    """Yield where a part of the rows is called training data: `train = scaled[:n]`."""
    part = re.compile(words.validation.train_names)
    yield from (use for use in program.named("slice") if part.search(use.call.to))


def _fitted_early(program: Program, splits: list[Use], table: Leakage, words: Words) -> Iterator[_Early]:
    """Yield each fit on data that is not named as a part or as the target, with a split that it feeds or may feed."""
    aside = re.compile(
        f"{words.validation.train_names}|{words.validation.test_names}|{table.targets}".replace("(?i)", ""),
        re.IGNORECASE,
    )
    results = list(program.named(*sorted(table.methods | table.results)))
    for use in results:
        inside = use.receiver in table.pipelines and _has_fitted(program, use, table)
        if use.last not in table.methods or not (inside or _prepares(use, table)) or aside.search(use.call.first):
            continue
        given = sorted((each for each in results if _continues(each, use)), key=lambda each: each.call.line)
        pairs = [(split, _fed(given, split, use, table)) for split in splits if not aside.search(split.call.first)]
        sure = [split for split, fed in pairs if fed and split.source.path == use.source.path]
        maybe = [split for split, fed in pairs if fed is None and not inside and split.last in table.splits]
        if sure or maybe:
            yield _Early(use, (sure or maybe)[0], bool(sure))


def _averaged_early(program: Program, splits: list[Use], table: Leakage) -> Iterator[_Early]:
    """Yield where a column is made of the target's means by group: `df.groupby("city")["churn"].transform("mean")`."""
    parted = {(use.source.path, name) for use in program.named("drop", "pop") for name in _dropped(use)}
    mapped = {(use.source.path, use.call.first) for use in program.named("map")}
    for use in program.named(*sorted(table.aggregates)):
        column, to = use.call.of, use.call.to
        kept = "[" in to or (use.source.path, to) in mapped
        mean = ".groupby()" in use.call.name and "mean" in (use.last, use.call.first.strip("'"))
        if mean and kept and (use.source.path, column) in parted:
            frame = use.call.name.partition(".groupby()")[0] + "()"
            yield from (
                _Early(use, split, sure=True, column=column)
                for split in splits
                if _follows(split, use) and _is_same(split.call.of, frame)
            )


def _dropped(use: Use) -> tuple[str, ...]:
    """Return the one column that is taken out of a frame, most often the target."""
    said = (use.call.first, *(value for key, value in use.call.keywords if key in ("columns", "labels")))
    return tuple(found[1] for text in said if (found := _ONE_COLUMN.fullmatch(text)))


def _has_fitted(program: Program, use: Use, table: Leakage) -> bool:
    """Tell whether something that learns from its data is built in the source: a pipeline may hold it."""
    return any(other.source.path == use.source.path for other in program.named(*sorted(table.fitted)))


def _continues(result: Use, use: Use) -> bool:
    """Tell the calls that give what a fitted object makes of data: the fit itself, and what it transforms later."""
    near = result.source.path == use.source.path and result.call.within == use.call.within
    return near and result.receiver == use.receiver and result.call.line >= use.call.line


def _fed(given: list[Use], split: Use, use: Use, table: Leakage) -> bool | None:
    """Tell whether what was fitted made the data that is split; None where that can't be told."""
    whole, parted = split.call.of, _base(split.call.first)
    made = any(f"{use.receiver}().{last}()" in whole for last in sorted(table.methods | table.results))
    if not _follows(split, use):
        return made and split.call.within != use.call.within
    before = [each for each in given if each.call.line < split.call.line]
    if made and not any(each.last in table.methods for each in before[1:]):
        return True
    for result in before:
        to = result.call.to
        if to and parted and _base(to) == parted:
            return True
        if "[" in to and _is_same(result.call.of, whole):
            return True
    if use.receiver in table.reducing or (parted and parted == use.call.first):
        return False
    return None if whole.startswith(_MADE) or not whole or not use.call.of else False


def _base(text: str) -> str:
    """Return the name that a short text begins with: `X` of `X[]`, `df` of `df.iloc`."""
    return re.split(r"[\[.(]", text, maxsplit=1)[0]


def _is_same(one: str, other: str) -> bool:
    """Tell whether two resolved names come from one place: `pandas.read_csv()[]` and `pandas.read_csv().drop()`."""
    if one in ("", "?") or "()" not in one:
        return _base(one) == _base(other) not in ("", "?")
    return one[: one.index("()")] == other.partition("()")[0]


def _follows(split: Use, use: Use) -> bool:
    same = split.source.path == use.source.path and split.call.within == use.call.within
    return same and split.call.line > use.call.line


def _prepares(use: Use, table: Leakage) -> bool:
    return use.receiver in table.fitted or use.receiver in table.resampled or use.last in ("fit_resample", "fit_sample")
