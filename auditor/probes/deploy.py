"""Questions about what runs: a linked instance, and whether it answers."""

import re
from collections.abc import Mapping

import msgspec

from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unknown, unmet
from auditor.probes.hosts import Hosts, Target, target
from auditor.repository import LinkAnswer, LinkStatus
from auditor.views.addresses import Addresses
from auditor.views.told import Told
from auditor.views.words import pattern, shortened

_SHOWN = 3
_PARTLY = {
    "placeholder": "The link to the demo is a placeholder that was not filled in.",
    "video": "A video shows it; there is no link to a running instance.",
    "moving": "An animation shows it; there is no link to a running instance.",
    "dashboard": "A dashboard's file is linked, which only its own program opens.",
}


def demo(addresses: Addresses, told: Told, *, hosts: Hosts) -> Verdict:
    """Say whether a running instance of this project is linked."""
    found = _targets(addresses, hosts)
    live = [each for each in found if each.kind == "demo"]
    if live:
        best = next((each for each in live if each.sure), live[0])
        others = (each.address.where for each in live if each is not best)
        sure = Confidence.HIGH if best.sure else Confidence.MEDIUM
        return met(
            f"A running instance is linked: {shortened(best.address.url, 120)}",
            best.address.where,
            *others,
            confidence=sure,
        )
    for kind, summary in _PARTLY.items():
        places = [each.address.where for each in found if each.kind == kind]
        if places:
            sure = Confidence.MEDIUM if kind == "moving" else Confidence.HIGH
            return partly(summary, *places[:_SHOWN], score=0.3, confidence=sure)
    if place := _promise(told, hosts):
        return partly("A demo is promised, without a link.", place, score=0.2)
    return unmet("No link to a running instance.", _looked(addresses))


def alive(addresses: Addresses, *, hosts: Hosts) -> Verdict:
    """Say whether the linked instance answers: asked over the network after the files are read, unless offline."""
    live = [each for each in _targets(addresses, hosts) if each.kind == "demo"]
    if not live:
        return not_applicable("No running instance is linked.")
    places = (msgspec.structs.replace(each.address.where, url=each.address.url) for each in live[:_SHOWN])
    return unknown("Whether the link answers was not asked: this run reads files only.", *places)


def answered(places: tuple[Evidence, ...], answers: Mapping[str, LinkAnswer]) -> Verdict:
    """Say what the links of `alive` answered: one that answers is enough, only if all are dead is that held against."""
    asked = [(place, answers[place.url]) for place in places if place.url is not None and place.url in answers]
    by_status = {answer.status: f"{place.url} is {answer.status}: {answer.said}." for place, answer in reversed(asked)}
    if LinkStatus.ALIVE in by_status:
        return met(by_status[LinkStatus.ALIVE], *places)
    if LinkStatus.ASLEEP in by_status:
        return met(by_status[LinkStatus.ASLEEP], *places, confidence=Confidence.MEDIUM)
    if LinkStatus.UNKNOWN in by_status or not asked:
        return unknown(by_status.get(LinkStatus.UNKNOWN, "No link was asked."), *places)
    return unmet(by_status[LinkStatus.DEAD], *places)


def _promise(told: Told, hosts: Hosts) -> Evidence | None:
    promised, words = re.compile(hosts.promised, re.IGNORECASE), pattern(hosts.words.demo)
    for path, text in told.texts:
        for each in text.passages:
            if (found := promised.search(each.text[:500])) and words.search(each.text[: found.start()]):
                return Evidence(path, each.line, excerpt=shortened(each.text, 100))
    return None


def _targets(addresses: Addresses, hosts: Hosts) -> list[Target]:
    return [found for each in addresses.found if (found := target(each, hosts, addresses.name))]


def _looked(addresses: Addresses) -> Evidence:
    path = next((each.where.path for each in addresses.found if each.where.path), "")
    count = sum(not each.url.startswith("#") for each in addresses.found)
    counted = f"{count} {'address' if count == 1 else 'addresses'}" if count else "addresses"
    where = (
        "in the README and the homepage field" if addresses.asked else "in the README; the homepage field was not asked"
    )
    return Evidence(path, excerpt=f"looked at {counted} {where}")
