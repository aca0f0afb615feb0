"""Questions about automated tests: whether there are real ones, and how much of the code they reach."""

import re

from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unmet
from auditor.views.code import is_public
from auditor.views.tests import TestModule, Tests

_SHOWN = 3
_TEST_FILE = re.compile(
    r"(?:^|/)(?:test_[^/]+|[^/]+_tests?)\.py$|(?:^|/)tests/(?!.*(?:conftest|__init__)\.py$)"
)  # `test.py` alone is as often an evaluation script


def present(tests: Tests, *, several: int) -> Verdict:
    """Count the tests that a runner would collect and that assert something about the project's own code.

    `several` of them are met; fewer, or tests without such assertions, are partly.
    """
    if not tests.modules:
        return _foreign(tests)
    telling = len(tests.telling)
    said = f"{telling} of {tests.count} tests assert something about the project's own code"
    places = tuple(_at(module) for module in tests.modules[:_SHOWN])
    if telling >= several:
        return met(f"{said}.", *places)
    absent = [(module, name) for module in tests.modules for name in module.absent]
    if absent:
        module, name = absent[0]
        fix = f"{module.path} imports {name}, which does not exist: bring the tests back in step with the code."
        return partly(f"{said}; {name} is imported but does not exist.", *places, fix=fix)
    return partly(f"{said}.", *places, score=0.25 + 0.15 * telling)


def _foreign(tests: Tests) -> Verdict:
    if tests.foreign:
        places = tuple(Evidence(path) for path in tests.foreign[:_SHOWN])
        return partly(
            f"{len(tests.foreign)} test files in another language; none in Python.",
            *places,
            confidence=Confidence.MEDIUM,
        )
    scripts = [module for module in tests.code.tests if _TEST_FILE.search(module.path)]
    if scripts:
        places = tuple(Evidence(module.path, 1, excerpt="no test function") for module in scripts[:_SHOWN])
        return partly("Files named like tests hold no function that a runner would run.", *places, score=0.1)
    return unmet(
        "No tests.",
        Evidence("", excerpt="looked for test_*.py, *_test.py and other languages' tests"),
    )


def deep(tests: Tests, *, most: float, some: float) -> Verdict:
    """Measure the share of the project's public functions and classes that tests call, by name and import."""
    if not tests.telling:
        return not_applicable("There are no tests with assertions on the project's own code.")
    public = {(module.path, d.name): d for module, d in tests.code.public}
    if not public:
        return not_applicable("The modules define nothing public.")
    called = {part for module in tests.modules if module.reaches for part in _names(module)}
    reached = [key for key in public if key[1].rpartition(".")[2] in called and is_public(key[1])]
    share = len(reached) / len(public)
    per = tests.count / len(public)
    said = (
        f"Tests name {len(reached)} of {len(public)} public functions and classes ({share:.0%}), {per:.1f} tests each."
    )
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


def _at(module: TestModule) -> Evidence:
    first = module.functions[0]
    return Evidence(
        module.path, first.line, excerpt=f"{len(module.functions)} tests, {len(module.telling)} with assertions"
    )
