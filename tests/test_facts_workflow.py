"""CI files and container recipes are read with their lines, and what is crafted to hang a reader is refused."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import container, workflow
from auditor.facts.container import ContainerFact, Instruction
from auditor.facts.fact import Missing, Parser, Unreadable
from auditor.facts.settings import Setting, from_yaml
from auditor.facts.workflow import Step, WorkflowFact

_PARSERS = (*workflow.PARSERS, *container.PARSERS)


def test_a_workflow_knows_its_commands_lines() -> None:
    fact = workflow.parse(
        b"on: push\njobs:\n  t:\n    steps:\n      - uses: a/b@v1\n"
        b"      - run: |\n          pip install .\n          # no\n          pytest\n"
    )
    assert fact == WorkflowFact("", (Step("a/b@v1", 5, "uses"), Step("pip install .", 7), Step("pytest", 9)))


def test_a_makefile_knows_its_targets() -> None:
    fact = workflow.parse_make(b"PY := python\ntest: lint ## run\n\t@$(PY) -m pytest\n\nlint:\n\truff check .\n")
    assert isinstance(fact, WorkflowFact)
    assert list(zip(fact.targets, fact.steps, strict=True)) == [
        ("test", Step("make lint", 2)),
        ("test", Step("$(PY) -m pytest", 3)),
        ("lint", Step("ruff check .", 6)),
    ]


def test_a_dockerfile_joins_its_lines() -> None:
    fact = container.parse_dockerfile(
        b"# syntax=docker/dockerfile:1\nFROM python:3.12\nRUN apt-get update \\\n  # why\n  && pip install x\n"
        b'RUN <<EOF\nCMD no\nEOF\nCMD ["a"]\n'
    )
    assert isinstance(fact, ContainerFact)
    assert fact.instructions == (
        Instruction("FROM", "python:3.12", 2),
        Instruction("RUN", "apt-get update && pip install x", 3),
        Instruction("RUN", "<<EOF", 6),
        Instruction("CMD", '["a"]', 9),
    )


def test_aliases_are_followed() -> None:
    assert from_yaml(b"a: &x\n  b: 1\nc: *x\n") == (Setting("a/b", "1", 2), Setting("c/b", "1", 2))


@pytest.mark.parametrize(
    ("path", "system"),
    [
        (".github/workflows/ci.yml", "GitHub Actions"),
        ("service/.github/workflows/ci.yaml", "GitHub Actions"),
        (".circleci/config.yml", "CircleCI"),
        ("Jenkinsfile", "Jenkins"),
        (".travis.yml", "Travis CI"),
        (".github/dependabot.yml", None),
        ("config.yml", None),
    ],
)
def test_which_system(path: str, system: str | None) -> None:
    assert workflow.system_of(path) == system


@pytest.mark.parametrize("parser", _PARSERS, ids=lambda parser: parser.name)
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_no_bytes_break_a_parser(parser: Parser, data: bytes) -> None:
    assert isinstance(parser.parse(data), WorkflowFact | ContainerFact | Unreadable | Missing)


_LAUGHS = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (n + 1, n + 1, b",".join([b"*%c" % n] * 9)) for n in range(97, 110)
)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 30_000,
        b"a: " + b"{a: " * 30_000,
        b"- " * 30_000 + b"a",
        b"? " * 30_000 + b"a",
        b"\n".join(b" " * n + b"a:" for n in range(1_000)),
        _LAUGHS,
        b"&a [*a, *a]",
    ],
    ids=["brackets", "braces", "dashes", "questions", "indent", "laughs", "cycle"],
)
def test_a_hostile_yaml_neither_hangs_nor_crashes(data: bytes) -> None:
    begin = time.process_time()
    found = from_yaml(data)
    assert isinstance(found, tuple | Unreadable | Missing)
    assert time.process_time() - begin < 2
