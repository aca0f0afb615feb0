"""The candidate's own modules, his notebooks' programs beside them, and code in other languages."""

import re
from collections.abc import Iterator

import msgspec

from auditor.facts.fact import Missing
from auditor.facts.python import Class, Function, PythonFact
from auditor.views.layout import is_test, layout
from auditor.views.program import Program, Source
from auditor.views.reading import Reading

_OTHER_LANGUAGES = re.compile(
    r"\.(?:js|jsx|ts|tsx|mjs|vue|svelte|java|kt|scala|go|rs|c|cc|cpp|cu|h|hpp|cs|rb|php|swift|r|jl|m|dart|sh|sql)$",
    re.IGNORECASE,
)
_SUPPORT = re.compile(
    r"(?:^|/)(?:setup|conftest|noxfile|versioneer|manage|get-pip|fabfile)\.py$|(?:^|/)docs?/(?:.*/)?conf\.py$"
    r"|(?:^|/)(?:migrations|alembic)/", re.IGNORECASE
)  # fmt: skip


_DEFINES = 4
_TOP_STATEMENTS = 5
_TOP_SHARE = 0.08


class Module(msgspec.Struct, frozen=True):
    """One own .py file that is neither a test nor a support file."""

    path: str
    fact: PythonFact

    @property
    def functions(self) -> tuple[Function, ...]:
        """Its functions and methods, those within others left out."""
        return tuple(function for function in self.fact.functions if not function.nested)

    @property
    def structured(self) -> int:
        """Lines within functions and classes."""
        tops = [f for f in self.functions if not f.method] + [c for c in self.fact.classes if "." not in c.name]
        return sum(top.end_line - top.line + 1 for top in tops)

    @property
    def importable(self) -> bool:
        """Whether importing it gives functions or classes and does no work: next to nothing runs at top level."""
        stem = self.path.rpartition("/")[2].removesuffix(".py")
        fact = self.fact
        quiet = fact.statements <= max(_TOP_STATEMENTS, fact.lines * _TOP_SHARE)
        return self.structured >= _DEFINES and stem.isidentifier() and quiet


class Code(msgspec.Struct, frozen=True):
    """All own code. `broken` do not parse, `notebooks` are programs of cells, `others` files in other languages.

    `unread` could not be read by us: not in this clone, too large, nested too deeply, for a newer Python.
    """

    modules: tuple[Module, ...]
    notebooks: tuple[Source, ...]
    tests: tuple[Module, ...]
    broken: tuple[Module, ...]
    others: tuple[str, ...]
    unread: tuple[str, ...] = ()

    @classmethod
    def of(cls, reading: Reading) -> "Code | Missing | None":
        """Collect the code; None where there is none in any language."""
        own = layout(reading)
        others = tuple(path for path in own.paths() if _OTHER_LANGUAGES.search(path))
        program = reading.view(Program)
        if isinstance(program, Missing) and not others:
            return program
        if not isinstance(program, Program):
            return cls((), (), (), (), others) if others else None
        files = [source for source in program.sources if not source.cells]
        modules = [Module(source.path, source.fact) for source in files]
        return cls(
            tuple(m for m in modules if m.fact.problem is None and not _aside(m.path)),
            tuple(source for source in program.sources if source.cells),
            tuple(m for m in modules if m.fact.problem is None and is_test(m.path)),
            tuple(m for m in modules if m.fact.problem is not None and not m.fact.problem.ours),
            others,
            (*program.unread, *(s.path for s in program.sources if s.fact.problem is not None and s.fact.problem.ours)),
        )

    @property
    def public(self) -> Iterator[tuple[Module, Function | Class]]:
        """Yield the public functions, methods and classes of the modules."""
        for module in self.modules:
            every: tuple[Function | Class, ...] = (*module.functions, *module.fact.classes)
            for defined in every:
                if is_public(defined.name):
                    yield module, defined

    @property
    def python(self) -> bool:
        """Whether there is any Python."""
        return bool(self.modules or self.notebooks or self.tests or self.broken)


class Modules(Code, frozen=True):
    """The same for rules that ask about functions in modules: nothing where there are none."""

    @classmethod
    def of(cls, reading: Reading) -> "Modules | Missing | None":
        """Narrow the code to modules with functions."""
        code = reading.view(Code)
        if not isinstance(code, Code):
            return code
        if not any(module.fact.functions or module.fact.classes for module in code.modules):
            return None
        return cls(code.modules, code.notebooks, code.tests, code.broken, code.others, code.unread)


def is_public(name: str) -> bool:
    """Tell whether no part of a qualified name begins with an underscore; `__init__` and its like don't count."""
    return not any(part.startswith("_") for part in name.split("."))


def _aside(path: str) -> bool:
    return is_test(path) or _SUPPORT.search(path) is not None
