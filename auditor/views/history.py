"""How a repository came about: its commits, without those of machines."""

import re

import msgspec

from auditor.facts.fact import Missing
from auditor.repository import Commit
from auditor.views.reading import Reading

_BOT = re.compile(
    r"\[bot\]|(?:^|\b)(?:dependabot|github-actions|renovate|pre-commit-ci|semantic-release)\b", re.IGNORECASE
)
_MERGE = re.compile(r"^Merge (?:branch|pull request|remote-tracking|commit|tag|origin|master|main)\b|^Merged in ")


class Commits(msgspec.Struct, frozen=True):
    """A history. `own` are the commits of people, merges left out; `complete` is False where there may be more."""

    all: tuple[Commit, ...]
    own: tuple[Commit, ...]
    complete: bool
    total: int

    @classmethod
    def of(cls, reading: Reading) -> "Commits | Missing":
        """Take the history, `Missing` where it was not read."""
        history = reading.history
        if history is None or not history.commits:
            return Missing("the history could not be read")
        own = tuple(
            c for c in history.commits if not _BOT.search(f"{c.author} {c.email}") and not _MERGE.match(c.subject)
        )
        return cls(history.commits, own, history.complete, history.total or len(history.commits))

    @property
    def days(self) -> int:
        """How many days had commits."""
        return len({each.authored // 86_400 for each in self.own})
