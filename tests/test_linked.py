"""Which links of a README are asked, and that only dead ones count, and only against what was met."""

import socket
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest
from examples import repository
from loopback.pages import Pages, serving
from repositories import working_tree

from auditor import rulebook
from auditor.judge import finding
from auditor.limits import Limits
from auditor.model import (
    Confidence,
    Evidence,
    Finding,
    RepositoryStatus,
    Status,
    met,
    not_applicable,
    partly,
    unknown,
    unmet,
)
from auditor.online import with_answers
from auditor.probes.linked import answered, links_of
from auditor.repository import LinkAnswer, LinkStatus, Origin
from auditor.sources.links import LinkChecker
from auditor.task import Guide, RepositoryAudit, Task
from auditor.worker import audit

_BOOK = rulebook.load()
_RULES = {rule.id: rule for rule in _BOOK.rules}
_README = """# Churn

Why customers leave, after [a paper](https://www.jmlr.org/papers/v12/pedregosa11a.html#abstract), [again](https://www.jmlr.org/papers/v12/pedregosa11a.html).

![shot](https://pictures.org/shot.png) [![build](https://ci.org/badge.svg)](https://ci.org/ada/other)
[Live demo](https://churn-ada.streamlit.app) [the app](https://demo.churnwatch.io)
[a Space](https://huggingface.co/spaces/bob/churn) [code](https://github.com/ada/example/blob/main/gone.py)
[issues](https://github.com/ada/Example/issues) [local](http://localhost:8000/docs) [machine](http://10.0.0.3/)
[port](https://host.org:8443/) [blank](https://your-app.org/) [model](https://example.com/x) [made up](http://a.test/)
[mail](mailto:ada@site.org) [file](docs/guide.md) [kaggle](https://www.kaggle.com/c/churn) [odd](http://[::1)
[last](https://github.com/bob/kit) [ftp](ftp://files.org/a)

`https://code.vendor.org/x` and https://api.vendor.org/chat and [base](https://vendor.org/v1)

```
curl https://api.other.org/v2
```
"""
_FIRST = Evidence("README.md", 3, url="https://www.jmlr.org/papers/v12/pedregosa11a.html")
_LAST = Evidence("README.md", 11, url="https://github.com/bob/kit")


def test_pages_elsewhere_are_asked_and_nothing_else() -> None:
    found = links_of(repository({"README.md": _README}), _BOOK.data["hosts"], 30)
    assert found == (_FIRST, _LAST)


def test_the_first_so_many_are_asked() -> None:
    assert links_of(repository({"README.md": _README}), _BOOK.data["hosts"], 1) == (_FIRST,)
    assert links_of(repository({"main.py": "x = 1\n"}), _BOOK.data["hosts"], 9) == ()


@pytest.mark.parametrize("status", [LinkStatus.ALIVE, LinkStatus.ASLEEP, LinkStatus.UNKNOWN])
def test_what_is_not_dead_is_held_against_nobody(status: LinkStatus) -> None:
    assert answered("All there.", [_FIRST, _LAST], {str(_FIRST.url): LinkAnswer(status, "403 Forbidden")}) is None


def test_a_dead_link_is_named_with_its_line() -> None:
    answers = {
        str(_FIRST.url): LinkAnswer(LinkStatus.ALIVE, "200 OK"),
        str(_LAST.url): LinkAnswer(LinkStatus.DEAD, "404 Not Found"),
    }
    assert answered("All there.", [_FIRST, _LAST], answers) == partly(
        "All there. 1 of its 2 links to elsewhere is dead: https://github.com/bob/kit (404 Not Found).",
        Evidence("README.md", 11, excerpt="404 Not Found", url="https://github.com/bob/kit"),
        score=0.5,
        confidence=Confidence.MEDIUM,
        fix="Correct or remove the link in line 11 of README.md (https://github.com/bob/kit: 404 Not Found).",
    )


