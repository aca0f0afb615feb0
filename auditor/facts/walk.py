"""One walk over a syntax tree that collects everything a `PythonFact` holds."""

import ast
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from auditor.facts import frames
from auditor.facts.names import UNKNOWN, Names
from auditor.facts.python import Call, Class, Function, Import, Literal, PythonFact, RowLoop

_LITERAL = re.compile(r"^(?:https?://|[A-Za-z]:[\\/]|/(?:content|home|Users|mnt|kaggle|root|media|data)/|~/)")
_WORDS = re.compile(r"[^\W_]+")
_LONGEST = 300
_SHORT = 60
_COMPLEX = 15
_ASSERTING = ("assert", "fail", "raises", "warns")
_BRANCHES: dict[type[ast.AST], Callable[[Any], int]] = {
    ast.If: lambda _: 1,
    ast.IfExp: lambda _: 1,
    ast.For: lambda node: 1 + bool(node.orelse),
    ast.AsyncFor: lambda node: 1 + bool(node.orelse),
    ast.While: lambda node: 1 + bool(node.orelse),
    ast.Try: lambda node: len(node.handlers) + bool(node.orelse),
    ast.BoolOp: lambda node: len(node.values) - 1,
    ast.comprehension: lambda node: 1 + len(node.ifs),
    ast.Assert: lambda _: 1,
    ast.Lambda: lambda _: 1,
    ast.match_case: lambda _: 1,
}
_PLAIN = frozenset(
    {"ctx", "op", "ops", "type_comment", "name", "id", "attr", "asname", "arg", "level", "kind", "names"}
)
_LEAVES = frozenset({ast.Constant, ast.Name, ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal})
Defined = ast.FunctionDef | ast.AsyncFunctionDef


