"""Questions about how the code is written: modular, vectorised, structured, parseable, portable."""

import re
from collections.abc import Iterator

from auditor.facts.python import Function, RowLoop
from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unknown, unmet
from auditor.views.code import Code, Module, Modules
from auditor.views.packaging import Packaging
from auditor.views.program import Program, Source
from auditor.views.words import counted, shortened

_MANY = 0.3  # of the modules
_SHOWN = 3


def modular(code: Code, *, structured: float, modules: int, against_notebooks: float, some: float) -> Verdict:
    """Say whether the logic lives in modules that can be imported: functions and classes, no work at top level.

    Met: at least `modules` such files hold `structured` of all modules' lines, and `against_notebooks` times the lines
    of the notebooks. Below `some` of the lines within functions nothing is modular.
    """
    if not code.python:
        seen = Evidence("", excerpt=f"{len(code.others)} files in other languages")
        return not_applicable("There is no Python here.", seen)
    total = max(sum(module.fact.lines for module in code.modules), 1)
    share = sum(module.structured for module in code.modules) / total
    if share < some:
        return _flat(code, share)
    notebook_lines = sum(source.fact.lines for source in code.notebooks)
    good = [module for module in code.modules if module.importable]
    inside = sum(module.structured for module in good)
    said = f"{counted(len(good), 'importable module')} with functions or classes, {counted(inside, 'line')}"
    if not good:
        said = "No module to import from: each defines next to nothing, or does its work at top level"
    if notebook_lines:
        said += f"; the notebooks hold {notebook_lines}"
    ranked = sorted(good or code.modules, key=lambda module: (-module.structured, module.path))
    places = tuple(_extent(module) for module in ranked[:_SHOWN])
    broken = [module for module in code.broken if not (module.fact.problem and module.fact.problem.python2)]
    if broken and len(broken) >= _MANY * (len(good) + len(broken)):
        fix = f"Mend {broken[0].path} first: until it parses, nothing can import it."
        return partly(
            f"{said}, but {counted(len(broken), 'more')} can't be imported: no valid Python.",
            *map(_broken, broken[:_SHOWN]),
            fix=fix,
        )
    if len(good) >= modules and inside / total >= structured and inside >= against_notebooks * notebook_lines:
        return met(f"{said}.", *places)
    moving = _modular_fix(code, good, inside / total < structured, notebook_lines)
    return partly(f"{said}.", *places, score=0.5 if good else 0.3, fix=moving)


def _flat(code: Code, share: float) -> Verdict:
    if code.modules:
        biggest = max(code.modules, key=lambda module: (module.fact.lines, module.path))
        return unmet(
            f"{counted(len(code.modules), 'Python file')} with {share:.0%} of the lines in functions: "
            "nearly everything runs at top level.",
            Evidence(biggest.path, 1, excerpt=f"{biggest.fact.statements} statements at top level"),
        )
    lines = sum(source.fact.lines for source in code.notebooks)
    places = [Evidence(source.path, excerpt=f"{source.fact.lines} lines of code") for source in code.notebooks[:_SHOWN]]
    said = f"All {lines} lines of Python are in notebooks" if places else "No module defines anything"
    return unmet(
        f"{said}; nothing can be imported or tested.", *places or [Evidence("", excerpt="looked for .py files")]
    )


def _modular_fix(code: Code, good: list[Module], flat: bool, notebook_lines: int) -> str | None:
    if flat:
        busy = max(code.modules, key=lambda module: (module.fact.statements, module.path))
        return f'Move what {busy.path} does at top level into functions, called under `if __name__ == "__main__":`.'
    if notebook_lines:
        return "Move the logic of the notebooks into modules, and import it there."
    return f"Split {good[0].path} by what its parts do: data, model, serving." if good else None


