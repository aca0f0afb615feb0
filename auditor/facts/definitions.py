"""What the definition of a function or class says by itself: its signature, its docstring, its decorators."""

import ast
import re
from typing import Any

from auditor.facts.expressions import Open
from auditor.facts.names import Names
from auditor.facts.python import Class, Function

_WORDS = re.compile(r"[^\W_]+")
_NAME_PARTS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")
_FILLERS = frozenset({"the", "a", "an", "function", "method", "class", "todo", "this"})
_LOOKED_AT = 500
_SHOWN_COMPLEXITY = 15
Defined = ast.FunctionDef | ast.AsyncFunctionDef


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return all parameters, in the order of the signature but for the starred ones."""
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return [argument for argument in every if argument is not None]


def function(node: Defined, opened: Open, names: Names, *, method: bool, nested: bool) -> Function:
    """Make the record of a function whose body has been walked."""
    kept = parameters(node.args)
    static = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list)
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
        nested=nested,
        asserts=opened.asserts,
        decorators=tuple([names.resolve(decorator) for decorator in node.decorator_list]),
        calls=tuple(opened.calls),
        trivial=opened.asserts > 0 and not opened.telling,
        given=tuple([each.arg for each in kept]) if node.name.startswith("test") else (),
    )


def class_(node: ast.ClassDef, name: str, names: Names) -> Class:
    """Make the record of a class."""
    return Class(
        name=name,
        line=node.lineno,
        end_line=node.end_lineno or node.lineno,
        documented=_documented(node),
        methods=sum(isinstance(part, Defined) for part in node.body),
        bases=tuple([names.resolve(base) for base in node.bases]),
        decorators=tuple([names.resolve(decorator) for decorator in node.decorator_list]),
    )


def _documented(node: Defined | ast.ClassDef) -> bool:
    """Tell whether there is a docstring that says more than the name."""
    text = ast.get_docstring(node, clean=False)
    if not text or not text.strip():
        return False
    said = {word.lower() for word in _WORDS.findall(text[:_LOOKED_AT])}
    named = {word.lower() for word in _NAME_PARTS.findall(node.name)}
    return bool(said - named - _FILLERS)


def _complexity(node: Defined, counted: int) -> int:
    """Return radon's own number where it will be shown; our count, made on the one walk, equals it below that."""
    if counted < _SHOWN_COMPLEXITY:
        return counted
    from radon.visitors import ComplexityVisitor  # noqa: PLC0415 - slow to import, rarely needed

    visitor: Any = ComplexityVisitor  # radon has no types
    try:
        found = visitor(off=False)
        found.visit(node)
    except RecursionError:
        return counted
    return max((block.complexity for block in found.functions), default=counted)
