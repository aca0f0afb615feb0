"""The question whether continuous integration runs the tests."""

import re

from auditor.model import Confidence, Verdict, met, not_applicable, partly, unknown, unmet
from auditor.model import Evidence as At
from auditor.views.ci import Ci, Command
from auditor.views.tests import Tests
from auditor.views.words import shortened

_SHOWN = 3
_COLLECTING = re.compile(r"\bpytest\b(?!.*(?:--doctest|--nb))|\bunittest\b")  # they find tests by their names
_PARTS = re.compile(r"&&|\|\||[;|\n]")
_ASIDE = re.compile(
    r"^\s*(?:echo|printf|#|name:|export)\b|\s(?:--version|--help)\b"
    r"|\b(?:pip3?|conda|mamba|uv|poetry|pipx|npm|yarn|pnpm|apt(?:-get)?|brew)\b"
    r"[^&;|]{0,60}\b(?:install|add|sync)\b",
    re.IGNORECASE,
)


def tests_run(ci: Ci, tests: Tests, *, commands: tuple[str, ...], actions: tuple[str, ...]) -> Verdict:
    """Say whether a CI file runs a test command; `commands` and `actions` are patterns."""
    if not ci.code:
        return not_applicable("There is no code here.")
    if not ci.pipelines:
        return _without(ci)
    runs, uses = _any_of(commands), _any_of(actions)
    for command in ci.commands:
        if _runs(command, runs) or (command.where.path.endswith(("yml", "yaml")) and uses.search(command.text)):
            via = () if command.via is None else (command.via,)
            if _COLLECTING.search(command.text) and not (tests.code.tests or tests.foreign):
                said = f"CI calls {shortened(command.text, 80)}, but there are no tests to run."
                return partly(said, command.where, *via, confidence=Confidence.MEDIUM)
            return met(f"CI runs the tests: {shortened(command.text, 80)}", command.where, *via)
    places = tuple(At(each.path, excerpt=each.system) for each in ci.pipelines[:_SHOWN])
    names = sorted({each.system for each in ci.pipelines})
    fix = f"Add a step to {ci.pipelines[0].path} that installs the project and runs `pytest`."
    return partly(f"{' and '.join(names)} is set up, but no step runs tests.", *places, fix=fix)


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in patterns) or r"(?!)", re.IGNORECASE)


def _runs(command: Command, pattern: re.Pattern[str]) -> bool:
    """Look at each part of a command line; installing a test runner is not running it."""
    return any(pattern.search(part) for part in _PARTS.split(command.text) if not _ASIDE.search(part))


def _without(ci: Ci) -> Verdict:
    if ci.unreadable:
        path, why = ci.unreadable[0]
        return partly(f"{path} can't be read: {why.reason}.", At(path, why.line, excerpt=why.reason), score=0.2)
    if ci.unread:
        return unknown(f"{ci.unread[0]} could not be read.")
    looked = "looked for .github/workflows, .gitlab-ci.yml, .circleci, Jenkinsfile, azure-pipelines.yml and others"
    return unmet("No CI is set up.", At("", excerpt=looked))
