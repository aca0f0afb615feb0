"""Jupyter's JSON, formats 2 to 4, decoded so that outputs are skipped rather than built: a plot is never copied."""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from auditor.facts.fact import Unreadable
from auditor.facts.text import decode

_CONFLICT = re.compile(rb"^(?:<{7} |>{7} |={7}\r?$)", re.MULTILINE)
_MAGIC = {b"\x89PNG": "a picture", b"PK\x03\x04": "a ZIP archive", b"%PDF": "a PDF", b"\x1f\x8b": "compressed data"}
_PICTURES = ("image/", "application/vnd.plotly", "application/vnd.bokeh", "application/vnd.vega")
_NAMES = {"ir": "r", "r": "r", "ijulia": "julia", "ipython": "python", "irkernel": "r", "c#": "csharp"}
_MANY = 2**31
_SAID = 80
_Json = dict[str, Any]


class _Output(msgspec.Struct):
    output_type: str = ""
    name: Any = None
    stream: Any = None
    text: msgspec.Raw = msgspec.Raw()
    data: dict[str, msgspec.Raw] | None = None
    ename: Any = None
    png: msgspec.Raw = msgspec.Raw()
    jpeg: msgspec.Raw = msgspec.Raw()
    svg: msgspec.Raw = msgspec.Raw()


class _Cell(msgspec.Struct):
    cell_type: str = "code"
    source: str | list[str] | None = None
    input: str | list[str] | None = None
    execution_count: Any = None
    prompt_number: Any = None
    outputs: list[_Output] | None = None
    level: Any = None
    language: Any = None


class _Sheet(msgspec.Struct):
    cells: list[_Cell] | None = None


class _Book(msgspec.Struct):
    cells: list[_Cell] | None = None
    worksheets: list[_Sheet] | None = None
    metadata: msgspec.Raw = msgspec.Raw()


_DECODER = msgspec.json.Decoder(_Book)


class Output(msgspec.Struct, frozen=True):
    """One output; its text is still JSON until it is asked for."""

    raw: msgspec.Raw
    image: bool = False
    error: str | None = None
    stderr: bool = False

    def text(self) -> str:
        """Return what it shows as plain text."""
        return _printed(self.raw)


class Cell(msgspec.Struct, frozen=True):
    """One cell; `level` is that of a heading cell of the old formats."""

    index: int
    kind: str
    source: str
    count: int | None
    outputs: tuple[Output, ...]
    level: int = 0


class Notebook(msgspec.Struct, frozen=True):
    """A notebook's cells, and its language in lower case."""

    language: str
    cells: tuple[Cell, ...]


def load(data: bytes) -> Notebook | Unreadable:
    """Decode a notebook, or say what the bytes are instead."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        return Unreadable("the file is empty" if not data else "the file holds only white space")
    try:
        book = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        patched = _patched(data)  # damaged, or shaped in a way that the quick decoder does not foresee
        if isinstance(patched, Unreadable):
            return patched
        book = patched
    sheets = [_Sheet(book.cells), *(book.worksheets or ())]
    if book.cells is None and book.worksheets is None:
        return Unreadable("JSON, but not a notebook: it has no cells")
    cells = [cell for sheet in sheets for cell in sheet.cells or ()]
    return Notebook(_language(book, cells), tuple(_cell(index, cell) for index, cell in enumerate(cells)))


def _patched(data: bytes) -> _Book | Unreadable:
    """Decode with Python's forgiving reader, and drop what has the wrong type."""
    try:
        found = json.loads(decode(data), strict=False)
        if not isinstance(found, dict):
            return Unreadable("JSON, but not a notebook")
        clean = json.dumps(_cleaned(found), ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        return _DECODER.decode(clean)
    except RecursionError:
        return Unreadable("nested too deeply to be a notebook")
    except ValueError as error:
        return _damage(data, error)


def _damage(data: bytes, error: ValueError) -> Unreadable:
    if conflict := _CONFLICT.search(data):
        return Unreadable("merge conflict markers in it", data.count(b"\n", 0, conflict.start()) + 1)
    if kind := next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None):
        return Unreadable(f"{kind}, not a notebook")
    if data.lstrip()[:1] == b"<":
        return Unreadable("a web page, not a notebook")
    line = error.lineno if isinstance(error, json.JSONDecodeError) else None
    if not data.rstrip().endswith(b"}"):
        return Unreadable("the JSON ends too early: the file is cut off", line)
    return Unreadable("broken JSON", line)


