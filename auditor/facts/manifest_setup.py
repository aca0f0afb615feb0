"""Read setup.py as text, never running it, and setup.cfg."""

import ast
import configparser
import re
import warnings
from collections.abc import Iterator

from auditor.facts.fact import Fact, Parser, Unreadable, base_name
from auditor.facts.manifest import Lines, ManifestFact, Requirement, requirement, scripts_in
from auditor.facts.text import decode

_FILE = re.compile(r"[\w./-]{1,100}\.(?:txt|in)$")
_MOST = 3000
_LENGTH = 200_000


def parse(data: bytes) -> Fact:
    """Read the arguments that a setup.py gives to `setup`, as far as they are written out."""
    text = decode(data)[:_LENGTH]
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text.replace("\0", ""))
    except (SyntaxError, ValueError) as error:
        return Unreadable("it does not parse", getattr(error, "lineno", None))
    nodes = list(ast.walk(tree))
    call = next((node for node in nodes if isinstance(node, ast.Call) and _called(node) == "setup"), None)
    if call is None:
        return ManifestFact("setup")
    given = {word.arg: word.value for word in call.keywords if word.arg}
    names = {
        target.id: node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = [
        *_requirements(given.get("install_requires"), names, ""),
        *_requirements(given.get("tests_require"), names, "dev"),
        *_extras(given.get("extras_require"), names),
    ]
    strings = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    python = _string(given.get("python_requires"), names)
    return ManifestFact(
        kind="setup",
        requirements=tuple(found[:_MOST]),
        includes=tuple(dict.fromkeys(each for each in strings if _FILE.match(each)))[:20],
        name=_string(given.get("name"), names) or ("?" if "name" in given else ""),
        build=True,
        packages=bool(given.keys() & {"packages", "py_modules", "package_dir", "ext_modules", "scripts"}),
        python=python,
        python_line=given["python_requires"].lineno if python else 0,
        scripts=scripts_in(strings),
    )


def parse_config(data: bytes) -> Fact:
    """Read a setup.cfg."""
    text = decode(data)[:_LENGTH]
    config = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        config.read_string(text)
    except (configparser.Error, ValueError, AttributeError):  # the last: a continued line after an option without value
        return Unreadable("broken setup.cfg")
    lines = Lines(text)
    sections = set(config.sections())
    python = _option(config, "options", "python_requires")
    found = list(_written(_option(config, "options", "install_requires"), lines, ""))
    for group in config.options("options.extras_require") if "options.extras_require" in sections else ():
        found += _written(_option(config, "options.extras_require", group), lines, group[:80])
    return ManifestFact(
        kind="setup",
        requirements=tuple(found[:_MOST]),
        name=_option(config, "metadata", "name")[:200],
        packages=bool(_option(config, "options", "packages") or _option(config, "options", "py_modules")),
        python=python[:200],
        python_line=lines.of("python_requires") if python else 0,
        tools=tuple(sorted(sections))[:80],
        scripts=scripts_in([_option(config, "options.entry_points", "console_scripts")]),
    )


def _called(node: ast.Call) -> str:
    function = node.func
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def _requirements(node: ast.expr | None, names: dict[str, ast.expr], group: str) -> Iterator[Requirement]:
    if isinstance(node, ast.Name):
        node = names.get(node.id)
    if isinstance(node, ast.BinOp):
        yield from _requirements(node.left, names, group)
        yield from _requirements(node.right, {}, group)
    for item in node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else ():
        text = item.value if isinstance(item, ast.Constant) else None
        if isinstance(text, str) and (found := requirement(text, item.lineno, group)):
            yield found


def _extras(node: ast.expr | None, names: dict[str, ast.expr]) -> Iterator[Requirement]:
    if isinstance(node, ast.Name):
        node = names.get(node.id)
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            yield from _requirements(value, names, _string(key, names) or "extra")


def _string(node: ast.expr | None, names: dict[str, ast.expr]) -> str:
    if isinstance(node, ast.Name):
        node = names.get(node.id)
    return node.value[:200] if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _option(config: configparser.RawConfigParser, section: str, option: str) -> str:
    try:
        return config.get(section, option, fallback="") or ""
    except (configparser.Error, ValueError):
        return ""


def _written(text: str, lines: Lines, group: str) -> Iterator[Requirement]:
    for line in text.split("\n"):
        if line.strip() and (found := requirement(line, 0, group)):
            yield Requirement(found.name, lines.of(found.name), found.pin, group)


PARSERS = (
    Parser("manifest-setup", ManifestFact, parse, lambda path: base_name(path) == "setup.py"),
    Parser("manifest-config", ManifestFact, parse_config, lambda path: base_name(path) == "setup.cfg"),
)
