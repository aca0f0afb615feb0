"""What was read of one repository, and the views built from it, each once."""

from collections.abc import Mapping
from typing import Protocol, TypeVar, cast

from auditor.facts.fact import Fact, Missing, Unreadable
from auditor.repository import Entry, History, Listing

F = TypeVar("F", bound=Fact)
V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)
R_contra = TypeVar("R_contra", contravariant=True)


class ViewOf(Protocol[V_co, R_contra]):
    """A view class: `of` answers None where there is nothing of the kind, `Missing` where that can't be told."""

    def of(self, reading: R_contra) -> V_co | Missing | None:
        """Build the view."""


class Reading:
    """A repository's entries, facts, history and listing. Views are built on demand and kept."""

    def __init__(
        self,
        name: str,
        entries: tuple[Entry, ...],
        facts: Mapping[type[Fact], Mapping[str, Fact]],
        history: History | None = None,
        listing: Listing | None = None,
    ) -> None:
        self.name = name
        self.entries = entries
        self.history = history
        self.listing = listing
        self._facts = facts
        self._views: dict[object, object] = {}

    def of(self, fact: type[F]) -> Mapping[str, F | Unreadable | Missing]:
        """Return all facts of one kind, by path, in path order."""
        return cast("Mapping[str, F | Unreadable | Missing]", self._facts.get(fact, {}))

    def readable(self, fact: type[F]) -> Mapping[str, F]:
        """Return those facts of one kind that could be read."""
        return {path: value for path, value in self.of(fact).items() if isinstance(value, fact)}

    def view(self, kind: ViewOf[V, "Reading"]) -> V | Missing | None:
        """Return the view, built at most once."""
        if kind not in self._views:
            self._views[kind] = kind.of(self)
        return cast("V | Missing | None", self._views[kind])
