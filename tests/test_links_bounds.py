"""No answer, and no lack of one, makes asking links unsafe, impolite or long."""

import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback.pages import BOMB, Pages, serving

from auditor.limits import Limits
from auditor.repository import LinkAnswer, LinkStatus
from auditor.sources.guard import is_public
from auditor.sources.links import LinkChecker


@pytest.fixture
def server() -> Iterator[Pages]:
    with serving() as running:
        yield running


def _ask(server: Pages, *paths: str, limits: Limits = Limits()) -> list[LinkAnswer]:  # noqa: B008 - frozen
    def allowed(address: str, port: int) -> bool:
        return (address, port) == ("127.0.0.1", server.server_port) or is_public(address, port)

    answers = LinkChecker(None, limits, allowed=allowed).ask([server.base + path for path in paths])
    return [answers[server.base + path] for path in paths]


@pytest.mark.parametrize(
    "place",
    [
        "http://127.0.0.1:9/", "http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/",
        "http://[::ffff:10.0.0.1]/", "http://[::ffff:7f00:1]/", "http://100.64.0.1/", "http://10.0.0.1/", "http://0/",
        "http://2130706433/", "http://0x7f.1/", "https://192.168.0.1/", "http://8.8.8.8:22/",
    ],
)  # fmt: skip
def test_a_redirect_to_what_is_not_public_is_refused(server: Pages, place: str) -> None:
    (answer,) = _ask(server, f"/to/{place}")
    assert (answer.status, "not public" in answer.said) == (LinkStatus.UNKNOWN, True), answer
    assert server.asked == [f"HEAD /to/{place}"]


def test_a_page_that_redirects_for_ever_is_left(server: Pages) -> None:
    loop = "/to/" * 20 + "/ok"
    (answer,) = _ask(server, loop, limits=Limits(link_redirects=2))
    assert (answer, len(server.asked)) == (LinkAnswer(LinkStatus.UNKNOWN, "more than 2 redirects"), 3)


def test_a_bomb_is_not_unpacked(server: Pages) -> None:
    _ask(server, "/bomb")  # packed, and imports done, before memory is watched
    tracemalloc.start()
    (answer,) = _ask(server, "/bomb")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.status, most < BOMB / 20) == (LinkStatus.ALIVE, True), most


def test_a_host_is_asked_one_question_at_a_time(server: Pages) -> None:
    answers = _ask(server, *(f"/slow?{number}" for number in range(12)))
    assert ({answer.status for answer in answers}, server.most) == ({LinkStatus.ALIVE}, 1)


def test_a_host_that_says_that_it_is_busy_is_asked_no_more(server: Pages) -> None:
    busy, left = _ask(server, "/busy", "/missing")
    assert (busy.said, left) == ("429 Too Many Requests", LinkAnswer(LinkStatus.UNKNOWN, "not asked: the host is busy"))
    assert {asked.partition(" ")[2] for asked in server.asked} == {"/busy"}


def test_a_run_asks_so_many_links_and_the_first_ones(server: Pages) -> None:
    first, second = _ask(server, "/missing", "/gone", limits=Limits(run_links=1))
    assert (first.status, second.said) == (LinkStatus.DEAD, "not asked: one run asks 1 links")


def test_the_links_of_a_run_have_an_end_and_what_was_answered_stays(server: Pages) -> None:
    started = time.monotonic()
    first, second, third = _ask(server, "/missing", "/silent", "/gone", limits=Limits(links_seconds=1))
    assert (time.monotonic() - started < 5, first.status) == (True, LinkStatus.DEAD)
    assert second == third == LinkAnswer(LinkStatus.UNKNOWN, _LATE)


_LATE = "not asked: the links of this run took longer than 1 seconds"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b'{"stage": "RUNNING", "hardware": {"current": "cpu-basic"}}', LinkStatus.ALIVE),
        (b'{"stage": "SLEEPING"}', LinkStatus.ASLEEP),
        (b'{"stage": "PAUSED"}', LinkStatus.ASLEEP),
        (b'{"stage": "BUILDING"}', LinkStatus.ASLEEP),
        (b'{"stage": "RUNTIME_ERROR"}', LinkStatus.DEAD),
        (b'{"stage": "NEW_WORD"}', LinkStatus.UNKNOWN),
        (b'{"stage": 7}', LinkStatus.UNKNOWN),
        (b"[]", LinkStatus.UNKNOWN),
        (b"<html>", LinkStatus.UNKNOWN),
        (b'{"a":' * 20_000, LinkStatus.UNKNOWN),
        (b'{"stage": "RUNNING", "a": "' + b"x" * 200_000, LinkStatus.UNKNOWN),
    ],
)
def test_a_space_is_judged_by_its_stage(
    server: Pages, monkeypatch: pytest.MonkeyPatch, said: bytes, status: LinkStatus
) -> None:
    server.stage = said
    monkeypatch.setattr("auditor.sources.asking._SPACE_API", server.base + "/api/spaces/{}/runtime")
    url = "https://huggingface.co/spaces/ada/churn"
    answer = LinkChecker(None, allowed=lambda *_: True).ask([url])[url]
    assert (answer.status, server.asked) == (status, ["GET /api/spaces/ada/churn/runtime"])


_SCRIPT = """
import sys
from auditor.sources.links import LinkChecker
print("asking", flush=True)
LinkChecker(None, allowed=lambda *_: True).ask([sys.argv[1]])
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_waits_for_no_host(server: Pages) -> None:
    command = [sys.executable, "-c", _SCRIPT, f"{server.base}/silent"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as running:
        ends = time.monotonic() + 30
        while not server.asked and time.monotonic() < ends:
            time.sleep(0.02)  # until it waits for the answer
        sent = time.monotonic()
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=30)
        assert (bool(server.asked), running.returncode != 0, time.monotonic() - sent < 5) == (True, True, True)


_WARM = """
import sys
from pathlib import Path
from auditor.sources.links import LinkChecker
LinkChecker(Path(sys.argv[1]), allowed=lambda *_: True).ask(sys.argv[2:])
print("httpx" in sys.modules)
"""


def test_with_nothing_to_ask_httpx_is_not_imported(server: Pages, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WARM, str(tmp_path), f"{server.base}/missing", f"{server.base}/forbidden"]
    said = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() for _ in range(2)]
    assert said == ["True", "False"]
