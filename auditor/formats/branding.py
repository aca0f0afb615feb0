"""A school's look: colours, logo and words from a folder that the user names. No template of theirs is ever run.

`theme.css` sets CSS variables, `logo.svg` or `logo.png` is shown beside the name, `words.toml` replaces words of
`reports/templates/words.toml`. Any file may be absent.
"""

import base64
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from auditor import resources
from auditor.model import AuditorError

_LOGOS = {"logo.svg": "image/svg+xml", "logo.png": "image/png"}
_FILES = ("theme.css", *_LOGOS, "words.toml")
_LARGEST = 200_000
_OUTSIDE = re.compile(r"(?i)</|<!|@import|url\s*\((?!\s*[\"']?data:)|expression\s*\(|\\")


class Brand(NamedTuple):
    """What a folder changes: CSS to add, the logo as a data address, and all words of the page."""

    css: str
    logo: str | None
    words: Mapping[str, str]


def load(folder: Path | None) -> Brand:
    """Read the folder; raise AuditorError, naming the file, for what does not fit."""
    words = _words(resources.folder("reports/templates") / "words.toml")
    if folder is None:
        return Brand("", None, words)
    if not folder.is_dir():
        raise AuditorError(
            f"--template {folder}: no such folder; it may hold theme.css, logo.svg or logo.png, words.toml"
        )
    if not any((folder / name).is_file() for name in _FILES):
        raise AuditorError(f"--template {folder}: there is none of {', '.join(_FILES)}, and nothing else there is read")
    own = folder / "words.toml"
    changed = _words(own) if own.is_file() else {}
    strange = sorted(changed.keys() - words.keys())
    if strange:
        raise AuditorError(f"{own}: unknown {', '.join(strange)}; known are {', '.join(words)}")
    return Brand(_css(folder / "theme.css"), _logo(folder), {**words, **changed})


def _words(file: Path) -> dict[str, str]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AuditorError(f"{file}: {error}") from error
    wrong = [name for name, value in table.items() if not isinstance(value, str)]
    if wrong:
        raise AuditorError(f'{file}: {wrong[0]} is not a text; write {wrong[0]} = "..."')
    return table


def _css(file: Path) -> str:
    if not file.is_file():
        return ""
    text = _bytes(file).decode("utf-8", "replace")
    if _OUTSIDE.search(text):
        raise AuditorError(f"{file}: the page loads nothing from outside; use colours and data: addresses only")
    return text


def _logo(folder: Path) -> str | None:
    for name, kind in _LOGOS.items():
        file = folder / name
        if file.is_file():
            return f"data:{kind};base64,{base64.b64encode(_bytes(file)).decode('ascii')}"
    return None


def _bytes(file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise AuditorError(f"{file}: {error.strerror}; make it readable") from error
    if len(content) > _LARGEST:
        raise AuditorError(f"{file}: {len(content):,} bytes; at most {_LARGEST:,}, so that the page stays small")
    return content
