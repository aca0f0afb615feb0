"""Credentials leave a value before it is kept or shown. What looks real here is put together when the test runs."""

import json
from pathlib import Path

import msgspec
import pytest
from command import audit
from hypothesis import given
from hypothesis import strategies as st
from repositories import working_tree

from auditor.facts.credentials import PROVIDERS, is_placeholder
from auditor.facts.masking import masked, without_credentials
from auditor.model import Evidence

_TOKEN = "ghp_" + "a8Kd92LxPq71ZmVn34RtYw56BcEfGh0JuI12"
_PASSWORD = "Tr0ub4dor" + "-and-3-horses!"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"https://ada:{_PASSWORD}@example.com/x", "https://ada:***@example.com/x"),
        (f"https://app.io/?token={_TOKEN}", "https://app.io/?token=***"),
        (f"PASSWORD={_PASSWORD} pytest", "PASSWORD=*** pytest"),
        (f"python train.py --password {_PASSWORD}", "python train.py --password ***"),
        ("api_key = 'Ab3dEf9hKq2LmN8pXy'", "api_key = '***'"),
        ("MII" + "EpAIBAAKCAQEA" * 4, "***"),
        ("api_key = 'your-api-key-goes-here-1'", "api_key = 'your-api-key-goes-here-1'"),
        ("the password protects 3 pages", "the password protects 3 pages"),
        ("tokenizer: AutoTokenizer", "tokenizer: AutoTokenizer"),
        ("task-specific keys: a, b", "task-specific keys: a, b"),
    ],
)
def test_what_is_shown_of_a_text(text: str, clean: str) -> None:
    assert without_credentials(Evidence(path="a.py", excerpt=text)).excerpt == clean


def test_what_holds_none_is_left_as_it_is() -> None:
    encoded = msgspec.msgpack.encode(["https://example.com", {"a": 1}])
    assert masked(encoded) is encoded


@given(
    st.sampled_from([shape for _, _, shape in PROVIDERS]).flatmap(
        lambda shape: st.from_regex(shape, fullmatch=True, alphabet=st.characters(max_codepoint=126))
    ),
    st.integers(0, 127),
)
def test_every_shape_is_found_whatever_stands_beside_its_text(text: str, number: int) -> None:
    """Encoded, a text's neighbours may look like letters: a small number is one byte, a text's length is another."""
    encoded = msgspec.msgpack.encode([number, text, number])
    assert masked(encoded) != encoded or is_placeholder(text)


def test_no_credential_is_shown_or_kept(tmp_path: Path) -> None:
    """In a link, a title, a path, a command, an output, an author's name: what a reader of a report must not get."""
    cell = {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": f"print('{_TOKEN}')"}
    output = {"output_type": "error", "ename": _TOKEN, "evalue": _TOKEN, "traceback": []}
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell | {"outputs": [output]}]}
    workflow = f"on: push\njobs:\n  a:\n    steps:\n      - run: PASSWORD={_PASSWORD} pytest\n"
    files = {
        "README.md": f"# Churn {_TOKEN}\n\n[demo](https://ada:{_TOKEN}@churn.streamlit.app/?token={_TOKEN})\n",
        f"{_TOKEN}.py": "def f(:\n",
        "a.ipynb": json.dumps(book),
        ".github/workflows/ci.yml": workflow,
        "tests/test_a.py": "def test_a():\n    assert 1\n",
        "requirements.txt": f"git+https://{_TOKEN}@github.com/a/b\n",
    }
    working_tree(tmp_path / "work", files, subject=f"Use {_TOKEN}")
    forms = [part for form in ("html", "json", "markdown", "sarif", "csv") for part in ("-f", form)]
    done = audit("-v", "--offline", "--cache-dir", "kept", *forms, "-o", "out", "work", folder=tmp_path)
    shown = done.out + done.err + "".join(p.read_text(encoding="utf-8") for p in (tmp_path / "out").iterdir())
    assert _PASSWORD not in shown
    assert _TOKEN not in shown
    assert not [p for p in (tmp_path / "kept").iterdir() if _TOKEN.encode() in p.read_bytes()]
