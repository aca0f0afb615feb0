"""All parsers, and which of them read a file of a given name."""

from auditor.facts import (
    container,
    hooks,
    manifest_other,
    manifest_project,
    manifest_requirements,
    manifest_setup,
    markdown,
    notebook,
    numbers,
    python,
    rst,
    secrets,
    specs,
    workflow,
)
from auditor.facts.fact import Parser

PARSERS: tuple[Parser, ...] = (
    markdown.PARSER,
    rst.PARSER,
    numbers.PARSER,
    python.PARSER,
    notebook.PARSER,
    manifest_requirements.PARSER,
    *manifest_project.PARSERS,
    *manifest_setup.PARSERS,
    *manifest_other.PARSERS,
    *workflow.PARSERS,
    *container.PARSERS,
    hooks.PARSER,
    specs.PARSER,
    *secrets.PARSERS,
)
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


def parsers_for(path: str) -> tuple[Parser, ...]:
    """Return the parsers that read a file of this name; most files have none, and pictures come by thousands."""
    if path.endswith(_PICTURES):
        return ()
    return tuple(parser for parser in PARSERS if parser.reads(path))
