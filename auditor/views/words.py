"""Find words of a table in people's prose, in any script, and put what was seen in few. Pure: no files, no markup."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from auditor.model import Evidence

_JOINTS = re.compile(r"[-_/.]+|(?<=[a-z])(?=[A-Z])")
_SPECIAL = re.compile(r"[*# ]")
_WIDE = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@lru_cache(maxsize=256)
def pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Compile words to one pattern: whole words, `*` for any ending, `#` for a number.

    Chinese, Japanese and Korean have no spaces around words, so theirs match anywhere.
    """
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    spaced = [_alternative(word) for word in longest_first if not _WIDE.search(word)]
    parts = [rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)"] if spaced else []
    parts += [re.escape(word) for word in longest_first if _WIDE.search(word)]
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def found(text: str, words: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct matches in lower case, in the text's order."""
    lowered = text.lower()
    here = tuple([word for word in words if _beginning(word) in lowered])  # most texts hold none: no pattern is made
    return tuple(dict.fromkeys(match[0].lower() for match in pattern(here).finditer(text))) if here else ()


def spaced(name: str) -> str:
    """Return a name as words: "credit-card_fraudModel" is "credit card fraud Model"."""
    return _JOINTS.sub(" ", name)


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many letters; one that goes on ends with a whole word and "…"."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    at = head.rfind(" ")
    return f"{(head[:at] if at > most // 2 else head).rstrip(' ,;:')}…"


def counted(number: int, one: str, several: str | None = None) -> str:
    """Return `1 file`, `2 files`, `3,000 files`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def listed(names: Sequence[str], most: int) -> str:
    """Return `a, b, c`, or where there are more than `most` of them `a, b and 3 more`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def place(at: Evidence) -> str:
    """Return `src/train.py:12`, `src/train.py:12-30`, `notebooks/eda.ipynb, cell 4, line 2`, or the path alone."""
    if at.cell is not None:
        return f"{at.path}, {within(at)}" + (f", line {at.line}" if at.line is not None else "")
    if at.line is None:
        return at.path
    span = f"-{at.end_line}" if at.end_line is not None and at.end_line != at.line else ""
    return f"{at.path}:{at.line}{span}"


def within(at: Evidence) -> str:
    """Return the place in its file: `line 12`, or `cell 5` as people count, from 1 and text cells too."""
    return f"cell {at.cell + 1}" if at.cell is not None else f"line {at.line}"


def strings(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    """Return a list of a data table, empty where a user's rulebook leaves it out."""
    values = table.get(key, ())
    return tuple(str(value) for value in values) if isinstance(values, list | tuple) else ()


@lru_cache(maxsize=4096)
def _beginning(word: str) -> str:
    """Return what a text in lower case must hold for the word to stand in it."""
    return _SPECIAL.split(word, maxsplit=1)[0].lower()


def _alternative(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w{0,40}").replace(r"\#", r"\d{1,4}").replace(r"\ ", r"\s{1,3}")
