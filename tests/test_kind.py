"""What kind a repository is, which sector it speaks of, where it leads: on small examples in several languages."""

from typing import Any

import pytest
from examples import Case, reading
from hypothesis import given
from hypothesis import strategies as st

from auditor import rulebook
from auditor.views.kind import KINDS, kind_of
from auditor.views.outward import is_article, is_blog
from auditor.views.traits import traits_of
from auditor.views.words import found, spaced

_DATA = rulebook.load().data
_TRAIN = "from sklearn.svm import SVC\n\n\ndef train(x, y):\n    return SVC().fit(x, y)\n"
_CHAT = "import streamlit as st\nfrom langchain_openai import ChatOpenAI\n\nst.write(ChatOpenAI().invoke('hi'))\n"
_SERVE = "from flask import Flask\n\napp = Flask(__name__)\n\n\ndef home():\n    return 'hi'\n"
_WORDS = (
    "This text says at length what the repository holds, for whom it was put together, and how it may be used. " * 4
)
_CELLS = [{"code": "from sklearn.svm import SVC\nSVC().fit(x, y)", "count": 1}]


def _files(files: dict[str, str], name: str = "churn", notebooks: dict[str, Any] | None = None) -> Case:
    case = Case("met", name=name)
    case.files = files
    case.notebooks = notebooks or {}
    return case


@pytest.mark.parametrize(
    ("kind", "case"),
    [
        ("empty", _files({"README.md": "# Credit card fraud\n"})),
        ("docs-only", _files({"README.md": f"# Notes\n\n{_WORDS}\n"})),
        ("data-dump", _files({"sales.csv": "a,b\n1,2\n"})),
        ("ml-project", _files({"src/train.py": _TRAIN})),
        ("ml-project", _files({"src/train.py": _TRAIN}, notebooks={"eda.ipynb": _CELLS})),
        ("notebook-analysis", _files({}, notebooks={"eda.ipynb": _CELLS})),
        ("genai-app", _files({"app.py": _CHAT})),
        ("ml-project", _files({"train.py": _TRAIN, "again.py": _TRAIN, "chat.py": _CHAT})),
        ("web-app", _files({"app.py": _SERVE, "templates/index.html": "<p>"})),
        ("web-app", _files({"index.html": "<p>", "app.js": "1"})),
        ("library", _files({"setup.py": "1\n"} | {f"tree/{n}.py": f"x = {n}\n" for n in range(6)}
                           | {"README.md": "# tree\n\nA Python package of trees.\n"})),
        ("course-work", _files({"lab.py": _TRAIN, "README.md": "# Homework 1\n"})),
        ("course-work", _files({"a.py": _TRAIN}, name="Machine-Learning-Lab-Assignments")),
        ("course-work", _files({"a.py": _TRAIN, "README.md": "# Titanic\n\nTrabajo práctico de la asignatura.\n"})),
        ("course-work", _files({"a.py": _TRAIN, "README.md": "# Bücher\n\nProjektarbeit im Modul Statistik.\n"})),
        ("course-work", _files({"a.py": _TRAIN, "README.md": "# Buku\n\nTugas akhir mata kuliah.\n"})),
        ("course-work", _files({"a.py": _TRAIN, "README.md": "# 强化学习\n\n课程大作业。\n"})),
        ("course-work", _files({"a.py": _TRAIN, "README.md": "# 강화 학습 예제들\n"})),
        ("ml-project", _files({"a.py": _TRAIN, "README.md": "# Churn\n\nFinal project of a bootcamp.\n",
                               "tests/test_a.py": "def test(): assert 1\n", "Dockerfile": "FROM python:3.12\n"})),
        ("other", _files({"query.sql": "select 1", "main.py": "print(1)\n"})),
    ],
)  # fmt: skip
def test_kind(kind: str, case: Case) -> None:
    assert kind_of(reading(case), _DATA["kinds"]) == kind


@given(st.dictionaries(st.sampled_from(["a.py", "b.ipynb", "README.md", "c.csv", "d.js", "setup.py"]), st.text()))
def test_every_repository_has_a_kind(files: dict[str, str]) -> None:
    assert traits_of(reading(_files(files)), _DATA).kind in KINDS


