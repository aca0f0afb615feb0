"""Ask whether links answer: politely, safely, and without blaming anybody for our own network."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec

from auditor import __version__
from auditor.facts.cache import Cache
from auditor.repository import LinkAnswer, LinkStatus
from auditor.sources.guard import Allowed, GuardedTransport, RefusedError, UnknownHostError, check_shape, is_public

_AGENT = f"portfolio-auditor/{__version__} (checks that a portfolio's demo links answer)"
_HOPS = 5
_BODY = 65_536
_SECONDS = 15.0
_AGE = 24 * 3600
_HOSTS_AT_ONCE = 8
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
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


class _Kept(msgspec.Struct, frozen=True):
    at: float
    answer: LinkAnswer


class LinkChecker:
    """Asks links, each host one question at a time, and keeps the answers for a day."""

    def __init__(
        self, cache: Path | None, *, allowed: Allowed = is_public, now: Callable[[], float] = time.time
    ) -> None:
        self._cache = cache
        self._allowed = allowed
        self._now = now
        self._online: bool | None = None

    def ask(self, urls: Iterable[str]) -> Mapping[str, LinkAnswer]:
        """Return an answer for each link."""
        cache = Cache(self._cache)
        try:
            found = self._recalled(cache, sorted(set(urls)))
            by_host: dict[str, list[str]] = {}
            for url in sorted(set(urls) - set(found)):
                by_host.setdefault(_host(url), []).append(url)
            with ThreadPoolExecutor(_HOSTS_AT_ONCE) as threads:
                for answers in threads.map(self._ask_host, by_host.values()):
                    found |= answers
                    self._keep(cache, answers)
        finally:
            cache.close()
        return found

    def _ask_host(self, urls: list[str]) -> dict[str, LinkAnswer]:
        transport = GuardedTransport(self._allowed, seconds=_SECONDS)
        headers = {"user-agent": _AGENT, "accept": "text/html,*/*;q=0.5", "accept-encoding": "identity"}
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        with httpx.Client(
            transport=transport, headers=headers, cookies=jar, timeout=_SECONDS, trust_env=False
        ) as client:
            return {url: self._one(client, url) for url in urls}

    def _one(self, client: httpx.Client, url: str) -> LinkAnswer:
        try:
            if space := _space(url):
                return _stage(client, space)
            return _walk(client, url, time.monotonic() + 2 * _SECONDS)
        except RefusedError as error:
            return LinkAnswer(LinkStatus.UNKNOWN, f"not asked: {error}")
        except UnknownHostError as error:
            if self._reaches_the_internet():
                return LinkAnswer(LinkStatus.DEAD, str(error))
            return LinkAnswer(LinkStatus.UNKNOWN, "no network here")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, ValueError) as error:
            return LinkAnswer(LinkStatus.UNKNOWN, f"could not be reached from here ({type(error).__name__})")

    def _reaches_the_internet(self) -> bool:
        """Tell by a name that surely exists whether an unknown name is the candidate's doing or our network's."""
        if self._online is None:
            transport = GuardedTransport(self._allowed, seconds=_SECONDS)
            with httpx.Client(transport=transport, timeout=_SECONDS, trust_env=False) as client:
                try:
                    client.head("https://github.com/")
                    self._online = True
                except (httpx.HTTPError, RefusedError) as error:
                    self._online = not isinstance(error, RefusedError | httpx.ConnectError | httpx.TimeoutException)
        return self._online

    def _recalled(self, cache: Cache, urls: list[str]) -> dict[str, LinkAnswer]:
        found: dict[str, LinkAnswer] = {}
        for key, value in cache.get(map(_key, urls)).items():
            try:
                kept = msgspec.json.decode(value, type=_Kept)
            except msgspec.DecodeError:
                continue
            if 0 <= self._now() - kept.at < _AGE:
                found[key.removeprefix("link ")] = kept.answer
        return found

    def _keep(self, cache: Cache, answers: Mapping[str, LinkAnswer]) -> None:
        """Keep what was learnt; what could not be learnt is asked again next time."""
        known = {url: answer for url, answer in answers.items() if answer.status is not LinkStatus.UNKNOWN}
        cache.put({_key(url): msgspec.json.encode(_Kept(self._now(), answer)) for url, answer in known.items()})


def _walk(client: httpx.Client, url: str, deadline: float) -> LinkAnswer:
    """Follow redirects by hand, each checked like the first; HEAD, then GET where HEAD is not to be trusted."""
    for _ in range(_HOPS):
        check_shape(url)
        answer = client.head(url)
        if answer.status_code in _TRY_GET:
            return _got(client, url, deadline)
        if answer.status_code not in _REDIRECTS:
            return _got(client, url, deadline) if answer.is_success else _judged(answer.status_code, "")
        url = urljoin(url, answer.headers.get("location", ""))
    return LinkAnswer(LinkStatus.UNKNOWN, f"more than {_HOPS} redirects")


def _got(client: httpx.Client, url: str, deadline: float) -> LinkAnswer:
    with client.stream("GET", url) as answer:
        body = bytearray()
        for chunk in answer.iter_raw():
            body += chunk
            if len(body) >= _BODY or time.monotonic() > deadline:
                break
        return _judged(answer.status_code, bytes(body[:_BODY]).decode("utf-8", "replace"))


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


def _stage(client: httpx.Client, space: str) -> LinkAnswer:
    answer = client.get(_SPACE_API.format(space))
    if answer.status_code in _GONE:
        return LinkAnswer(LinkStatus.DEAD, _said(answer.status_code))
    if not answer.is_success:
        return LinkAnswer(LinkStatus.UNKNOWN, _said(answer.status_code))
    stage = str(answer.json().get("stage", ""))
    return LinkAnswer(_SPACE_STAGES.get(stage, LinkStatus.UNKNOWN), f"the Space's stage is {stage or 'not told'}")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _key(url: str) -> str:
    return f"link {url}"
