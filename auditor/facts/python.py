"""What a Python source says: one parse, one walk, then only the names, places and counts that probes ask about."""

from auditor.facts.fact import Fact


class Function(Fact, frozen=True):
    """A function or method. `name` is qualified ("Model.fit"); lines count from 1.

    `parameters` counts those that an annotation would belong to (no self, cls); `documented` means that the docstring
    says more than the name; `complexity` is cyclomatic, as radon counts it; `calls` are the distinct resolved names
    that it calls; `decorators` are resolved names.
    """

    name: str
    line: int
    end_line: int
    parameters: int
    annotated: int
    returns: bool
    documented: bool
    complexity: int
    method: bool = False
    nested: bool = False
    asserts: int = 0
    decorators: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


class Class(Fact, frozen=True):
    """A class; `bases` and `decorators` are resolved names."""

    name: str
    line: int
    end_line: int
    documented: bool
    methods: int
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()


class Import(Fact, frozen=True):
    """`import a.b` or `from a.b import c`. `module` keeps its leading dots; `optional` inside try/except ImportError.

    `names` is empty for a plain import.
    """

    module: str
    line: int
    names: tuple[str, ...] = ()
    optional: bool = False


class Call(Fact, frozen=True):
    """A call, in source order. `name` is resolved through imports, and through simple assignments to constructor calls.

    Results are written with "()": `pandas.read_csv().groupby().apply`; an unknown root is "?": `?.fit`.
    `within` is the qualified name of the enclosing function, "" at top level. `keywords` holds the literal ones as
    source text, others as "". `first` is the first positional argument's source text when it is short.
    """

    name: str
    line: int
    within: str = ""
    keywords: tuple[tuple[str, str], ...] = ()
    first: str = ""


class Literal(Fact, frozen=True):
    """A string literal worth a look: a URL, a path of one machine."""

    text: str
    line: int


class RowLoop(Fact, frozen=True):
    """A loop over a DataFrame's rows. `kind`: iterrows, itertuples, range-len, apply-axis-1."""

    kind: str
    line: int
    source: str
    vector_form: bool = True


class Problem(Fact, frozen=True):
    """Why a source does not parse; `python2` where it is valid Python 2 in all likelihood."""

    message: str
    line: int | None
    python2: bool = False


class PythonFact(Fact, frozen=True):
    """One module, or one notebook's code cells as one program.

    `lines` counts lines with code; `statements` counts top-level statements that do work (no imports, definitions,
    constants, docstrings, or what stands under `if __name__ == "__main__"`).
    """

    problem: Problem | None = None
    lines: int = 0
    statements: int = 0
    documented: bool = False
    main_guard: bool = False
    imports: tuple[Import, ...] = ()
    functions: tuple[Function, ...] = ()
    classes: tuple[Class, ...] = ()
    calls: tuple[Call, ...] = ()
    row_loops: tuple[RowLoop, ...] = ()
    literals: tuple[Literal, ...] = ()
