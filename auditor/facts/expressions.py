"""Walk expressions without recursion: the calls in them, the names that they bind, the strings worth a look."""

import ast
import re
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from msgspec import structs

from auditor.facts import frames
from auditor.facts.names import UNKNOWN, Names
from auditor.facts.python import Call, Literal, RowLoop

_LITERAL = re.compile(r"^(?:https?://|[A-Za-z]:[\\/]|/(?:content|home|Users|mnt|kaggle|root|media|data)/|~/)")
_LONGEST = 300
_SHORT = 60
_READABLE = 12
_ASSERTING = re.compile(r"assert|fail|raises|warns", re.IGNORECASE)
_FLOWING = re.compile(r"(?:^|\.)(?:fit|fit_\w+|transform|\w*split)$")
_PARTLY = re.compile(r"train|test|val", re.IGNORECASE)
PART = re.compile(r"(?:train|test|val|valid|validation|dev|eval)(?:ing)?(?:_\w{1,12})?$", re.IGNORECASE)
_ATTRIBUTE, _CALL, _CONSTANT = ast.Attribute, ast.Call, ast.Constant
_TELLING = frozenset({ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp, ast.NamedExpr})
_PLAIN = frozenset({"ctx", "op", "ops", "id", "attr", "arg", "kind", "conversion", "is_async"})


class Open:
    """A function that is being walked. `telling` counts the assertions on something other than constants."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.branches = 1
        self.asserts = 0
        self.telling = 0
        self.calls: dict[str, None] = {}


class Expressions:
    """What expressions say. `opened` is the function at hand; `caught` counts the `try` with handlers around it.

    `counting` is the variable of the innermost `for` over numbers.
    """

    def __init__(self) -> None:
        self.names = Names()
        self.calls: list[Call] = []
        self.loops: list[RowLoop] = []
        self.literals: list[Literal] = []
        self.pandas = False
        self.caught = 0
        self.counting = ""
        self.opened: Open | None = None

    def expressions(self, *roots: ast.AST | None, counted: bool = True) -> None:  # noqa: C901, PLR0912 - one hot loop
        """Walk expressions, inner ones first; `counted` branches add to the complexity of the function at hand."""
        stack: list[Any] = [*roots]
        found: list[Any] = []
        branches = 0
        while stack:
            node = stack.pop()
            kind = node.__class__
            while kind is _ATTRIBUTE:
                node = node.value
                kind = node.__class__
            if kind is _CALL:
                found.append(node)
                stack.append(node.func)
                stack += node.args
                stack += [keyword.value for keyword in node.keywords]
            elif kind is _CONSTANT:
                if node.value.__class__ is str:
                    self._string(node.value, node.lineno)
            elif kind in _FIELDS:
                if kind in _TELLING:
                    found.append(node)
                elif kind in _BRANCHES:
                    branches += _branches(node)
                for name in _FIELDS[kind]:
                    child = getattr(node, name)
                    if child.__class__ is list:
                        stack += child
                    else:
                        stack.append(child)
        if counted and self.opened:
            self.opened.branches += branches
        for node in reversed(found):
            if node.__class__ is _CALL:
                self._call(node)
            else:
                self._bound(node)

    def parts(self, node: ast.expr) -> None:
        """Keep the parts of the data that a loop goes through: `for part in ("train", "val")`."""
        for each in node.elts if isinstance(node, ast.List | ast.Tuple) else ():
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and PART.match(each.value):
                self.names.assigned.setdefault(each.value, each.lineno)

    def flowing(self, target: ast.expr, value: ast.expr, since: int) -> None:
        """Say where the results of calls `since` an assignment began go to; keep a part of the rows that has a name."""
        to = short(target.elts[0] if isinstance(target, ast.Tuple) and target.elts else target)
        for place in range(since, len(self.calls)):
            if self.calls[place].of:
                self.calls[place] = structs.replace(self.calls[place], to=to)
        if isinstance(value, ast.Subscript) and _PARTLY.search(to) and _is_slice(value.slice):
            whole = self.names.resolve(value.value)
            if "()" in whole:
                within = self.opened.name if self.opened else ""
                self.calls.append(Call("slice", value.lineno, within, (), short(value.value), of=whole, to=to))

    def meaning(self, value: ast.expr) -> str:
        """Return the resolved text of what is assigned, "?" for what is computed."""
        if isinstance(value, ast.Call | ast.Name | ast.Attribute | ast.Subscript | ast.Await):
            return self.names.resolve(value)
        return UNKNOWN

    def _string(self, text: str, line: int) -> None:
        """Keep a string literal that is a URL or an absolute path."""
        if ("/" in text or "\\" in text) and len(text) < _LONGEST and _LITERAL.match(text):
            self.literals.append(Literal(_writable(text), line))

    def _bound(self, node: ast.NamedExpr | ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        if isinstance(node, ast.NamedExpr):
            self.names.assign(node.target, self.meaning(node.value))
            return
        body = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for generator in node.generators:
            self.parts(generator.iter)
            if loop := frames.row_range(generator, body, self.names):
                self.loops.append(loop)

    def _call(self, node: ast.Call) -> None:
        name = self.names.called(node)
        first = short(node.args[0]) if node.args else ""
        keywords = tuple([(k.arg, short(k.value)) for k in node.keywords if k.arg]) if node.keywords else ()
        within = ""
        if opened := self.opened:
            within = opened.name
            opened.calls[name] = None
            if _ASSERTING.match(name, name.rfind(".") + 1):
                opened.asserts += 1
                opened.telling += not node.args or any(not isinstance(argument, ast.Constant) for argument in node.args)
        if ".groupby()" in name:
            of = _column(node.func)
        else:
            of = self.names.resolve(node.args[0]) if node.args and _FLOWING.search(name) else ""
        self.calls.append(Call(name, node.lineno, within, keywords, first, self.caught > 0, of, loop=self.counting))
        if loop := frames.row_call(node, self.names, pandas=self.pandas):
            self.loops.append(loop)


def _branches(node: Any) -> int:  # noqa: ANN401 - one of three kinds of node
    """Count the ways that an expression adds, as radon does."""
    kind = node.__class__
    if kind is ast.IfExp:
        return 1
    return len(node.values) - 1 if kind is ast.BoolOp else 1 + len(node.ifs)


def _column(called: ast.expr) -> str:
    """Return which column of the groups something is called on: `churn` of `["churn"].mean` and of `.churn.mean`."""
    match called:
        case ast.Attribute(value=ast.Subscript(slice=ast.Constant(value=str(column)))):
            return _writable(column[:_SHORT])
        case ast.Attribute(value=ast.Attribute(attr=column)):
            return column
    return ""


def _is_slice(node: ast.expr) -> bool:
    return isinstance(node.elts[0] if isinstance(node, ast.Tuple) and node.elts else node, ast.Slice)


def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """Return the fields that hold expressions, in the order in which they are evaluated."""
    return tuple(field for field in kind._fields if field not in _PLAIN)


def _below(base: type[ast.AST]) -> list[type[ast.AST]]:
    return [kind for each in base.__subclasses__() for kind in (each, *_below(each))]


_BRANCHES = frozenset({ast.IfExp, ast.BoolOp, ast.comprehension})
_FIELDS = {
    kind: _fields(kind)
    for kind in (*_below(ast.expr), *_below(ast.pattern), ast.comprehension, ast.arguments, ast.keyword)
    if kind is not ast.Name
}


def short(node: ast.expr) -> str:
    """Return a name's, attribute's or constant's source text, "" for what is longer or computed."""
    written = _WRITTEN.get(node.__class__)
    return written(node) if written else ""


