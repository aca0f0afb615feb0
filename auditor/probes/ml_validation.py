"""Whether models are judged on data that they were not trained on."""

import re
from collections.abc import Iterator

from auditor.facts.python import Function
from auditor.model import Confidence, Evidence, Verdict, met, partly, unmet
from auditor.probes.ml_training import models, no_model, unparsed
from auditor.probes.ml_words import Validation, Words
from auditor.views.layout import Layout
from auditor.views.program import Program, Source, last

_SHOWN = 3
_CHOSEN = "Settings are chosen by cross-validation, and data is held back besides."
_UNTESTED = "Settings are chosen by cross-validation; no data is left to judge the choice by."
_HOLD_BACK = "Split off a test set before the search, and score best_estimator_ on it once, at the end."
_FOLDER = re.compile(
    r"(?i)(?:^|/)(train|training|valid|validation|val|test|testing|dev)(?:[_-]?(?:data|set|images|dataset))?"
    r"(?:/(?:[^/]+/){0,3}[^/]+)?\.(?:csv|parquet|npz|npy|jsonl?|txt|pkl|tsv|jpe?g|png|arff|h5|wav|xml)$"
)
_LOADED = re.compile(r"(?i)(?:^|[/\\_'\"])(val|valid|validation|dev|test|testing)(?:$|[/\\_'\".])")
_CHECK = re.compile(
    r"(?:^|\.)(?:\w*Validat(?:ion|or)(?!_?(?:[Dd]ata|[Ss]et|[Ll]oad|[Gg]en|[Ss]plit))\w*|validate\w*)$"
)  # of columns and types, no model's
_READS = re.compile(r"^(?:read|load)", re.IGNORECASE)
_STEP = re.compile(r"^(?:validation|val|test)_(?:step|dataloader|epoch_end)$")
_BARE = frozenset({"val", "valid", "validation", "dev"})
_PARTS = {"train": "train", "training": "train", "test": "test", "testing": "test"} | dict.fromkeys(
    ("valid", "validation", "val", "dev"), "validation"
)


def validation(program: Program, tree: Layout, *, words: Words) -> Verdict:
    """Look for cross-validation, then for three parts of the data, then for two."""
    trained = models(program, words)
    if not trained:
        return no_model(program, tree, words, "nothing shows how it was validated")
    table = words.validation
    if folds := tuple(_folds(program, table)):
        return met("Models are cross-validated.", *folds[:_SHOWN])
    parts = _parts(program, tree, table)
    if {"test", "validation"} <= parts.keys():
        places = parts["validation"], parts["test"]
        return met("Training, validation and test data are kept apart.", *places, confidence=Confidence.MEDIUM)
    splits = [use.place for use in program.named(*sorted(table.splits))]
    held = [*splits, *(parts[part] for part in sorted(parts) if part != "train"), *_hinted(program, table)]
    searched = [use.place for use in program.named(*sorted(table.searches))]
    if held and searched:
        return met(_CHOSEN, searched[0], held[0], confidence=Confidence.MEDIUM)
    if searched:
        return partly(_UNTESTED, *searched[:_SHOWN], fix=_HOLD_BACK)
    if held:
        return partly("The data is split once; no part is left to choose between models by.", *held[:_SHOWN])
    broken, sure = unparsed(program)
    return unmet(f"No data is held back: no split, no cross-validation.{broken}", *trained[:_SHOWN], confidence=sure)


def _folds(program: Program, table: Validation) -> Iterator[Evidence]:
    for use in (*program.named(*sorted(table.folds)), *program.within(table.fold_calls)):
        yield use.place
    pattern = re.compile(table.fold_names)
    for source in program.sources:
        if not source.is_test:
            folding = (f for f in source.fact.functions if pattern.search(f.name) or _backtests(f))
            yield from (source.at(f.line, f"def {f.name}") for f in folding)
            yield from (source.at(c.line, f"class {c.name}") for c in source.fact.classes if pattern.search(c.name))


def _backtests(function: Function) -> bool:
    """Tell a test over a growing or moving window of the past from one of a strategy: it trains or predicts."""
    return "backtest" in function.name.lower() and any(last(name) in ("predict", "fit") for name in function.calls)