def test_vendored_code_is_nobodys_kind() -> None:
    assert kind_of(reading(_files({"venv/pyvenv.cfg": "", "venv/lib/train.py": _TRAIN})), _DATA["kinds"]) == "empty"


@pytest.mark.parametrize(
    ("sector", "files", "name"),
    [
        ("finance", {}, "credit-card_FraudDetection"),
        ("health", {"README.md": "# Détection\n\nUn patient présente-t-il un risque de pneumonie ?\n"}, "cnn"),
        ("health", {"README.md": "# CNN\n\n肺炎の患者を診断します。\n"}, "cnn"),
        ("real-estate", {"data/house-prices.csv": "a\n"}, "regression"),
        ("energy", {"README.md": "# Stromverbrauch\n"}, "zeitreihe"),
        ("retail", {"README.md": "# Predicción de ventas\n"}, "modelo"),
        ("telecom", {}, "telco-churn"),
    ],
)
def test_a_sector_shows_with_its_evidence(sector: str, files: dict[str, str], name: str) -> None:
    sectors = dict(traits_of(reading(_files(files, name)), _DATA).sectors)
    assert sectors[sector]
    assert all(piece.excerpt for piece in sectors[sector])


@pytest.mark.parametrize("name", ["titanic", "iris-classification", "mnist-cnn", "logistic-regression"])
def test_teaching_data_belongs_to_no_sector(name: str) -> None:
    assert traits_of(reading(_files({"train.py": _TRAIN}, name)), _DATA).sectors == ()


def test_own_articles_are_kept_and_references_are_not() -> None:
    article = "https://medium.com/@ada/how-churn-was-predicted-0a1b2c3d4e5f"
    text = f"# Churn\n\nRead [my article]({article}).\n\n## References\n\n- [Trees](https://dev.to/bob/how-trees-grow-now)\n"
    outward = traits_of(reading(_files({"README.md": text})), _DATA).outward
    assert [(piece.url, piece.line, piece.excerpt) for piece in outward] == [(article, 3, "my article")]


@pytest.mark.parametrize(
    ("url", "article", "blog"),
    [
        ("https://medium.com/@ada/trees-grow-0a1b2c3d4e5f", True, False),
        ("https://www.linkedin.com/pulse/how-trees-grow-ada/", True, False),
        ("https://medium.com/@ada", False, True),
        ("https://ada.substack.com/", False, True),
        ("https://zenn.dev/ada/articles/abcdef1234", True, False),
        ("https://openai.com/blog/gpt-4-is-here", False, False),
        ("https://github.com/ada/blog", False, False),
        ("https://www.linkedin.com/in/ada", False, False),
        ("https://img.shields.io/badge/Medium-black", False, False),
        ("", False, False),
    ],
)
def test_articles_and_blogs_are_known_by_their_shape(url: str, *, article: bool, blog: bool) -> None:
    assert (is_article(url, _DATA["articles"]), is_blog(url, _DATA["articles"])) == (article, blog)


def test_history_in_a_nutshell() -> None:
    case = _files({"train.py": _TRAIN, "README.md": "# Churn\n\nWho leaves the shop?\n"})
    case.commits = [
        {"subject": "Fit", "at": 1_767_225_600, "email": "ada@work.example"},
        {"subject": "Begin", "at": 1_764_547_200},
        {"subject": "From a broken clock", "at": 9_000_000_000},
    ]
    traits = traits_of(reading(case), _DATA)
    assert (traits.months, traits.last_commit) == ((("2025-12", 1), ("2026-01", 1)), 1_767_225_600)
    assert (traits.authors, traits.languages, traits.description) == (1, ("Python",), "Who leaves the shop?")


def test_words_match_whole_words_in_any_script() -> None:
    words = ("week #", "credit card*", "作业", "tp #")
    assert found("Week 12: Credit  cards, tps, 大作业", words) == ("week 12", "credit  cards", "作业")
    assert spaced("credit-card_fraudModel") == "credit card fraud Model"
