"""What test files in other languages hold, as far as words tell: cases, assertions, titles. Nothing is parsed."""

import re

from auditor.facts.fact import Fact, Parser, Unreadable
from auditor.facts.text import decode, is_binary

NAMED = re.compile(
    r"\.(?:test|spec)\.(?:js|jsx|ts|tsx|mjs|cjs|mts)$|(?:^|/)__tests__/.+\.(?:js|jsx|ts|tsx|mjs)$"
    r"|(?:^|/)testthat/.+\.r$|Tests?\.(?:java|kt|cs|swift|scala|php)$|_test\.(?:go|rs|rb|dart|cc|cpp)$"
    r"|(?:^|/)tests/[^/]+\.rs$|(?:^|/)test/runtests\.jl$|_spec\.rb$",
    re.IGNORECASE,
)
_CASE = re.compile(
    r"""(?<![\w.])(?:it|test|testWidgets|test_that)(?:\.\w+)?\s*\(\s*["'`](?P<title>[^"'`\n]{1,200})"""
    r"""|@(?:Parameterized)?Test\b|\[(?:Fact|Theory|Test|TestMethod)\]|\bfunc\s+[Tt]est\w*\s*\(|#\[test\]"""
    r"""|\bit\s+["'](?P<said>[^"'\n]{1,200})|@testset\b|\bTEST(?:_F|_P)?\s*\("""
)
_ASSERTION = re.compile(
    r"(?<![\w.])(?:expect|expect_\w+|assert\w*|Assert\.\w+|XCTAssert\w*|EXPECT_\w+|ASSERT_\w+)!?\s*[.(]"
    r"|\bt\.(?:Error|Fatal)f?\(|@test\s|\brequire\.\w+\(|\bassert\.\w+\(|\.should\b"
)
_LENGTH = 200_000
_MOST = 200


class SpecsFact(Fact, frozen=True):
    """One test file: how many cases and assertions it has, and the titles that cases are given."""

    cases: int
    assertions: int
    titles: tuple[str, ...] = ()


def parse(data: bytes) -> SpecsFact | Unreadable:
    """Count in the text."""
    if is_binary(data):
        return Unreadable("it is not text")
    text = decode(data)[:_LENGTH]
    cases = list(_CASE.finditer(text))
    titles = (case["title"] or case["said"] for case in cases[:_MOST])
    return SpecsFact(len(cases), sum(1 for _ in _ASSERTION.finditer(text)), tuple(title for title in titles if title))


PARSER = Parser(name="specs", fact=SpecsFact, parse=parse, reads=lambda path: NAMED.search(path) is not None)