def _constant(node: ast.Constant) -> str:
    value = node.value
    if value.__class__ is str:
        return repr(value[:_SHORT])
    return "" if isinstance(value, bytes) else str(value)[:_SHORT]


def _part(node: ast.Attribute | ast.Subscript) -> str:
    if not isinstance(node.value, ast.Name):
        return ""
    if isinstance(node, ast.Attribute):
        return f"{node.value.id}.{node.attr}"
    key = node.slice.value if isinstance(node.slice, ast.Constant) else None
    return f"{node.value.id}['{key}']" if isinstance(key, str) and PART.match(key) else f"{node.value.id}[]"


def _filled_in(node: ast.JoinedStr) -> str:
    told = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return _writable(told[:_SHORT])


def _keys(node: ast.Dict) -> str:
    texts = [str(key.value)[:_SHORT] for key in node.keys[:_READABLE] if isinstance(key, ast.Constant)]
    named = [text for text in texts if text.isprintable()]
    return f"{{{', '.join(named)}}}"[: _LONGEST // 2] if named else ""


def _items(node: ast.List | ast.Tuple) -> str:
    inner = [text for part in node.elts[:_READABLE] if (text := short(part))]
    return f"[{', '.join(inner)}]"[: _LONGEST // 2] if inner else ""


_WRITTEN: dict[type[ast.expr], Callable[[Any], str]] = {
    ast.Name: attrgetter("id"),
    ast.Constant: _constant,
    ast.Attribute: _part,
    ast.Subscript: _part,
    ast.JoinedStr: _filled_in,
    ast.Dict: _keys,
    ast.List: _items,
    ast.Tuple: _items,
}


def _writable(text: str) -> str:
    """Replace half characters, which string literals may hold and no file can."""
    return text.encode("utf-8", "replace").decode()
