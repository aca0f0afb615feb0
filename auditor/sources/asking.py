"""Put one question to one link: safely, and without blaming anybody for our own network. No order, no keeping."""

import time
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec

from auditor import __version__
from auditor.limits import Limits
from auditor.repository import LinkAnswer, LinkStatus
from auditor.sources.guard import Allowed, GuardedTransport, RefusedError, UnknownHostError, check_shape

_AGENT = f"portfolio-auditor/{__version__} (checks that a portfolio's links answer)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_BUSY = 429
_TRY_GET = frozenset({400, 403, 404, 405, 406, 410, 500, 501})
_SLEEPING = ("this app has gone to sleep", "this space is sleeping", "zzzz", "get this app back up")
_SPACE_API = "https://huggingface.co/api/spaces/{}/runtime"
_SPACE_STAGES = {
    "RUNNING": LinkStatus.ALIVE,
    "RUNNING_BUILDING": LinkStatus.ALIVE,
    "SLEEPING": LinkStatus.ASLEEP,
    "PAUSED": LinkStatus.ASLEEP,
    "BUILDING": LinkStatus.ASLEEP,
    "STOPPED": LinkStatus.DEAD,
    "RUNTIME_ERROR": LinkStatus.DEAD,
    "BUILD_ERROR": LinkStatus.DEAD,
    "CONFIG_ERROR": LinkStatus.DEAD,
    "DELETING": LinkStatus.DEAD,
}


class Asked(msgspec.Struct, frozen=True):
    """What became of asking. `lasting` tells what a host, or the link itself, said from what our network did."""

    answer: LinkAnswer
    lasting: bool = True


class _Runtime(msgspec.Struct, frozen=True):
    stage: str = ""


class Asker:
    """Asks links within the limits. Safe for several threads at once."""

    def __init__(self, limits: Limits, allowed: Allowed) -> None:
        self._limits = limits
        self._allowed = allowed
        self._online: bool | None = None

    def ask(self, urls: Sequence[str], stopped: Callable[[], bool]) -> Iterator[tuple[str, Asked]]:
        """Ask the links of one host, one after the other; a host that says that it is busy is asked no more."""
        with self._client() as client:
            for at, url in enumerate(urls):
                if stopped():
                    return
                asked = self._one(client, url)
                yield url, asked
                if asked.answer.said == _said(_BUSY):
                    left = Asked(LinkAnswer(LinkStatus.UNKNOWN, "not asked: the host is busy"), lasting=False)
                    yield from ((each, left) for each in urls[at + 1 :])
                    return

    def _client(self) -> httpx.Client:
        seconds = self._limits.link_seconds
        transport = GuardedTransport(self._allowed, seconds=seconds, lives=self._limits.link_connection_seconds)
        headers = {"user-agent": _AGENT, "accept": "text/html,*/*;q=0.5", "accept-encoding": "identity"}
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        return httpx.Client(transport=transport, headers=headers, cookies=jar, timeout=seconds, trust_env=False)

    def _one(self, client: httpx.Client, url: str) -> Asked:
        try:
            return Asked(self._stage(client, space) if (space := _space(url)) else self._walk(client, url))
        except RefusedError as error:
            return Asked(LinkAnswer(LinkStatus.UNKNOWN, f"not asked: {error}"))
        except UnknownHostError as error:
            if self._reaches_the_internet():
                return Asked(LinkAnswer(LinkStatus.DEAD, str(error)))
            return Asked(LinkAnswer(LinkStatus.UNKNOWN, "no network here"), lasting=False)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, ValueError) as error:
            why = f"could not be reached from here ({type(error).__name__})"
            return Asked(LinkAnswer(LinkStatus.UNKNOWN, why), lasting=False)

    def _reaches_the_internet(self) -> bool:
        """Tell by a name that surely exists whether an unknown name is the candidate's doing or our network's."""
        if self._online is None:
            with self._client() as client:
                try:
                    client.head("https://github.com/")
                    self._online = True
                except (httpx.HTTPError, RefusedError) as error:
                    self._online = not isinstance(error, RefusedError | httpx.ConnectError | httpx.TimeoutException)
        return self._online

    def _walk(self, client: httpx.Client, url: str) -> LinkAnswer:
        """Follow redirects by hand, each checked like the first; HEAD, then GET where HEAD is not to be trusted."""
        ends = time.monotonic() + self._limits.link_connection_seconds
        for _ in range(self._limits.link_redirects + 1):
            check_shape(url)
            answer = client.head(url)
            body = b""
            if answer.is_success or answer.status_code in _TRY_GET:
                answer, body = self._got(client, url)
            if answer.status_code not in _REDIRECTS:
                return _judged(answer.status_code, body.decode("utf-8", "replace"))
            if time.monotonic() > ends:
                raise httpx.ReadTimeout("its redirects took too long")
            url = urljoin(url, answer.headers.get("location", ""))
        return LinkAnswer(LinkStatus.UNKNOWN, f"more than {self._limits.link_redirects} redirects")

    def _got(self, client: httpx.Client, url: str) -> tuple[httpx.Response, bytes]:
        """Return an answer and the beginning of its body as it was sent: what is compressed is never unpacked."""
        ends = time.monotonic() + self._limits.link_connection_seconds
        body = bytearray()
        with client.stream("GET", url) as answer:
            for chunk in answer.iter_raw():
                body += chunk
                if len(body) >= self._limits.link_bytes or time.monotonic() > ends:
                    break
        return answer, bytes(body[: self._limits.link_bytes])

    def _stage(self, client: httpx.Client, space: str) -> LinkAnswer:
        answer, body = self._got(client, _SPACE_API.format(space))
        if not answer.is_success:
            return _judged(answer.status_code, "")
        try:
            stage = msgspec.json.decode(body, type=_Runtime).stage
        except (msgspec.DecodeError, RecursionError):
            stage = ""
        status = _SPACE_STAGES.get(stage, LinkStatus.UNKNOWN)
        return LinkAnswer(status, f"the Space's stage is {stage[:40] or 'not told'}")


def _judged(status: int, body: str) -> LinkAnswer:
    said = _said(status)
    if status in _GONE:
        return LinkAnswer(LinkStatus.DEAD, said)
    if 200 <= status < 300:  # noqa: PLR2004 - the 2xx of HTTP
        low = body.lower()
        if any(words in low for words in _SLEEPING):
            return LinkAnswer(LinkStatus.ASLEEP, "the page says that the app is asleep")
        return LinkAnswer(LinkStatus.ALIVE, said)
    return LinkAnswer(LinkStatus.UNKNOWN, said)


def _said(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _space(url: str) -> str | None:
    """Return `owner/name` of a Hugging Face Space's page."""
    parts = urlsplit(url)
    path = parts.path.strip("/").split("/")
    if parts.hostname in ("huggingface.co", "www.huggingface.co") and path[:1] == ["spaces"] and len(path) > 2:  # noqa: PLR2004
        return "/".join(path[1:3])
    return None
