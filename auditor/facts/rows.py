"""What is done with one row: whether pandas could do it for all rows at once, without a function for each of them."""

import ast
import re

from auditor.facts.names import Names

_NODES = (
    ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Subscript, ast.Attribute, ast.Name, ast.Constant,
    ast.JoinedStr, ast.FormattedValue, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Slice, ast.keyword,
    ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context,
    ast.Return, ast.If, ast.Assign, ast.AugAssign, ast.Pass, ast.Expr,
)  # fmt: skip
_LOOPS = (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.For, ast.comprehension)
_BUILTINS = frozenset({"len", "str", "int", "float", "bool", "abs", "min", "max", "round", "sum", "any", "all"})
_METHODS = frozenset(
    {
        "get", "sum", "mean", "max", "min", "std", "median", "any", "all", "count", "abs", "round", "isna", "isnull",
        "notna", "notnull", "isin", "idxmax", "nunique", "dropna", "lower", "upper", "strip", "title", "startswith",
        "endswith", "replace", "zfill", "map", "total_seconds", "date", "weekday", "strftime", "mode",
    }
)  # fmt: skip
_ARITHMETIC = re.compile(r"(?:numpy|math|pandas)\.\w+$")
_MOST_LINES = 40
_OWN = re.compile(r"\.?\w+(?:\.\w+)*$")


def own_functions(node: ast.expr | None, names: Names) -> tuple[str, ...] | None:
    """Return the functions on which it depends whether what `apply` is given has a form for whole columns.

    None where it has none: it calls what only works on one value at a time. Functions of the repository are named.
    """
    if isinstance(node, ast.Lambda):
        if _scales(node):
            return None
        return _needed([node.body], names)
    if isinstance(node, ast.Name | ast.Attribute):
        return _reached(names.resolve(node))
    return None


def _scales(node: ast.Lambda) -> bool:
    """Tell `lambda row: row / row.sum()`: the row is computed with as a whole already."""
    given = node.args.args[0].arg if node.args.args else ""
    parts = (node.body.left, node.body.right) if isinstance(node.body, ast.BinOp) else ()
    return any(isinstance(part, ast.Name) and part.id == given for part in parts)


def is_plain(node: ast.FunctionDef | ast.AsyncFunctionDef, names: Names) -> bool:
    """Tell whether a function only computes with what it is given, as can be done for whole columns."""
    few = (node.end_lineno or node.lineno) - node.lineno <= _MOST_LINES
    returns = isinstance(node.body[-1], ast.Return | ast.If)
    return few and returns and bool(node.args.args) and _needed(node.body, names) == ()


def _needed(body: list[ast.stmt] | list[ast.expr], names: Names) -> tuple[str, ...] | None:
    """Return the own functions that are called; None at the first thing that has no form for whole columns."""
    found: list[str] = []
    stack: list[ast.AST] = [*body]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Call):
            reached = _called(node, names)
            if reached is None:
                return None
            found += reached
            stack += [*node.args, *node.keywords]
            if isinstance(node.func, ast.Attribute):
                stack.append(node.func.value)
            continue
        if not isinstance(node, _NODES) and not (isinstance(node, _LOOPS) and _over_columns(node)):
            return None
        stack += ast.iter_child_nodes(node)
    return tuple(found)


def _called(node: ast.Call, names: Names) -> tuple[str, ...] | None:
    if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
        return ()
    return _reached(names.resolve(node.func))


def _reached(name: str) -> tuple[str, ...] | None:
    if name in _BUILTINS or _ARITHMETIC.match(name):
        return ()
    return (name.rpartition(".")[2],) if _OWN.match(name) else None


def _over_columns(node: ast.AST) -> bool:
    """Tell a loop over names of columns from one over what a cell holds."""
    if not isinstance(node, ast.For | ast.comprehension):
        return True
    return isinstance(node.iter, ast.Name | ast.List | ast.Tuple)
