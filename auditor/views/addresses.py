"""Every web address that a repository shows its visitors, with what is said about it."""

import re
from collections.abc import Iterator

import msgspec

from auditor.facts.fact import base_name
from auditor.facts.markup import Link, MarkupFact
from auditor.model import Evidence
from auditor.views.layout import layout
from auditor.views.reading import Reading
from auditor.views.told import Told
from auditor.views.words import shortened

_BARE = re.compile(r"(?<![\w/@.])(?:https?://|www\.)[^\s<>()\"'`|\\^\]]{3,300}")
_AROUND = 60
_TRAILING = ".,;:!?*_"


class Address(msgspec.Struct, frozen=True):
    """One address. `text` is what is shown for it, `before` what stands in front of it, `heading` its section's title.

    `image` is a picture's address (a link around a picture is none), and
    `source` readme, part (the README of a part), homepage or deployment.
    """

    url: str
    where: Evidence
    text: str = ""
    before: str = ""
    heading: str = ""
    image: bool = False
    source: str = "readme"


class Addresses(msgspec.Struct, frozen=True):
    """All addresses: the host's homepage field and deployments first, then the README's. `name` is the repository's.

    `asked` is whether the host told its homepage and deployments.
    """

    found: tuple[Address, ...]
    name: str
    files: tuple[str, ...]
    asked: bool = False

    @classmethod
    def of(cls, reading: Reading) -> "Addresses":
        """Collect them; there may be none."""
        told = reading.view(Told)
        texts = told.texts if isinstance(told, Told) else ()
        found = [*_listed(reading), *(each for path, text in texts for each in _in_text(path, text))]
        found += [each for path, text in _parts(reading, texts) for each in _in_text(path, text, "part")]
        files = tuple(layout(reading).paths())
        return cls(tuple(found), reading.name.rpartition("/")[2].lower(), files, reading.listing is not None)


def _listed(reading: Reading) -> Iterator[Address]:
    listing = reading.listing
    if listing is None:
        return
    if listing.homepage:
        where = Evidence("", excerpt=f"homepage: {listing.homepage[:200]}")
        yield Address(listing.homepage.strip(), where, source="homepage")
    for url in listing.deployments or ():
        yield Address(url, Evidence("", excerpt=f"deployment: {url[:200]}"), source="deployment")


def _parts(reading: Reading, texts: tuple[tuple[str, MarkupFact], ...]) -> Iterator[tuple[str, MarkupFact]]:
    """Yield the READMEs of a repository's parts."""
    own, seen = layout(reading), {path for path, _ in texts}
    for path, fact in reading.readable(MarkupFact).items():
        if own.is_own(path) and path not in seen and base_name(path).startswith("readme"):
            yield path, fact


def _in_text(path: str, text: MarkupFact, source: str = "readme") -> Iterator[Address]:
    seen: set[str] = set()
    for link in text.links:
        heading = _heading(text, link.section)
        seen.add(cleaned(link.url))
        where = Evidence(path, link.line, excerpt=f"{link.text[:60]} {link.url[:160]}".strip())
        yield Address(
            cleaned(link.url), where, link.text, _before(text, link), heading, link.image or link.badge, source
        )
    pieces = [(p.text, p.line, p.section) for p in text.passages] + [(b.text, b.line, b.section) for b in text.blocks]
    pieces += [(" ".join(row), t.line, t.section) for t in text.tables for row in t.rows]
    for piece, line, section in pieces:
        for match in _BARE.finditer(piece[:20_000]):
            url = cleaned(match[0])
            if url not in seen:
                seen.add(url)
                before = piece[max(match.start() - _AROUND, 0) : match.start()].rpartition("\n")[2]
                yield Address(
                    url,
                    Evidence(path, line, excerpt=shortened(url, 160)),
                    "",
                    before,
                    _heading(text, section),
                    source=source,
                )


def cleaned(url: str) -> str:
    """Return an address without what stands around it in a sentence."""
    return url.strip().strip("<>").rstrip(_TRAILING)


def _heading(text: MarkupFact, section: int) -> str:
    return text.sections[section].title if 0 <= section < len(text.sections) else ""


def _before(text: MarkupFact, link: Link) -> str:
    """Return what stands in front of a link in its own line of text."""
    near = [p for p in text.passages if p.section == link.section and p.line <= link.line]
    if not near or not link.text:
        return ""
    passage = near[-1].text
    at = passage.find(link.text)
    return passage[max(at - _AROUND, 0) : at].rpartition("\n")[2] if at > 0 else ""
