"""One walk over a syntax tree that collects everything a `PythonFact` holds: statements here, expressions below."""

import ast
import re
from collections.abc import Callable, Iterable
from typing import Any

from auditor.facts import definitions, frames, rows
from auditor.facts.definitions import Defined
from auditor.facts.expressions import Expressions, Open
from auditor.facts.names import UNKNOWN, catches_import_error, is_optional
from auditor.facts.python import Class, Function, Import, PythonFact

_IDLE = (
    ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass, ast.Try,
)  # fmt: skip
_NUMBERS = re.compile(r"range\(\)|numpy\.(?:arange|linspace|logspace|geomspace)\(\)")


class _Walk(Expressions):
    """The state of one walk."""

    def __init__(self) -> None:
        super().__init__()
        self.imports: list[Import] = []
        self.functions: list[Function] = []
        self.classes: list[Class] = []
        self.statements = 0
        self.main_guard = False
        self.framing: dict[str, None] = {}
        self.plain: dict[str, None] = {}
        self._class: list[str] = []
        self._optional = 0
        self._main = 0

    def block(self, nodes: Iterable[ast.stmt]) -> None:
        for node in nodes:
            if self.opened is None and not self._class:
                self._count(node)
            _HANDLERS.get(node.__class__, _Walk.other)(self, node)

    def other(self, node: ast.AST) -> None:
        """Walk a statement that needs no special care."""
        for name in node._fields:
            child: Any = getattr(node, name, None)
            parts = child if isinstance(child, list) else [child]
            if parts and isinstance(parts[0], ast.stmt):
                self.block(parts)
            else:
                self.expressions(*(part for part in parts if isinstance(part, ast.AST)))

    def _count(self, node: ast.stmt) -> None:
        """Count a statement at module level that does work."""
        if self._main or isinstance(node, _IDLE) or _is_main_guard(node):
            return
        if isinstance(node, ast.Assign | ast.AnnAssign) and not isinstance(node.value, ast.Call):
            return
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            self.statements += 1

    def _branch(self, ways: int) -> None:
        """Add to the cyclomatic complexity of the function at hand."""
        if self.opened is not None:
            self.opened.branches += ways

    def expression(self, node: ast.Expr | ast.Return) -> None:
        if node.value is not None:
            self.expressions(node.value)

    def import_(self, node: ast.Import) -> None:
        self.names.imported(node)
        self.imports += [Import(alias.name, node.lineno, (), self._optional > 0) for alias in node.names]
        self.pandas = self.pandas or any(alias.name.partition(".")[0] == "pandas" for alias in node.names)

    def import_from(self, node: ast.ImportFrom) -> None:
        self.names.imported(node)
        module = "." * node.level + (node.module or "")
        names = tuple([alias.name for alias in node.names])
        self.imports.append(Import(module, node.lineno, names, self._optional > 0))
        self.pandas = self.pandas or module.partition(".")[0] == "pandas"

    def try_(self, node: ast.Try | ast.TryStar) -> None:
        self._branch(len(node.handlers) + bool(node.orelse))
        optional = any(catches_import_error(handler) for handler in node.handlers)
        self._optional += optional
        self.caught += bool(node.handlers)
        self.block(node.body)
        self.caught -= bool(node.handlers)
        imported = dict(self.names.scope) if optional else {}
        for handler in node.handlers:
            self.block(handler.body)
        self.names.scope.update(imported)  # `mlflow = None` stands for where it is not installed
        self._optional -= optional
        self.block(node.orelse)
        self.block(node.finalbody)

    def if_(self, node: ast.If) -> None:
        """Walk a chain of `elif` without a frame for each."""
        while True:
            self._branch(1)
            guard, optional = _is_main_guard(node), is_optional(node.test)
            self.main_guard = self.main_guard or guard
            self.expressions(node.test)
            self._main += guard
            self._optional += optional
            self.block(node.body)
            self._main -= guard
            self._optional -= optional
            if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
                break
            node = node.orelse[0]
            if self.opened is None and not self._class:
                self._count(node)
        self.block(node.orelse)

    def function(self, node: Defined) -> None:
        self.expressions(*node.decorator_list, *node.args.defaults, *node.args.kw_defaults, counted=False)
        outer, method = self.opened, bool(self._class) and self.opened is None
        name = f"{outer.name}.{node.name}" if outer else ".".join((*self._class, node.name))
        if not outer and not method:
            self.names.bind(node.name, f".{node.name}")
        opened = self.opened = Open(name)
        self.names.enter()
        self._parameters(node.args)
        self.block(node.body)
        self._returned(node, method=method)
        self.names.leave()
        if rows.is_plain(node, self.names):
            self.plain[node.name] = None
        self.opened = outer
        if outer:
            outer.asserts += opened.asserts
            outer.telling += opened.telling
            outer.calls.update(opened.calls)
        record = definitions.function(node, opened, self.names, method=method, nested=outer is not None)
        self.functions.append(record)

    def _parameters(self, arguments: ast.arguments) -> None:
        for argument in definitions.parameters(arguments):
            self.names.bind(argument.arg, self.names.declared(argument.annotation))

    def _returned(self, node: Defined, *, method: bool) -> None:
        """Remember what a function of the module evidently returns: as it is declared, or by its last line."""
        last, meaning = node.body[-1], self.names.declared(node.returns)
        if not frames.is_frame(meaning) and isinstance(last, ast.Return) and last.value is not None:
            meaning = self.names.resolve(last.value)
        if frames.is_frame(meaning):
            self.framing[node.name] = None
        if not meaning.startswith(UNKNOWN) and not method:
            self.names.returns[f".{node.name}"] = meaning

    def class_(self, node: ast.ClassDef) -> None:
        self.expressions(*node.decorator_list, *node.bases, *node.keywords, counted=False)
        if self.opened is None and not self._class:
            self.names.bind(node.name, f".{node.name}")
        outer, attributes = self.opened, self.names.attributes
        self.opened, self.names.attributes = None, {}
        self._class.append(node.name)
        self.block(node.body)
        name = ".".join(self._class)
        self._class.pop()
        self.opened, self.names.attributes = outer, attributes
        self.classes.append(definitions.class_(node, name, self.names))

    def assert_(self, node: ast.Assert) -> None:
        self._branch(1)
        if self.opened is not None:
            self.opened.asserts += 1
            self.opened.telling += not isinstance(node.test, ast.Constant)
        self.expressions(node.test, node.msg, counted=False)

    def assign(self, node: ast.Assign) -> None:
        value, since = node.value, len(self.calls)
        self.expressions(value)
        named = node.targets[0] if isinstance(value, ast.Lambda) else None
        if isinstance(named, ast.Name) and rows.own_functions(value, self.names) == ():
            self.plain[named.id] = None
        for target in node.targets:
            if target.__class__ is not ast.Name:
                self.expressions(target)
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
                for part, each in zip(target.elts, value.elts, strict=True):
                    self.flowing(part, each, len(self.calls))
                    self.names.assign(part, self.meaning(each))
            else:
                self.flowing(target, value, since)
                self.names.assign(target, self.meaning(value))

    def annotated(self, node: ast.AnnAssign) -> None:
        declared = self.names.declared(node.annotation)
        if node.value is not None:
            self.expressions(node.value)
            self.names.assign(node.target, declared if frames.is_frame(declared) else self.meaning(node.value))
        if self._class and self.opened is None and isinstance(node.target, ast.Name):
            self.names.attributes[node.target.id] = declared

    def with_(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.expressions(item.context_expr)
            if item.optional_vars is not None:
                self.names.assign(item.optional_vars, self.names.resolve(item.context_expr))
        self.block(node.body)

    def for_(self, node: ast.For | ast.AsyncFor) -> None:
        self._branch(1 + bool(node.orelse))
        self.expressions(node.iter)
        if loop := frames.row_range(node, node.body, self.names):
            self.loops.append(loop)
        self.parts(node.iter)
        meaning, outer = self.names.resolve(node.iter), self.counting
        self.names.assign(node.target, f"{meaning}[]" if meaning != UNKNOWN else UNKNOWN)
        if isinstance(node.target, ast.Name) and (_NUMBERS.match(meaning) or _are_numbers(node.iter)):
            self.counting = node.target.id
        self.block(node.body)
        self.counting = outer
        self.block(node.orelse)

    def while_(self, node: ast.While) -> None:
        self._branch(1 + bool(node.orelse))
        self.expressions(node.test)
        self.block(node.body)
        self.block(node.orelse)

    def match_(self, node: ast.Match) -> None:
        default = any(isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None for case in node.cases)
        self._branch(max(0, len(node.cases) - default))
        self.expressions(node.subject)
        for case in node.cases:
            self.expressions(case.pattern, case.guard)
            self.block(case.body)


_HANDLERS: dict[type[ast.AST], Callable[[_Walk, Any], None]] = {
    ast.Expr: _Walk.expression,
    ast.Return: _Walk.expression,
    ast.Import: _Walk.import_,
    ast.ImportFrom: _Walk.import_from,
    ast.Try: _Walk.try_,
    ast.TryStar: _Walk.try_,
    ast.If: _Walk.if_,
    ast.FunctionDef: _Walk.function,
    ast.AsyncFunctionDef: _Walk.function,
    ast.ClassDef: _Walk.class_,
    ast.Assert: _Walk.assert_,
    ast.Assign: _Walk.assign,
    ast.AnnAssign: _Walk.annotated,
    ast.With: _Walk.with_,
    ast.AsyncWith: _Walk.with_,
    ast.For: _Walk.for_,
    ast.AsyncFor: _Walk.for_,
    ast.While: _Walk.while_,
    ast.Match: _Walk.match_,
}


def walked(tree: ast.Module, lines: int) -> PythonFact:
    """Walk a module's tree and return its fact."""
    walk = _Walk()
    walk.block(tree.body)
    return PythonFact(
        lines=lines,
        statements=walk.statements,
        documented=ast.get_docstring(tree, clean=False) is not None,
        main_guard=walk.main_guard,
        imports=tuple(walk.imports),
        functions=tuple(sorted(walk.functions, key=lambda function: function.line)),
        classes=tuple(sorted(walk.classes, key=lambda found: found.line)),
        calls=tuple(sorted(walk.calls, key=lambda call: call.line)),
        row_loops=tuple(sorted(walk.loops, key=lambda loop: loop.line)),
        literals=tuple(sorted(walk.literals, key=lambda literal: literal.line)),
        defined=walk.names.outermost(),
        assigned=tuple(walk.names.assigned.items()),
        framing=tuple(walk.framing),
        plain=tuple(walk.plain),
    )


def _is_main_guard(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )


def _are_numbers(node: ast.expr) -> bool:
    """Tell `[1, 3, 5]`."""
    parts = node.elts if isinstance(node, ast.List | ast.Tuple) else ()
    return bool(parts) and all(isinstance(part, ast.Constant) and isinstance(part.value, int | float) for part in parts)
