"""Follow names through a program: imports, simple assignments, results of the module's own functions.

Names are resolved to dotted text, see `Call` in `auditor.facts.python`. No types are inferred beyond that.
"""

import ast

UNKNOWN = "?"
_LONGEST = 160


class Names:
    """Scopes of names, innermost last. `attributes` are those of `self` in the class at hand."""

    def __init__(self) -> None:
        self._scopes: list[dict[str, str]] = [{}]
        self.attributes: dict[str, str] = {}
        self.returns: dict[str, str] = {}
        self.assigned: dict[str, int] = {}

    def outermost(self) -> tuple[str, ...]:
        """Return the names that the module itself defines or imports, sorted."""
        return tuple(sorted(self._scopes[0]))

    def enter(self) -> None:
        """Begin a function's scope."""
        self._scopes.append({})

    def leave(self) -> None:
        """End it."""
        self._scopes.pop()

    def bind(self, name: str, meaning: str) -> None:
        """Give a name a meaning in the innermost scope."""
        self._scopes[-1][name] = meaning

    def resolve(self, node: ast.expr) -> str:  # noqa: C901 - one arm a kind of expression
        """Return the dotted text of an expression, "?" where it is not evident."""
        parts: list[str] = []
        while True:
            match node:
                case ast.Name(id=name):
                    root = self._name(name)
                    break
                case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=attr) if attr in self.attributes:
                    root = self.attributes[attr]
                    break
                case ast.Attribute(value=value, attr=attr):
                    parts.append("." + attr)
                    node = value
                case ast.Call(func=func):
                    parts.append("()")
                    node = func
                case ast.Subscript(value=value):
                    parts.append("[]")
                    node = value
                case ast.Await(value=value):
                    node = value
                case ast.Constant(value=str()):
                    root = "str"
                    break
                case ast.BinOp(left=left):
                    node = left
                case _:
                    root = UNKNOWN
                    break
            if len(parts) > _LONGEST:
                return UNKNOWN
        if parts and parts[-1] == "()" and root in self.returns:
            parts.pop()
            root = self.returns[root]
        text = root + "".join(reversed(parts))
        return text if len(text) <= _LONGEST else UNKNOWN

    def _name(self, name: str) -> str:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return name

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
