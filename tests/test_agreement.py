"""The arithmetic of agreement, against values worked out by hand; and one run on a real repository."""

import json
import subprocess
import sys
from pathlib import Path

import agreement
import pytest
from agreement import Answer, Labelled, Outcome
from repositories import bare, git

from auditor.model import Confidence, Effort, Evidence, Finding, Status


def _finding(rule: str, status: Status) -> Finding:
    return Finding(
        rule=rule,
        criterion="",
        status=status,
        score=None,
        weight=1.0,
        confidence=Confidence.HIGH,
        summary="Seen.",
        evidence=(Evidence("a.ipynb", cell=0, excerpt="x"),),
        fix="",
        effort=Effort.HOURS,
    )


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("yes", "yes"), ("no", "no")], 1.0),
        ([("yes", "no"), ("no", "yes")], -1.0),
        # Seen 1/8; by chance 1/2 (1/4 + 1/4) for yes + 1/4 (1/4 + 1/4) for no + 1/4 (1/8 + 1/8) for partly = 7/16.
        ([("yes", "yes"), ("yes", "partly"), ("no", "no"), ("partly", "partly")], 5 / 7),
        # Seen 1/4; by chance 1/2 (1/2 + 1/8) for yes + 1/4 (1/4 + 1/8) for no + 1/4 (1/8 + 1/4) for partly = 1/2.
        ([("yes", "yes"), ("yes", "no"), ("no", "no"), ("partly", "partly")], 1 / 2),
        # `na` against anything is a whole disagreement: seen 1/2, by chance 1/2.
        ([("na", "yes"), ("yes", "yes")], 0.0),
        ([("na", "na"), ("yes", "yes"), ("no", "no")], 1.0),
        # Seen 1/3; labels na yes no, verdicts na na no: by chance 1/3 (1/3) + 1/3 (2/3 + 1/3) + 1/3 (2/3) = 2/3.
        ([("na", "na"), ("yes", "na"), ("no", "no")], 1 / 2),
        ([("yes", "yes"), ("yes", "yes")], None),
        ([], None),
    ],
)
def test_kappa(pairs: list[tuple[str, str]], expected: float | None) -> None:
    assert agreement.kappa(pairs) == (None if expected is None else pytest.approx(expected))


def test_distance_is_symmetric_and_gross_is_only_yes_against_no() -> None:
    words = ("no", "partly", "yes", "na")
    table = {(one, other): agreement.distance(one, other) for one in words for other in words}
    assert all(table[one, other] == table[other, one] for one, other in table)
    assert table["no", "partly"] == table["partly", "yes"] == 0.5
    assert table["no", "yes"] == table["na", "partly"] == 1
    assert [pair for pair in table if agreement.gross(*pair)] == [("no", "yes"), ("yes", "no")]


def test_questions_name_their_rules() -> None:
    assert agreement.rules_of("nb.order") == ("notebooks-order",)
    assert agreement.rules_of("pkg.dependencies") == ("packaging-dependencies",)
    assert agreement.rules_of("readme.results") == ("readme-results",)
    assert agreement.rules_of("repo.hygiene") == ("hygiene-clean", "hygiene-size")


def test_the_nearest_reading_counts_and_the_worse_rule_of_two() -> None:
    labelled = Labelled(
        "asha/churn",
        "HEAD",
        {
            "readme.results": (("no", "r1"), ("partly", "r2")),
            "repo.hygiene": (("partly", "r3"),),
            "ml.metrics": (("yes", "r4"),),
            "test.ci": (("yes", "r5"),),
        },
    )
    findings = {
        "readme-results": _finding("readme-results", Status.MET),
        "hygiene-clean": _finding("hygiene-clean", Status.MET),
        "hygiene-size": _finding("hygiene-size", Status.PARTLY),
        "ml-metrics": _finding("ml-metrics", Status.UNKNOWN),
    }
    said = "Seen. [a.ipynb cell 0] x"
    assert agreement.compare(labelled, findings) == Outcome(
        (
            Answer(
                "readme.results", "asha/churn", "partly", "yes", ("no: r1", "partly: r2"), f"readme-results: {said}"
            ),
            Answer("repo.hygiene", "asha/churn", "partly", "partly", ("partly: r3",), f"hygiene-size: {said}"),
        ),
        ("ml.metrics", "test.ci"),
    )


def test_readings_of_several_files_come_together(tmp_path: Path) -> None:
    for name, verdict in (("a.jsonl", "yes"), ("b.jsonl", "no")):
        row = {"repo": "asha/churn", "commit": "1", "kind": "other", "readings": {"test.ci": [[verdict, name]]}}
        (tmp_path / name).write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert agreement.labels([tmp_path / "a.jsonl", tmp_path / "b.jsonl"]) == (
        Labelled("asha/churn", "1", {"test.ci": (("yes", "a.jsonl"), ("no", "b.jsonl"))}),
    )


def test_mirrors_lie_in_folders_of_any_shape_or_stand_in_a_list(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "Asha+one")
    git(tmp_path, "init", "-q", "--bare", "asha+two/two.git")
    git(tmp_path, "init", "-q", "asha+three/deep/repo")
    (tmp_path / "asha+none").mkdir()
    listing = tmp_path / "mirrors.tsv"
    listing.write_text("Asha/One\t/somewhere/repo\tabc\n", encoding="utf-8")
    assert agreement.mirrors(tmp_path) == {
        "asha/one": tmp_path / "Asha+one",
        "asha/two": tmp_path / "asha+two" / "two.git",
        "asha/three": tmp_path / "asha+three" / "deep" / "repo",
    }
    assert agreement.mirrors(listing) == {"asha/one": Path("/somewhere/repo")}


def test_a_run_shows_the_table_the_differences_and_what_is_missing(tmp_path: Path) -> None:
    folder = bare(tmp_path / "mirrors" / "asha+churn", {"README.md": "# Churn\n"})
    rows = [
        {
            "repo": "asha/churn",
            "commit": git(folder, "rev-parse", "HEAD"),
            "readings": {"readme.visuals": [["yes", "a picture"]], "readme.results": [["no", "none"]]},
        },
        {"repo": "asha/gone", "commit": "1", "readings": {"readme.visuals": [["no", "none"]]}},
    ]
    labels = tmp_path / "labels.jsonl"
    labels.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, agreement.__file__, "--mirrors", tmp_path / "mirrors", "--question", "readme.visuals", labels],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    table, _, rest = done.stdout.partition("\n\n")
    assert [row.split() for row in table.splitlines()[1:]] == [
        ["readme.visuals", "1", "0.0%", "0.00", "1", "0"],
        ["overall", "1", "0.0%", "0.00", "1", "0"],
    ]
    assert "not compared: asha/gone: not among the mirrors" in rest
    assert "GROSS readme.visuals  asha/churn: reviewers yes, auditor no" in rest
    assert "reviewer yes: a picture" in rest
