"""The tests that a runner would collect, what they assert, and which of the candidate's own code they reach."""

from functools import cached_property

import msgspec

from auditor.facts.fact import Missing, base_name
from auditor.facts.python import Function, PythonFact
from auditor.facts.specs import NAMED, SpecsFact
from auditor.views.code import Code, Module
from auditor.views.layout import layout
from auditor.views.program import last
from auditor.views.reading import Reading

_CLIENTS = ("requests.", "httpx.", "fastapi.testclient.", "starlette.testclient.", "subprocess.", "click.testing.")
_RUNNERS = ("pytest", "unittest", "hypothesis")


class TestModule(msgspec.Struct, frozen=True, dict=True):
    """One test file. `own` are the own modules that it imports, `absent` what it imports from them that isn't there.

    `given` are the fixtures that its tests take from a conftest.py that reaches own code.
    """

    __test__ = False

    path: str
    fact: PythonFact
    own: tuple[str, ...]
    absent: tuple[str, ...]
    given: tuple[str, ...] = ()

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """The functions that pytest or unittest would run."""
        cases = {found.name for found in self.fact.classes if any(base.endswith("TestCase") for base in found.bases)}
        called = {call.name for call in self.fact.calls}
        tried = (
            ("test" in self.path.rpartition("/")[0].lower() and base_name(self.path) != "test.py")
            or any(f.asserts for f in self.fact.functions)
            or any(i.module in _RUNNERS for i in self.fact.imports)
        )
        return tuple(
            f
            for f in self.fact.functions
            if not f.nested and _runs(f, cases) and not (_is_step(f, called) or (f.given and not tried))
        )

    @property
    def reaches(self) -> bool:
        """Whether it tests anything of the project's own: imports it, or asks it over HTTP or a command line."""
        asks = any(call.name.startswith(_CLIENTS) for call in self.fact.calls)
        return bool(self.own or self.given) or (asks and not self.absent)

    @cached_property
    def telling(self) -> tuple[Function, ...]:
        """The functions with an assertion that could fail, in themselves or in a function here that they call."""
        asserting = {last(f.name) for f in self.fact.functions if f.asserts and not f.trivial}
        return tuple(
            f
            for f in self.functions
            if (f.asserts and not f.trivial) or any(last(called) in asserting for called in f.calls)
        )


class Specs(msgspec.Struct, frozen=True):
    """One test file in another language; `fact` is None where it could not be read."""

    path: str
    fact: SpecsFact | None

    def told(self, generated: frozenset[str]) -> int:
        """Return how many cases it has that assert something, without those that a generator wrote, by their titles."""
        if self.fact is None or not self.fact.assertions:
            return 0
        return max(self.fact.cases - sum(title.strip().lower() in generated for title in self.fact.titles), 0)


class Tests(msgspec.Struct, frozen=True, dict=True):
    """All test modules; `foreign` are test files in other languages; `code` is what could be tested."""

    __test__ = False

    modules: tuple[TestModule, ...]
    foreign: tuple[Specs, ...]
    code: Code

    @classmethod
    def of(cls, reading: Reading) -> "Tests | Missing | None":
        """Collect the tests; None where there is no code at all."""
        code = reading.view(Code)
        if not isinstance(code, Code):
            return code
        own = _own_names(reading, code)
        fixtures = _fixtures(reading, own)
        modules = tuple(_with(_test_module(module, own), fixtures) for module in code.tests)
        specs = reading.readable(SpecsFact)
        foreign = tuple(Specs(path, specs.get(path)) for path in code.others if NAMED.search(path))
        return cls(tuple(m for m in modules if m.functions), foreign, code)

    @cached_property
    def telling(self) -> tuple[tuple[TestModule, Function], ...]:
        """Every test with an assertion, in modules that reach own code."""
        return tuple((module, function) for module in self.modules if module.reaches for function in module.telling)

    @cached_property
    def count(self) -> int:
        """How many tests a runner would run."""
        return sum(len(module.functions) for module in self.modules)


def _runs(function: Function, cases: set[str]) -> bool:
    outer, _, name = function.name.rpartition(".")
    return name.startswith("test") and (not outer or "test" in outer.lower() or outer in cases)


def _is_step(function: Function, called: set[str]) -> bool:
    """Tell `test(model, loader)`, which a program calls to evaluate: no runner knows what to pass to it."""
    return bool(function.given) and (function.name == "test" or f".{function.name}" in called)


def _own_names(reading: Reading, code: Code) -> dict[str, PythonFact | None]:
    """Return each name that an own module can be imported by, from any folder on the way to it."""
    names: dict[str, PythonFact | None] = {}
    facts = reading.readable(PythonFact)
    for path in layout(reading).paths():
        if path not in facts:
            continue
        parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
        for start in range(len(parts)):
            dotted = ".".join(parts[start:])
            names[dotted] = facts[path]
            for end in range(start + 1, len(parts)):
                names.setdefault(".".join(parts[start:end]), None)
    for module in code.tests:  # a test that imports tests tests nothing
        names.pop(module.path.removesuffix(".py").rpartition("/")[2], None)
    return names


def _test_module(module: Module, own: dict[str, PythonFact | None]) -> TestModule:
    reached: list[str] = []
    absent: list[str] = []
    for found in module.fact.imports:
        name = found.module.lstrip(".")
        if found.module.startswith(".") or name in own or name.partition(".")[0] in own:
            known = own.get(name)
            reached.append(found.module)
            lacking = _lacking(known, found.names, name, own)
            absent += [f"{found.module}.{each}" for each in lacking]
            if name and name not in own and not found.module.startswith("."):
                absent.append(found.module)
    kept = tuple(name for name in reached if name not in absent)
    return TestModule(module.path, module.fact, kept, tuple(absent))


def _fixtures(reading: Reading, own: dict[str, PythonFact | None]) -> dict[str, frozenset[str]]:
    """Return, by folder, the fixtures of each conftest.py that reaches own code."""
    found: dict[str, frozenset[str]] = {}
    kept = layout(reading)
    for path, fact in reading.readable(PythonFact).items():
        if (
            path.rpartition("/")[2] == "conftest.py"
            and kept.is_own(path)
            and _test_module(Module(path, fact), own).reaches
        ):
            made = (f.name for f in fact.functions if any("fixture" in name for name in f.decorators))
            found[path.rpartition("/")[0]] = frozenset(made)
    return found


def _with(module: TestModule, fixtures: dict[str, frozenset[str]]) -> TestModule:
    """Add what a module's tests take from the conftest.py of its folder or of one above."""
    near = {
        name
        for folder, names in fixtures.items()
        if module.path.startswith(f"{folder}/" if folder else "")
        for name in names
    }
    given = sorted({name for function in module.functions for name in function.given if name in near}) if near else []
    return msgspec.structs.replace(module, given=tuple(given)) if given else module


def _lacking(
    known: PythonFact | None, names: tuple[str, ...], module: str, own: dict[str, PythonFact | None]
) -> list[str]:
    """Return the names that are imported from a module that does not have them; a star import hides all."""
    if known is None or known.problem is not None or any("*" in found.names for found in known.imports):
        return []
    return [
        n for n in names if n != "*" and n not in known.defined and f"{module}.{n}" not in own and not known.problem
    ]
