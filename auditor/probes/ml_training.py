"""Whether a model is trained here, or a trained one is shipped: the condition of every machine-learning rule."""

import re
from collections.abc import Iterator

from auditor.model import Confidence, Evidence, Verdict, not_applicable, unknown, unmet
from auditor.probes.ml_words import Training, Words
from auditor.views.layout import Layout
from auditor.views.program import Program, Source, Use, last, prefixes

_MODE_SWITCH = "train"


def trained(program: Program, words: Words) -> tuple[Use, ...]:
    """Return the calls that train a model, tests apart."""
    return program.once(("trained", words.training), lambda: tuple(_learning(program, words.training)))


def _learning(program: Program, words: Training) -> Iterator[Use]:
    return (use for use in _candidates(program, words) if not _explains(use, program, words))


def _explains(use: Use, program: Program, words: Training) -> bool:
    """Tell a regression whose coefficients are read from one whose predictions are measured."""
    if not words.explaining & set(prefixes(use.name)):
        return False
    return not any(other.source.path == use.source.path for other in program.named(*sorted(words.judged)))


def models(program: Program, words: Words) -> tuple[Evidence, ...]:
    """Return where models are trained: by calls, or by classes of the repository's own that fit and predict."""
    return (
        *(use.place for use in trained(program, words)),
        *program.commanding(re.compile(words.training.commands)),
        *(s.at(n, f"class {name}") for s, n, name in own_learners(program)),
    )


def no_model(program: Program, tree: Layout, words: Words, lack: str) -> Verdict:
    """Say why there is nothing to judge, or that a model is shipped of which `lack`."""
    if found := shipped(program, tree, words):
        folders = {place.path.rpartition("/")[0] for place in found[:-1]}
        beside = tree.named(re.compile(words.artefacts.reports, re.IGNORECASE))
        if told := next((entry.path for entry in beside if entry.path.rpartition("/")[0] in folders), None):
            said = f"A trained model is shipped; its training is not here, and only {told} may say how it was judged."
            return unknown(said, Evidence(told), *found)
        return unmet(f"A trained model is shipped, and {lack}.", *found, confidence=Confidence.MEDIUM)
    if other := tree.named(re.compile(words.training.elsewhere)):
        return unknown("Models seem to be trained in a language that is not judged here.", Evidence(other[0].path))
    return not_applicable("No model is trained in Python here.")


def shipped(program: Program, tree: Layout, words: Words) -> tuple[Evidence, ...]:
    """Return committed models of the candidate's own that own code loads; pre-trained ones of others don't count."""
    loading = list(program.within(words.artefacts.loads))
    if not loading:
        return ()
    pretrained = re.compile(words.artefacts.pretrained)
    found = [entry.path for entry in tree.named(re.compile(words.artefacts.paths, re.IGNORECASE))]
    predicted = any(program.named(*sorted(words.artefacts.predicting)))
    pickles = re.compile(words.artefacts.pickles, re.IGNORECASE)
    own = [path for path in found if not pretrained.search(path) and (predicted or not pickles.search(path))]
    return (*(Evidence(path, excerpt="a trained model") for path in own[:2]), loading[0].place) if own else ()


def unparsed(program: Program) -> tuple[str, Confidence]:
    """Say which source does not parse, and how sure one can be of what is missing from the others."""
    for source in program.sources:
        if not source.is_test and (source.fact.problem is not None or source.unparsed):
            return f" {source.path} does not parse, and may hold more.", Confidence.LOW
    return "", Confidence.HIGH


def _candidates(program: Program, words: Training) -> Iterator[Use]:
    for use in program.named(*sorted(words.methods)):
        if (
            use.receiver not in words.transformers
            and not use.receiver.endswith(words.preparing)
            and _learns(use, program, words)
        ):
            yield use
    for use in program.named(_MODE_SWITCH):
        if use.receiver in words.trainers or use.receiver.endswith("Trainer") or words.keywords & use.keywords.keys():
            yield use
    for use in program.named(*sorted(words.steps)):
        if imports(use.source, words.libraries) or (
            use.last in words.sure_steps and uses_library(use.source, program, words)
        ):
            yield use
    yield from program.within(words.calls)


def _learns(use: Use, program: Program, words: Training) -> bool:
    root = use.name.partition(".")[0].removesuffix("()")
    if words.libraries & set(prefixes(use.name)):
        return True
    if use.last == "fit" and own_learners(program):
        return True
    known_elsewhere = root not in ("?", "self", "") and any(prefix in program.modules for prefix in prefixes(use.name))
    own = program.once("own modules", lambda: frozenset(part for s in program.sources for part in _parts(s.path)))
    return (not known_elsewhere or root in own or root.startswith(".")) and uses_library(use.source, program, words)


def _parts(path: str) -> list[str]:
    return path.removesuffix(".py").split("/")


def own_learners(program: Program) -> tuple[tuple[Source, int, str], ...]:
    """Return own classes that fit and predict: models written by hand."""
    return program.once("own learners", lambda: tuple(_own_learners(program)))


def _own_learners(program: Program) -> Iterator[tuple[Source, int, str]]:
    for source in program.sources:
        if source.is_test:
            continue
        methods = {function.name: function.line for function in source.fact.functions if function.method}
        for name, line in methods.items():
            owner, _, method = name.rpartition(".")
            if method in ("fit", "train") and f"{owner}.predict" in methods:
                yield source, line, last(owner)


def imports(source: Source, roots: frozenset[str]) -> bool:
    """Tell whether a source imports one of the modules."""
    return any(roots.intersection(prefixes(each.module)) for each in source.fact.imports)


def uses_library(source: Source, program: Program, words: Training) -> bool:
    """Tell whether a source, or the repository around it, imports a library that learns."""
    return imports(source, words.libraries) or any(words.libraries.intersection(prefixes(m)) for m in program.modules)
