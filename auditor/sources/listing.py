"""What a GitHub says of an account and its repositories, as values. Asks nothing, leaves nothing out."""

from datetime import datetime

import msgspec

from auditor.repository import History, Listing, Profile


class Hosted(msgspec.Struct, frozen=True, kw_only=True):
    """One repository on a host. `full_name` is `owner/name`; `closed` says why the host keeps it shut, if it does.

    `node` is GraphQL's id, `updated_at` REST's time of the last change to what the host says of it.
    """

    full_name: str
    url: str
    clone_url: str
    listing: Listing
    commit: str | None = None
    history: History | None = None
    empty: bool = False
    closed: str | None = None
    node: str | None = None
    updated_at: str | None = None

    @property
    def name(self) -> str:
        """Return the name without its owner."""
        return self.full_name.rpartition("/")[2]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A user or an organisation; `problems` say what could not be read, `repositories` are in the host's order.

    `unread` counts the repositories that the host has and did not describe.
    """

    profile: Profile
    repositories: tuple[Hosted, ...] = ()
    problems: tuple[str, ...] = ()
    unread: int = 0


def said(text: object) -> str | None:
    """Return a text that says something: hosts write "" and null for the same thing."""
    return text.strip() or None if isinstance(text, str) else None


def seconds(moment: str | None) -> int:
    """Return a host's ISO 8601 time as seconds since 1970, 0 where it is missing or damaged."""
    try:
        return int(datetime.fromisoformat(moment or "").timestamp())
    except ValueError:
        return 0