def vectorised(program: Program, *, roots: tuple[str, ...], marginal: int, rare: float) -> Verdict:
    """Look for loops over the rows of DataFrames: iterrows, itertuples, range(len(df)), apply(axis=1).

    `apply` counts where the same can be written for whole columns. Up to `marginal` loops, or `rare` of them in 1,000
    lines, are partly.
    """
    users = [source for source in program.sources if _uses(source, roots)]
    loops = list(_row_loops(program))
    if not users and not loops:
        return not_applicable("pandas is not used.")
    if not loops:
        used = next(found for found in users[0].fact.imports if found.module.partition(".")[0] in roots)
        return met("pandas is used without loops over rows.", users[0].at(used.line, f"import {used.module}"))
    places = tuple(source.at(loop.line, loop.source) for source, loop in loops[:_SHOWN])
    fix = f"Replace `{shortened(loops[0][1].source, 60)}` in {loops[0][0].path} by operations on whole columns."
    said = f"{counted(len(loops), 'loop')} over the rows of a DataFrame."
    few = len(loops) <= max(marginal, rare * sum(source.fact.lines for source in program.sources) / 1000)
    return partly(said, *places, fix=fix) if few else unmet(said, *places, fix=fix)


def _row_loops(program: Program) -> Iterator[tuple[Source, RowLoop]]:
    """Yield the loops whose DataFrames and functions, where they come from elsewhere in the repository, are such."""
    framing = {name for source in program.sources for name in source.fact.framing}
    plain = {name for source in program.sources for name in source.fact.plain}
    for source in program.sources:
        for loop in () if source.is_test else source.fact.row_loops:
            if (not loop.maker or loop.maker in framing) and plain.issuperset(loop.needs):
                yield source, loop


def structured(modules: Modules, *, complexity: int, lines: int, few: float, many: float) -> Verdict:
    """Measure each function's cyclomatic complexity (as radon does) and length; name the worst three.

    Functions above `complexity` or `lines` are too large; up to `few` (a share) is met, above `many` unmet.
    """
    functions = [(m, f) for m in modules.modules for f in m.functions]
    if not functions:
        return not_applicable("The modules hold no functions.")
    large = [(m, f) for m, f in functions if f.complexity > complexity or f.end_line - f.line + 1 > lines]
    ranked = sorted(large or functions, key=lambda pair: (-pair[1].complexity, -(pair[1].end_line - pair[1].line)))[
        :_SHOWN
    ]
    places = tuple(_measured(module, function) for module, function in ranked)
    exceeding = "exceeds" if len(large) == 1 else "exceed"
    said = (
        f"{len(large)} of {counted(len(functions), 'function')} {exceeding} complexity {complexity} or {lines} lines."
    )
    if not large:
        said = f"{counted(len(functions), 'function')}, none above complexity {complexity} or {lines} lines."
    share = len(large) / len(functions)
    if share <= few:
        return met(said, *places)
    fix = f"Split {ranked[0][1].name} in {ranked[0][0].path} into steps with names."
    return partly(said, *places, score=1 - share, fix=fix) if share <= many else unmet(said, *places, fix=fix)


def designed(modules: Modules, *, lines: int, functions: int, data_decorators: tuple[str, ...]) -> Verdict:
    """Look for classes, inheritance, protocols and dataclasses in projects of so many `lines` or `functions`."""
    total = sum(module.fact.lines for module in modules.modules)
    several = sum(len(module.functions) for module in modules.modules)
    if total < lines and several < functions:
        return not_applicable(f"{counted(several, 'function')} in {total} lines of modules: too small to need classes.")
    classes = [(module, found) for module in modules.modules for found in module.fact.classes]
    rich = [(m, c) for m, c in classes if c.bases or any(d.split("(")[0] in data_decorators for d in c.decorators)]
    places = tuple(Evidence(m.path, c.line, excerpt=f"class {c.name}") for m, c in (rich or classes)[:_SHOWN])
    if rich:
        return met(
            f"{counted(len(classes), 'class', 'classes')}, {len(rich)} with a base class or as a dataclass.", *places
        )
    if classes:
        return partly(
            f"{counted(len(classes), 'class', 'classes')}, none with a base class, protocol or dataclass.", *places
        )
    said = f"{counted(several, 'function')} in {total} lines of modules, and no class."
    looked = Evidence("", excerpt="looked for classes in all modules")
    return unmet(said, looked, confidence=Confidence.MEDIUM)


