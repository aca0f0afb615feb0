"""What is read of pre-commit configurations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.fact import Missing, Unreadable
from auditor.facts.hooks import PARSER, Hook, HooksFact, parse


def test_hooks_are_named_with_their_lines() -> None:
    data = (
        b"repos:\n- repo: https://a.example\n  hooks:\n  - id: ruff\n    args: [--fix]\n  - id: mypy\n- repo: local\n"
    )
    assert parse(data) == HooksFact((Hook("ruff", 4), Hook("mypy", 6)))


@pytest.mark.parametrize("data", [b"", b"repos: 3", b"repos: [a, {hooks: b}]", b"- id: ruff"])
def test_other_shapes_hold_no_hooks(data: bytes) -> None:
    assert parse(data) == HooksFact()


def test_the_file_is_known_by_its_name() -> None:
    assert PARSER.reads("sub/.pre-commit-config.yaml")
    assert not PARSER.reads("pre-commit-config.txt")


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert isinstance(parse(data), HooksFact | Unreadable | Missing)
