"""Questions about type annotations and docstrings, measured on definitions rather than guessed from files."""

from auditor.facts.python import Class, Function
from auditor.model import Evidence, Verdict, met, not_applicable, partly, unmet
from auditor.views.code import Module, Modules, is_public

_SHOWN = 3


def hinted(modules: Modules, *, most: float, some: float, complete: float) -> Verdict:
    """Measure the share of public functions (and `__init__`) that carry annotations of parameters or return.

    `most` of them is met, `some` partly. A function counts with the share of its annotations that are there when it
    comes to how `complete` they are: below that, even all functions are partly.
    """
    functions = [(m, f) for m in modules.modules for f in m.fact.functions if _asks_for_hints(f)]
    if not functions:
        return not_applicable("The modules hold no functions that annotations could belong to.")
    scores = [(module, function, _annotated(function)) for module, function in functions]
    carrying = sum(score > 0 for _, _, score in scores)
    share = sum(score for _, _, score in scores) / len(scores)
    full = sum(score == 1 for _, _, score in scores)
    part = carrying / len(scores)
    said = f"{carrying} of {len(scores)} public functions {_carry(carrying)} annotations ({part:.0%}), {full} in full."
    ranked = sorted(scores, key=lambda scored: scored[2])
    if part >= most and share >= complete:
        return met(said, *[_at(module, function) for module, function, _ in ranked[: -_SHOWN - 1 : -1]])
    bare = [_at(module, function) for module, function, _ in ranked[:_SHOWN]]
    module, first = next(((m, f) for m, f, score in ranked if score < 1 and not f.nested), ranked[0][:2])
    what = f"parameters and return of {first.name}" if first.parameters else f"what {first.name} returns"
    fix = f"Annotate {what} in {module.path} first, and go on from there."
    if part >= some:
        return partly(said, *bare, score=share, fix=fix)
    return unmet(said, *bare, fix=fix)


def documented(modules: Modules, *, most: float, some: float) -> Verdict:
    """Measure the share of modules, public classes and functions with a docstring that says more than the name.

    Functions within functions count, as they did for the reviewers that the thresholds were taken from.
    """
    kept = [module for module in modules.modules if module.fact.lines]
    items = [(Evidence(m.path, 1, excerpt="the module"), m.fact.documented) for m in kept]
    items += [(_at(m, d), d.documented) for m in kept for d in _definitions(m)]
    share = sum(documented for _, documented in items) / len(items)
    bare = [place for place, documented in items if not documented]
    told = len(items) - len(bare)
    said = f"{told} of {len(items)} modules, classes and functions {_carry(told)} a docstring ({share:.0%})."
    if share >= most:
        return met(said, *[place for place, documented in items if documented][:_SHOWN])
    fix = f"Begin with {bare[0].path}: one sentence that says what the caller gets."
    return partly(said, *bare[:_SHOWN], score=share, fix=fix) if share >= some else unmet(said, *bare[:_SHOWN], fix=fix)


def _definitions(module: Module) -> list[Function | Class]:
    every: tuple[Function | Class, ...] = (*module.fact.functions, *module.fact.classes)
    return [defined for defined in every if is_public(defined.name)]


def _asks_for_hints(function: Function) -> bool:
    return is_public(function.name) or function.name.endswith("__init__")


def _annotated(function: Function) -> float:
    """Return the share of a function's annotations that are there; the return of `__init__` may be left out."""
    returns = function.returns or function.name.endswith("__init__")
    if not function.annotated and not function.returns:
        return 0.0
    return (function.annotated + returns) / (function.parameters + 1)


def _at(module: Module, defined: Function | Class) -> Evidence:
    return Evidence(module.path, defined.line, excerpt=defined.name)


def _carry(count: int) -> str:
    return "carries" if count == 1 else "carry"
