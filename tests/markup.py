"""Markdown read as GitHub reads it, by its own parser, and what a report's may hold."""

import re
from html.parser import HTMLParser

import pytest

OURS = {"h1", "h2", "p", "strong", "em", "code", "a", "ul", "ol", "li", "details", "summary"}
OURS |= {"table", "thead", "tbody", "tr", "th", "td"}


class Shown(HTMLParser):
    """What GitHub shows: the elements, the addresses, the text, and what of it is outside of code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.addresses: list[str] = []
        self.prose = ""
        self.text = ""
        self._code = 0
        cmarkgfm = pytest.importorskip("cmarkgfm", reason="cmarkgfm is not installed (pip install --group dev)")
        options = cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE  # as GitHub does, which cleans what comes out
        self.feed(cmarkgfm.github_flavored_markdown_to_html(text, options=options))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.text += data
        self.prose += "" if self._code else data


def check(text: str) -> None:
    """Hold a report to what may be in it: our elements, our addresses, no mention of anybody and no reference."""
    shown = Shown(text)
    assert set(shown.elements) <= OURS
    assert shown.elements.count("a") == text.count("](<")
    assert all(address.startswith(("https://", "http://", "mailto:")) for address in shown.addresses)
    assert not re.search(r"(?<![\w/])@[A-Za-z]|(?<!\w)#\d|(?<![A-Za-z])GH-\d|GHSA-|CVE-\d|:[\w+-]+:", shown.prose)
