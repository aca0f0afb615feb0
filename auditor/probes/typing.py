"""Questions about type annotations and docstrings, measured on definitions rather than guessed from files."""

from auditor.facts.python import Class, Function
from auditor.model import Evidence, Verdict, met, not_applicable, partly, unmet
from auditor.views.code import Module, Modules, is_public

_SHOWN = 3


def hinted(modules: Modules, *, most: float, some: float) -> Verdict:
    """Measure the share of public functions whose parameters and return are annotated.

    A function with all of them counts 1, with a part of them a half: `most` of that is met. Partly is `some` of the
    functions with any annotation.
    """
    functions = [(m, f) for m in modules.modules for f in m.functions if _asks_for_hints(f)]
    if not functions:
        return not_applicable("The modules hold no functions that annotations could belong to.")
    scores = [(module, function, _annotated(function)) for module, function in functions]
    share = sum(score for _, _, score in scores) / len(scores)
    full = sum(score == 1 for _, _, score in scores)
    said = f"{full} of {len(scores)} public functions are fully annotated; counting parts, {share:.0%}."
    bare = [_at(module, function) for module, function, score in scores if score == 0] or [
        _at(module, function) for module, function, score in scores if score < 1
    ]
    if share >= most:
        return met(said, *[_at(module, function) for module, function, score in scores if score == 1][:_SHOWN])
    fix = f"Annotate parameters and return of {bare[0].excerpt} in {bare[0].path} first, and go on from there."
    if sum(score > 0 for _, _, score in scores) / len(scores) >= some:
        return partly(said, *bare[:_SHOWN], score=share, fix=fix)
    return unmet(said, *bare[:_SHOWN], fix=fix)


def documented(modules: Modules, *, most: float, some: float) -> Verdict:
    """Measure the share of modules, public classes and functions with a docstring that says more than the name.

    Functions within functions count, as they did for the reviewers that the thresholds were taken from.
    """
    kept = [module for module in modules.modules if module.fact.lines]
    items = [(Evidence(m.path, 1, excerpt="the module"), m.fact.documented) for m in kept]
    items += [(_at(m, d), d.documented) for m in kept for d in _definitions(m)]
    share = sum(documented for _, documented in items) / len(items)
    bare = [place for place, documented in items if not documented]
    said = f"{len(items) - len(bare)} of {len(items)} modules, classes and functions carry a docstring ({share:.0%})."
    if share >= most:
        return met(said, *[place for place, documented in items if documented][:_SHOWN])
    fix = f"Begin with {bare[0].path}: one sentence that says what the caller gets."
    return partly(said, *bare[:_SHOWN], score=share, fix=fix) if share >= some else unmet(said, *bare[:_SHOWN], fix=fix)


def _definitions(module: Module) -> list[Function | Class]:
    every: tuple[Function | Class, ...] = (*module.fact.functions, *module.fact.classes)
    return [defined for defined in every if is_public(defined.name)]


def _asks_for_hints(function: Function) -> bool:
    return is_public(function.name) or (function.name.endswith("__init__") and function.parameters > 0)


def _annotated(function: Function) -> float:
    if function.name.endswith("__init__"):
        return function.annotated / function.parameters
    if not function.annotated and not function.returns:
        return 0.0
    return 1.0 if function.returns and function.annotated == function.parameters else 0.5


def _at(module: Module, defined: Function | Class) -> Evidence:
    return Evidence(module.path, defined.line, excerpt=defined.name)
