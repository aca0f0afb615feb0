"""Questions about the tools that check the code: linters, formatters, type checkers."""

import re
from collections.abc import Iterable

from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unmet
from auditor.views.code import Code, Modules
from auditor.views.tooling import Named, Tooling

_SHOWN = 3


def linted(
    code: Code,
    tooling: Tooling,
    *,
    files: tuple[str, ...],
    tools: tuple[str, ...],
    hooks: tuple[str, ...],
    commands: tuple[str, ...],
    distributions: tuple[str, ...],
    elsewhere: tuple[str, ...],
) -> Verdict:
    """Look for a linter or formatter that is set up: a file, a section, a hook, a command in CI or a Makefile.

    One for another language only (`elsewhere`, files) is partly where there is Python; so is one that is merely a
    dependency (`distributions`).
    """
    found = _places(tooling, files, tools, hooks, commands)
    other = tuple(Evidence(path) for path in tooling.paths if _any(elsewhere).search(path))
    if found:
        return met(f"A linter or formatter is set up: {_names(found)}.", *_shown(found))
    if other and not code.python:
        return met("A linter for this language is set up.", *other[:_SHOWN])
    listed = _listed(tooling, distributions)
    if listed:
        said = _idle(listed)
        return partly(said, *_shown(listed), fix=f"Add `[tool.{listed[0].name}]` to pyproject.toml, or run it in CI.")
    if other:
        return partly("A linter is set up, but not for the Python code.", *other[:_SHOWN])
    if tooling.hooks:
        return partly("pre-commit is set up, but none of its hooks checks the code.", *_shown(tooling.hooks))
    return unmet(
        "No linter or formatter is set up.",
        Evidence("", excerpt="looked for ruff, flake8, black, pylint and others in files, sections, hooks and CI"),
    )


def type_checked(
    modules: Modules,
    tooling: Tooling,
    *,
    files: tuple[str, ...],
    tools: tuple[str, ...],
    hooks: tuple[str, ...],
    commands: tuple[str, ...],
    distributions: tuple[str, ...],
) -> Verdict:
    """Look for a type checker that is set up: a file, a section, a hook, a command in CI or a Makefile."""
    if not any(module.fact.functions for module in modules.modules):
        return not_applicable("The modules hold no functions.")
    found = _places(tooling, files, tools, hooks, commands)
    if found:
        return met(f"A type checker is set up: {_names(found)}.", *_shown(found))
    listed = _listed(tooling, distributions)
    if listed:
        said = _idle(listed)
        return partly(said, *_shown(listed), confidence=Confidence.MEDIUM)
    return unmet(
        "No type checker is set up.",
        Evidence("", excerpt="looked for mypy, pyright, pytype and ty in files, sections, hooks and CI"),
    )


def _idle(listed: list[Named]) -> str:
    if len({each.name for each in listed}) == 1:
        return f"{_names(listed)} is a dependency, but nothing sets it up or runs it."
    return f"{_names(listed)} are dependencies, but nothing sets them up or runs them."


def _places(
    tooling: Tooling, files: tuple[str, ...], tools: tuple[str, ...], hooks: tuple[str, ...], commands: tuple[str, ...]
) -> list[Named]:
    return list(
        tooling.configured(files=_any(files), tools=frozenset(tools), hooks=_any(hooks), commands=_any(commands))
    )


def _listed(tooling: Tooling, distributions: tuple[str, ...]) -> list[Named]:
    return [each for each in tooling.declared if each.name in distributions]


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Join patterns; `re` keeps what it has compiled."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or "(?!)", re.IGNORECASE)


def _names(found: Iterable[Named]) -> str:
    return ", ".join(list(dict.fromkeys(each.name.strip()[:60].partition("@")[0] for each in found))[:_SHOWN])


def _shown(found: Iterable[Named]) -> list[Evidence]:
    return list(dict.fromkeys(each.where for each in found))[:_SHOWN]
