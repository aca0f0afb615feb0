"""What the auditor asks, and what the loopback GitHub answers, against GitHub's own published descriptions."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from graphql import build_schema, parse, validate
from loopback.server import GitHub, serving

from auditor.sources import documents

_HERE = Path(__file__).parent / "loopback"
_REST = json.loads((_HERE / "schema.json").read_text(encoding="utf-8"))
_GRAPHQL = build_schema((_HERE / "schema.graphql").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitHub]:
    with serving(tmp_path_factory.mktemp("github")) as running:
        running.world.account("ada", name="Ada", bio="ML", blog="https://ada.dev")
        running.world.account("acme", kind="Organization")
        running.world.repo("ada/ada", readme="Hello")
        running.world.repo("ada/churn", license="MIT", topics=("ml",), fork=True, parent="ada/ada")
        yield running


def fetched(github: GitHub, path: str) -> Any:
    with urllib.request.urlopen(f"{github.hosts.api}{path}") as answer:  # noqa: S310 - loopback
        return json.load(answer)


@pytest.mark.parametrize(
    ("path", "component", "many"),
    [
        ("/users/ada", "public-user", False),
        ("/users/acme", "public-user", False),
        ("/users/ada/repos", "minimal-repository", True),
        ("/repos/ada/churn", "full-repository", False),
        ("/repos/ada/ada/readme", "content-file", False),
    ],
)
def test_rest_answers_have_githubs_shape(github: GitHub, path: str, component: str, *, many: bool) -> None:
    schema = {"$ref": f"#/$defs/{component}", **_REST}
    jsonschema.validate(fetched(github, path), {"type": "array", "items": schema, **_REST} if many else schema)


@pytest.mark.parametrize("without", [frozenset[str](), documents.DISPENSABLE])
def test_documents_are_valid_for_githubs_schema(without: frozenset[str]) -> None:
    whole = (documents.first_page(without), documents.next_page(without), documents.one(without))
    for document in (*whole, *(documents.again(3, without, commits=commits) for commits in (False, True))):
        assert validate(_GRAPHQL, parse(document)) == []


def test_a_document_that_asks_for_more_is_found_invalid() -> None:
    assert validate(_GRAPHQL, parse("{ repositoryOwner(login: 1) { shoeSize } }"))
