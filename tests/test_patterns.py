"""No input makes a pattern of ours exponential: each is tried on inputs that are made from its own structure."""

import re
import time
from collections.abc import Iterator

import pytest
from patterns import attacks, in_rules, in_sources

from auditor import rulebook
from auditor.probes.lexicon import finder

_COUNTS = (6, 10, 14, 18, 22, 26, 30)
_SECONDS = 0.2
_ALL = sorted({*in_sources(), *in_rules()})


def _costly(pattern: str) -> Iterator[str]:
    """Yield an input that the pattern takes too long on, the processor's time measured twice."""
    compiled = re.compile(pattern, re.IGNORECASE)
    for tries in zip(*(attacks(pattern, count) for count in _COUNTS), strict=True):
        for text in tries:
            if _seconds(compiled, text) > _SECONDS and _seconds(compiled, text) > _SECONDS:
                yield text
                return


def _seconds(compiled: re.Pattern[str], text: str) -> float:
    started = time.process_time()
    compiled.search(text)
    return time.process_time() - started


@pytest.mark.parametrize("pattern", ["(a+)+$", r"^(?:\d{1,8}|x)+$", "^(?:user|key|user)+$", r"(\w+\s?)*:"])
def test_an_exponential_pattern_is_found(pattern: str) -> None:
    assert list(_costly(pattern))


@pytest.mark.parametrize("start", range(8))
def test_no_pattern_of_ours_is_exponential(start: int) -> None:
    assert [pattern for pattern in _ALL[start::8] if any(_costly(pattern))] == []


@pytest.mark.parametrize("words", ["techniques", "steps", "data_words"])
def test_no_finder_of_words_is_quadratic(words: str) -> None:
    found = finder(rulebook.load(None).data["words"][words])
    started = time.process_time()
    assert found.findall("a_" * 30_000) == []
    assert time.process_time() - started < 2  # ten, when a word had no longest


def test_the_patterns_of_code_and_rules_are_seen() -> None:
    assert len(set(in_sources())) > 200
    assert len(set(in_rules())) > 500
