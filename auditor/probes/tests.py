"""Questions about automated tests: whether there are real ones, and how much of the code they reach."""

import re
from collections.abc import Iterator

from auditor.facts.fact import base_name
from auditor.facts.python import PythonFact
from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unknown, unmet
from auditor.views.code import Module, is_public
from auditor.views.program import last
from auditor.views.tests import TestModule, Tests
from auditor.views.words import counted

_SHOWN = 3
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "websocket_connect"})
_ROUTES = frozenset({"route", "api_route", "websocket"})
_TEST_FILE = re.compile(
    r"(?:^|/)(?:test_[^/]+|[^/]+_tests?)\.py$|(?:^|/)tests/(?!.*(?:conftest|__init__)\.py$)"
)  # `test.py` alone is as often an evaluation script

_IN_TESTS = re.compile(
    r"(?:^|/)(?:unit_?|integration_?)?tests?/(?!(?:utils?|helpers?|fixtures?|data|resources)/)", re.IGNORECASE
)


def present(tests: Tests, *, several: int, generated: tuple[str, ...]) -> Verdict:
    """Count the tests that a runner would collect and that assert something about the project's own code.

    `several` of them are met; fewer, or tests without such assertions, are partly. Tests in another language are met
    where nothing is in Python; `generated` are the titles of those that come with a new project.
    """
    if not tests.modules:
        return _foreign(tests, several, frozenset(generated))
    telling = len(tests.telling)
    said = f"{_asserting(telling, tests.count)} about the project's own code"
    ranked = sorted(tests.modules, key=lambda module: (not module.reaches, -len(module.telling), module.path))
    places = tuple(_at(module) for module in ranked[:_SHOWN])
    if telling >= several:
        return met(f"{said}.", *places)
    absent = [(module, name) for module in tests.modules for name in module.absent]
    if absent:
        module, name = absent[0]
        fix = f"{module.path} imports {name}, which does not exist: bring the tests back in step with the code."
        return partly(f"{said}; {name} is imported but does not exist.", *places, fix=fix)
    if telling:
        fix = f"Add tests until {several} or more call your own functions on small inputs and assert the results."
        return partly(f"{said}: a start, not yet {several}.", *places, score=0.25 + 0.15 * telling, fix=fix)
    fix = f"Import your own functions in {places[0].path}, call them on small inputs and assert the results."
    return partly(f"{said}.", *places, score=0.25, fix=fix)


def _asserting(telling: int, count: int) -> str:
    if count == 1:
        return f"The one test asserts {'something' if telling else 'nothing'}"
    return f"{telling} of {count} tests {'asserts' if telling == 1 else 'assert'} something"


def _foreign(tests: Tests, several: int, generated: frozenset[str]) -> Verdict:
    if tests.foreign:
        told = sum(each.told(generated) for each in tests.foreign)
        ranked = sorted(tests.foreign, key=lambda each: (-each.told(generated), each.path))
        places = tuple(Evidence(each.path, excerpt=counted(each.told(generated), "test")) for each in ranked[:_SHOWN])
        files = f"{len(tests.foreign)} test file{'s' if len(tests.foreign) > 1 else ''} in another language"
        said = f"{files} with {counted(told, 'test')} that assert{'s' if told == 1 else ''} something"
        if not told and all(each.fact is not None for each in tests.foreign):
            return partly(f"{files}; none asserts anything but what comes with a new project.", *places, score=0.1)
        if tests.code.python or told < several:
            more = "; none in Python" if tests.code.python else ", besides those that come with a new project"
            return partly(f"{said}{more}.", *places, confidence=Confidence.MEDIUM)
        return met(f"{said}.", *places, confidence=Confidence.LOW)
    scripts = [module for module in tests.code.tests if _TEST_FILE.search(module.path) and _is_attempt(module, tests)]
    if scripts:
        places = tuple(Evidence(module.path, 1, excerpt="no test function") for module in scripts[:_SHOWN])
        return partly("Files named like tests hold no function that a runner would run.", *places, score=0.1)
    if named := [
        Evidence(module.path, 1, excerpt="no test function") for module in tests.code.tests if _is_named(module)
    ]:
        fix = f"Turn {named[0].path} into functions called test_..., each with an assert."
        return unmet(f"No tests: {named[0].path} holds none.", *named[:_SHOWN], fix=fix)
    return unmet("No tests.", Evidence("", excerpt="looked for test_*.py, *_test.py and other languages' tests"))


