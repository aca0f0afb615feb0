"""Ask links as a run does: each host one question at a time, within a time, and keep the answers.

How one link is asked is `asking`, which is not imported where nothing needs to be asked.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from auditor.facts.cache import Cache
from auditor.limits import Limits
from auditor.repository import LinkAnswer, LinkStatus

if TYPE_CHECKING:
    from auditor.sources.asking import Asked, Asker
    from auditor.sources.guard import Allowed

_NOT_ASKED = "not asked: "


class _Kept(msgspec.Struct, frozen=True):
    at: float
    answer: LinkAnswer


class LinkChecker:
    """Asks links and keeps the answers: a day, and an hour where a host gave none that says anything.

    `allowed` replaces the guard's decision on addresses and ports; only tests on loopback do that.
    """

    def __init__(
        self,
        cache: Path | None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        *,
        allowed: "Allowed | None" = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._cache = cache
        self._limits = limits
        self._allowed = allowed
        self._now = now

    def ask(self, urls: Iterable[str]) -> Mapping[str, LinkAnswer]:
        """Return an answer for each link; where time or number runs out, the first ones were asked."""
        cache = Cache(self._cache)
        try:
            wanted = list(dict.fromkeys(urls))
            found = self._recalled(cache, wanted)
            new = [url for url in wanted if url not in found]
            for url, asked in self._asked(new[: self._limits.run_links]):
                found[url] = asked.answer
                if asked.lasting:
                    cache.put({_key(url): msgspec.json.encode(_Kept(self._now(), asked.answer))})
        finally:
            cache.close()
        return self._left(new) | found

    def _left(self, new: Sequence[str]) -> dict[str, LinkAnswer]:
        """Say of links that got no answer why; those that did replace it."""
        late = f"{_NOT_ASKED}the links of this run took longer than {self._limits.links_seconds:g} seconds"
        many = f"{_NOT_ASKED}one run asks {self._limits.run_links} links"
        said = [late if at < self._limits.run_links else many for at in range(len(new))]
        return {url: LinkAnswer(LinkStatus.UNKNOWN, why) for url, why in zip(new, said, strict=True)}

    def _asked(self, urls: Sequence[str]) -> Iterator[tuple[str, "Asked"]]:
        """Yield answers as they come, for as long as they may take.

        The threads are daemons: neither an end of time nor Ctrl-C waits for a host, or for a look-up of its name.
        """
        if not urls:
            return
        asking = _Asking(self._asker(), urls)
        ends = time.monotonic() + self._limits.links_seconds
        running = asking.start(self._limits.link_hosts)
        try:
            while running:
                answer = asking.answers.get(timeout=max(ends - time.monotonic(), 0))
                if answer is None:
                    running -= 1
                else:
                    yield answer
        except Empty:
            return
        finally:
            asking.stopped.set()

    def _asker(self) -> "Asker":
        from auditor.sources.asking import Asker  # noqa: PLC0415 - httpx is slow to import
        from auditor.sources.guard import is_public  # noqa: PLC0415 - as above

        return Asker(self._limits, self._allowed or is_public)

    def _recalled(self, cache: Cache, urls: list[str]) -> dict[str, LinkAnswer]:
        found: dict[str, LinkAnswer] = {}
        for key, value in cache.get(map(_key, urls)).items():
            try:
                kept = msgspec.json.decode(value, type=_Kept)
            except msgspec.DecodeError:
                continue
            if 0 <= self._now() - kept.at < self._age(kept.answer):
                found[key.removeprefix("link ")] = kept.answer
        return found

    def _age(self, answer: LinkAnswer) -> float:
        unknown = answer.status is LinkStatus.UNKNOWN
        return self._limits.link_unknown_age_seconds if unknown else self._limits.link_age_seconds


class _Asking:
    """Threads that take one host after the other. `answers` ends with a None for each of them."""

    def __init__(self, asker: "Asker", urls: Sequence[str]) -> None:
        self.answers: SimpleQueue[tuple[str, Asked] | None] = SimpleQueue()
        self.stopped = threading.Event()
        self._asker = asker
        self._waiting: SimpleQueue[list[str]] = SimpleQueue()
        by_host: dict[str, list[str]] = {}
        for url in urls:
            by_host.setdefault(_host(url), []).append(url)
        for each in by_host.values():
            self._waiting.put(each)
        self._hosts = len(by_host)

    def start(self, most: int) -> int:
        """Start up to `most` threads and return how many."""
        count = min(most, self._hosts)
        for _ in range(count):
            threading.Thread(target=self._serve, daemon=True, name="links").start()
        return count

    def _serve(self) -> None:
        try:
            while not self.stopped.is_set():
                for answer in self._asker.ask(self._waiting.get_nowait(), self.stopped.is_set):
                    self.answers.put(answer)
        except Empty:
            return
        finally:
            self.answers.put(None)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _key(url: str) -> str:
    return f"link {url}"