def _parts(program: Program, tree: Layout, table: Validation) -> dict[str, Evidence]:
    """Return validation and test data that one program has side by side, else whatever part shows anywhere."""
    found: dict[str, Evidence] = {}
    for use in program.named(*sorted(table.whole_splits)):
        found = {"validation": use.place, "test": use.place}
    competing = _competing(program, table)
    apart: dict[str, Evidence] = {}  # three parts that are made in one place, and judged in another
    for source in program.sources:
        here = {} if source.is_test else _parts_of(source, table)
        if source.path in competing:
            here.pop("test", None)
        if {"validation", "test"} <= here.keys():
            return here
        if {"validation", "named test"} <= here.keys():
            apart = here
        for part, place in here.items():
            found.setdefault(f"{part} data", place)
    spoken = () if competing else _speaking_of_test(program, table)
    used = found.get("test data") or next(iter(spoken), None)
    if apart and used:
        return {"validation": apart["validation"], "test": used}
    folders = {_PARTS[match[1].lower()]: path for path in tree.paths() if (match := _FOLDER.search(path))}
    return found | {part: Evidence(path) for part, path in folders.items() if not competing}


def _parts_of(source: Source, table: Validation) -> dict[str, Evidence]:
    """Return which parts one program has: by the names of what is judged, of what is assigned, by arguments."""
    validation, test, tested = (
        re.compile(pattern) for pattern in (table.validation_names, table.test_names, table.tested_names)
    )
    found: dict[str, Evidence] = {}
    for place, text in _judged(source, table):
        if validation.search(text):
            found.setdefault("validation", place)
        elif test.search(text):
            found.setdefault("test", place)
    for place, text in _loaded(source, table):
        if match := _LOADED.search(text):
            found.setdefault("test" if match[1].lower().startswith("test") else "validation", place)
    checks = {call.line for call in source.fact.calls if _CHECK.search(call.name)}
    for name, line in (*source.fact.assigned, *_steps(source)):
        if line in checks:
            continue
        ways = (("validation", validation), ("test", tested), ("test", _STEP), ("named test", test))
        part = next((part for part, pattern in ways if pattern.search(name)), None)
        if part:
            found.setdefault(part, source.at(line, name))
    for line in _beside_train(source):
        found.setdefault("validation" if "test" in found else "a part beside train", source.at(line, "val"))
    return found


def _steps(source: Source) -> Iterator[tuple[str, int]]:
    """Yield the methods by which a framework asks for a part: `test_dataloader`, `validation_step`."""
    named = ((function.name.rpartition(".")[2], function.line) for function in source.fact.functions)
    return (step for step in named if _STEP.search(step[0]))


def _beside_train(source: Source) -> list[int]:
    """Return where a bare `val` is assigned, which is a value of any sort unless `train` is assigned too."""
    lines = {name.lower(): line for name, line in source.fact.assigned}
    return [lines[name] for name in sorted(_BARE & lines.keys()) if "train" in lines]


def _hinted(program: Program, table: Validation) -> Iterator[Evidence]:
    """Yield where data is held back by an argument, or a function speaks of test data."""
    yield from (use.place for use in program.keyed(table.held_keywords))
    yield from (use.place for use in program.within(table.validating))
    yield from _speaking_of_test(program, table)
    test = re.compile(table.test_names)
    for source in program.sources:
        if not source.is_test:
            yield from (
                source.at(c.line, c.first) for c in source.fact.calls if "test" in c.first and test.search(c.first)
            )


def _speaking_of_test(program: Program, table: Validation) -> Iterator[Evidence]:
    """Yield own functions that handle test data by their names."""
    test = re.compile(table.test_names)
    for source in program.sources:
        if not source.is_test:
            yield from (source.at(f.line, f"def {f.name}") for f in source.fact.functions if test.search(f.name))


def _competing(program: Program, table: Validation) -> frozenset[str]:
    """Return the sources that write a submission to a competition, whose test set has no labels."""
    pattern = re.compile(table.unlabelled)
    named = {source.path for source in program.sources for name, _ in source.fact.assigned if pattern.search(name)}
    written = {use.source.path for use in program.named("to_csv", "read_csv") if pattern.search(use.call.first)}
    return frozenset(named | written)


def _loaded(source: Source, table: Validation) -> Iterator[tuple[Evidence, str]]:
    """Yield by what path, or as which part, data is loaded, and what `fit` holds back by itself."""
    for call in source.fact.calls:
        parts = [value for key, value in call.keywords if key in table.held_keywords]
        yield from ((source.at(call.line, text), text) for text in parts)
        if last(call.name) in table.loading or (_READS.match(last(call.name)) and call.first.startswith("'")):
            place = source.at(call.line, f"{last(call.name)}({call.first})")
            yield from (
                (place, text) for text in (call.first, *(v for k, v in call.keywords if k in table.part_keywords))
            )


def _judged(source: Source, table: Validation) -> Iterator[tuple[Evidence, str]]:
    """Yield what data is judged or held back, and what is asked for as `split="test"`."""
    for call in source.fact.calls:
        place = source.at(call.line, f"{last(call.name)}({call.first})")
        if last(call.name) in table.judging:
            yield place, call.first
        for key, value in call.keywords:
            if key == "split" or key in table.held_keywords:
                yield place, value
