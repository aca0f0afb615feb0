"""Ask again about an account whose list is remembered: each repository by its id, hundreds in one GraphQL request.

A remembered list is used only where it is proved whole: as many repositories as the host counts, each of them still
there, still the account's, still as private. What changed is taken as it is now; anything unforeseen returns None,
and the list is walked page by page.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from auditor.sources import documents
from auditor.sources.client import Answer, Client, RateLimitedError, RefusedTokenError
from auditor.sources.exchange import HostError
from auditor.sources.listing import Hosted
from auditor.sources.nodes import hosted

_MOST = 250
_LEAST = 50
"""The most repositories in one request without their commits, and with them."""

Note = Callable[[tuple[Mapping[str, Any], ...], list[Any]], None]


class _Kept(msgspec.Struct, frozen=True):
    """A whole list of an earlier run."""

    repositories: tuple[Hosted, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """The remembered list of one account, as one kind of token sees it."""

    client: Client
    login: str
    private: bool

    @property
    def key(self) -> str:
        """Return the name that the list is kept under."""
        return f"listed {self.client.hosts.graphql} {self.login.lower()} {self.private}"

    def keep(self, repositories: Sequence[Hosted]) -> None:
        """Remember a whole list."""
        self.client.answers.save(self.key, _Kept(tuple(repositories)))

    def recall(self) -> dict[str, Hosted]:
        """Return what is remembered, by id."""
        kept = self.client.answers.load(self.key, _Kept)
        return {each.node: each for each in kept.repositories if each.node} if kept else {}


def rest_of(
    memory: Memory, found: Sequence[Hosted], total: object, without: frozenset[str], note: Note
) -> tuple[Hosted, ...] | None:
    """Return the repositories behind the first page as they are now; None where the list has to be walked."""
    known = memory.recall()
    on_page = {each.node for each in found}
    if not known or len(known) != total or not on_page <= known.keys():
        return None
    ask = _Asking(memory, without, note)
    now = ask.about([node for node in known if node not in on_page], _MOST, commits=False)
    if now is None:
        return None
    pushed = [node for node, each in now.items() if each.commit != known[node].commit]
    anew = ask.about(pushed, _LEAST, commits=True)
    if anew is None:
        return None
    return tuple(anew.get(node) or _with_commits(each, known[node]) for node, each in now.items())


def same(now: Hosted, before: Hosted) -> bool:
    """Say whether a host still says the same of a repository, what neither counts nor is asked here apart."""
    return _essence(now) == _essence(before)


def _essence(each: Hosted) -> Hosted:
    listing = msgspec.structs.replace(each.listing, stars=None, size_kb=None, pinned=None, has_pages=None)
    return msgspec.structs.replace(each, history=None, listing=listing)


def _with_commits(now: Hosted, before: Hosted) -> Hosted:
    return msgspec.structs.replace(now, history=before.history)


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks for repositories by their ids, as many at a time as the host can answer in its time."""

    memory: Memory
    without: frozenset[str]
    note: Note

    def about(self, ids: Iterable[str], most: int, *, commits: bool) -> dict[str, Hosted] | None:
        """Return each repository by its id; None where one is gone, or where the host does not answer."""
        waiting, found = list(ids), dict[str, Hosted]()
        while waiting:
            asked = waiting[:most]
            try:
                answer = self._query(asked, commits=commits)
            except (RefusedTokenError, RateLimitedError):
                raise
            except HostError as problem:
                if most <= _LEAST or not self.memory.client.patience.back_off(1, str(problem)):
                    return None
                most = max(most // 2, _LEAST)
                continue
            read = self._read(answer, asked)
            if read is None:
                return None
            found |= read
            waiting = waiting[most:]
        return found

    def _query(self, ids: Sequence[str], *, commits: bool) -> Answer:
        starts = range(0, len(ids), documents.IDS)
        lists = {f"ids{number}": ids[start : start + documents.IDS] for number, start in enumerate(starts)}
        return self.memory.client.query(documents.again(len(lists), self.without, commits=commits), lists)

    def _read(self, answer: Answer, ids: Sequence[str]) -> dict[str, Hosted] | None:
        found = {}
        for node, wanted in zip(_nodes(answer, len(ids)), ids, strict=False):
            each = hosted(node, self.memory.client.hosts)
            if each is None or each.node != wanted or not self._listed(each):
                return None
            found[wanted] = each
        if len(found) != len(ids):
            return None
        self.note(answer.errors, [])
        return found

    def _listed(self, each: Hosted) -> bool:
        """Say whether a repository still belongs into the account's list."""
        owner = each.full_name.partition("/")[0].lower()
        return owner == self.memory.login.lower() and (self.memory.private or each.listing.private is False)


def _nodes(answer: Answer, count: int) -> Iterator[object]:
    for number in range(-(-count // documents.IDS)):
        yield from answer.data.get(f"ids{number}") or ()
