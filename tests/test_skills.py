"""The skills ledger tells use from declaration from mention, and joins repositories."""

import tomllib
from collections import Counter
from typing import Any

import pytest
from examples import repository

from auditor import resources
from auditor.model import Evidence, SkillStatus
from auditor.views.shown import SHOWS
from auditor.views.skills import SkillUse, merged, skills_of

AREAS = {"Python", "ML fundamentals", "Deep learning", "Generative AI", "Cloud", "Engineering"}


def _table() -> dict[str, Any]:
    return tomllib.loads((resources.folder("rules") / "data" / "skills.toml").read_text(encoding="utf-8"))


def _status(files: dict[str, str | bytes], skill: str) -> SkillStatus:
    uses = {use.id: use.status for use in skills_of(repository(files), _table())}
    return uses.get(skill, SkillStatus.ABSENT)


def test_the_table_covers_the_guides_areas() -> None:
    table = _table()
    assert len(table) >= 60
    assert set(Counter(entry["area"] for entry in table.values())) == AREAS
    assert all(
        set(entry) <= {"title", "area", "uses", "files", "tools", "shows", "distributions", "mentions"}
        for entry in table.values()
    )
    assert all(question in SHOWS for entry in table.values() for question in entry.get("shows", ()))
    assert all(entry.get("uses") or entry.get("files") or entry.get("shows") for entry in table.values())


@pytest.mark.parametrize(
    ("files", "skill", "status"),
    [
        ({"a.py": "import pandas as pd\npd.read_csv('x')"}, "pandas", "demonstrated"),
        ({"a.py": "import pandas as pd"}, "pandas", "declared"),
        ({"README.md": "# X\nMade with pandas."}, "pandas", "mentioned"),
        ({"README.md": "# X\nAbout expandas and giant-pandas-zoo."}, "numpy", "absent"),
        ({"requirements.txt": "numpy\npandas>=2\n"}, "pandas", "declared"),
        ({"a.py": "x = 'import pandas'"}, "pandas", "absent"),
        ({"venv/lib/python3.11/site-packages/p/a.py": "import pandas as pd\npd.read_csv('x')"}, "pandas", "absent"),
        ({"a.py": "import pandas as pd\n\n\ndef f(df):\n    return df.groupby('a').sum()"}, "grouping", "demonstrated"),
        ({"a.py": "import itertools\n\n\ndef f(xs):\n    return xs.groupby('a')"}, "grouping", "absent"),
        ({"a.py": "from torch import nn\n\n\nclass Net(nn.Module):\n    pass"}, "neural-networks", "demonstrated"),
        ({"a.py": "import torch\n\n\ndef step(loss):\n    loss.backward()"}, "training-loops", "demonstrated"),
        (
            {"a.py": "from dataclasses import dataclass\n\n\n@dataclass\nclass A:\n    x: int"},
            "data-classes",
            "demonstrated",
        ),
        ({"Dockerfile": "FROM python:3.12"}, "docker", "demonstrated"),
        ({"tests/test_a.py": "def test_a():\n    assert f(1) == 2"}, "testing", "demonstrated"),
        ({"tests/test_a.py": "def test_a():\n    assert True"}, "testing", "absent"),
        (
            {"a.py": "class A:\n    def f(self): ...\n    def g(self): ...\n\n\nclass B(A):\n    pass"},
            "interfaces",
            "demonstrated",
        ),
        ({"main.tf": 'resource "aws_s3_bucket" "b" {}'}, "infrastructure-as-code", "demonstrated"),
    ],
)
def test_status(files: dict[str, str | bytes], skill: str, status: str) -> None:
    assert _status(files, skill) == status


def test_evidence_is_one_place_a_file_and_three_at_most() -> None:
    files: dict[str, str | bytes] = {f"{name}.py": "import numpy as np\nnp.ones(1)\nnp.zeros(1)" for name in "abcd"}
    use = next(use for use in skills_of(repository(files), _table()) if use.id == "numpy")
    assert use.evidence == tuple(Evidence(f"{name}.py", 2, excerpt="numpy.ones") for name in "abc")


def test_the_best_status_wins_and_evidence_names_the_repository() -> None:
    table = {"a": {"title": "A", "area": "Python"}, "b": {"title": "B", "area": "Cloud"}}
    first = (SkillUse("a", SkillStatus.MENTIONED, (Evidence("README.md", 3),)),)
    second = (SkillUse("a", SkillStatus.DEMONSTRATED, (Evidence("x.py", 1), Evidence("y.py", 2))),)
    a, b = merged([("one", first), ("two", second)], table, frozenset({"b"}))
    assert (a.status, a.claimed, a.title) == (SkillStatus.DEMONSTRATED, False, "A")
    assert [place.path for place in a.evidence] == ["two/x.py", "two/y.py"]
    assert (b.status, b.claimed, b.evidence) == (SkillStatus.ABSENT, True, ())


def test_one_repository_needs_no_name() -> None:
    use = SkillUse("a", SkillStatus.DECLARED, (Evidence("requirements.txt", 1),))
    (skill,) = merged([("one", (use,))], {"a": {"title": "A", "area": "Python"}})
    assert skill.evidence == use.evidence
    assert skill.claimed is None
