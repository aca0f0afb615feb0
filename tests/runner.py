"""A runner for composite actions: runs the `run` steps of `action.yml` with bash as GitHub's runner would.

`uses` steps are recorded with their inputs, not run: they are other people's actions.
"""

import os
import re
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
README = "# Churn\n\nPredicts which customers leave, so that a shop can call them in time.\n"
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


_NEW = re.compile(r"\s*::([^ :]+)(?: ((?:(?!::).)*))?::(.*)")
_OLD = re.compile(r"##\[([^ \]]+)(?: ([^\]]*))?\](.*)")
_COMMANDS = frozenset({"set-env", "set-output", "save-state", "add-path", "add-mask", "add-matcher", "remove-matcher"})
_COMMANDS |= {"warning", "error", "notice", "debug", "group", "endgroup", "echo", "stop-commands"}


class Command(NamedTuple):
    """A workflow command as the runner reads it."""

    name: str
    properties: Mapping[str, str]
    data: str


class Run:
    """What one run of the action left: outputs, summary, log, the actions used with their inputs, the exit status."""

    def __init__(
        self, outputs: dict[str, str], summary: str, log: str, used: Mapping[str, Mapping[str, str]], status: int
    ) -> None:
        self.outputs = outputs
        self.summary = summary
        self.log = log
        self.used = used
        self.status = status

    def commands(self, name: str = "") -> list[Command]:
        """Return the workflow commands, of one kind or of any, that the runner would obey."""
        return [command for command in obeyed(self.log) if name in ("", command.name)]


def obeyed(log: str) -> Iterator[Command]:
    """Yield what the runner obeys in a log: `::name a=b,c=d::data`, or `##[name a=b;c=d]data` anywhere in a line."""
    stopped = ""
    for row in log.splitlines():
        known = (f for f in (_NEW.match(row), _OLD.search(row)) if f and f[1].lower() in {*_COMMANDS, stopped})
        found = next(known, None)
        if found is None:
            continue
        name = found[1].lower()
        if stopped:
            stopped = "" if name == stopped else stopped
            continue
        if name == "stop-commands":
            stopped = found[3].lower()
            continue
        pairs = (pair.split("=", 1) for pair in re.split("[,;]", found[2] or "") if "=" in pair)
        yield Command(name, {key: _unescaped(value) for key, value in pairs}, _unescaped(found[3]))


def _unescaped(text: str) -> str:
    for written, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(written, meant)
    return text


def run_action(
    workspace: Path, temp: Path, inputs: Mapping[str, str] | None = None, environment: Mapping[str, str] | None = None
) -> Run:
    """Run every step of `action.yml` in order, stopping at the first that fails, as the runner does."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    unknown = set(inputs or {}) - set(action["inputs"])
    assert not unknown, unknown
    given = {name: str(spec.get("default", "")) for name, spec in action["inputs"].items()} | dict(inputs or {})
    context: dict[str, Any] = {
        "inputs": given,
        "steps": {},
        "runner": {"temp": str(temp), "os": "Linux", "arch": "X64"},
        "github": {"token": "", "run_id": "1", "run_attempt": "1", "job": "audit"},
        "strategy": {"job-index": "0"},
    }
    given["token"] = _filled(given["token"], context)
    summary, log, status = temp / f"summary-{uuid.uuid4().hex}", "", 0
    used: dict[str, dict[str, str]] = {}
    for step in action["runs"]["steps"]:
        if "if" in step and not _true(step["if"], context):
            continue
        if "uses" in step:
            given_to = {name: _filled(str(value), context) for name, value in step.get("with", {}).items()}
            used[step["uses"].partition("@")[0]] = given_to
            continue
        done, outputs = _shell(step, context, workspace, temp, summary, environment or {})
        log += done.stdout
        context["steps"][step.get("id", step["name"])] = {"outputs": outputs}
        status = done.returncode
        if status:
            break
    values = {name: _filled(spec["value"], context) for name, spec in action["outputs"].items()}
    return Run(values, summary.read_text(encoding="utf-8") if summary.is_file() else "", log, used, status)


def run_workflow(text: str, workspace: Path, temp: Path, environment: Mapping[str, str]) -> list[Run]:
    """Run the steps of a workflow's jobs: ours from this checkout, its shell lines, nobody else's actions."""
    runs: list[Run] = []
    for job in yaml.safe_load(text)["jobs"].values():
        context: dict[str, Any] = {"steps": {}}
        for step in job["steps"]:
            if step.get("uses", "").startswith("portfolio-auditor/portfolio-auditor@"):
                inputs = {name: str(v).lower() if isinstance(v, bool) else str(v) for name, v in step["with"].items()}
                runs.append(run_action(workspace, temp, inputs, environment))
                context["steps"][step.get("id", "")] = {"outputs": runs[-1].outputs}
            elif "run" in step:
                done, outputs = _shell(step, context, workspace, temp, temp / "none", environment)
                runs.append(Run(outputs, "", done.stdout, {}, done.returncode))
    return runs


def _shell(
    step: Mapping[str, Any],
    context: Mapping[str, Any],
    workspace: Path,
    temp: Path,
    summary: Path,
    environment: Mapping[str, str],
) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    output = temp / f"output-{uuid.uuid4().hex}"
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(temp / "home"),
        "RUNNER_TEMP": str(temp),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_WORKSPACE": str(workspace),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_ACTIONS": "true",
        "CI": "true",
    }
    variables |= {
        name: os.environ[name] for name in os.environ if name.startswith("PIP_") or name.endswith("_CERT_FILE")
    }
    variables |= dict(environment)
    variables |= {name: _filled(str(value), context) for name, value in step.get("env", {}).items()}
    script = temp / "step.sh"
    script.write_text(step["run"], encoding="utf-8")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
        cwd=workspace,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    return done, _outputs(output)


def _outputs(file: Path) -> dict[str, str]:
    """Read a GITHUB_OUTPUT file: `name=value`, or `name<<mark`, lines, `mark`."""
    found: dict[str, str] = {}
    rows = iter(file.read_text(encoding="utf-8").splitlines() if file.is_file() else ())
    for row in rows:
        name, heredoc, mark = row.partition("<<")
        if heredoc and "=" not in name:
            lines = []
            for inner in rows:
                if inner == mark:
                    break
                lines.append(inner)
            found[name] = "\n".join(lines)
        else:
            name, _, value = row.partition("=")
            found[name] = value
    return found


def _filled(text: str, context: Mapping[str, Any]) -> str:
    return _EXPRESSION.sub(lambda match: _value(match[1], context), text)


def _value(expression: str, context: Mapping[str, Any]) -> str:
    if expression.startswith("'"):
        return expression.strip("'")
    found: Any = context
    for part in expression.split("."):
        found = found.get(part, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, str) else ""


def _true(expression: str, context: Mapping[str, Any]) -> bool:
    for clause in expression.split("&&"):
        left, operator, right = re.split(r"\s*(==|!=)\s*", clause.strip())
        if (_value(left, context) == _value(right, context)) is (operator == "!="):
            return False
    return True
