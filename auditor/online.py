"""What only the network can tell of an audited repository: whether its demo answers, whether its README's links do.

Done after the files are read, so that a kept audit stays good and a link is asked again when its answer is old.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

import msgspec

from auditor.judge import finding
from auditor.model import Evidence, Finding, Status
from auditor.probes import deploy, linked, readme_honest
from auditor.repository import LinkAnswer
from auditor.rulebook import Bound, Rulebook
from auditor.task import RepositoryAudit

if TYPE_CHECKING:
    from auditor.sources.links import LinkChecker


def with_answers(
    audits: Sequence[RepositoryAudit], book: Rulebook, checker: "LinkChecker"
) -> tuple[RepositoryAudit, ...]:
    """Ask all links of all audits, demos first, and judge the rules that wait for their answers."""
    alive = next((rule for rule in book.rules if rule.probe is deploy.alive), None)
    honest = next((rule for rule in book.rules if rule.probe is readme_honest.honest), None)
    demos = [_urls(found.evidence) for done in audits for found in done.findings if _waits(found, alive)]
    pages = [_urls(done.links) for done in audits if any(_may_change(found, honest) for found in done.findings)]
    urls = [*chain.from_iterable(demos), *_in_turn(pages)]
    if not urls:
        return tuple(audits)
    answers = checker.ask(urls)
    return tuple(
        msgspec.structs.replace(done, findings=tuple(_judged(f, done, alive, honest, answers) for f in done.findings))
        for done in audits
    )


def _judged(
    found: Finding, done: RepositoryAudit, alive: Bound | None, honest: Bound | None, answers: Mapping[str, LinkAnswer]
) -> Finding:
    if alive is not None and _waits(found, alive):
        return finding(alive, deploy.answered(found.evidence, answers))
    if honest is not None and _may_change(found, honest):
        verdict = linked.answered(found.summary, done.links, answers)
        return found if verdict is None else finding(honest, verdict)
    return found


def _waits(found: Finding, alive: Bound | None) -> bool:
    waiting = alive is not None and found.rule == alive.id and found.status is Status.UNKNOWN
    return waiting and bool(_urls(found.evidence))


def _may_change(found: Finding, honest: Bound | None) -> bool:
    """Tell the finding that all names are there: the only one that a dead link changes."""
    return honest is not None and found.rule == honest.id and found.status is Status.MET


def _urls(places: Sequence[Evidence]) -> list[str]:
    return [place.url for place in places if place.url]


def _in_turn(lists: Sequence[list[str]]) -> Iterator[str]:
    """Yield the first of each list, then the second: where not all are asked, no repository is passed over."""
    return (url for rank in zip_longest(*lists) for url in rank if url is not None)
