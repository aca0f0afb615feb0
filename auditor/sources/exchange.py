"""Put one question to a GitHub over HTTP and hand back the whole answer. No waiting, no retrying, no repositories.

PyGithub authenticates, connects and builds the request. Its own redirects (which recurse, and lose the query), silent
sleeps, lazy attributes and GraphQL errors (which drop the part that did arrive) are kept out of the way by calling its
requester directly, here and nowhere else.
"""

import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as OutOfTimeError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from auditor.model import AuditorError
from auditor.sources.hosts import Hosts

if TYPE_CHECKING:
    from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester, RequestsResponse

    Connection = HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass

READ_SECONDS = 12  # GitHub itself gives up on an answer after ten
ANSWER_SECONDS = 60
"""The most that a whole answer may take: a host that sends a byte now and then is never silent."""
PASSING = 0
"""The status of a fault that may be gone at the next attempt: a dropped connection, half an answer."""
_HOPS = 5
_MOVED = (301, 302, 307, 308)


class HostError(AuditorError):
    """The host did not give what was asked for. `status` is HTTP's, `PASSING` or -1 where no whole answer came."""

    def __init__(self, message: str, status: int = -1) -> None:
        super().__init__(message, exit_code=3)
        self.status = status


class UnreachableError(HostError):
    """There is no way to the host's machine: no address, no safe connection, no proxy."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, undigested; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(slots=True)
class Exchange:
    """The lines to one GitHub, opened when first used. The token goes to its API and nowhere else."""

    hosts: Hosts
    token: str | None
    count: int = 0
    _lines: dict[str, tuple["Requester", "Connection"]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, method: str, address: str, headers: Mapping[str, str], asked: object = None) -> Reply:
        """Ask, and go where the host sends us as long as it stays the same host. Raises HostError."""
        for _ in range(_HOPS):
            reply = self._once(method, address, headers, asked)
            if reply.status not in _MOVED or "location" not in reply.headers:
                return reply
            target = urljoin(address, reply.headers["location"])
            if urlsplit(target)[:2] != urlsplit(address)[:2]:
                raise HostError(
                    f"{self.hosts.name} sends us to {target}; set GITHUB_API_URL to where its API is, or sign in if a "
                    "proxy asks for that"
                )
            address = target
        raise HostError(f"{self.hosts.name} sends us round in circles: {address}")

    def close(self) -> None:
        """Hang up; asking again opens the lines anew."""
        with self._lock:
            for requester, connection in self._lines.values():
                connection.close()
                requester.close()
            self._lines.clear()

    def _once(self, method: str, address: str, headers: Mapping[str, str], asked: object) -> Reply:
        import requests  # noqa: PLC0415 - slow to import, and only this needs it

        self.count += 1
        host = urlsplit(address).hostname
        try:
            return _within(ANSWER_SECONDS, lambda: self._send(method, address, headers, asked))
        except OutOfTimeError:
            with self._lock:
                self._lines.clear()  # the one in use is left to its fate
            raise HostError(f"{host} did not send its answer within {ANSWER_SECONDS} s", PASSING) from None
        except requests.exceptions.SSLError as problem:
            hint = "; a certificate of your own network's goes into SSL_CERT_FILE"
            raise UnreachableError(f"no safe connection to {host}: {_cause(problem)}{hint}") from None
        except requests.exceptions.ProxyError as problem:
            raise UnreachableError(f"the proxy did not connect to {host}: {_cause(problem)}") from None
        except requests.exceptions.Timeout:
            raise HostError(f"{host} did not answer within {READ_SECONDS} s", PASSING) from None
        except requests.exceptions.RequestException as problem:
            if "NameResolution" in repr(problem):
                raise UnreachableError(f"there is no address for {host}: no network, or a mistyped name") from None
            raise HostError(f"the connection to {host} broke: {_cause(problem)}", PASSING) from None

    def _send(self, method: str, address: str, headers: Mapping[str, str], asked: object) -> Reply:
        place = urlsplit(address)
        requester, connection = self._line(f"{place.scheme}://{place.netloc}")
        path = place.path + (f"?{place.query}" if place.query else "")
        wanted = {"Accept": "application/vnd.github+json", **headers}
        status, answered, body = requester.requestJson(method, path, headers=wanted, input=asked, cnx=connection)
        status = int(answered.get(_TRUE_STATUS, status))
        return Reply(status, {name.lower(): str(value) for name, value in answered.items()}, body)

    def _line(self, place: str) -> tuple["Requester", "Connection"]:
        with self._lock:
            if place not in self._lines:
                own = {urlsplit(url)[:2] for url in (self.hosts.api, self.hosts.graphql)}
                self._lines[place] = _open(place, self.token if urlsplit(place)[:2] in own else None)
            return self._lines[place]


_TRUE_STATUS = "x-auditor-status"


def _open(place: str, token: str | None) -> tuple["Requester", "Connection"]:
    import github  # noqa: PLC0415 - slow to import, and only this needs it
    from github import Requester as lines  # noqa: PLC0415, N813 - a module with a class's name

    parts = urlsplit(place)
    kind: Any = lines.HTTPSRequestsConnectionClass if parts.scheme == "https" else lines.HTTPRequestsConnectionClass

    class Plain(kind):  # type: ignore[misc]  # one of two classes, chosen above
        """A connection that keeps moves and unfinished work (301, 202) from PyGithub, which would act on them."""

        def getresponse(self) -> "RequestsResponse":
            response: RequestsResponse = super().getresponse()
            response.response.encoding = "utf-8"  # JSON's only encoding; guessing takes seconds and errs
            if response.status in (202, 301):
                response.headers[_TRUE_STATUS] = str(response.status)
                response.status = 308
            return response

    requester = github.Github(
        auth=github.Auth.Token(token) if token else None,
        base_url=place,
        timeout=READ_SECONDS,
        retry=None,
        seconds_between_requests=None,
        user_agent="portfolio-auditor",
    ).requester
    return requester, Plain(parts.hostname, parts.port, timeout=READ_SECONDS, retry=None, verify=_trusted())


def _trusted() -> str | bool:
    """Return the file of trusted certificates that OpenSSL's own variable names; True leaves the choice to requests."""
    file = os.environ.get("SSL_CERT_FILE", "")
    other = any(os.environ.get(name) for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"))
    return file if os.path.isfile(file) and not other else True  # noqa: PTH113 - "" is a name here, not a folder


def _within(seconds: float, call: Callable[[], Reply]) -> Reply:
    """Call in a thread that nobody waits for longer. Raises what the call raises, and TimeoutError."""
    answer: Future[Reply] = Future()

    def work() -> None:
        try:
            answer.set_result(call())
        except BaseException as problem:  # noqa: BLE001 - raised where it is waited for
            answer.set_exception(problem)

    threading.Thread(target=work, daemon=True).start()
    return answer.result(seconds)


def _cause(problem: BaseException) -> str:
    """Return the innermost reason, which is the one that helps."""
    while problem.__context__ is not None:
        problem = problem.__context__
    return str(problem) or type(problem).__name__
