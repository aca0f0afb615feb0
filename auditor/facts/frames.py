"""Loops over the rows of a DataFrame, on objects that are one, or that only a DataFrame can be."""

import ast
import re

from auditor.facts.names import UNKNOWN, Names
from auditor.facts.python import RowLoop

_FRAME = re.compile(
    r"^(?:pandas|geopandas|cudf|dask\.dataframe|modin\.pandas|seaborn|polars)\."
    r"(?:read_\w+|DataFrame|GeoDataFrame|concat|merge|json_normalize|get_dummies|crosstab|pivot_table|load_dataset)"
)
_NOT_A_FRAME = re.compile(
    r"\.(?:values|to_numpy|to_list|tolist|to_dict|unique|groupby|shape|columns|index|dtypes|items|str|dt|iloc|loc|at|iat)\b[^.]*$"
)
_CALLED_A_FRAME = re.compile(r"(?:^|_)df$")
_ROW_CALLS = frozenset({"iterrows", "itertuples", "apply"})
_INDEXERS = ("iloc", "loc", "at", "iat", "ix")
_SOURCE = 100
_VECTOR_NODES = (
    ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Subscript, ast.Attribute, ast.Name, ast.Constant,
    ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context,
)  # fmt: skip


def is_frame(name: str) -> bool:
    """Tell whether a resolved name is a DataFrame (or a group or column of one, where that can't be told apart)."""
    return bool(_FRAME.match(name)) and not _NOT_A_FRAME.search(name)


def is_foreign(name: str) -> bool:
    """Tell whether a resolved name is surely no DataFrame: something else's object."""
    root = re.split(r"[\[(]", name, maxsplit=1)[0]
    return not (name.startswith((UNKNOWN, ".")) or _FRAME.match(name) or root.isidentifier())


def row_call(node: ast.Call, names: Names, *, pandas: bool) -> RowLoop | None:
    """Recognise `.iterrows()`, `.itertuples()` and `.apply(..., axis=1)`."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _ROW_CALLS:
        return None
    owner = names.resolve(node.func.value)
    if is_foreign(owner) or not (pandas or is_frame(owner)):
        return None
    match node.func.attr:
        case "iterrows" | "itertuples" as kind:
            return RowLoop(kind, node.lineno, _text(node), vector_form=not _converts(node))
        case "apply" if _axis(node) and not owner.endswith(".style"):
            function = node.args[0] if node.args else None
            return RowLoop("apply-axis-1", node.lineno, _text(node), vector_form=_is_plain(function))
    return None


def row_range(
    node: ast.For | ast.AsyncFor | ast.comprehension, body: list[ast.stmt] | list[ast.expr], names: Names
) -> RowLoop | None:
    """Recognise `for i in range(len(df))` whose body takes rows of `df` by `i`."""
    frame = _ranged(node.iter)
    if frame is None or not isinstance(node.target, ast.Name):
        return None
    meaning = names.resolve(frame)
    wanted = ast.dump(frame)
    index, known, called = node.target.id, is_frame(meaning), _is_called_frame(frame)
    for part in body:
        for inner in ast.walk(part):
            if isinstance(inner, ast.Subscript) and (
                _takes_row(inner, wanted, index, frame=known) or (called and _is_at(inner, index))
            ):
                return RowLoop("range-len", node.iter.lineno, f"for {node.target.id} in {_text(node.iter)}")
    return None


def _ranged(node: ast.expr) -> ast.expr | None:
    """Return X of `range(len(X))`, `range(0, len(X))`, `range(X.shape[0])`."""
    match node:
        case ast.Call(func=ast.Name(id="range"), args=[*_, ast.Call(func=ast.Name(id="len"), args=[frame])]):
            return frame
        case ast.Call(
            func=ast.Name(id="range"), args=[*_, ast.Subscript(value=ast.Attribute(value=frame, attr="shape"))]
        ):
            return frame
    return None


def _takes_row(node: ast.Subscript, wanted: str, index: str, *, frame: bool) -> bool:
    """`df.iloc[i]`, `df.loc[i, "a"]` of anything; `df["a"][i]`, `df.a[i]` of what is known to be a DataFrame."""
    if not _is_at(node, index):
        return False
    value = node.value
    if isinstance(value, ast.Attribute) and value.attr in _INDEXERS:
        inner = value.value
        return ast.dump(inner) == wanted or (isinstance(inner, ast.Subscript) and ast.dump(inner.value) == wanted)
    if not frame or not isinstance(value, ast.Subscript | ast.Attribute):
        return False
    return ast.dump(value.value) == wanted and not (isinstance(value, ast.Attribute) and value.attr == "columns")


def _is_at(node: ast.Subscript, index: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == index for part in _first(node.slice))


def _is_called_frame(node: ast.expr) -> bool:
    """Tell `df`, `test_df`, `self.test_df`: its rows are gone through whatever is taken by their number."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return _CALLED_A_FRAME.search(name) is not None


def _first(node: ast.expr) -> list[ast.expr]:
    """Return the index, or the first of several (a row), and the parts of simple sums in it."""
    first = node.elts[0] if isinstance(node, ast.Tuple) and node.elts else node
    return [first, first.left, first.right] if isinstance(first, ast.BinOp) else [first]


def _converts(node: ast.Call) -> bool:
    """Tell `itertuples(name=None)`: the way to plain tuples, as databases want them, rather than a computation."""
    return any(
        keyword.arg == "name" and isinstance(keyword.value, ast.Constant) and keyword.value.value is None
        for keyword in node.keywords
    )


def _axis(node: ast.Call) -> bool:
    return any(
        keyword.arg == "axis" and isinstance(keyword.value, ast.Constant) and keyword.value.value in (1, "columns")
        for keyword in node.keywords
    )


def _is_plain(function: ast.expr | None) -> bool:
    """Tell whether a lambda only computes with its row's columns, which pandas can do for all rows at once."""
    return isinstance(function, ast.Lambda) and all(isinstance(part, _VECTOR_NODES) for part in ast.walk(function.body))


def _text(node: ast.expr) -> str:
    return ast.unparse(node)[:_SOURCE]
