"""What only the shape of code shows: classes, inheritance, annotations, docstrings, tests. For the skills ledger."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from auditor.facts.python import Function
from auditor.model import Evidence
from auditor.views.program import Source

_FEW = 2
_SOME = 5
_MOST = 0.6
_PLAIN_BASES = frozenset(
    {"object", "Exception", "unittest.TestCase", "str", "dict", "list", "ValueError", "RuntimeError"}
)


def _classes(sources: Sequence[Source]) -> Iterator[Evidence]:
    """Yield own classes with behaviour."""
    return (
        source.at(made.line, f"class {made.name}")
        for source in sources
        if not source.is_test
        for made in source.fact.classes
        if made.methods >= _FEW
    )


def _inheritance(sources: Sequence[Source]) -> Iterator[Evidence]:
    """Yield classes that inherit from the repository's own."""
    own = {made.name for source in sources for made in source.fact.classes}
    for source in sources:
        for made in source.fact.classes:
            bases = {base.rpartition(".")[2] for base in made.bases if base not in _PLAIN_BASES}
            if not source.is_test and bases & own:
                yield source.at(made.line, f"class {made.name}({', '.join(sorted(bases & own))})")


def _annotations(sources: Sequence[Source]) -> Iterator[Evidence]:
    return _mostly(sources, lambda function: function.annotated == function.parameters and function.returns)


def _docstrings(sources: Sequence[Source]) -> Iterator[Evidence]:
    return _mostly(sources, lambda function: function.documented)


def _mostly(sources: Sequence[Source], right: Callable[[Function], bool]) -> Iterator[Evidence]:
    """Yield functions that are right, where most of the modules' are and they are more than a few."""
    every = [(s, f) for s in sources if not s.is_test and not s.cells for f in s.fact.functions if not f.nested]
    good = [(source, function) for source, function in every if right(function)]
    if len(every) >= _SOME and len(good) >= _MOST * len(every):
        yield from (source.at(function.line, f"def {function.name}") for source, function in good)


def _tests(sources: Sequence[Source]) -> Iterator[Evidence]:
    """Yield tests that assert something."""
    return (
        source.at(function.line, f"def {function.name}")
        for source in sources
        if source.is_test
        for function in source.fact.functions
        if function.name.rpartition(".")[2].startswith("test") and function.asserts and not function.trivial
    )


SHOWS: Mapping[str, Callable[[Sequence[Source]], Iterator[Evidence]]] = {
    "classes": _classes,
    "inheritance": _inheritance,
    "annotations": _annotations,
    "docstrings": _docstrings,
    "tests": _tests,
}