class _Open:
    """A function that is being walked."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.branches = 1
        self.asserts = 0
        self.telling = 0
        self.calls: dict[str, None] = {}


class _Walk:
    """The state of one walk; `found` is what the fact is made of."""

    def __init__(self) -> None:
        self.names = Names()
        self.imports: list[Import] = []
        self.functions: list[Function] = []
        self.classes: list[Class] = []
        self.calls: list[Call] = []
        self.loops: list[RowLoop] = []
        self.literals: list[Literal] = []
        self.statements = 0
        self.main_guard = False
        self.pandas = False
        self._open: list[_Open] = []
        self._class: list[str] = []
        self._optional = 0
        self._caught = 0
        self._main = 0

    def block(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def visit(self, node: ast.AST) -> None:
        kind = type(node)
        branches = _BRANCHES.get(kind)
        if branches is not None and self._open:
            self._open[-1].branches += branches(node)
        if isinstance(node, ast.stmt) and not self._open and not self._class:
            self._count(node)
        handler = _HANDLERS.get(kind)
        if handler is not None:
            handler(self, node)
        else:
            self.children(node)

    def children(self, node: ast.AST) -> None:
        for name in _fields(type(node)):  # type: ignore[arg-type]  # mypy: a class would not be hashable
            child: Any = getattr(node, name, None)
            for item in child if child.__class__ is list else (child,):
                kind = item.__class__
                if kind is ast.Constant:
                    self.constant(item)
                elif kind not in _LEAVES and isinstance(item, ast.AST):
                    self.visit(item)

    def _count(self, node: ast.stmt) -> None:
        """Count a statement at module level that does work."""
        if self._main or isinstance(
            node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ):
            return
        if isinstance(node, ast.Assign | ast.AnnAssign) and not isinstance(node.value, ast.Call):
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return
        if _is_main_guard(node) or isinstance(node, ast.Pass | ast.Try):
            return
        self.statements += 1

    def constant(self, node: ast.Constant) -> None:
        value = node.value
        if value.__class__ is str and 3 < len(value) < _LONGEST and _marked(value) and _LITERAL.match(value):  # noqa: PLR2004
            self.literals.append(Literal(value, node.lineno))

    def import_(self, node: ast.Import | ast.ImportFrom) -> None:
        self.names.imported(node)
        optional = bool(self._optional)
        if isinstance(node, ast.Import):
            self.imports += [Import(alias.name, node.lineno, (), optional) for alias in node.names]
            self.pandas = self.pandas or any(alias.name.partition(".")[0] == "pandas" for alias in node.names)
        else:
            module = "." * node.level + (node.module or "")
            self.imports.append(Import(module, node.lineno, tuple(alias.name for alias in node.names), optional))
            self.pandas = self.pandas or module.partition(".")[0] == "pandas"

    def try_(self, node: ast.Try) -> None:
        optional = any(_catches_import_error(handler) for handler in node.handlers)
        self._optional += optional
        self._caught += bool(node.handlers)
        self.block(node.body)
        self._caught -= bool(node.handlers)
        for handler in node.handlers:
            self.block(handler.body)
        self._optional -= optional
        self.block(node.orelse)
        self.block(node.finalbody)

    def if_(self, node: ast.If) -> None:
        guard = _is_main_guard(node)
        optional = _is_type_checking(node.test)
        self.main_guard = self.main_guard or guard
        if type(node.test) not in _LEAVES:
            self.visit(node.test)
        self._main += guard
        self._optional += optional
        self.block(node.body)
        self._main -= guard
        self._optional -= optional
        self.block(node.orelse)

    def function(self, node: Defined) -> None:
        self.block(node.decorator_list)
        self.block(node.args.defaults)
        outer, method = self._open, bool(self._class) and not self._open
        name = ".".join([*self._class, *(part.name.rpartition(".")[2] for part in outer), node.name])
        if not outer and not method:
            self.names.bind(node.name, f".{node.name}")
        opened = _Open(name)
        self._open = [*outer, opened]
        self.names.enter()
        self._parameters(node.args)
        self.block(node.body)
        self._returned(node, method=method)
        self.names.leave()
        self._open = outer
        if outer:
            outer[-1].branches += opened.branches
            outer[-1].asserts += opened.asserts
            outer[-1].calls.update(opened.calls)
        self.functions.append(self._function(node, opened, method=method))

    def _parameters(self, arguments: ast.arguments) -> None:
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        for argument in every:
            if argument is not None:
                meaning = UNKNOWN
                if isinstance(argument.annotation, ast.Name | ast.Attribute):
                    meaning = f"{self.names.resolve(argument.annotation)}()"
                self.names.bind(argument.arg, meaning)

    def _returned(self, node: Defined, *, method: bool) -> None:
        """Remember what a function of the module evidently returns."""
        last = node.body[-1]
        if isinstance(last, ast.Return) and last.value is not None and not method:
            meaning = self.names.resolve(last.value)
            if not meaning.startswith(UNKNOWN):
                self.names.returns[f".{node.name}"] = meaning

    def _function(self, node: Defined, opened: _Open, *, method: bool) -> Function:
        every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        kept = [argument for argument in every if argument is not None]
        static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
        if method and not static:
            kept = kept[1:]
        return Function(
            name=opened.name,
            line=node.lineno,
            end_line=node.end_lineno or node.lineno,
            parameters=len(kept),
            annotated=sum(argument.annotation is not None for argument in kept),
            returns=node.returns is not None,
            documented=_documented(node),
            complexity=_complexity(node, opened.branches),
            method=method,
            nested=len(self._open) > 0,
            asserts=opened.asserts,
            decorators=tuple(self.names.resolve(decorator) for decorator in node.decorator_list),
            calls=tuple(opened.calls),
            trivial=opened.asserts > 0 and not opened.telling,
        )

    def class_(self, node: ast.ClassDef) -> None:
        self.block(node.decorator_list)
        self.block(node.bases)
        self.block(node.keywords)
        if not self._open and not self._class:
            self.names.bind(node.name, f".{node.name}")
        outer, attributes = self._open, self.names.attributes
        self._open, self.names.attributes = [], {}
        self._class.append(node.name)
        self.block(node.body)
        name = ".".join(self._class)
        self._class.pop()
        self._open, self.names.attributes = outer, attributes
        self.classes.append(
            Class(
                name=name,
                line=node.lineno,
                end_line=node.end_lineno or node.lineno,
                documented=_documented(node),
                methods=sum(isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) for part in node.body),
                bases=tuple(self.names.resolve(base) for base in node.bases),
                decorators=tuple(self.names.resolve(decorator) for decorator in node.decorator_list),
            )
        )

    def call(self, node: ast.Call) -> None:
        name = self.names.resolve(node.func)
        if isinstance(node.func, ast.Attribute | ast.Call | ast.Subscript):
            self.visit(node.func)
        for argument in node.args:
            self._argument(argument)
        for keyword in node.keywords:
            self._argument(keyword.value)
        first = _short(node.args[0]) if node.args else ""
        keywords = tuple((k.arg, _short(k.value)) for k in node.keywords if k.arg)
        within = self._open[-1].name if self._open else ""
        self.calls.append(Call(name, node.lineno, within, keywords, first, self._caught > 0))
        if self._open:
            self._open[-1].calls[name] = None
            if name.rpartition(".")[2].lower().startswith(_ASSERTING):
                self._open[-1].asserts += 1
                self._open[-1].telling += any(not isinstance(argument, ast.Constant) for argument in node.args)
        if loop := frames.row_call(node, self.names, pandas=self.pandas):
            self.loops.append(loop)

    def _argument(self, node: ast.expr) -> None:
        if type(node) is ast.Constant:
            self.constant(node)
        elif type(node) not in _LEAVES:
            self.visit(node)

    def assert_(self, node: ast.Assert) -> None:
        if self._open:
            self._open[-1].asserts += 1
            self._open[-1].telling += not isinstance(node.test, ast.Constant)
        self.children(node)

    def assign(self, node: ast.Assign) -> None:
        self._argument(node.value)
        meaning = self._meaning(node.value)
        for target in node.targets:
            self._argument(target)
            if (
                isinstance(target, ast.Tuple)
                and isinstance(node.value, ast.Tuple)
                and len(target.elts) == len(node.value.elts)
            ):
                for part, value in zip(target.elts, node.value.elts, strict=True):
                    self.names.assign(part, self._meaning(value))
            else:
                self.names.assign(target, meaning)

    def annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._argument(node.value)
            self.names.assign(node.target, self._meaning(node.value))

    def walrus(self, node: ast.NamedExpr) -> None:
        self._argument(node.value)
        self.names.assign(node.target, self._meaning(node.value))

    def _meaning(self, value: ast.expr) -> str:
        if isinstance(value, ast.Call | ast.Name | ast.Attribute | ast.Subscript | ast.Await):
            return self.names.resolve(value)
        return UNKNOWN

    def with_(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self._argument(item.context_expr)
            if item.optional_vars is not None:
                self.names.assign(item.optional_vars, self.names.resolve(item.context_expr))
        self.block(node.body)

    def for_(self, node: ast.For | ast.AsyncFor) -> None:
        self._argument(node.iter)
        if isinstance(node, ast.For) and (loop := frames.row_range(node, node.body, self.names)):
            self.loops.append(loop)
        meaning = self.names.resolve(node.iter)
        self.names.assign(node.target, f"{meaning}[]" if meaning != UNKNOWN else UNKNOWN)
        self.block(node.body)
        self.block(node.orelse)

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        body = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for generator in node.generators:
            if self._open:
                self._open[-1].branches += 1 + len(generator.ifs)
            self._argument(generator.iter)
            if loop := frames.row_range(generator, body, self.names):
                self.loops.append(loop)
            for condition in generator.ifs:
                self._argument(condition)
        for part in body:
            self._argument(part)

    def operation(self, node: ast.BinOp) -> None:
        """Walk a chain of operators without descending a frame for each."""
        current: ast.expr = node
        while isinstance(current, ast.BinOp):
            self._argument(current.right)
            current = current.left
        self._argument(current)


_HANDLERS: dict[type[ast.AST], Callable[[_Walk, Any], None]] = {
    ast.Import: _Walk.import_,
    ast.ImportFrom: _Walk.import_,
    ast.Try: _Walk.try_,
    ast.If: _Walk.if_,
    ast.FunctionDef: _Walk.function,
    ast.AsyncFunctionDef: _Walk.function,
    ast.ClassDef: _Walk.class_,
    ast.Call: _Walk.call,
    ast.Assert: _Walk.assert_,
    ast.Assign: _Walk.assign,
    ast.AnnAssign: _Walk.annotated,
    ast.NamedExpr: _Walk.walrus,
    ast.With: _Walk.with_,
    ast.AsyncWith: _Walk.with_,
    ast.For: _Walk.for_,
    ast.AsyncFor: _Walk.for_,
    ast.ListComp: _Walk.comprehension,
    ast.SetComp: _Walk.comprehension,
    ast.GeneratorExp: _Walk.comprehension,
    ast.DictComp: _Walk.comprehension,
    ast.BinOp: _Walk.operation,
}


@cache
def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """Return the fields of a kind of node that can hold further expressions or statements."""
    return tuple(field for field in kind._fields if field not in _PLAIN)


def _marked(text: str) -> bool:
    return "/" in text or "\\" in text


def walked(tree: ast.Module, source: str, lines: int) -> PythonFact:
    """Walk a module's tree and return its fact."""
    del source
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
        literals=tuple(walk.literals),
        defined=walk.names.outermost(),
        assigned=tuple(walk.names.assigned.items()),
    )


