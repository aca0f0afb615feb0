"""Remember which commit a repository stood at when it was last pushed to, so that an unchanged one is not cloned.

Only for lists that do not name the newest commit (REST, without a token): there a repository is unchanged when its
time of the last push and its default branch are.
"""

import msgspec

from auditor.repository import Listing, Origin
from auditor.sources.answers import Answers


class _Head(msgspec.Struct, frozen=True):
    location: str
    pushed_at: str
    branch: str | None
    commit: str


def remember(answers: Answers, origin: Origin, commit: str) -> None:
    """Keep the commit that a clone turned out to stand at."""
    if origin.remote and origin.listing and origin.listing.pushed_at:
        head = _Head(origin.location, origin.listing.pushed_at, origin.listing.default_branch, commit)
        answers.save(_key(origin.location), head)


def recall(answers: Answers, location: str, listing: Listing) -> str | None:
    """Return the commit that a repository must still stand at, None where that is not sure."""
    kept = answers.load(_key(location), _Head)
    unchanged = kept and (kept.location, kept.pushed_at, kept.branch) == (
        location,
        listing.pushed_at,
        listing.default_branch,
    )
    return kept.commit if kept and unchanged else None


def _key(location: str) -> str:
    return f"head {location}"
