"""What is counted in test files of other languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.fact import Unreadable
from auditor.facts.specs import PARSER, SpecsFact, parse


@pytest.mark.parametrize(
    ("source", "cases", "assertions"),
    [
        ("it('adds', () => { expect(add(1, 1)).toBe(2); });\ntest.each('x', f);", 2, 1),
        ("@Test\npublic void adds() { assertEquals(2, add(1, 1)); }", 1, 1),
        ("func TestAdd(t *testing.T) { if add(1, 1) != 2 { t.Errorf(a) } }", 1, 1),
        ("#[test]\nfn adds() { assert_eq!(add(1, 1), 2); }", 1, 1),
        ("test_that('it adds', { expect_equal(add(1, 1), 2) })", 1, 1),
        ("[Fact]\npublic void Adds() { Assert.Equal(2, Add(1, 1)); }", 1, 1),
        ("submit('x'); split('y'); visit(z)", 0, 0),
    ],
)
def test_cases_and_assertions_are_counted(source: str, cases: int, assertions: int) -> None:
    found = parse(source.encode())
    assert isinstance(found, SpecsFact)
    assert (found.cases, found.assertions) == (cases, assertions)


def test_titles_are_kept() -> None:
    assert parse(b"it('should create', () => {});") == SpecsFact(1, 0, ("should create",))


@pytest.mark.parametrize("path", ["src/a.test.tsx", "e2e/a.spec.ts", "src/__tests__/a.js", "tests/testthat/test-a.R"])
def test_files_are_known_by_their_names(path: str) -> None:
    assert PARSER.reads(path)


@pytest.mark.parametrize("path", ["src/latest.ts", "src/contest.js", "tests/test_a.py", "src/Latest.txt"])
def test_other_files_are_left_alone(path: str) -> None:
    assert not PARSER.reads(path)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert isinstance(parse(data), SpecsFact | Unreadable)