def parses(code: Code, *, few: float, python2: str) -> Verdict:
    """Parse every own module and code cell (magics and shell lines allowed); Python 2 is named as such.

    Up to `few` (a share) that do not parse are partly. A cell that ran is left out, unless `python2` (a pattern) tells
    what it ran on.
    """
    if not code.python:
        return not_applicable("There is no Python here.") if not code.unread else _unread(code)
    files = [*code.modules, *code.tests, *code.broken]
    cells = [(source, cell) for source in code.notebooks for cell in source.cells if cell.lines]
    old = re.compile(python2)
    faulty = [
        (source, cell)
        for source in code.notebooks
        for cell in source.unparsed
        if old.match(cell.said) or not (cell.outputs or cell.count)
    ]
    if not code.broken and not faulty:
        said = " and ".join(
            counted(len(found), noun) for found, noun in ((files, "file"), (cells, "notebook cell")) if found
        )
        left_out = f" {counted(len(code.unread), 'file')} could not be read." if code.unread else ""
        return met(f"All Python parses: {said}.{left_out}", Evidence("", excerpt="parsed every .py and code cell"))
    places = [_broken(module) for module in code.broken]
    places += [Evidence(source.path, cell=cell.index, excerpt=cell.said) for source, cell in faulty]
    said = _not_parsing(code, len(files), len(faulty), len(cells))
    if any(p.excerpt == "Python 2" for p in places) or any(old.match(cell.said) for _, cell in faulty):
        said = f"{said} Some of it is Python 2."
    fix = f"Fix {places[0].path}" + (f" at line {places[0].line}." if places[0].line else f": `{places[0].excerpt}`.")
    few_files = len(code.broken) <= few * len(files) and len(faulty) <= max(few * len(cells), 1)
    return partly(said, *places[:_SHOWN], fix=fix) if few_files else unmet(said, *places[:_SHOWN], fix=fix)


def _not_parsing(code: Code, files: int, faulty: int, cells: int) -> str:
    parts = [f"{len(code.broken)} of {counted(files, 'Python file')}"] if code.broken else []
    parts += [f"{faulty} of {counted(cells, 'code cell')}"] if faulty else []
    return f"Not parsing: {' and '.join(parts)}."


def _unread(code: Code) -> Verdict:
    return unknown(f"{code.unread[0]} could not be read.")


def portable(program: Program, packaging: Packaging, *, patterns: tuple[str, ...], few: int) -> Verdict:
    """Look for paths that exist on one person's machine only, and for dependencies that only a notebook installs."""
    personal = re.compile("|".join(patterns), re.IGNORECASE)
    found = [
        (source, literal)
        for source in program.sources
        if not source.is_test
        for literal in source.fact.literals
        if personal.match(literal.text)
    ]
    only = packaging.notebooks if not packaging.declaring else ()
    said = (
        f"{counted(len(found), 'path')} of one machine in the code" if found else "No path of one machine in the code"
    )
    if only:
        said += f"; packages are listed only where a notebook installs them: {shortened(only[0].where.excerpt, 60)}"
    if not found and not only:
        return met(f"{said}.", Evidence("", excerpt=f"looked at {counted(len(program.sources), 'source')}"))
    places = [source.at(literal.line, literal.text) for source, literal in found[:_SHOWN]]
    places += [each.where for each in only[:1]]
    fix = "List the packages in requirements.txt."
    if found:
        fix = f"Replace `{shortened(found[0][1].text, 80)}` by a path relative to the project, or by a setting."
    return unmet(f"{said}.", *places, fix=fix) if len(found) > few else partly(f"{said}.", *places, fix=fix)


def _uses(source: Source, roots: tuple[str, ...]) -> bool:
    """Tell whether a source imports and calls one of the packages."""
    imported = any(found.module.partition(".")[0] in roots for found in source.fact.imports)
    return imported and any(call.name.partition(".")[0] in roots for call in source.fact.calls)


def _extent(module: Module) -> Evidence:
    classes = counted(len(module.fact.classes), "class", "classes")
    said = f"{counted(len(module.functions), 'function')}, {classes}"
    return Evidence(module.path, 1, excerpt=said)


def _measured(module: Module, function: Function) -> Evidence:
    length = function.end_line - function.line + 1
    said = f"{function.name}: complexity {function.complexity}, {length} lines"
    return Evidence(module.path, function.line, function.end_line, excerpt=said)


def _broken(module: Module) -> Evidence:
    problem = module.fact.problem
    if problem is None:
        return Evidence(module.path)
    return Evidence(module.path, problem.line, excerpt="Python 2" if problem.python2 else problem.message)
