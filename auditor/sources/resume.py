"""A résumé as text: Markdown or plain text as it is, PDF through pypdf in a process that may be killed.

A résumé is a stranger's file: size, pages, time and memory are limited.
"""

import io
import multiprocessing
from concurrent.futures import TimeoutError as OutOfTimeError
from concurrent.futures.process import BrokenProcessPool
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from auditor.facts.text import decode, is_binary
from auditor.model import AuditorError
from auditor.watch import limit_memory

_BYTES = 10_000_000
_PAGES = 30
_TEXT = 300_000
_SECONDS = 30.0
_MEMORY = 2_000_000_000
_PDF = b"%PDF-"
_HEAD = 1024
_OTHERS = {
    b"PK\x03\x04": "a Word or OpenDocument file",
    b"\xd0\xcf\x11\xe0": "an old Word file",
    b"{\\rtf": "a rich text file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


def read(path: Path) -> str:
    """Return a résumé's text. Raises AuditorError for what can't be read, saying what to do."""
    data = _bytes(path)
    if _PDF in data[:_HEAD]:
        text = _pdf(path, data)
    elif other := next((name for head, name in _OTHERS.items() if data.startswith(head)), None):
        raise AuditorError(f"--resume: {path} is {other}; save it as PDF, Markdown or plain text.")
    elif is_binary(data):
        raise AuditorError(f"--resume: {path} is not text; save it as PDF, Markdown or plain text.")
    else:
        text = decode(data)
    if not text.strip():
        raise AuditorError(f"--resume: there is no text in {path}; a scanned page needs text recognition first.")
    return text[:_TEXT]


def _bytes(path: Path) -> bytes:
    try:
        if path.is_file() and path.stat().st_size > _BYTES:
            raise AuditorError(f"--resume: {path} is larger than {_BYTES // 1_000_000} MB; save it smaller.")
        with path.open("rb") as file:
            return file.read(_BYTES)
    except OSError as error:
        raise AuditorError(f"--resume: {path} can't be read: {error.strerror}.") from None


def _pdf(path: Path, data: bytes) -> str:
    if find_spec("pypdf") is None:
        raise AuditorError(
            '--resume: reading PDF needs pypdf: pip install "portfolio-auditor[resume]", or give the résumé as text.'
        )
    from pebble import ProcessExpired, ProcessPool  # noqa: PLC0415 - only for a PDF

    context: Any = multiprocessing.get_context("spawn")  # pebble's own protocol does not know Windows' pipes
    pool = ProcessPool(max_workers=1, context=context)
    try:
        text = pool.schedule(_pages, args=[data], timeout=_SECONDS).result()
    except (OutOfTimeError, ProcessExpired):
        text = None
    except (OSError, BrokenProcessPool):
        raise AuditorError(f"--resume: no process could be started to read {path}; give it as text.") from None
    finally:
        pool.stop()  # type: ignore[no-untyped-call]  # pebble's, without types
        pool.join()
    if not isinstance(text, str):
        raise AuditorError(f"--resume: {path} can't be read as PDF (damaged, locked or too complex); give it as text.")
    return text


def _pages(data: bytes) -> str | None:
    """Return the text of the first pages, None where pypdf can't; runs in a process of its own."""
    import logging  # noqa: PLC0415 - in the child only

    import pypdf  # noqa: PLC0415 - an extra, and slow to import

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    limit_memory(_MEMORY)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        texts = [page.extract_text() for _, page in zip(range(_PAGES), reader.pages, strict=False)]
    except Exception:  # noqa: BLE001 - a damaged PDF raises whatever it likes; the caller says so
        return None
    return "\n".join(texts)
