"""`--resume` and `--role` from the command line to the report."""

from pathlib import Path
from typing import Any

import pytest
from command import audit, report
from repositories import working_tree

_MODEL = """import pandas as pd
from sklearn.linear_model import LogisticRegression


def train(path: str) -> LogisticRegression:
    \"\"\"Fit the churn model on a table of customers.\"\"\"
    table = pd.read_csv(path)
    return LogisticRegression().fit(table[["age"]], table["churned"])
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return working_tree(tmp_path / "churn", {"model.py": _MODEL, "README.md": "# Churn\n\nPredicts who leaves.\n"})


def _skills(found: dict[str, Any]) -> dict[str, tuple[str, bool | None]]:
    return {skill["id"]: (skill["status"], skill["claimed"]) for skill in found["skills"]}


def test_a_resumes_claims_are_held_against_the_code(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "cv.md").write_text("# Skills\n\npandas, scikit-learn, Polars, Kubernetes\n", encoding="utf-8")
    found = report("--offline", "--resume", "cv.md", repository, folder=tmp_path)
    skills = _skills(found)
    assert skills["pandas"] == ("demonstrated", True)
    assert skills["polars"] == ("absent", True)
    assert skills["numpy"][1] is False
    claims = next(f for f in found["findings"] if f["rule"] == "portfolio-claims")
    assert "the résumé claims" in claims["summary"]
    assert "Polars" in claims["summary"]
    assert claims["status"] in {"partly", "unmet"}
    assert any("Polars" in piece["excerpt"] for piece in claims["evidence"])
    assert "skills" in {gate["id"] for gate in found["screen"]["gates"] if gate["verdict"] != "pass"}


def test_without_a_resume_nothing_is_claimed(repository: Path, tmp_path: Path) -> None:
    assert {claimed for _, claimed in _skills(report("--offline", repository, folder=tmp_path)).values()} == {None}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "can't be read: No such file or directory"),
        (b"PK\x03\x04rest", "save it as PDF, Markdown or plain text"),
        (b"%PDF-1.4\nbroken", "can't be read as PDF"),
        (b"  \n", "there is no text"),
    ],
)
def test_a_resume_that_cannot_be_read_is_one_sentence(
    repository: Path, tmp_path: Path, content: bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / "cv").write_bytes(content)
    done = audit("--offline", "--resume", "cv", repository, folder=tmp_path)
    assert done.status == 2
    assert says in done.said
    assert len(done.err.splitlines()) == 1


def test_a_resume_that_is_too_large_is_refused(repository: Path, tmp_path: Path) -> None:
    with (tmp_path / "cv.txt").open("wb") as file:
        file.truncate(10_000_001)
    done = audit("--offline", "--resume", "cv.txt", repository, folder=tmp_path)
    assert (done.status, "larger than 10 MB" in done.said) == (2, True)


@pytest.mark.parametrize(
    ("role", "rule", "weight"),
    [("entry", "readme-results", 4), ("mid", "tests-present", 6), ("senior", "tests-depth", 5)],
)
def test_a_role_changes_weights(repository: Path, tmp_path: Path, role: str, rule: str, weight: float) -> None:
    found = report("--offline", "--role", role, repository, folder=tmp_path)
    assert next(f["weight"] for f in found["repositories"][0]["findings"] if f["rule"] == rule) == weight


def test_an_unknown_role_names_those_there_are(repository: Path, tmp_path: Path) -> None:
    done = audit("--offline", "--role", "wizard", repository, folder=tmp_path)
    assert done.status == 2
    assert "data-scientist, entry, mid, senior" in done.said
    assert report("--offline", "--role", "data-scientist", repository, folder=tmp_path)["score"] is not None