def _is_named(module: Module) -> bool:
    """Tell what a runner would open, and find no test in."""
    return not module.fact.functions and bool(re.match(r"test_.+\.py$|.+_test\.py$", base_name(module.path)))


def _is_attempt(module: Module, tests: Tests) -> bool:
    """Tell a script among tests, one that asserts or is named for a module, from a program that evaluates a model."""
    stems = {base_name(each.path).removesuffix(".py") for each in tests.code.modules}
    named = base_name(module.path).removesuffix(".py").removeprefix("test_").removesuffix("_test") in stems
    asserts = any(function.asserts for function in module.fact.functions)
    tried = named or asserts or _IN_TESTS.search(module.path)
    return bool(module.fact.lines and tried and not any(f.name == "test" or f.given for f in module.fact.functions))


def deep(tests: Tests, *, most: float, some: float) -> Verdict:
    """Measure the share of the project's public functions and classes that tests call, by name and import."""
    if not tests.telling:
        return not_applicable("There are no tests with assertions on the project's own code.")
    public = {(module.path, d.name): d for module, d in tests.code.public}
    if not public:
        return not_applicable("The modules define nothing public.")
    called = {part for module in tests.modules if module.reaches for part in _names(module)} | set(_answering(tests))
    reached = [key for key in public if key[1].rpartition(".")[2] in called and is_public(key[1])]
    if not reached and all(module.given for module, _ in tests.telling):
        places = tuple(_at(module) for module in dict.fromkeys(module for module, _ in tests.telling))
        return unknown(
            "The tests reach the code through fixtures: what of it they call can't be told.", *places[:_SHOWN]
        )
    share = len(reached) / len(public)
    many = f"{tests.count} test{'s name' if tests.count > 1 else ' names'}"
    said = f"{many} {len(reached)} of {len(public)} public functions and classes ({share:.0%})."
    missed = [Evidence(path, d.line, excerpt=name) for (path, name), d in public.items() if (path, name) not in reached]
    if share >= most:
        return met(
            said,
            *[Evidence(path, public[path, name].line, excerpt=name) for path, name in reached[:_SHOWN]],
            confidence=Confidence.MEDIUM,
        )
    fix = f"Test {missed[0].excerpt} in {missed[0].path} next."
    if share >= some:
        return partly(said, *missed[:_SHOWN], score=share, confidence=Confidence.MEDIUM, fix=fix)
    return unmet(said, *missed[:_SHOWN], confidence=Confidence.MEDIUM, fix=fix)


def _names(module: TestModule) -> set[str]:
    names = {part for call in module.fact.calls for part in call.name.replace("()", "").replace("[]", "").split(".")}
    return names | {name for found in module.fact.imports for name in found.names}


def _answering(tests: Tests) -> Iterator[str]:
    """Yield the functions that answer the paths which tests ask a client for: `client.get("/health")`."""
    asked = [path for module in tests.modules for path, _ in _paths(module.fact, _METHODS)]
    for module in tests.code.modules:
        for path, line in _paths(module.fact, _METHODS | _ROUTES):
            if any(_is_at(each, path) for each in asked):
                below = [f for f in module.fact.functions if f.decorators and f.line > line]
                yield from (f.name.rpartition(".")[2] for f in below[:1])


def _paths(fact: PythonFact, methods: frozenset[str]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the paths that are first arguments of such calls, in parts, with their lines."""
    for call in fact.calls:
        path = call.first.strip("'").partition("?")[0]
        if path.startswith("/") and last(call.name) in methods:
            yield tuple(path.strip("/").split("/")), call.line


def _is_at(asked: tuple[str, ...], route: tuple[str, ...]) -> bool:
    """Tell whether a path ends as a route does, whose parts in brackets stand for anything; a router may add before."""
    fits = all(mine == other or other[:1] in ("{", "<") for mine, other in zip(asked[::-1], route[::-1], strict=False))
    return fits and len(asked) >= len(route) and (route != ("",) or asked == route)


def _at(module: TestModule) -> Evidence:
    first = module.functions[0]
    return Evidence(
        module.path,
        first.line,
        excerpt=f"{counted(len(module.functions), 'test')}, {len(module.telling)} with assertions",
    )