def _cleaned(book: _Json) -> _Json:
    sheets = [{"cells": _cells(sheet)} for sheet in _dicts(book.get("worksheets"))]
    return {
        "cells": _cells(book) if "cells" in book else None,
        "worksheets": sheets if "worksheets" in book else None,
        "metadata": _finite(book.get("metadata")),
    }


def _cells(holder: _Json) -> list[_Json]:
    return [
        {
            "cell_type": str(cell.get("cell_type", "code")),
            "source": _text(cell.get("source", cell.get("input"))),
            "execution_count": _whole(cell.get("execution_count", cell.get("prompt_number"))),
            "level": _whole(cell.get("level")),
            "outputs": [_output(output) for output in _dicts(cell.get("outputs"))],
        }
        for cell in _dicts(holder.get("cells"))
    ]


def _output(output: _Json) -> _Json:
    data = output.get("data")
    return {
        "output_type": str(output.get("output_type", "")),
        "name": str(output.get("name", "")),
        "text": _text(output.get("text")),
        "data": {key: _text(value) for key, value in data.items()} if isinstance(data, dict) else None,
        "ename": str(output.get("ename", "")),
    }


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and abs(value) < _MANY else None


def _finite(value: object) -> object:
    return json.loads(json.dumps(value), parse_constant=lambda _: None)


def _dicts(value: object) -> list[_Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _cell(index: int, cell: _Cell) -> Cell:
    kind = cell.cell_type if cell.cell_type in ("code", "raw") else "markdown"
    count = cell.execution_count if cell.execution_count is not None else cell.prompt_number
    return Cell(
        index=index,
        kind=kind,
        source=_text(cell.source if cell.source is not None else cell.input).replace("\r\n", "\n").replace("\r", "\n"),
        count=count if isinstance(count, int) and not isinstance(count, bool) and 0 < count < _MANY else None,
        outputs=tuple(_summary(output) for output in cell.outputs or ()) if kind == "code" else (),
        level=cell.level
        if cell.cell_type == "heading" and isinstance(cell.level, int) and 0 < cell.level < _MANY
        else 0,
    )


def _summary(output: _Output) -> Output:
    data = output.data or {}
    old = (output.png, output.jpeg, output.svg)
    pictured = any(key.startswith(_PICTURES) for key in data) or any(memoryview(each).nbytes for each in old)
    failed = output.output_type in ("error", "pyerr")
    return Output(
        raw=data.get("text/plain", output.text),
        image=pictured,
        error=(_text(output.ename)[:_SAID] or "error") if failed else None,
        stderr="stderr" in (output.name, output.stream),
    )


def _printed(raw: msgspec.Raw) -> str:
    """Decode what the quick decoder skipped, and so did not check: its text need not be UTF-8."""
    data = bytes(memoryview(raw))
    try:
        return _text(msgspec.json.decode(data)) if data else ""
    except UnicodeDecodeError:
        return _text(msgspec.json.decode(data.decode("utf-8", "replace")))
    except (msgspec.DecodeError, RecursionError):
        return ""


def _text(value: object) -> str:
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _language(book: _Book, cells: list[_Cell]) -> str:
    names = [*_kernel(book.metadata), *(cell.language for cell in cells[:1])]
    name = next((name for name in names if isinstance(name, str) and name), "python").lower()
    return "python" if name.startswith(("python", "ipython", "conda", "pyspark")) else _NAMES.get(name, name[:_SAID])


def _kernel(metadata: msgspec.Raw) -> Iterator[Any]:
    try:
        found = msgspec.json.decode(metadata) if memoryview(metadata).nbytes else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if not isinstance(found, dict):
        return
    info, kernel = found.get("language_info"), found.get("kernelspec")
    if isinstance(info, dict):
        yield info.get("name")
    if isinstance(kernel, dict):
        yield kernel.get("language")
        yield "r" if kernel.get("name") == "ir" else None
        yield "julia" if str(kernel.get("name", "")).startswith("julia") else None
