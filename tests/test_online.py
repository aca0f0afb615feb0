"""Demo links are asked after the files are read, and judged without blaming anybody for our network."""

import socket

import pytest

from auditor import rulebook
from auditor.judge import finding
from auditor.model import Evidence, RepositoryStatus, Status, unknown
from auditor.online import with_answers
from auditor.probes.deploy import answered
from auditor.repository import LinkAnswer, LinkStatus
from auditor.sources.links import LinkChecker
from auditor.task import RepositoryAudit

_ONE = Evidence("README.md", 3, url="https://one.example")
_TWO = Evidence("README.md", 5, url="https://two.example")


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((LinkStatus.ALIVE, LinkStatus.DEAD), Status.MET),
        ((LinkStatus.ASLEEP, LinkStatus.DEAD), Status.MET),
        ((LinkStatus.UNKNOWN, LinkStatus.DEAD), Status.UNKNOWN),
        ((LinkStatus.DEAD, LinkStatus.DEAD), Status.UNMET),
    ],
)
def test_only_dead_links_are_held_against_a_project(statuses: tuple[LinkStatus, LinkStatus], expected: Status) -> None:
    answers = {str(place.url): LinkAnswer(status, "said") for place, status in zip((_ONE, _TWO), statuses, strict=True)}
    verdict = answered((_ONE, _TWO), answers)
    assert (verdict.status, "said" in verdict.summary) == (expected, True)


def test_waiting_findings_are_judged_and_all_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_AGAIN, "no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    book = rulebook.load()
    rules = {rule.id: rule for rule in book.rules}
    waiting = finding(rules["deploy-alive"], unknown("not asked", _ONE))
    other = finding(rules["deploy-demo"], unknown("something else", _TWO))
    done = RepositoryAudit(status=RepositoryStatus.AUDITED, findings=(waiting, other))
    (after,) = with_answers([done], book, LinkChecker(None))
    assert after.findings[0].summary.startswith("https://one.example is unknown")
    assert after.findings[1] == other
