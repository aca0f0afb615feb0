"""The report as JSON, version 1, exactly as `reports/templates/report.schema.json` says; and back, for a baseline.

The promise: within `schema_version` 1 no name, type or meaning changes and none goes; a new field raises the number.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from auditor.compare import Comparison
from auditor.formats import escape
from auditor.model import NOT_IN_JSON, AuditorError, Report

SCHEMA_VERSION = 1


def render(report: Report, comparison: Comparison | None = None, template: Path | None = None) -> str:
    """Return the report as JSON; a comparison adds the key `comparison`, a template changes nothing here."""
    del template
    tree = _published(report)
    if comparison is not None:
        tree["comparison"] = {**_published(comparison), "difference": comparison.difference}
    return encoded(tree)


def encoded(tree: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a JSON value as text that is valid UTF-8 and harmless in a page or a terminal."""
    return escape.json_text(json.dumps(_whole(tree), ensure_ascii=False, indent=2, allow_nan=False)) + "\n"


def load(text: str | bytes) -> Report:
    """Read a report that `render` wrote; what else it holds beside the report (a comparison) is left out."""
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AuditorError(f"the baseline is no JSON ({error}); give a report written with --format json") from error
    if not isinstance(tree, dict) or "schema_version" not in tree:
        raise AuditorError("the baseline is not one of this tool's reports; give one written with --format json")
    if tree["schema_version"] != SCHEMA_VERSION:
        raise AuditorError(
            f"the baseline has schema version {tree['schema_version']!r}, this tool reads {SCHEMA_VERSION}; "
            "make the earlier report anew with this version"
        )
    tree.pop("comparison", None)
    try:
        return msgspec.convert(tree, Report)
    except msgspec.ValidationError as error:
        raise AuditorError(f"the baseline is damaged: {error}; make the earlier report anew") from error


def _published(value: Any) -> Any:  # noqa: ANN401 - any value of the model
    """Return plain JSON values, without the fields that the contract does not have."""
    match value:
        case msgspec.Struct():
            hidden = NOT_IN_JSON.get(type(value), ())
            return {
                field: _published(getattr(value, field)) for field in value.__struct_fields__ if field not in hidden
            }
        case tuple() | list():
            return [_published(item) for item in value]
        case _:
            return msgspec.to_builtins(value)


def _whole(tree: Any) -> Any:  # noqa: ANN401 - any JSON value
    match tree:
        case str():
            return escape.whole(tree)
        case dict():
            return {escape.whole(key): _whole(value) for key, value in tree.items()}
        case list() | tuple():
            return [_whole(value) for value in tree]
        case _:
            return tree