class _Checker:
    """Says the same of every link, and knows which it was asked."""

    def __init__(self, status: LinkStatus) -> None:
        self.status = status
        self.asked: list[str] = []

    def ask(self, urls: Iterable[str]) -> Mapping[str, LinkAnswer]:
        self.asked += urls
        return {url: LinkAnswer(self.status, "said") for url in self.asked}


def _done(verdict_of: Finding, *links: Evidence) -> RepositoryAudit:
    return RepositoryAudit(status=RepositoryStatus.AUDITED, findings=(verdict_of,), links=links)


def _honest(how: Status) -> Finding:
    verdicts = {
        Status.MET: met("README.md names one file, and it is there."),
        Status.PARTLY: partly("1 of 5 is not there."),
        Status.UNMET: unmet("None is there."),
        Status.NOT_APPLICABLE: not_applicable("It names none."),
    }
    return finding(_RULES["readme-honest"], verdicts[how])


@pytest.mark.parametrize("status", list(LinkStatus))
@pytest.mark.parametrize("how", [Status.MET, Status.PARTLY, Status.UNMET, Status.NOT_APPLICABLE])
def test_only_dead_links_change_only_what_was_met(how: Status, status: LinkStatus) -> None:
    before = _done(_honest(how), _FIRST)
    checker = _Checker(status)
    (after,) = with_answers([before], _BOOK, cast("LinkChecker", checker))
    changed = how is Status.MET and status is LinkStatus.DEAD
    assert (after != before, bool(checker.asked)) == (changed, how is Status.MET)
    if changed:
        assert (after.findings[0].status, after.findings[0].score) == (Status.PARTLY, 0.3)


def test_no_repository_is_passed_over_and_demos_come_first() -> None:
    demo = finding(_RULES["deploy-alive"], unknown("not asked", Evidence("README.md", 2, url="https://demo.org")))
    one = RepositoryAudit(
        status=RepositoryStatus.AUDITED, findings=(_honest(Status.MET),), links=(_FIRST, Evidence("a", 1, url="b"))
    )
    two = RepositoryAudit(status=RepositoryStatus.AUDITED, findings=(demo, _honest(Status.MET)), links=(_LAST,))
    checker = _Checker(LinkStatus.ALIVE)
    with_answers([one, two], _BOOK, cast("LinkChecker", checker))
    assert checker.asked == ["https://demo.org", _FIRST.url, _LAST.url, "b"]


@pytest.fixture
def server() -> Iterator[Pages]:
    with serving() as running:
        yield running


def test_a_link_is_asked_over_the_network_and_its_answer_judged(server: Pages) -> None:
    places = [Evidence("README.md", at, url=server.base + path) for at, path in enumerate(_PATHS, 1)]
    done = _done(_honest(Status.MET), *places)
    (after,) = with_answers([done], _BOOK, LinkChecker(None, allowed=lambda *_: True))
    found = after.findings[0]
    assert (found.status, [(place.line, place.excerpt) for place in found.evidence]) == (
        Status.PARTLY,
        [(2, "404 Not Found"), (5, "410 Gone")],
    )
    assert found.score == pytest.approx(4 / 6)
    assert with_answers([done], _BOOK, LinkChecker(None)) == (done,)  # the guard refuses this machine: nothing changes


_PATHS = ("/ok", "/missing", "/forbidden", "/broken", "/gone", "/asleep")


def test_reading_asks_nothing_and_carries_the_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> list[object]:
        raise AssertionError

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    monkeypatch.setattr("auditor.worker.limit_memory", lambda _: None)  # it would stay with the tests
    folder = working_tree(tmp_path / "example", {"README.md": _README, "docs/guide.md": "# Guide\n"})
    origin = Origin(name="example", location=str(folder))
    done = audit(Task(origin=origin, guide=Guide(), limits=Limits(), cache=None))
    assert done.links == (_FIRST, _LAST)
    without = Guide(ignore=("readme-honest",))
    assert audit(Task(origin=origin, guide=without, limits=Limits(), cache=None)).links == ()
