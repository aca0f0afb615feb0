"""The command line, end to end, on real repositories: what is written, what is said, how it exits."""

import json
from pathlib import Path
from typing import Any

import pytest
from command import audit, report
from jsonschema import Draft202012Validator
from repositories import bare, commit, git, working_tree, write

from auditor import resources

_README = "# Churn\n\nPredicts which customers of a shop leave, so that they can be called in time.\n"
_FILES = {"README.md": _README, "src/churn.py": "import pandas\n\n\ndef fit(x):\n    return pandas.DataFrame(x)\n"}


def _findings(found: dict[str, Any], repository: int = 0) -> dict[str, dict[str, Any]]:
    return {finding["rule"]: finding for finding in found["repositories"][repository]["findings"]}


def test_a_report_is_written_for_each_candidate_and_valid(tmp_path: Path) -> None:
    bare(tmp_path / "churn.git", _FILES)
    done = audit("churn.git", "-f", "json", "-f", "html", folder=tmp_path)
    assert done.status == 0
    found = json.loads((tmp_path / "audit-report" / "churn.json").read_text(encoding="utf-8"))
    schema = json.loads((resources.folder("reports/templates") / "report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(found)
    assert (tmp_path / "audit-report" / "churn.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert found["repositories"][0]["commit"] == git(tmp_path / "churn.git", "rev-parse", "HEAD")
    assert found["generated_at"] == "2026-01-01T00:00:00Z"


def test_two_runs_give_the_same_bytes_with_and_without_a_cache(tmp_path: Path) -> None:
    working_tree(tmp_path / "churn", _FILES)
    runs = [audit("churn", "-o", "-", "-f", "json", *more, folder=tmp_path) for more in ((), (), ("--no-cache",))]
    assert len({run.out for run in runs}) == 1


def test_copies_count_once_and_names_are_told_apart(tmp_path: Path) -> None:
    bare(tmp_path / "a" / "churn.git", _FILES)
    bare(tmp_path / "b" / "churn.git", _FILES)
    alone = report("a/churn.git", folder=tmp_path)
    both = report("a/churn.git", "b/churn.git", folder=tmp_path)
    assert both["score"] == alone["score"]
    assert len({repository["name"] for repository in both["repositories"]}) == 2


def test_a_report_in_the_git_folder_follows_a_linked_working_tree(tmp_path: Path) -> None:
    root = working_tree(tmp_path / "churn", _FILES)
    git(root, "worktree", "add", "-q", str(tmp_path / "linked"))
    for tree in (root, tmp_path / "linked"):
        assert audit("--offline", "-q", "-o", ".git/portfolio-audit", ".", folder=tree).status == 0
    assert (root / ".git/portfolio-audit/churn.html").is_file()
    assert (root / ".git/worktrees/linked/portfolio-audit/linked.html").is_file()


def test_candidates_of_the_same_name_both_get_their_files(tmp_path: Path) -> None:
    for place in ("x", "y"):
        working_tree(tmp_path / place / "asha" / "one", {"README.md": place})
    done = audit("x/asha", "y/asha", "-f", "json", folder=tmp_path)
    assert done.status == 0
    assert sorted(path.name for path in (tmp_path / "audit-report").iterdir()) == ["asha-2.json", "asha.json"]


def test_odd_repositories_are_told_and_cost_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "asha"
    working_tree(folder / "good", _FILES)
    git(folder, "init", "-q", "--bare", "empty.git")
    working_tree(
        folder / "odd",
        {
            "README.md": "# Größe\n\nText in another encoding.\n".encode("utf-16"),
            "requirements.txt": "pandas==2.0\n".encode("utf-16-le"),
            "pyproject.toml": "[project\nname = ",
            "broken.ipynb": '{"cells": [',
            "empty.ipynb": "",
            "lfs.ipynb": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n",
            "old.py": 'print "hello"\n',
        },
    )
    working_tree(folder / "text", {"notes.txt": "no Python at all"})
    found = report("asha", folder=tmp_path)
    by_name = {repository["name"]: repository for repository in found["repositories"]}
    assert {name: repository["status"] for name, repository in by_name.items()} == {
        "empty": "skipped",
        "good": "audited",
        "odd": "audited",
        "text": "audited",
    }
    assert by_name["empty"]["reason"] == "it has no commits yet"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ((), 2, "Name a GitHub login"),
        (("nowhere/at/all",), 2, "nowhere/at/all"),
        (("--offline", "octocat"), 2, "--offline"),
        (("-o", "-", "churn"), 2, "one form"),
        (("--fail-on", "readme-visual", "churn"), 2, "readme-visual"),
        (("--select", "redme", "churn"), 2, "did you mean 'readme'"),
        (("--role", "wizard", "churn"), 2, "wizard"),
        (("--rulebook", "nowhere", "churn"), 2, "nowhere"),
        (("--since", "yesterday", "churn"), 2, "2026-01-31"),
        (("--baseline", "nowhere.json", "churn"), 2, "nowhere.json"),
        (("--commit", "nothing", "churn"), 3, "there is no commit 'nothing'"),
        (("empty.git",), 3, "no commits"),
        (("--fail-under", "100", "churn"), 1, "churn"),
        (("--fail-on", "readme-results", "churn"), 1, "churn"),
    ],
)
def test_exit_status_and_words(tmp_path: Path, arguments: tuple[str, ...], status: int, says: str) -> None:
    working_tree(tmp_path / "churn", _FILES)
    git(tmp_path, "init", "-q", "--bare", "empty.git")
    done = audit(*arguments, folder=tmp_path)
    assert done.status == status, done.said
    assert says in done.said


def test_a_second_run_starts_no_reader_of_blobs(tmp_path: Path) -> None:
    bare(tmp_path / "churn.git", _FILES)
    log = tmp_path / "git.log"
    wrapper = tmp_path / "bin" / "git"
    real = git(tmp_path, "--exec-path")
    write(tmp_path, {"bin/git": f'#!/bin/sh\necho "$@" >> {log}\nexec {real}/git "$@"\n'})
    wrapper.chmod(0o755)
    extra = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
    audit("churn.git", folder=tmp_path, extra=extra)
    assert "cat-file" in log.read_text(encoding="utf-8")
    log.unlink()
    audit("churn.git", folder=tmp_path, extra=extra)
    assert "cat-file" not in log.read_text(encoding="utf-8")


def test_a_changed_working_tree_is_seen(tmp_path: Path) -> None:
    folder = working_tree(tmp_path / "churn", {"README.md": "# Churn\n"})
    before = _findings(report("churn", folder=tmp_path))["readme-visuals"]["status"]
    write(folder, {"README.md": "# Churn\n\n![result](plot.png)\n", "plot.png": b"\x89PNG"})
    after = _findings(report("churn", folder=tmp_path))["readme-visuals"]["status"]
    commit(folder, "Show")
    assert (before, after) == ("unmet", "met")


def test_a_file_that_kills_or_stalls_the_reader_costs_that_file_only(tmp_path: Path) -> None:
    working_tree(tmp_path / "churn", {**_FILES, "sum.py": "x = " + "+".join(["1"] * 300_000) + "\n"})
    found = report("churn", folder=tmp_path, extra={"AUDITOR_LIMIT_PARSE_SECONDS": "0.3"})
    findings = _findings(found)
    assert found["repositories"][0]["status"] == "audited"
    assert findings["readme-present"]["status"] in ("met", "partly", "unmet")


def test_nothing_is_kept_or_left_behind(tmp_path: Path) -> None:
    working_tree(tmp_path / "churn", _FILES)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    audit("--no-cache", "churn", folder=tmp_path, extra={"TMPDIR": str(temporary)})
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "home").exists()


