"""What a continuous-integration file runs: commands and actions with their lines. One fact for all systems."""

import re
from collections.abc import Iterator

from auditor.facts.fact import Fact, Missing, Parser, Unreadable, base_name
from auditor.facts.settings import Setting, from_yaml
from auditor.facts.text import decode, is_binary

_ACTIONS = re.compile(r"^(?:.*/)?\.github/workflows/[^/]+\.ya?ml$", re.IGNORECASE)
_NAMES = {
    ".gitlab-ci.yml": "GitLab CI",
    ".gitlab-ci.yaml": "GitLab CI",
    ".travis.yml": "Travis CI",
    "azure-pipelines.yml": "Azure Pipelines",
    "azure-pipelines.yaml": "Azure Pipelines",
    "bitbucket-pipelines.yml": "Bitbucket Pipelines",
    ".drone.yml": "Drone",
    ".woodpecker.yml": "Woodpecker",
    "appveyor.yml": "AppVeyor",
    ".appveyor.yml": "AppVeyor",
    ".cirrus.yml": "Cirrus CI",
    "cloudbuild.yaml": "Cloud Build",
    "cloudbuild.yml": "Cloud Build",
    "buildspec.yml": "CodeBuild",
    "buildspec.yaml": "CodeBuild",
    "codefresh.yml": "Codefresh",
}
_FOLDERS = re.compile(r"(?:^|/)(?:\.circleci|\.buildkite|\.azuredevops|\.azure-pipelines|\.woodpecker)/[^/]+\.ya?ml$")
_COMMANDS = frozenset(
    {"run", "script", "before_script", "after_script", "install", "before_install", "after_success", "command",
     "commands", "test_script", "build_script", "bash", "powershell", "pwsh", "args", "inlineScript", "entrypoint"}
)  # fmt: skip
_SHELL = re.compile(r"""\b(?:sh|bat|powershell)\b\s*\(?\s*(?:script:\s*)?("{3}|'{3}|["'])(.{1,4000}?)\1""", re.DOTALL)
_GROOVY_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_TARGET = re.compile(r"^([A-Za-z0-9][\w./-]*(?:[ ]+[\w./-]+)*)[ ]*:(?!=)(.*)$")
_RECIPE = re.compile(r"^([A-Za-z_][\w-]*)(?:\s[^:]*)?:(?!=)")
_MOST = 2000


class Step(Fact, frozen=True):
    """One thing that is run. `kind` is run (a line of a command) or uses (an action, an orb, a task)."""

    text: str
    line: int
    kind: str = "run"


class WorkflowFact(Fact, frozen=True):
    """One file of a CI system, or with `system` "make", "tox" ... the targets that a CI file may call.

    `targets` names what each step belongs to, in the order of `steps`, for those; it is empty for CI files.
    """

    system: str
    steps: tuple[Step, ...] = ()
    targets: tuple[str, ...] = ()


def parse(data: bytes) -> Fact:
    """Read a CI file in YAML."""
    settings = from_yaml(data)
    if isinstance(settings, Unreadable | Missing):
        return settings
    return WorkflowFact("", tuple(_steps(settings))[:_MOST])


def parse_jenkins(data: bytes) -> Fact:
    """Read a Jenkinsfile's shell steps."""
    if is_binary(data):
        return Unreadable("it is not text")
    text = _GROOVY_COMMENT.sub("", decode(data)[:200_000])
    steps: list[Step] = []
    for match in _SHELL.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        steps += [Step(each.strip(), line + at) for at, each in enumerate(match[2].split("\n")) if each.strip()]
    return WorkflowFact("", tuple(steps[:_MOST]))


def parse_make(data: bytes) -> Fact:
    """Read the targets of a Makefile or a justfile, each with its commands."""
    if is_binary(data):
        return Unreadable("it is not text")
    steps: list[Step] = []
    targets: list[str] = []
    target = ""
    for number, line in enumerate(decode(data)[:200_000].split("\n"), 1):
        if line[:1] in (" ", "\t") and target:
            if command := line.strip().lstrip("@-").strip():
                steps.append(Step(command[:1000], number))
                targets.append(target)
        elif match := (_TARGET.match(line[:500]) or _RECIPE.match(line[:500])):
            target = match[1].split()[0]
            for needed in match[2].split("#")[0].split() if match.lastindex == 2 else ():  # noqa: PLR2004
                steps.append(Step(f"make {needed[:200]}", number))
                targets.append(target)
    return WorkflowFact("make", tuple(steps[:_MOST]), tuple(targets[:_MOST]))


def parse_lines(data: bytes) -> Fact:
    """Read a script, tox.ini, noxfile.py, Taskfile or package.json line by line: any may hold the test command."""
    if is_binary(data):
        return Unreadable("it is not text")
    lines = enumerate(decode(data)[:100_000].split("\n"), 1)
    steps = tuple(Step(t[:1000], n) for n, line in lines if (t := line.strip()) and not t.startswith("#"))[:_MOST]
    return WorkflowFact("lines", steps, ("",) * len(steps))


def system_of(path: str) -> str | None:
    """Name the CI system that a path belongs to."""
    if _ACTIONS.match(path):
        return "GitHub Actions"
    name = base_name(path)
    if name.startswith("jenkinsfile"):
        return "Jenkins"
    if _FOLDERS.search(path):
        return "CircleCI" if ".circleci/" in path else "CI"
    return _NAMES.get(name)


def _steps(settings: tuple[Setting, ...]) -> Iterator[Step]:
    for setting in settings:
        keys = setting.path.split("/")
        if keys[-1] in ("uses", "task", "orb"):
            yield Step(setting.value[:300], setting.line, "uses")
        elif _is_command(keys):
            lines = setting.value.split("\n")
            first = setting.line + (1 if len(lines) > 1 else 0)
            for at, line in enumerate(lines):
                if (text := line.strip()) and not text.startswith("#"):
                    yield Step(text[:1000], first + at)


def _is_command(keys: list[str]) -> bool:
    """Tell whether a setting is a command: under such a key, alone or in a list."""
    named = [key for key in keys if key != "*"]
    return bool(named) and (named[-1] in _COMMANDS or (len(named) > 1 and named[-2] in ("script", "run")))


def _is_script(path: str) -> bool:
    name = base_name(path)
    return name in ("tox.ini", "noxfile.py", "taskfile.yml", "taskfile.yaml", "package.json", "tasks.py") or (
        name.endswith((".sh", ".bash")) and path.count("/") <= 2  # noqa: PLR2004 - those that CI calls lie near the root
    )


PARSERS = (
    Parser(
        "workflow",
        WorkflowFact,
        parse,
        lambda path: (system_of(path) or "Jenkins") != "Jenkins" and path.endswith(("yml", "yaml")),
    ),
    Parser("workflow-jenkins", WorkflowFact, parse_jenkins, lambda path: system_of(path) == "Jenkins"),
    Parser(
        "workflow-make",
        WorkflowFact,
        parse_make,
        lambda path: base_name(path) in ("makefile", "gnumakefile", "justfile", ".justfile"),
    ),
    Parser("workflow-lines", WorkflowFact, parse_lines, _is_script),
)
