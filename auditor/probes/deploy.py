"""Questions about what runs: a linked instance, and whether it answers."""

from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unknown, unmet
from auditor.probes.hosts import Hosts, Target, target
from auditor.views.addresses import Addresses

_SHOWN = 3
_PARTLY = {
    "placeholder": "The link to the demo is a placeholder that was not filled in.",
    "video": "A video shows it; there is no link to a running instance.",
    "moving": "An animation shows it; there is no link to a running instance.",
    "dashboard": "A dashboard's file is linked, which only its own program opens.",
}


def demo(addresses: Addresses, *, hosts: Hosts) -> Verdict:
    """Say whether a running instance of this project is linked."""
    found = _targets(addresses, hosts)
    live = [each for each in found if each.kind == "demo"]
    if live:
        best = next((each for each in live if each.sure), live[0])
        others = (each.address.where for each in live if each is not best)
        sure = Confidence.HIGH if best.sure else Confidence.MEDIUM
        return met(
            f"A running instance is linked: {best.address.url[:120]}", best.address.where, *others, confidence=sure
        )
    for kind, summary in _PARTLY.items():
        places = [each.address.where for each in found if each.kind == kind]
        if places:
            sure = Confidence.MEDIUM if kind == "moving" else Confidence.HIGH
            return partly(summary, *places[:_SHOWN], score=0.3, confidence=sure)
    return unmet("No link to a running instance.", _looked(addresses))


def alive(addresses: Addresses, *, hosts: Hosts) -> Verdict:
    """Say whether the linked instance answers: that takes the network, which an audit of the files does not have."""
    live = [each for each in _targets(addresses, hosts) if each.kind == "demo"]
    if not live:
        return not_applicable("No running instance is linked.")
    return unknown("Whether the link answers was not asked: this run reads files only.", live[0].address.where)


def _targets(addresses: Addresses, hosts: Hosts) -> list[Target]:
    return [found for each in addresses.found if (found := target(each, hosts, addresses.name))]


def _looked(addresses: Addresses) -> Evidence:
    path = next((each.where.path for each in addresses.found if each.where.path), "")
    return Evidence(path, excerpt=f"looked at {len(addresses.found)} addresses in the README and the homepage field")
