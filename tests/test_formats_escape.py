"""Nothing that a stranger writes acts in any medium: properties over generated texts, and the known tricks by name."""

import json
import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from sample_reports import NASTY

from auditor.formats import escape

ANY = st.text(st.characters(), max_size=80) | st.sampled_from(NASTY)
LIVELY = st.text(st.sampled_from("[]()<>!`*_~|#@:/\\&;-+=1.a \n"), max_size=40)
ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
GITHUB = MarkdownIt("commonmark", {"linkify": False}).enable(["table", "strikethrough"])


def inline(markdown: str) -> list[Token]:
    return [child for token in GITHUB.parse(markdown) for child in token.children or []]


def read(html: str) -> tuple[list[str], str]:
    class Reader(HTMLParser):
        tags: list[str]
        text: str = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags.append(f"{tag} {attrs}")

        def handle_data(self, data: str) -> None:
            self.text += data

    reader = Reader()
    reader.tags = []
    reader.feed(html)
    reader.close()
    return reader.tags, reader.text


@given(ANY)
def test_visible_leaves_nothing_that_acts(text: str) -> None:
    assert not ACTING.search(escape.visible(text))


@given(ANY)
def test_a_line_is_one_line_that_utf8_can_hold(text: str) -> None:
    flat = escape.line(text, 60)

    assert len(flat.encode("utf-8").splitlines()) <= 1
    assert not ACTING.search(flat)
    assert len(flat) <= 60


def test_joiners_that_persian_and_hindi_need_stay() -> None:
    assert escape.visible("می\u200cخواهم क्\u200dष") == "می\u200cخواهم क्\u200dष"


def test_bidi_overrides_are_shown_by_number() -> None:
    assert escape.visible("a\u202egpj.exe") == "a<U+202E>gpj.exe"


@given(ANY)
def test_markup_reads_back_as_the_visible_text(text: str) -> None:
    tags, read_back = read(f'<p title="{escape.markup(text)}">{escape.markup(text)}</p>')

    assert len(tags) == 1
    assert read_back == escape.visible(text)


@given(ANY | LIVELY)
def test_markdown_stays_words(text: str) -> None:
    tokens = inline(f"- before {escape.markdown(text)} after")

    assert {token.type for token in tokens} <= {"text", "text_special"}


@given(ANY | LIVELY)
def test_markdown_stays_in_its_table_cell(text: str) -> None:
    row = f"| {escape.markdown(text)} | {escape.code(text)} | end |"
    tokens = GITHUB.parse(f"| a | b | c |\n|---|---|---|\n{row}\n")

    assert [token.type for token in tokens].count("tr_open") == 2
    assert [token.content for token in tokens if token.type == "inline"][-1] == "end"


@given(ANY | LIVELY)
def test_markdown_opens_no_block_at_the_start_of_a_line(text: str) -> None:
    blocks = [token.type for token in GITHUB.parse(f"{escape.markdown(text)}\n") if token.level == 0]

    assert set(blocks) <= {"paragraph_open", "inline", "paragraph_close"}


@given(ANY | LIVELY)
def test_code_in_markdown_is_one_code_element(text: str) -> None:
    html = GITHUB.render(f"- {escape.code(text)}")
    tags, _ = read(html)

    assert [tag.split()[0] for tag in tags if not tag.startswith(("ul", "li"))] in ([], ["code"])


def test_nobody_is_mentioned_and_nothing_is_referred_to() -> None:
    shown = GITHUB.render(escape.markdown("@octocat octo/repo#1 #2 GH-3 https://evil.example www.evil.example"))

    assert not re.search(r"@\w|#\d|GH-\d|https://|www\.", shown)


@given(ANY | st.text(st.sampled_from("=+-@|%\t\r\n '1a"), max_size=12))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    shown = escape.cell(text)

    assert not re.match(r"\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]", unicodedata.normalize("NFC", shown))


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://github.com/a/b#L1", "https://github.com/a/b#L1"),
        ("HTTPS://example.org/ü", "HTTPS://example.org/%C3%BC"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("https://example.org/%20a", "https://example.org/%20a"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("vbscript:x", None),
        ("//evil.example", None),
        ("https:evil", None),
        ("https://user:secret@evil.example/", None),
        ("https://evil.example:99999/", None),
        ('https://evil.example/"onclick=', None),
        ("https://evil.example/\u202e", None),
        ("mailto:x?body=y", None),
        ("", None),
        (None, None),
    ],
)
def test_only_plain_web_and_mail_addresses_are_followed(url: str | None, safe: str | None) -> None:
    assert escape.link(url) == safe


@given(st.text(max_size=60))
def test_a_link_never_leaves_its_attribute_or_brackets(url: str) -> None:
    safe = escape.link(url) or escape.link(f"https://a.example/{url}")

    assert safe is None or re.fullmatch(r"[!#-;=?-~]+", safe)


@given(st.recursive(ANY, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3)))
def test_json_text_reads_back_and_holds_nothing_that_acts(tree: object) -> None:
    text = escape.json_text(json.dumps(tree, ensure_ascii=False, indent=1))

    assert json.loads(text) == tree
    assert "<" not in text
    assert not ACTING.search(text.replace("\n", ""))


def test_backticks_make_code_only_in_pairs() -> None:
    assert escape.spans("use `np.where` here") == [(False, "use "), (True, "np.where"), (False, " here")]
    assert escape.spans("a `b") == [(False, "a `b")]