def test_lists_and_explanations(tmp_path: Path) -> None:
    listed = audit("--list-rules", folder=tmp_path)
    assert "readme-results" in listed.out
    explained = audit("--explain", "readme-results", folder=tmp_path)
    assert "Why" in explained.out
    wrong = audit("--explain", "readme-result", folder=tmp_path)
    assert (wrong.status, "did you mean 'readme-results'" in wrong.said) == (2, True)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("[readme-visuals]\nweigth = 3\n", "unknown field `weigth`; there are title, probe, weight"),
        ("[readme-concise.with]\nlongest = 3\n", "takes no parameter 'longest'; it takes words, languages"),
        ('[readme-visuals]\nweight = "3"\n', "rule readme-visuals: Expected `float`"),
    ],
)
def test_what_does_not_fit_in_ones_own_rulebook_is_told_with_its_file(tmp_path: Path, table: str, told: str) -> None:
    write(tmp_path, {"school/ours.toml": table, "churn/README.md": "# Churn\n"})
    refused = audit("--rulebook", "school", "churn", folder=tmp_path)
    assert (refused.status, "school/ours.toml: rule " in refused.said) == (2, True)
    assert told in refused.said


def test_nothing_assessed_has_its_reason(tmp_path: Path) -> None:
    working_tree(tmp_path / "churn", _FILES)
    told = audit("-f", "markdown", "-o", "-", "--select", "portfolio-best", "churn", folder=tmp_path).out
    assert "**Nothing could be assessed.** One repository was audited by itself, not a portfolio." in told


def test_a_rulebook_of_ones_own_changes_weights_and_adds_rules_without_python(tmp_path: Path) -> None:
    working_tree(tmp_path / "churn", _FILES)
    write(
        tmp_path,
        {
            "school/extra.toml": "[readme-visuals]\nweight = 9.0\n\n"
            '[typing-strict]\ntitle = "Fully annotated"\nprobe = "typing:hinted"\n'
            "with = { most = 1.0, some = 0.9, complete = 1.0 }\n"
            'weight = 1\nguide = "ours"\nwhy = "Ours."\nfix = "Add them."\neffort = "minutes"\n'
        },
    )
    found = report("--rulebook", "school", "churn", folder=tmp_path)
    assert _findings(found)["readme-visuals"]["weight"] == 9
    assert _findings(found)["typing-strict"]["status"] == "unmet"