def _complexity(node: Defined, branches: int) -> int:
    """Return radon's own number where it matters; below `_COMPLEX` branches the count is as good."""
    if branches < _COMPLEX:
        return branches
    from radon.visitors import ComplexityVisitor  # noqa: PLC0415 - slow to import, rarely needed

    try:
        visitor = ComplexityVisitor(off=False)  # type: ignore[no-untyped-call]  # radon has no types
        visitor.visit(node)
    except RecursionError:
        return branches
    return max((block.complexity for block in visitor.functions), default=branches)


def _documented(node: Defined | ast.ClassDef) -> bool:
    """Tell whether there is a docstring that says more than the name."""
    text = ast.get_docstring(node, clean=False)
    if not text or not text.strip():
        return False
    said = {word.lower() for word in _WORDS.findall(text[:500])}
    named = {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", node.name)}
    return bool(said - named - {"the", "a", "an", "function", "method", "class", "todo", "this"})


def _short(node: ast.expr) -> str:
    """Return a name's, attribute's or constant's source text, "" for what is longer or computed."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=value) if not isinstance(value, bytes):
            text = value if isinstance(value, str) else str(value)
            return repr(text[:_SHORT]) if isinstance(value, str) else text[:_SHORT]
        case ast.Attribute(value=ast.Name(id=name), attr=attr):
            return f"{name}.{attr}"
        case ast.Subscript(value=ast.Name(id=name)):
            return f"{name}[]"
        case ast.JoinedStr(values=parts):
            told = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)[:_SHORT]
            return told.encode("utf-8", "replace").decode()
        case ast.Dict(keys=keys):
            texts = [str(key.value)[:_SHORT] for key in keys[:12] if isinstance(key, ast.Constant)]
            named = [text for text in texts if text.isprintable()]
            return f"{{{', '.join(named)}}}"[: _LONGEST // 2] if named else ""
        case ast.List(elts=parts) | ast.Tuple(elts=parts) if len(parts) <= 12:  # noqa: PLR2004 - a readable list
            inner = [_short(part) for part in parts]
            return f"[{', '.join(inner)}]"[: _LONGEST // 2] if all(inner) else ""
    return ""


def _is_main_guard(node: ast.stmt) -> bool:
    match node:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
    return False


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def _catches_import_error(handler: ast.ExceptHandler) -> bool:
    names = (
        {part.id for part in ast.walk(handler.type) if isinstance(part, ast.Name)} if handler.type else {"Exception"}
    )
    return bool(names & {"ImportError", "ModuleNotFoundError", "Exception"})
