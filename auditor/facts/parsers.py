"""All parsers, and which of them read a file of a given name."""

from auditor.facts import markdown, notebook, numbers, python, rst
from auditor.facts.fact import Parser

PARSERS: tuple[Parser, ...] = (markdown.PARSER, rst.PARSER, numbers.PARSER, python.PARSER, notebook.PARSER)


def parsers_for(path: str) -> tuple[Parser, ...]:
    """Return the parsers that read a file of this name; most files have none."""
    return tuple(parser for parser in PARSERS if parser.reads(path))
