"""How experiments are run: against a baseline, repeatable, recorded, and watched once they are deployed."""

import re
from collections.abc import Iterator, Mapping

from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unmet
from auditor.probes.ml_training import own_learners, shipped, trained
from auditor.probes.ml_words import Words
from auditor.views.layout import Layout
from auditor.views.program import Program, Use, last, prefixes
from auditor.views.words import counted

_SHOWN = 4
_NO_MODEL = "No model is trained in Python here."


def baseline(program: Program, *, words: Words, several: int) -> Verdict:
    """Look for a baseline, or for `several` kinds of model side by side."""
    training = trained(program, words)
    if not training:
        return not_applicable(_NO_MODEL)
    table = words.comparison
    if plain := list(program.named(*sorted(table.dummies))):
        return met(f"Models are compared with {plain[0].last}.", *(use.place for use in plain[:_SHOWN]))
    kinds = _kinds(program, words)
    named = ", ".join(sorted(kinds))
    if len(kinds) >= several:
        return met(f"Several models are compared: {named}.", *tuple(kinds.values())[:_SHOWN])
    if spoken := list(_spoken(program, re.compile(table.words))):
        return met("A baseline is named and computed.", *spoken[:_SHOWN], confidence=Confidence.MEDIUM)
    places = tuple(kinds.values()) or tuple(use.place for use in training)
    if len(kinds) > 1:
        fix = "Report both in one table, with what guessing scores on the same split."
        return partly(f"Two kinds of model are built: {named}.", *places[:_SHOWN], fix=fix)
    what = f"{named} is" if kinds else "One model is"
    return unmet(f"{what} trained, and nothing stands beside it.", *places[:_SHOWN], fix=_rival(program, kinds, words))


def _rival(program: Program, kinds: Mapping[str, Evidence], words: Words) -> str | None:
    """Return what can stand beside this sort of model."""
    classes = [found.name for source in program.sources for found in source.fact.classes if not source.is_test]
    for rival in words.comparison.rivals:
        named = re.compile(rival.kinds) if rival.kinds else None
        if any(program.importing(rival.modules)) or (named and any(named.search(each) for each in (*kinds, *classes))):
            return rival.fix
    return None


def seeded(program: Program, *, words: Words, most: float) -> Verdict:
    """Say whether chance is fixed: a seed for the program, or `random_state` where chance plays a part."""
    training = trained(program, words)
    if not training:
        return not_applicable(_NO_MODEL)
    table = words.seeds
    if whole := list(program.named(*sorted(table.calls))):
        return met("Seeds are set.", *(use.place for use in whole[:_SHOWN]))
    chance = list(program.named(*sorted(table.chance)))
    given = list(program.keyed(table.keywords))
    loose = [use for use in chance if not table.keywords & use.keywords.keys()]
    share = 1 - len(loose) / len(chance) if chance else float(bool(given))
    if given and share >= most:
        return met("Chance is fixed by random_state.", *(use.place for use in given[:_SHOWN]))
    if given:
        fix = f"Give {loose[0].last} in {loose[0].source.path} a random_state too." if loose else None
        return partly(
            f"{_calls(given, 'fixes', 'fix')} chance, {_calls(loose, 'leaves', 'leave')} it open.",
            *(use.place for use in loose[:_SHOWN]),
            score=share,
            fix=fix,
        )
    return unmet("No seed is set.", *(use.place for use in (loose or list(training))[:_SHOWN]))


def _calls(uses: list[Use], one: str, several: str) -> str:
    return f"{counted(len(uses), 'call')} {one if len(uses) == 1 else several}"


def tracking(program: Program, tree: Layout, *, words: Words) -> Verdict:
    """Look for an experiment tracker, a model registry or versioned data in use."""
    training = trained(program, words)
    if not training and not own_learners(program):
        return not_applicable(_NO_MODEL)
    table = words.tracking
    calls = list(program.within(table.modules))
    told = [
        use
        for use in program.keyed(table.keywords)
        if any(v in use.keywords.get(k, "") for k in table.keywords for v in table.values)
    ]
    files = [Evidence(entry.path) for entry in tree.named(re.compile(table.files))]
    if calls or told or files:
        roots = (
            sorted({use.name.partition(".")[0] for use in calls})
            or [place.path for place in files[:1]]
            or ["the trainer"]
        )
        places = [*(use.place for use in (*calls, *told)[:_SHOWN]), *files[:1]]
        return met(f"Experiments are tracked with {', '.join(roots)}.", *places)
    if imported := list(program.importing(table.modules)):
        return partly("A tracker is imported, and nothing is logged.", *imported[:_SHOWN])
    kept = [Evidence(entry.path) for entry in tree.named(re.compile(table.weak_files))]
    if kept:
        return partly("Results are kept in files, without a tracker.", *kept[:_SHOWN], score=0.4)
    return unmet("Runs leave no record.", *(use.place for use in training[:_SHOWN]))


def monitoring(program: Program, tree: Layout, *, words: Words) -> Verdict:
    """Look for monitoring or data validation around a model that is served."""
    served = list(program.within(words.monitoring.serving))
    if not served or not _answers(program, tree, {use.source.path for use in served}, words):
        return not_applicable("No model of the repository's own is served.")
    table = words.monitoring
    calls = list(program.within(table.modules))
    if calls:
        roots = sorted({_module(use, table.modules) for use in calls})
        return met(f"The service is watched with {', '.join(roots)}.", *(use.place for use in calls[:_SHOWN]))
    places = [
        *_spoken(program, re.compile(table.names)),
        *(Evidence(e.path) for e in tree.named(re.compile(table.files))),
    ]
    if places:
        return partly(
            "There are beginnings of monitoring or retraining.", *places[:_SHOWN], confidence=Confidence.MEDIUM
        )
    return unmet("A model is served, and nothing watches its input or output.", *(use.place for use in served[:_SHOWN]))


def _answers(program: Program, tree: Layout, serving: set[str], words: Words) -> bool:
    """Tell whether a model of the repository's own is behind what is served: loaded, or asked in the same file."""
    if shipped(program, tree, words):
        return True
    if not trained(program, words) and not own_learners(program):
        return False
    loaded = any(not use.source.cells for use in program.within(words.artefacts.loads))
    return loaded or any(use.source.path in serving for use in program.named(*sorted(words.artefacts.predicting)))


def _module(use: Use, modules: frozenset[str]) -> str:
    """Return the last part of the module that a call was recognised by."""
    return last(next(prefix for prefix in prefixes(use.name) if prefix in modules))


def _kinds(program: Program, words: Words) -> dict[str, Evidence]:
    """Return the kinds of estimator that are built, each with its first place; groupings only among themselves."""
    pattern = re.compile(words.comparison.estimators)
    found: dict[str, Evidence] = {}
    for name, uses in program.by_last.items():
        if pattern.search(name) and name not in words.training.transformers:
            for use in uses:
                if not words.comparison.modules.isdisjoint(prefixes(use.name)):
                    found.setdefault(name, use.place)
    grouping = re.compile(words.comparison.grouping)
    return {name: place for name, place in found.items() if not grouping.search(name)} or found


def _spoken(program: Program, pattern: re.Pattern[str]) -> Iterator[Evidence]:
    """Yield own functions, classes and calls whose names match."""
    for source in program.sources:
        if source.is_test:
            continue
        yield from (source.at(f.line, f"def {f.name}") for f in source.fact.functions if pattern.search(f.name))
        yield from (source.at(c.line, f"class {c.name}") for c in source.fact.classes if pattern.search(c.name))
    for name, uses in program.by_last.items():
        if pattern.search(name):
            yield from (use.place for use in uses)
