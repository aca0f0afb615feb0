"""Links are asked safely, on loopback; the guard's allow-list is opened by these tests only."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback.pages import Pages, serving
from loopback.server import answering_once

from auditor.limits import Limits
from auditor.repository import LinkAnswer, LinkStatus
from auditor.sources.asking import Asker
from auditor.sources.guard import RefusedError, check_shape, is_public
from auditor.sources.links import LinkChecker

_SHORT = Limits(link_seconds=0.3, link_connection_seconds=0.6)


@pytest.fixture
def server() -> Iterator[Pages]:
    with serving() as running:
        yield running


def _ask(server: Pages, *paths: str, cache: Path | None = None) -> list[LinkAnswer]:
    checker = LinkChecker(cache, allowed=lambda *_: True)
    urls = [f"http://127.0.0.1:{server.server_port}{path}" for path in paths]
    answers = checker.ask(urls)
    return [answers[url] for url in urls]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ok", LinkStatus.ALIVE),
        ("/no-head", LinkStatus.ALIVE),
        ("/endless", LinkStatus.ALIVE),
        ("/to//ok", LinkStatus.ALIVE),
        ("/to//to//ok", LinkStatus.ALIVE),
        ("/asleep", LinkStatus.ASLEEP),
        ("/missing", LinkStatus.DEAD),
        ("/gone", LinkStatus.DEAD),
        ("/forbidden", LinkStatus.UNKNOWN),
        ("/login", LinkStatus.UNKNOWN),
        ("/busy", LinkStatus.UNKNOWN),
        ("/broken", LinkStatus.UNKNOWN),
        ("/to/" * 9 + "/ok", LinkStatus.UNKNOWN),
        ("/to/file:///etc/passwd", LinkStatus.UNKNOWN),
        ("/to/http://user:word@127.0.0.1/", LinkStatus.UNKNOWN),
    ],
)
def test_answers_are_judged_with_care(server: Pages, path: str, status: LinkStatus) -> None:
    assert [answer.status for answer in _ask(server, path)] == [status]


def test_who_asks_is_said_and_nothing_is_remembered_for_the_host(server: Pages) -> None:
    _ask(server, "/ok", "/forbidden")
    assert all("portfolio-auditor" in headers["user-agent"] for headers in server.headers)
    assert all("cookie" not in headers and "authorization" not in headers for headers in server.headers)


def test_answers_are_kept_for_a_day_and_what_says_nothing_for_an_hour(server: Pages, tmp_path: Path) -> None:
    def asked_at(when: float) -> set[str]:
        server.asked.clear()
        checker = LinkChecker(tmp_path, allowed=lambda *_: True, now=lambda: when)
        checker.ask([f"{server.base}/missing", f"{server.base}/forbidden", f"{server.base}/broken"])
        return {asked.partition(" ")[2] for asked in server.asked}

    assert asked_at(0) == {"/missing", "/forbidden", "/broken"}
    assert asked_at(3_599) == set()
    assert asked_at(3_601) == {"/forbidden", "/broken"}
    assert asked_at(86_401) == {"/missing", "/forbidden", "/broken"}
    assert asked_at(500) == {"/missing", "/forbidden", "/broken"}  # kept in what the clock, set back, calls the future


def test_trouble_of_the_network_is_not_kept(server: Pages, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    checker = LinkChecker(tmp_path, allowed=lambda *_: True)
    assert "could not be reached" in checker.ask([url])[url].said
    closed_port = int(url.rsplit(":", 1)[1].strip("/"))
    assert closed_port != server.server_port
    refusal = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
    with socket.create_server(("127.0.0.1", closed_port)) as listening, answering_once(listening, refusal):
        assert checker.ask([url])[url].said == "401 Unauthorized"


def test_without_an_opened_list_nothing_of_this_machine_is_asked(server: Pages) -> None:
    url = f"http://127.0.0.1:{server.server_port}/ok"
    named = f"http://localhost:{server.server_port}/ok"
    answers = LinkChecker(None).ask([url, named])
    assert {answer.status for answer in answers.values()} == {LinkStatus.UNKNOWN}
    assert all("not public" in answer.said for answer in answers.values())
    assert server.asked == []


def test_a_name_is_looked_up_once_so_that_its_owner_cannot_change_his_mind(
    server: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []
    real = socket.getaddrinfo

    def answer(host: str, port: int, *more: object, **named: object) -> list[object]:
        if host == "127.0.0.1":  # connecting to a number looks it up once more
            return list(real(host, port, *more, **named))  # type: ignore[arg-type]
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1" if len(looked_up) == 1 else "10.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    checker = LinkChecker(None, allowed=lambda address, _: address == "127.0.0.1")
    url = f"http://demo.example:{server.server_port}/busy"
    assert checker.ask([url])[url].said == "429 Too Many Requests"
    assert looked_up == ["demo.example"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0",  # noqa: S104 - refused, not bound
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:8.8.8.8",
        "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "192.0.2.1", "198.18.0.1", "240.0.0.1", "nonsense",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not is_public(address, 443)


@pytest.mark.parametrize("address", ["8.8.8.8", "140.82.112.3", "2606:4700::1111"])
def test_public_addresses_are_allowed_at_the_ports_of_the_web(address: str) -> None:
    assert [is_public(address, port) for port in (80, 443, 22, 8080)] == [True, True, False, False]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "http://", "https://u:p@example.org/",
        "http://example.org:0/", "http://[::1", "http://example.org:99999/", "//example.org", "",
    ],
)  # fmt: skip
def test_addresses_of_an_odd_shape_are_refused(url: str) -> None:
    with pytest.raises(RefusedError):
        check_shape(url)


def test_a_server_that_drips_its_head_is_not_waited_for() -> None:
    ended = threading.Event()

    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not ended.wait(0.05):
                connection.sendall(b"a")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=[listening])
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        started = time.monotonic()
        answer = LinkChecker(None, _SHORT, allowed=lambda *_: True).ask([url])[url]
        took = time.monotonic() - started
        ended.set()
        thread.join()
    assert (answer.status, took < 5) == (LinkStatus.UNKNOWN, True)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (socket.EAI_NONAME, LinkStatus.DEAD),
        (socket.EAI_AGAIN, LinkStatus.UNKNOWN),
        (socket.EAI_NODATA, LinkStatus.UNKNOWN),
    ],
)
def test_only_a_name_that_does_not_exist_is_dead(
    monkeypatch: pytest.MonkeyPatch, code: int, status: LinkStatus
) -> None:
    def nowhere(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(code, "as the resolver says")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    monkeypatch.setattr(Asker, "_reaches_the_internet", lambda _: True)
    url = "https://gone.example/"
    assert LinkChecker(None).ask([url])[url].status is status


@given(st.text())
def test_no_text_breaks_the_shape_check(url: str) -> None:
    try:
        check_shape(url)
    except RefusedError:
        return


@given(st.text(max_size=60))
def test_no_link_breaks_the_checker(text: str) -> None:
    def nowhere(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_AGAIN, "no network in this test")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", nowhere)
        answers = LinkChecker(None).ask([f"http://{text}"])
    assert all(answer.status is not LinkStatus.ALIVE for answer in answers.values())
