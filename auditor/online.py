"""What only the network can tell of an audited repository: whether its demo answers.

Done after the files are read, so that a kept audit stays good and a link is asked again when its answer is old.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from auditor.judge import finding
from auditor.model import Finding, Status
from auditor.probes import deploy
from auditor.rulebook import Bound, Rulebook
from auditor.task import RepositoryAudit

if TYPE_CHECKING:
    from auditor.sources.links import LinkChecker


def with_answers(
    audits: Sequence[RepositoryAudit], book: Rulebook, checker: "LinkChecker"
) -> tuple[RepositoryAudit, ...]:
    """Ask all demo links of all audits, and judge the rule that waits for their answers."""
    rule = next((rule for rule in book.rules if rule.probe is deploy.alive), None)
    urls = [url for done in audits for found in _waiting(done, rule) for url in _urls(found)]
    if rule is None or not urls:
        return tuple(audits)
    answers = checker.ask(urls)

    def judged(found: Finding) -> Finding:
        waits = found.rule == rule.id and found.status is Status.UNKNOWN and _urls(found)
        return finding(rule, deploy.answered(found.evidence, answers)) if waits else found

    return tuple(msgspec.structs.replace(done, findings=tuple(map(judged, done.findings))) for done in audits)


def _waiting(done: RepositoryAudit, rule: Bound | None) -> Iterator[Finding]:
    return (f for f in done.findings if rule is not None and f.rule == rule.id and f.status is Status.UNKNOWN)


def _urls(found: Finding) -> list[str]:
    return [piece.url for piece in found.evidence if piece.url]
