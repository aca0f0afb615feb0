"""Loops over the rows of a DataFrame, on objects that are one, or that only a DataFrame can be."""

import ast
import re

from auditor.facts.names import UNKNOWN, Names
from auditor.facts.python import RowLoop
from auditor.facts.rows import own_functions

_FRAME = re.compile(
    r"^(?:pandas|geopandas|cudf|dask\.dataframe|modin\.pandas|pyspark\.pandas|seaborn)\."
    r"(?:read_\w+|DataFrame|GeoDataFrame|concat|merge|merge_asof|json_normalize|get_dummies|crosstab|pivot_table|melt"
    r"|load_dataset|date_range\(\)\.to_frame)\b"
    r"|^yfinance\.(?:download|Ticker\(\)\.history)\b|^sklearn\.datasets\.\w+\(\)\.frame\b"
    r"|\.(?:to_pandas|toPandas|to_dataframe|to_frame|fetchdf|fetch_df|fetch_pandas_all|as_data_frame)\(\)"
)
_NOT_A_FRAME = re.compile(
    r"\.(?:values|to_numpy|to_list|tolist|to_dict|to_records|unique|groupby(?!\(\)\[\]\[\]$)|shape|columns|index|dtypes|items|str|dt|iloc"
    r"|loc|at|iat|iterrows|itertuples)\b[^.]*$"
)
_SPLIT = re.compile(r"(?:^|\.)train_test_split\(\)\[\]$")
_STYLED = re.compile(r"\.style\b")
_OTHERS = re.compile(r"(?:tables|astropy|xarray|torch|tensorflow|jax|numpy|openpyxl|polars|pyspark)\b(?!\.pandas)")
_RESULT = re.compile(r"(?:^|\.)(\w+)\(\)$")
_CALLED_A_FRAME = re.compile(r"(?:^|_)g?df$")
_ROW_CALLS = frozenset({"iterrows", "itertuples", "apply", "progress_apply", "parallel_apply"})
_INDEXERS = ("iloc", "loc", "at", "iat", "ix")
_SOURCE = 100


def is_frame(name: str) -> bool:
    """Tell whether a resolved name is a DataFrame (or a group or column of one, where that can't be told apart)."""
    return bool(_FRAME.match(name)) and not _NOT_A_FRAME.search(name)


def row_call(node: ast.Call, names: Names, *, pandas: bool) -> RowLoop | None:
    """Recognise `.iterrows()`, `.itertuples()` and `.apply(..., axis=1)`."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _ROW_CALLS:
        return None
    kind = node.func.attr.rpartition("_")[2]
    if kind == "apply" and not _axis(node):
        return None
    maker = _maker(names.resolve(node.func.value), node.func.value, pandas=pandas)
    if maker is None:
        return None
    if kind != "apply":
        return None if _converts(node) else RowLoop(kind, node.lineno, _text(node), maker)
    function = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "func"), None)
    needs = own_functions(function, names)
    return None if needs is None else RowLoop("apply-axis-1", node.lineno, _text(node), maker, needs)


def _maker(name: str, node: ast.expr, *, pandas: bool) -> str | None:
    """Return "" for a DataFrame, the function whose result it is where that decides, None for something else's object.

    What is unknown is one where pandas is at hand: nothing else has rows to be gone through by these names.
    """
    made = _RESULT.search(name)
    if _STYLED.search(name):
        return None
    if is_frame(name) or _SPLIT.search(name):
        return ""
    if _OTHERS.match(name) or (made and made[1][:1].isupper()):
        return None
    if _is_called_frame(node):
        return ""
    if made and not name.startswith(UNKNOWN):
        return made[1]
    loose = name.startswith((UNKNOWN, "self.", "cls.")) or re.split(r"[\[(]", name, maxsplit=1)[0].isidentifier()
    return "" if pandas and loose else None


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
    inner = [each for part in body for each in ast.walk(part)]
    if any(_writes_on_picture(each) for each in inner):
        return None
    for each in inner:
        if isinstance(each, ast.Subscript) and (
            _takes_row(each, wanted, index, frame=known) or (called and _is_at(each, index))
        ):
            return RowLoop("range-len", node.iter.lineno, f"for {node.target.id} in {_text(node.iter)}")
    return None


def _writes_on_picture(node: ast.AST) -> bool:
    """Tell `axes.text(j, i, ...)`: matplotlib takes one text at a time."""
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("text", "annotate")
    )


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
    given = [keyword.value for keyword in node.keywords if keyword.arg == "axis"] + node.args[1:2]
    return any(isinstance(value, ast.Constant) and value.value in (1, "columns") for value in given)


def _text(node: ast.expr) -> str:
    return ast.unparse(node)[:_SOURCE]
