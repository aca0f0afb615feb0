"""Words as data become one pattern that finds them. Which words is for the rulebook to say.

Accents don't matter; "predict*" stands for every word that begins so; words of scripts without spaces are found
inside longer ones.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from auditor.facts.markup import MarkupFact
from auditor.views.readme import Readme

Terms = Mapping[str, tuple[str, ...]]
"""Words by language."""
OTHER_LANGUAGE = "The README is in a language that this rulebook has no words for."

_LATIN_END = 0x250
_BARE = {
    code: base[0]
    for code in range(0xC0, _LATIN_END)
    if len(base := unicodedata.normalize("NFD", chr(code))) > 1 and base[0].isascii()
}
_SCRIPTS = (
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
)
_OTHER_SCRIPT = re.compile("[\u0370-\u1cff]")
_OTHER_LATIN = re.compile("[ıİğĞşŞłŁąĄęĘśŚźŹżŻćĆńŃřŘěĚůŮčČšŠžŽđĐőŐűŰăĂșȘțȚţŢåÅøØæÆðÐþÞơƠưƯ\u1ea0-\u1ef9]")
"""Letters of languages that no table has words for: Turkish, Slavic, Hungarian, Romanian, Nordic, Vietnamese."""
_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 20_000
_SCRIPT_SHARE = 0.06
_OTHER_SHARE = 0.12
_OTHER_LATIN_SHARE = 0.008
_NAMES = 3
_ENGLISH = 0.06
_FEW_WORDS = 25
_RARE = 0.04
_BEYOND_DOUBT = 1.3
_LATIN = "0-9a-z\xb5-\xff"
"""What goes on with a Latin word in a text made `plain`: "F1は", "BERT等" and "CNN을" end it at another script.

No letter beyond Latin-1: a set that holds some takes the engine a hundred times as long to compile.
"""
_finders: dict[tuple[int, ...], tuple[tuple[Terms, ...], re.Pattern[str]]] = {}


def plain(text: str) -> str:
    """Return the text in lower case, Latin letters without accents; no letter moves."""
    return text.lower() if text.isascii() else text.translate(_BARE).lower()


def finder(*terms: Terms) -> re.Pattern[str]:
    """Return the pattern that finds any of the words in a text made `plain`."""
    key = tuple(map(id, terms))
    kept = _finders.get(key)
    if kept is None:  # tables are read once a process; keeping them here keeps their identities theirs
        kept = _finders[key] = (
            terms,
            _pattern(frozenset(w for table in terms for words in table.values() for w in words)),
        )
    return kept[1]


def tongue(text: MarkupFact, languages: Terms) -> str | None:
    """Name the language that a text is in, None where no table knows it."""
    sample = " ".join(_sampled(text))
    written = _WORD.findall(sample)
    words = [word.lower() for word in written]
    if sample.isascii():
        return _latin(words, languages)
    letters = sum(map(len, written)) or 1
    for name, script in _SCRIPTS:
        if len(script.findall(sample)) > _SCRIPT_SHARE * letters:
            return name
    other = len(_OTHER_SCRIPT.findall(sample)) > _OTHER_SHARE * letters
    marked = len(_OTHER_LATIN.findall(sample))
    if other or marked > max(_OTHER_LATIN_SHARE * letters, _NAMES):
        return "en" if _is_english(words, languages) else None
    return _latin(words, languages)


def understood(readme: Readme, languages: Terms, known: Iterable[str]) -> tuple[str, MarkupFact] | None:
    """Return the README, or the translation of it, that is in one of the known languages."""
    wanted = set(known)
    return next(
        (
            (path, text)
            for path, text in ((readme.path, readme.text), *readme.others)
            if tongue(text, languages) in wanted
        ),
        None,
    )


def below(text: MarkupFact, headings: re.Pattern[str]) -> set[int]:
    """Return the sections under one of the headings, with what stands deeper; the title of the whole is none."""
    found: set[int] = set()
    level = 0
    levels = [section.level for section in text.sections if section.level]
    title = levels[0] if levels and all(deeper > levels[0] for deeper in levels[1:]) else 0
    for number, section in enumerate(text.sections):
        if level and section.level > level:
            found.add(number)
        elif section.level and section.level != title and headings.search(plain(section.title)):
            found.add(number)
            level = section.level
        else:
            level = 0
    return found


@cache
def _pattern(words: frozenset[str]) -> re.Pattern[str]:
    spaced = [_escaped(word) for word in sorted(words, key=_longest) if _is_spaced(word)]
    dense = [re.escape(word) for word in sorted(words, key=_longest) if not _is_spaced(word)]
    parts = ([rf"(?<![{_LATIN}])(?:{'|'.join(spaced)})(?![{_LATIN}_])"] if spaced else []) + dense
    return re.compile("|".join(parts) or r"(?!)")


def _longest(word: str) -> tuple[int, str]:
    return -len(word), word


def _escaped(word: str) -> str:
    return re.escape(plain(word)).replace(r"\*", rf"[{_LATIN}_]{{0,40}}").replace(r"\ ", r"[ _-]")


def _is_spaced(word: str) -> bool:
    return not any(script.search(word) for _, script in _SCRIPTS)


def _sampled(text: MarkupFact) -> Iterable[str]:
    size = 0
    for words in (*(passage.text for passage in text.passages), *(section.title for section in text.sections)):
        size += len(words)
        yield words
        if size > _SAMPLE:
            return


def _is_english(words: list[str], languages: Terms) -> bool:
    """Tell whether a good part is in English too, as in a README in two languages."""
    small = frozenset(languages.get("en", ()))
    return sum(word in small for word in words) > _ENGLISH * len(words)


def _latin(words: list[str], languages: Terms) -> str | None:
    if len(words) < _FEW_WORDS:
        return "en"
    counts = Counter(words)
    hits = sorted(((sum(counts[word] for word in set(small)), name) for name, small in languages.items()), reverse=True)
    best, name = hits[0]
    english = next((count for count, other in hits if other == "en"), 0)
    if best < _RARE * len(words) or best < _BEYOND_DOUBT * english:
        return "en"
    return name
