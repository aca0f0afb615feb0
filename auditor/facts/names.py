"""Follow names through a program: imports, simple assignments, results of the module's own functions.

Names are resolved to dotted text, see `Call` in `auditor.facts.python`. No types are inferred beyond that.
"""

import ast
import re
from typing import Any

UNKNOWN = "?"
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.\w+)*$")
_LONGEST = 160
_SELF = ("self", "cls")


class Names:
    """Scopes of names, innermost last. `attributes` are those of `self` in the class at hand."""

    def __init__(self) -> None:
        self._scopes: list[dict[str, str]] = [{}]
        self.attributes: dict[str, str] = {}
        self.returns: dict[str, str] = {}
        self.assigned: dict[str, int] = {}
        self._given: dict[int, str] = {}

    def outermost(self) -> tuple[str, ...]:
        """Return the names that the module itself defines or imports, sorted."""
        return tuple(sorted(self._scopes[0]))

    def enter(self) -> None:
        """Begin a function's scope."""
        self._scopes.append({})

    def leave(self) -> None:
        """End it."""
        self._scopes.pop()

    @property
    def scope(self) -> dict[str, str]:
        """The meanings of the innermost scope."""
        return self._scopes[-1]

    def bind(self, name: str, meaning: str) -> None:
        """Give a name a meaning in the innermost scope."""
        self._scopes[-1][name] = meaning

    def called(self, node: ast.Call) -> str:
        """Return the resolved name of what is called, and keep what the call gives."""
        name = self.resolve(node.func)
        given = self.returns.get(name) or f"{name}()"
        self._given[id(node)] = given if len(given) <= _LONGEST else UNKNOWN
        return name

    def resolve(self, node: Any) -> str:  # noqa: ANN401 - an expression of any kind
        """Return the dotted text of an expression, "?" where it is not evident."""
        kind = node.__class__
        if kind is ast.Name:
            return self._name(node.id)
        if kind is ast.Attribute and node.value.__class__ is ast.Name and node.value.id not in _SELF:
            return f"{self._name(node.value.id)}.{node.attr}"
        parts: list[str] = []
        while (root := self._root(node)) is None:
            if isinstance(node, ast.Attribute):
                parts.append("." + node.attr)
            elif isinstance(node, ast.Call | ast.Subscript):
                parts.append("()" if isinstance(node, ast.Call) else "[]")
            node = node.func if isinstance(node, ast.Call) else node.left if isinstance(node, ast.BinOp) else node.value
            if len(parts) > _LONGEST:
                return UNKNOWN
        text = root + "".join(reversed(parts))
        if len(text) <= _LONGEST:
            return text
        return UNKNOWN + parts[0] if parts and len(parts[0]) < _LONGEST else UNKNOWN

    def _root(self, node: ast.expr) -> str | None:
        """Return what is known of an expression as it stands, None where its parts have to be looked at."""
        match node:
            case ast.Name(id=name):
                return self._name(name)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=attr) if attr in self.attributes:
                return self.attributes[attr]
            case ast.Call():
                return self._given.get(id(node))
            case ast.Attribute() | ast.Subscript() | ast.Await() | ast.BinOp():
                return None
            case ast.Constant(value=str()):
                return "str"
        return UNKNOWN

    def _name(self, name: str) -> str:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return name

    def declared(self, annotation: ast.expr | None) -> str:
        """Return what an annotation declares: an instance of a class, or of None besides; "?" for anything else."""
        match annotation:
            case ast.Name() | ast.Attribute():
                return f"{self.resolve(annotation)}()"
            case ast.Constant(value=str(text)) if _DOTTED.match(text):
                root, dot, rest = text.partition(".")
                return f"{self._name(root)}{dot}{rest}()"
            case ast.Subscript(value=ast.Name(id="Optional") | ast.Attribute(attr="Optional"), slice=inner):
                return self.declared(inner)
            case ast.BinOp(op=ast.BitOr(), left=left, right=ast.Constant(value=None)):
                return self.declared(left)
        return UNKNOWN

    def assign(self, target: ast.expr, meaning: str) -> None:
        """Bind what an assignment binds; unpacked parts are items of the whole."""
        match target:
            case ast.Name(id=name):
                self.bind(name, meaning)
                self.assigned.setdefault(name, target.lineno)
            case ast.Subscript(slice=ast.Constant(value=str(key))) if key.isprintable():
                self.assigned.setdefault(key[:60], target.lineno)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=attr):
                if meaning != UNKNOWN or attr not in self.attributes:
                    self.attributes[attr] = meaning
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self.assign(part, f"{meaning}[]" if meaning != UNKNOWN else UNKNOWN)
            case ast.Starred(value=value):
                self.assign(value, meaning)

    def imported(self, node: ast.Import | ast.ImportFrom) -> None:
        """Bind what an import binds."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.bind(
                    alias.asname or alias.name.partition(".")[0],
                    alias.name if alias.asname else alias.name.partition(".")[0],
                )
            return
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name != "*":
                joint = "" if module.endswith(".") else "."
                self.bind(alias.asname or alias.name, f"{module}{joint}{alias.name}")


def is_optional(test: ast.expr) -> bool:
    """Tell `if TYPE_CHECKING:`, and `if find_spec("cupy"):`."""
    asked = test.func if isinstance(test, ast.Call) else test.left if isinstance(test, ast.Compare) else test
    named = asked.func if isinstance(asked, ast.Call) else asked
    name = named.id if isinstance(named, ast.Name) else named.attr if isinstance(named, ast.Attribute) else ""
    return name in ("TYPE_CHECKING", "find_spec")


def catches_import_error(handler: ast.ExceptHandler) -> bool:
    """Tell the handler of an import that may fail."""
    if handler.type is None:
        return True
    names = {part.id for part in ast.walk(handler.type) if isinstance(part, ast.Name)}
    return bool(names & {"ImportError", "ModuleNotFoundError", "Exception"})
