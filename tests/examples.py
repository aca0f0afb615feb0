"""Example repositories written in TOML, read without git: what `tests/rules/*.toml` holds, and what probes' tests use.

A case has `files` (path → text), and may have `notebooks` (path → cells), `base64` (path → bytes), `sizes` (path →
bytes, for a blob that is too large to write down), `links`, `missing` (paths that a partial clone lacks), `commits`
(newest first) and `listing` (what the host says).
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import msgspec

from auditor.facts.fact import Fact, Missing
from auditor.facts.parsers import parsers_for
from auditor.facts.text import is_lfs_pointer
from auditor.repository import Commit, Entry, EntryKind, History, Listing
from auditor.views.reading import Reading


class Case(msgspec.Struct, forbid_unknown_fields=True):
    """One example: a repository, the expected status, and a piece of the expected summary."""

    expect: str
    says: str = ""
    name: str = "example"
    files: dict[str, str] = msgspec.field(default_factory=dict)
    notebooks: dict[str, list[dict[str, Any]]] = msgspec.field(default_factory=dict)
    base64: dict[str, str] = msgspec.field(default_factory=dict)
    sizes: dict[str, int] = msgspec.field(default_factory=dict)
    links: dict[str, str] = msgspec.field(default_factory=dict)
    missing: list[str] = msgspec.field(default_factory=list)
    commits: list[dict[str, Any]] | None = None
    listing: dict[str, Any] | None = None
    fix: str = ""
    confidence: str = ""


def reading(case: Case) -> Reading:
    """Read the example as the auditor would read a repository."""
    blobs = _blobs(case)
    entries = [Entry(path, _blob_id(data), len(data)) for path, data in blobs.items()]
    entries += [Entry(path, _blob_id(path.encode()), size) for path, size in case.sizes.items()]
    entries += [Entry(path, _blob_id(path.encode()), None) for path in case.missing]
    entries += [Entry(path, _blob_id(to.encode()), len(to), EntryKind.LINK) for path, to in case.links.items()]
    entries.sort(key=lambda entry: entry.path)
    listing = None if case.listing is None else msgspec.convert(case.listing, Listing)
    return Reading(case.name, tuple(entries), _facts(blobs, case.missing), _history(case.commits), listing)


def repository(files: Mapping[str, str | bytes]) -> Reading:
    """Read a handful of files."""
    case = Case("met")
    case.base64 = {
        path: base64.b64encode(text.encode() if isinstance(text, str) else text).decode()
        for path, text in files.items()
    }
    return reading(case)


def notebook(cells: list[dict[str, Any]]) -> str:
    """Write a notebook. A cell: {code, count, text, error, image, stderr} or {markdown}."""
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
            "cells": [_cell(number, cell) for number, cell in enumerate(cells)],
        }
    )


def _cell(number: int, cell: dict[str, Any]) -> dict[str, Any]:
    if "markdown" in cell:
        return {"id": f"c{number}", "cell_type": "markdown", "metadata": {}, "source": cell["markdown"]}
    count = cell.get("count")
    outputs: list[dict[str, Any]] = []
    if "text" in cell:
        outputs.append({"output_type": "stream", "name": "stdout", "text": cell["text"]})
    if "stderr" in cell:
        outputs.append({"output_type": "stream", "name": "stderr", "text": cell["stderr"]})
    if "image" in cell:
        outputs.append({"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo="}})
    if "error" in cell:
        outputs.append({"output_type": "error", "ename": cell["error"], "evalue": "", "traceback": []})
    return {
        "id": f"c{number}",
        "cell_type": "code",
        "metadata": {},
        "execution_count": count,
        "outputs": outputs,
        "source": cell["code"],
    }


def _blobs(case: Case) -> dict[str, bytes]:
    texts = case.files | {path: notebook(cells) for path, cells in case.notebooks.items()}
    return {path: text.encode() for path, text in texts.items()} | {
        path: base64.b64decode(data) for path, data in case.base64.items()
    }


def _facts(blobs: Mapping[str, bytes], missing: list[str]) -> dict[type[Fact], dict[str, Fact]]:
    facts: dict[type[Fact], dict[str, Fact]] = {}
    for path in sorted([*blobs, *missing]):
        for parser in parsers_for(path):
            facts.setdefault(parser.fact, {})[path] = (
                Missing("not in this clone")
                if path in missing
                else Missing("kept in Git LFS")
                if is_lfs_pointer(blobs[path])
                else parser.parse(blobs[path])
            )
    return facts


def _history(commits: list[dict[str, Any]] | None) -> History | None:
    if commits is None:
        return None
    return History(
        tuple(
            Commit(
                id=f"{number:040x}",
                authored=commit.get("at", 1_760_000_000 - number * 86_400),
                committed=commit.get("at", 1_760_000_000 - number * 86_400),
                author=commit.get("author", "Ada"),
                email=commit.get("email", "ada@example.org"),
                subject=commit["subject"],
            )
            for number, commit in enumerate(commits)
        )
    )


def _blob_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
