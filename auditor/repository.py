"""What a repository is once it is open: entries, history, and what its host says of it. Values only, no reading."""

from enum import StrEnum

import msgspec


class EntryKind(StrEnum):
    """What git's mode bits say about an entry of a tree."""

    FILE = "file"
    EXECUTABLE = "executable"
    LINK = "link"
    SUBMODULE = "submodule"


class Entry(msgspec.Struct, frozen=True):
    """One path of the tree. `size` is bytes, None where the blob is missing here (a partial clone)."""

    path: str
    blob: str
    size: int | None
    kind: EntryKind = EntryKind.FILE


class Commit(msgspec.Struct, frozen=True):
    """One commit, newest first in a history. Times are seconds since 1970, UTC."""

    id: str
    authored: int
    committed: int
    author: str
    email: str
    subject: str


class History(msgspec.Struct, frozen=True):
    """The commits that could be read; `complete` is False in a shallow clone or above the limit."""

    commits: tuple[Commit, ...] = ()
    complete: bool = True
    total: int | None = None


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What the host says of a repository. None means that the host was not asked or did not say.

    `languages` are bytes by language, largest first; `deployments` are the addresses that live deployments answer at,
    newest first; `ci_state` is the outcome of the checks of the newest commit: `success`, `failure`, `error`,
    `pending` or `expected`.
    """

    description: str | None = None
    homepage: str | None = None
    topics: tuple[str, ...] | None = None
    license: str | None = None
    language: str | None = None
    languages: tuple[tuple[str, int], ...] | None = None
    stars: int | None = None
    fork: bool | None = None
    parent: str | None = None
    archived: bool | None = None
    template: bool | None = None
    private: bool | None = None
    has_pages: bool | None = None
    created_at: str | None = None
    pushed_at: str | None = None
    size_kb: int | None = None
    default_branch: str | None = None
    pinned: bool | None = None
    ci_state: str | None = None
    releases: int | None = None
    deployments: tuple[str, ...] | None = None


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What the host says of a candidate; `readme` is the text of the profile README, None where it was not read."""

    login: str
    name: str | None = None
    url: str | None = None
    bio: str | None = None
    blog: str | None = None
    links: tuple[str, ...] = ()
    organisation: bool = False
    pinned: tuple[str, ...] | None = None
    readme: str | None = None


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """One repository before it is opened: where it is, and what is known of it already.

    `location` is a folder for a local repository and a URL to clone from for a remote one; `url` is its web page, from
    which links to files are made. `revision` is what to read (None: a working tree as it is on disk, else HEAD).
    `commit` is the newest commit where the host told it: a result kept for it is still good, and no clone is needed.
    `history` is what the host told of the commits: then the clone holds none but the newest.
    """

    name: str
    location: str
    remote: bool = False
    url: str | None = None
    revision: str | None = None
    commit: str | None = None
    history: History | None = None
    listing: Listing | None = None


class LeftOut(msgspec.Struct, frozen=True):
    """A repository that was not audited, and why."""

    name: str
    reason: str
    url: str | None = None


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate and the repositories to read.

    `whole` is True where the repositories are the candidate's public work (a user, an organisation), False where they
    were picked by hand: then nothing can be said about what else there is.
    """

    name: str
    login: str | None = None
    url: str | None = None
    whole: bool = False
    profile: Profile | None = None
    repositories: tuple[Origin, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    problems: tuple[str, ...] = ()


class LinkStatus(StrEnum):
    """What a link answered. Only `dead` is held against anybody."""

    ALIVE = "alive"
    ASLEEP = "asleep"
    DEAD = "dead"
    UNKNOWN = "unknown"


class LinkAnswer(msgspec.Struct, frozen=True):
    """What became of asking a link; `said` is for readers: "404 Not Found"."""

    status: LinkStatus
    said: str
