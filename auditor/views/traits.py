"""What the portfolio needs to know of one repository, small enough to travel from a worker and to be kept."""

import msgspec

from auditor.model import Evidence
from auditor.views.reading import Reading


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """One repository in a nutshell.

    `kind` is one of ml-project, notebook-analysis, genai-app, library, web-app, course-work, data-dump, docs-only,
    empty, other. `months` counts commits by "2026-03". `outward` are links to articles and profiles, `sectors` the
    fields (finance, health ...) that README, description and topics speak of.
    """

    kind: str = "other"
    description: str | None = None
    months: tuple[tuple[str, int], ...] = ()
    last_commit: int | None = None
    authors: int = 0
    languages: tuple[str, ...] = ()
    outward: tuple[Evidence, ...] = ()
    sectors: tuple[tuple[str, tuple[Evidence, ...]], ...] = ()


def traits_of(reading: Reading) -> Traits:
    """Sum up a repository."""
    return Traits(description=reading.listing.description if reading.listing else None)
