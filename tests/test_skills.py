"""The skills ledger tells use from declaration from mention, and joins repositories."""

import itertools
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
        set(entry)
        <= {"title", "area", "uses", "files", "tools", "shows", "distributions", "mentions", "except", "together"}
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
        ({"README.md": "# X\n- [pandas](https://pandas.pydata.org)"}, "pandas", "mentioned"),
        ({"README.md": "# X\n- [A short guide to pandas](https://a.example/b)"}, "pandas", "absent"),
        ({"README.md": "# X\n[1] [A short guide to pandas](https://a.example/b)"}, "pandas", "absent"),
        ({"README.md": "# X\nSee [a short guide to pandas](https://a.example/b)."}, "pandas", "mentioned"),
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


def test_the_most_convincing_evidence_comes_first_whatever_the_order() -> None:
    table = {"a": {"title": "A", "area": "Python"}}
    notebook = ("a-notebook", (SkillUse("a", SkillStatus.DEMONSTRATED, (Evidence("x.ipynb", 1, cell=2),)),))
    script = ("a-script", (SkillUse("a", SkillStatus.DEMONSTRATED, (Evidence("scripts/try.py", 1),)),))
    modules = ("z", (SkillUse("a", SkillStatus.DEMONSTRATED, (Evidence("src/x.py", 1), Evidence("src/y.py", 1))),))
    module = ("b", (SkillUse("a", SkillStatus.DEMONSTRATED, (Evidence("src/x.py", 1),)),))
    orders = [merged(order, table) for order in itertools.permutations([notebook, script, module, modules])]
    assert all(order == orders[0] for order in orders)
    assert [place.path for place in orders[0][0].evidence] == ["z/src/x.py", "b/src/x.py", "a-notebook/x.ipynb"]


_EMBEDS = "from sentence_transformers import SentenceTransformer\nvectors = SentenceTransformer('m').encode(texts)\n"
_SEARCHES = "from sklearn.metrics.pairwise import cosine_similarity\nnear = cosine_similarity(question, vectors)\n"
_ANSWERS = "from openai import OpenAI\nOpenAI().chat.completions.create(model='m', messages=[])\n"


@pytest.mark.parametrize(
    ("files", "skill", "status"),
    [
        ({"e.py": _EMBEDS, "s.py": _SEARCHES, "a.py": _ANSWERS}, "rag", "demonstrated"),
        ({"e.py": _EMBEDS, "s.py": _SEARCHES}, "rag", "absent"),
        ({"s.py": _SEARCHES, "a.py": _ANSWERS, "README.md": "# Bot\nRAG without a library."}, "rag", "mentioned"),
        ({"e.py": _EMBEDS, "a.py": _ANSWERS}, "rag", "absent"),
        ({"a.py": "from openai import OpenAI\nOpenAI().embeddings.create(input='x')"}, "embeddings", "demonstrated"),
        ({"a.py": _ANSWERS}, "embeddings", "absent"),
        ({"a.py": "import litellm\nlitellm.embedding(model='m', input=[])"}, "llm-apis", "declared"),
        ({"a.py": "import torch\ntorch.cuda.is_available()"}, "pytorch", "declared"),
        ({"a.py": "import torch\nd = torch.device('cpu')\nx = torch.ones(3)"}, "pytorch", "demonstrated"),
        ({"a.py": "import nltk\nnltk.download('punkt')"}, "classic-nlp", "declared"),
        ({"a.py": "from dotenv import load_dotenv\nload_dotenv()"}, "security", "absent"),
        ({"a.py": "from dotenv import load_dotenv\nload_dotenv()"}, "configuration", "demonstrated"),
    ],
)
def test_what_shows_little_does_not_demonstrate_and_parts_together_do(
    files: dict[str, str | bytes], skill: str, status: str
) -> None:
    assert _status(files, skill) == status


def test_a_skill_shown_by_others_has_a_place_of_each() -> None:
    files: dict[str, str | bytes] = {"e.py": _EMBEDS, "s.py": _SEARCHES, "a.py": _ANSWERS}
    use = next(use for use in skills_of(repository(files), _table()) if use.id == "rag")
    assert [place.path for place in use.evidence] == ["e.py", "s.py", "a.py"]


def test_one_repository_needs_no_name() -> None:
    use = SkillUse("a", SkillStatus.DECLARED, (Evidence("requirements.txt", 1),))
    (skill,) = merged([("one", (use,))], {"a": {"title": "A", "area": "Python"}})
    assert skill.evidence == use.evidence
    assert skill.claimed is None
