"""Read reStructuredText into a `MarkupFact` through docutils, with everything off that reads files or runs code."""

import re
from typing import TYPE_CHECKING

from auditor.facts.fact import Fact, Parser, Unreadable, base_name, suffix
from auditor.facts.markup import MarkupFact
from auditor.facts.prose import Gathering
from auditor.facts.text import decode, is_binary

if TYPE_CHECKING:
    from docutils.nodes import Node, document

_LETTERS = 100_000
_LINES = 2_000
_LINE_LETTERS = 2_000
_SETTINGS = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "halt_level": 5,
    "report_level": 5,
    "smart_quotes": False,
    "syntax_highlight": "none",
    "line_length_limit": _LINE_LETTERS * 2,
    "doctitle_xform": False,
    "warning_stream": "",
}
_UNKNOWN = re.compile(r"\.\. (?P<name>[\w-]+)::[^\n]*\n(?P<body>.*)", re.DOTALL)


def parse(data: bytes) -> Fact:
    """Read reStructuredText."""
    if is_binary(data):
        return Unreadable("it is not text")
    text = decode(data)[:_LETTERS]
    cut = "\n".join(line[:_LINE_LETTERS] for line in text.split("\n")[:_LINES])
    into = Gathering()
    try:
        _walk(_tree(cut), into)
    except Exception:  # noqa: BLE001 - docutils raises what it likes on odd input; its text is still worth reading
        return _plainly(cut)
    return into.fact(text.count("\n") + 1 if text.strip() else 0)


def reads(path: str) -> bool:
    """Tell whether a path is a README in reStructuredText."""
    return base_name(path).startswith("readme") and suffix(path) in {"rst", "rest"}


PARSER = Parser(name="rst", fact=MarkupFact, parse=parse, reads=reads)


def _tree(text: str) -> "document":
    from docutils.core import publish_doctree  # noqa: PLC0415 - slow to import, and one README in fifty needs it

    return publish_doctree(text, settings_overrides=dict(_SETTINGS))


def _plainly(text: str) -> Fact:
    from auditor.facts.markdown import parse as parse_markdown  # noqa: PLC0415 - only when docutils gave up

    return parse_markdown(text.encode("utf-8", "replace"))


def _walk(tree: "Node", into: Gathering) -> None:
    """Visit nodes in reading order without recursion: nesting is the candidate's to choose."""
    pending: list[tuple[Node, int, bool]] = [(tree, 0, False)]
    while pending:
        node, level, item = pending.pop()
        name = node.__class__.__name__
        if _took(node, name, level, item, into):
            continue
        inside = (level + (name == "section"), item or name in {"list_item", "field_body", "definition"})
        pending.extend((child, *inside) for child in reversed(getattr(node, "children", ())))


def _took(node: "Node", name: str, level: int, item: bool, into: Gathering) -> bool:
    line = _line(node)
    match name:
        case "title":
            into.heading(node.astext(), max(level, 1), line)
        case "paragraph" | "line_block" | "term":
            _paragraph(node, into, line, item=item)
        case "literal_block" | "doctest_block":
            into.block(_language(node), node.astext(), line)
        case "image":
            into.link(str(node.get("uri", "")), str(node.get("alt", "")), line, image=True)  # type: ignore[attr-defined] # an Element
        case "comment":
            into.hide(node.astext())
        case "system_message":
            _unknown_directive(node, into, line)
        case "table":
            _references(node, into, line)
            into.table([[cell.astext() for cell in _all(row, "entry")] for row in _all(node, "row")], line)
        case _:
            return False
    return True


def _paragraph(node: "Node", into: Gathering, line: int, *, item: bool) -> None:
    _references(node, into, line)
    code = tuple(span.astext() for span in _all(node, "literal"))
    into.passage(node.astext(), line, item=item, code=code)


def _references(node: "Node", into: Gathering, line: int) -> None:
    for reference in _all(node, "reference"):
        if url := reference.get("refuri", ""):  # type: ignore[attr-defined] # an Element
            into.link(str(url), reference.astext(), line)
    for picture in _all(node, "image"):
        into.link(str(picture.get("uri", "")), str(picture.get("alt", "")), line, image=True)  # type: ignore[attr-defined] # an Element


def _unknown_directive(node: "Node", into: Gathering, line: int) -> None:
    """Keep the body of a directive that docutils does not know, such as a mermaid diagram."""
    for block in _all(node, "literal_block"):
        if (found := _UNKNOWN.match(block.astext())) and found["name"] not in {"include", "raw"}:
            into.block(found["name"], found["body"], line)


def _all(node: "Node", name: str) -> list["Node"]:
    return [child for child in node.findall() if child.__class__.__name__ == name]


def _language(node: "Node") -> str:
    classes = [str(c) for c in node.get("classes", ())]  # type: ignore[attr-defined] # an Element
    return next((c for c in classes if c != "code"), "")


def _line(node: "Node") -> int:
    while node is not None and not node.line:
        node = node.parent
    return node.line if node is not None and node.line else 1
