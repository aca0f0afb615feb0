"""A README's links to elsewhere: which are worth asking, and what their answers mean for what the README names."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urldefrag, urlsplit

import msgspec

from auditor.facts.fact import Missing
from auditor.facts.markup import Link
from auditor.model import Confidence, Evidence, Verdict, partly
from auditor.probes.hosts import Hosts, is_page, target
from auditor.repository import LinkAnswer, LinkStatus
from auditor.views.addresses import Addresses, cleaned
from auditor.views.reading import Reading
from auditor.views.readme import Readme
from auditor.views.words import shortened

_SHOWN = 5
_NAMED = 3
_LONGEST = 120


def links_of(reading: Reading, table: Mapping[str, Any], most: int) -> tuple[Evidence, ...]:
    """Return the first links of the README that lead to a page elsewhere, each page once; demos are asked apart."""
    readme, addresses = reading.view(Readme), reading.view(Addresses)
    if readme is None or isinstance(readme, Missing) or not isinstance(addresses, Addresses):
        return ()
    hosts = msgspec.convert(table, Hosts)
    by_url = {each.url: each for each in addresses.found if each.where.path == readme.path}
    outward = (
        Evidence(readme.path, link.line, url=url)
        for url, link in _pages(readme.text.links, hosts, addresses.name)
        if (address := by_url.get(cleaned(link.url))) is None or target(address, hosts, addresses.name) is None
    )
    return tuple(islice(outward, most))


def answered(told: str, places: Sequence[Evidence], answers: Mapping[str, LinkAnswer]) -> Verdict | None:
    """Say which links are dead, after what was `told` of the files; None where none is: nothing else counts."""
    asked = [(place, answers[place.url]) for place in places if place.url is not None and place.url in answers]
    dead = [(place, answer.said) for place, answer in asked if answer.status is LinkStatus.DEAD]
    if not dead:
        return None
    first, said = dead[0]
    named = ", ".join(f"{_short(place)} ({why})" for place, why in dead[:_NAMED])
    many = f"{len(dead)} of its {len(asked)} links to elsewhere {'is' if len(dead) == 1 else 'are'} dead"
    if len(asked) == 1:
        many = "Its one link to elsewhere is dead"
    return partly(
        f"{told} {many}: {named}.",
        *(msgspec.structs.replace(place, excerpt=why) for place, why in dead[:_SHOWN]),
        score=max(1 - len(dead) / len(asked), 0.3),
        confidence=Confidence.MEDIUM,
        fix=f"Correct or remove the link in line {first.line} of {first.path} ({_short(first)}: {said})"
        + (f", and {len(dead) - 1} more." if len(dead) > 1 else "."),
    )


def _pages(links: Sequence[Link], hosts: Hosts, name: str) -> Iterator[tuple[str, Link]]:
    seen: set[str] = set()
    for link in links:
        url = urldefrag(link.url.strip())[0] if _is_address(link) else ""
        if url and url not in seen and is_page(url, hosts) and not _is_here(url, name):
            seen.add(url)
            yield url, link


def _is_address(link: Link) -> bool:
    """Tell a web address that is shown with words; one around a picture is a badge's as a rule."""
    if link.image or not link.text.strip() or not link.url.strip().lower().startswith(("http://", "https://")):
        return False
    try:
        urlsplit(link.url.strip())
    except ValueError:
        return False
    return True


def _is_here(url: str, name: str) -> bool:
    """Tell a link into the same repository, or a fork of it, on its host: `readme-honest` looks into the tree."""
    parts = urlsplit(url).path.strip("/").split("/")
    return len(parts) > 1 and parts[1].lower().removesuffix(".git") == name


def _short(place: Evidence) -> str:
    return shortened(place.url or "", _LONGEST)
