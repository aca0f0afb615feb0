"""Manifests are read as people write them, and no bytes break a reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import manifest_other, manifest_project, manifest_requirements, manifest_setup
from auditor.facts.fact import Fact, Missing, Parser, Unreadable
from auditor.facts.manifest import ManifestFact, Requirement, requirement
from auditor.facts.manifest_requirements import installed

_PARSERS = (
    manifest_requirements.PARSER,
    *manifest_project.PARSERS,
    *manifest_setup.PARSERS,
    *manifest_other.PARSERS,
)


def _names(fact: Fact) -> list[str]:
    assert isinstance(fact, ManifestFact)
    return [each.name for each in fact.requirements]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pandas==2.2.0", Requirement("pandas", 1, "exact")),
        ("uvicorn[standard]>=0.20 ; python_version > '3.8'", Requirement("uvicorn", 1, "bounded")),
        ("scikit_learn ~= 1.4  # the model", Requirement("scikit-learn", 1, "bounded")),
        ("torch==2.*", Requirement("torch", 1, "bounded")),
        ("numpy @ file:///C:/b/abs_1/croot/numpy", Requirement("numpy", 1, "bounded")),
        ("git+https://github.com/openai/CLIP.git@main", Requirement("clip", 1, "bounded")),
        ("git+https://github.com/a/b#egg=my_tool", Requirement("my-tool", 1, "bounded")),
        ("_libgcc_mutex", None),
        ("python-dotenv", Requirement("python-dotenv", 1)),
        ("python-dateutil==2.9.0", Requirement("python-dateutil", 1, "exact")),
        ("python.pptx>=1", Requirement("python-pptx", 1, "bounded")),
        ("python-3.11.4", None),
        ("python >=3.9", None),
        ("numpy=1.26.4=py311h", Requirement("numpy", 1, "exact")),
        ("- **", None),
        ("* Pillow", Requirement("pillow", 1)),
        ("pip install flask", Requirement("flask", 1)),
        ("Pandas 1.5.3", Requirement("pandas", 1, "exact")),
        ("This file lists everything that you need to run it.", None),
        ("--extra-index-url https://download.pytorch.org/whl/cu118", None),
    ],
)
def test_a_line_of_requirements(text: str, expected: Requirement | None) -> None:
    fact = manifest_requirements.parse(text.encode())
    assert isinstance(fact, ManifestFact)
    assert list(fact.requirements) == ([] if expected is None else [expected])


def test_requirements_of_several_encodings_and_includes() -> None:
    fact = manifest_requirements.parse("-r base.txt\r\n-e .\r\nflask==3.0\r\npandas \\\r\n  ==2.0\r\n".encode("utf-16"))
    assert isinstance(fact, ManifestFact)
    assert fact.includes == ("base.txt",)
    assert [(each.name, each.pin) for each in fact.requirements] == [("flask", "exact"), ("pandas", "exact")]


def test_an_install_command() -> None:
    found = installed("pip install -q -U 'torch==2.1' transformers[torch] -r requirements.txt && python a.py")
    assert [(each.name, each.pin) for each in found] == [("torch", "exact"), ("transformers", "free")]


def test_pyproject_of_every_kind() -> None:
    fact = manifest_project.parse(
        b"""
[build-system]
requires = ["hatchling"]
[project]
name = "churn"
requires-python = ">=3.11"
dependencies = ["pandas>=2", 3, {}]
optional-dependencies = { ui = ["streamlit"] }
[dependency-groups]
dev = ["pytest==8.0", { include-group = "x" }]
[tool.poetry.dependencies]
python = "^3.11"
torch = { version = "2.1.0", extras = ["a"] }
[tool.ruff]
"""
    )
    assert isinstance(fact, ManifestFact)
    assert [(each.name, each.pin, each.group) for each in fact.requirements] == [
        ("pandas", "bounded", ""),
        ("streamlit", "free", "ui"),
        ("pytest", "exact", "dev"),
        ("torch", "exact", ""),
    ]
    assert (fact.name, fact.build, fact.packages, fact.python) == ("churn", True, True, ">=3.11")
    assert fact.tools == ("poetry", "ruff")


def test_setup_py_is_read_not_run() -> None:
    fact = manifest_setup.parse(
        b"""
import os
os.abort()
REQUIRED = ["pandas", "numpy==1.26"]
def read(path): return open(path).read().splitlines()
setup(
    name=NAME, packages=find_packages(), install_requires=REQUIRED + read("requirements.txt"), python_requires=">=3.9"
)
"""
    )
    assert isinstance(fact, ManifestFact)
    assert _names(fact) == ["pandas", "numpy"]
    assert (fact.includes, fact.python, fact.name) == (("requirements.txt",), ">=3.9", "?")


def test_an_environment_and_a_lock() -> None:
    conda = manifest_other.parse_conda(
        b"channels: [conda-forge]\ndependencies:\n  - python=3.10\n"
        b"  - conda-forge::numpy=1.26.4\n  - pip:\n    - wandb>=0.16\n"
    )
    assert isinstance(conda, ManifestFact)
    assert (_names(conda), conda.python, conda.python_line) == (["numpy", "wandb"], "3.10", 3)
    lock = next(parser for parser in manifest_other.PARSERS if parser.reads("uv.lock"))
    assert _names(lock.parse(b'[[package]]\nname = "pandas"\nversion = "2"\n')) == ["pandas"]


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("requirements.txt", 1),
        ("requirements/dev.txt", 1),
        ("backend/requirements_prod.txt", 1),
        ("reqs.txt", 1),
        ("Required.txt", 1),
        ("packages.txt", 0),  # a list for apt, of Streamlit's cloud
        ("src/requirements.py", 0),
        ("pyproject.toml", 1),
        ("environment.yml", 1),
        ("docs/notes.txt", 0),
    ],
)
def test_which_files_are_manifests(path: str, count: int) -> None:
    assert sum(parser.reads(path) for parser in _PARSERS) == count


@pytest.mark.parametrize("parser", _PARSERS, ids=lambda parser: parser.name)
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_no_bytes_break_a_parser(parser: Parser, data: bytes) -> None:
    assert isinstance(parser.parse(data), ManifestFact | Unreadable | Missing)


@given(st.text(max_size=80))
def test_no_text_breaks_a_requirement(text: str) -> None:
    found = requirement(text)
    assert found is None or found.pin in ("exact", "bounded", "free")


@pytest.mark.parametrize(
    "data",
    [
        b"a" + b".a" * 20_000 + b" = 1",
        b"x = " + b"[" * 50_000,
        b"[tool]\n" + b"x = {a=" * 5_000,
    ],
    ids=["dotted", "brackets", "tables"],
)
def test_a_hostile_toml_is_refused(data: bytes) -> None:
    assert isinstance(manifest_project.parse(data), Unreadable)


def test_a_continued_line_after_an_option_without_a_value_is_a_broken_file() -> None:
    assert manifest_setup.parse_config(b"[metadata]\nname\n = churn\n") == Unreadable("broken setup.cfg")
