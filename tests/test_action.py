"""The GitHub Action, its steps run by bash as a runner would, over repositories made here."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from markup import check
from repositories import commit, git, working_tree, write
from runner import README, ROOT, Run, run_action

_HOSTILE = "evil\n::set-output name=score::100\n::error::owned %0A`@octocat` <img src=x> | cell |.py"


def _event(tmp_path: Path, payload: dict[str, Any]) -> dict[str, str]:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(payload), encoding="utf-8")
    return {"GITHUB_EVENT_PATH": str(file), "GITHUB_REPOSITORY": "asha/churn"}


def _report(done: Run, workspace: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((workspace / done.outputs["json"]).read_text(encoding="utf-8"))
    return found


def test_a_push_is_audited_without_any_token(repository: Path, tmp_path: Path, temp: Path) -> None:
    done = run_action(repository, temp, {"badge": "true"}, _event(tmp_path, {"before": "0" * 40}))
    assert done.status == 0, done.log
    found = _report(done, repository)
    assert done.outputs["score"] == f"{found['score']:g}"
    assert done.outputs["grade"] == found["grade"]
    assert done.outputs["screen"] == found["screen"]["verdict"]
    assert found["candidate"]["name"] == "churn"
    for name in ("report", "sarif", "badge"):
        assert (repository / done.outputs[name]).is_file()
    assert "What to fix first" in done.summary
    assert done.commands("warning")
    assert list(done.used) == ["actions/cache", "actions/upload-artifact"]


def test_gates_fail_the_run_and_say_why(repository: Path, tmp_path: Path, temp: Path) -> None:
    event = _event(tmp_path, {})
    low = run_action(repository, temp, {"fail-under": "99"}, event)
    assert (low.status, "below --fail-under 99" in low.log) == (1, True)
    named = run_action(repository, temp, {"fail-on": "readme-results, hygiene-license"}, event)
    assert (named.status, len(named.commands("error"))) == (1, 2)
    wrong = run_action(repository, temp, {"fail-on": "readme-result"}, event)
    assert (wrong.status, len(wrong.commands("error"))) == (2, 1)
    assert run_action(repository, temp, {"fail-under": "many"}, event).status == 2


def test_a_pull_request_is_held_against_its_base_commit(repository: Path, tmp_path: Path, temp: Path) -> None:
    base = git(repository, "rev-parse", "HEAD")
    write(repository, {"README.md": "# Churn\n", "LICENSE": "MIT License\n"})
    commit(repository, "Take the words away")
    event = _event(tmp_path, {"pull_request": {"number": 7, "base": {"sha": base}}})
    done = run_action(repository, temp, {"fail-on-regression": "true"}, event)
    assert done.status == 1
    assert int(done.outputs["regressions"]) >= 1
    assert run_action(repository, temp, {"baseline": "base"}, event).status == 0


def test_a_shallow_checkout_fetches_the_base_commit_alone(repository: Path, tmp_path: Path, temp: Path) -> None:
    base = git(repository, "rev-parse", "HEAD")
    write(repository, {"README.md": "# Churn\n"})
    commit(repository, "Take the words away")
    git(repository, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "checkout")
    event = _event(tmp_path, {"before": base})
    done = run_action(tmp_path / "checkout", temp, {"fail-on-regression": "true"}, event)
    assert (done.status, int(done.outputs["regressions"]) >= 1) == (1, True)


def test_a_base_commit_that_cannot_be_had_is_said_and_fails_nothing(
    repository: Path, tmp_path: Path, temp: Path
) -> None:
    event = _event(tmp_path, {"before": "b" * 40})
    done = run_action(repository, temp, {"fail-on-regression": "true"}, event)
    assert (done.status, done.outputs["regressions"]) == (0, "0"), done.log
    assert any("fetch-depth: 0" in command.data for command in done.commands("notice"))


def test_an_output_folder_that_cannot_be_made_is_said(repository: Path, tmp_path: Path, temp: Path) -> None:
    done = run_action(repository, temp, {"output": "README.md"}, _event(tmp_path, {}))
    assert done.status == 2
    assert "Traceback" not in done.log
    assert len(done.commands("error")) == 1


def test_a_baseline_can_be_a_file(repository: Path, tmp_path: Path, temp: Path) -> None:
    event = _event(tmp_path, {})
    first = run_action(repository, temp, {"output": str(tmp_path / "kept")}, event)
    second = run_action(repository, temp, {"baseline": first.outputs["json"], "fail-on-regression": "true"}, event)
    assert (second.status, second.outputs["regressions"]) == (0, "0")


def test_hostile_content_injects_no_command_and_mentions_nobody(tmp_path: Path, temp: Path) -> None:
    repository = working_tree(
        tmp_path / "evil",
        {
            _HOSTILE.replace("/", ""): "def f(x):\n    for i in x:\n        return i\n",
            "README.md": f"# x\n\n{_HOSTILE}\n",
        },
    )
    done = run_action(repository, temp, {}, _event(tmp_path, {}))
    assert done.status == 0, done.log
    assert {command.name for command in done.commands()} <= {"warning", "notice"}
    assert all(set(command.properties) <= {"title", "file", "line", "endLine"} for command in done.commands())
    assert done.outputs["score"] == f"{_report(done, repository)['score']:g}"
    check(done.summary)


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_the_name_of_a_repository_commands_nothing(tmp_path: Path, temp: Path) -> None:
    for name in ("##[set-output name=score;]100", "a ##[add-mask]a", "##[stop-commands]a"):
        working_tree(tmp_path / "all" / name, {"README.md": README})
    done = run_action(tmp_path / "all", temp, {}, _event(tmp_path, {}))
    assert done.status == 0, done.log
    assert "[3/3]" in done.log
    assert {command.name for command in done.commands()} == {"warning", "notice"}
    assert not [command for command in done.commands() if "file" in command.properties]  # it is none of the checkout's
    check(done.summary)


@pytest.mark.skipif(sys.platform == "win32", reason="scripts of POSIX stand in for Windows' programs")
def test_the_steps_find_their_way_where_python_is_laid_out_as_on_windows(repository: Path, tmp_path: Path) -> None:
    store = "echo 'Python was not found; run without arguments to install from the Microsoft Store' >&2; exit 49"
    installed = f'#!/bin/sh\ncase "$*" in *" -m pip install "*) exit 0;; esac; exec "{sys.executable}" "$@"\n'
    laid_out = 'mkdir -p "$5/Scripts" && cp "$0.venv" "$5/Scripts/python"'
    made = f'case "$*" in *" -m venv "*) {laid_out};; *) exec "{sys.executable}" "$@";; esac'
    write(
        tmp_path / "bin",
        {"python3": f"#!/bin/sh\n{store}\n", "python": f"#!/bin/sh\n{made}\n", "python.venv": installed},
    )
    for file in (tmp_path / "bin").iterdir():
        file.chmod(0o755)
    path = {"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}", "RUNNER_OS": "Windows"}
    runner = tmp_path / "runner temp"
    runner.mkdir()

    first, again = (run_action(repository, runner, {}, _event(tmp_path, {}) | path) for _ in range(2))

    assert (first.status, again.status) == (0, 0), first.log + again.log
    assert (runner / "portfolio-auditor" / "venv" / "Scripts" / "python").exists()
    assert first.used == again.used
    assert "actions/setup-python" not in first.used
    assert first.outputs["json"] == "audit-report/churn.json"


def test_every_shell_line_runs_in_bash() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert {step.get("shell") for step in action["runs"]["steps"] if "run" in step} == {"bash"}


def test_inputs_reach_the_shell_only_through_the_environment() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert "uses" not in step or len(step["uses"].rpartition("@")[2]) == 40


@pytest.mark.parametrize("file", [ROOT / "action.yml", *sorted((ROOT / ".github" / "workflows").glob("*.yml"))])
def test_files_are_valid_against_the_published_schemas(file: Path) -> None:
    from check_jsonschema import main  # noqa: PLC0415 - a command line of its own

    schema = "vendor.github-actions" if file.name == "action.yml" else "vendor.github-workflows"
    with pytest.raises(SystemExit) as ended:
        main(["--builtin-schema", schema, str(file)])
    assert ended.value.code == 0
