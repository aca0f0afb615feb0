"""What the portfolio needs to know of one repository, small enough to travel from a worker and to be kept."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from auditor.facts.fact import suffix
from auditor.model import Evidence
from auditor.repository import Commit
from auditor.views.introduction import introduction
from auditor.views.kind import kind_of
from auditor.views.layout import layout
from auditor.views.outward import outward_of
from auditor.views.reading import Reading
from auditor.views.sectors import sectors_of
from auditor.views.words import shortened

_DESCRIPTION = 300
_LANGUAGES = 5
_LATEST = 4_102_444_800  # the year 2100: a clock that stands beyond it is broken
_NAMES = {
    "py": "Python",
    "ipynb": "Jupyter Notebook",
    "r": "R",
    "rmd": "R",
    "js": "JavaScript",
    "jsx": "JavaScript",
    "ts": "TypeScript",
    "tsx": "TypeScript",
    "java": "Java",
    "scala": "Scala",
    "cpp": "C++",
    "c": "C",
    "go": "Go",
    "rs": "Rust",
    "sql": "SQL",
    "sh": "Shell",
    "html": "HTML",
    "jl": "Julia",
    "tf": "HCL",
}


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """One repository in a nutshell.

    `kind` is one of ml-project, notebook-analysis, genai-app, library, web-app, course-work, data-dump, docs-only,
    empty, other. `months` counts commits by "2026-03". `outward` are links to articles and blogs, `sectors` the
    fields (finance, health ...) that README, description, topics and data files speak of, the most spoken of first.
    """

    kind: str = "other"
    description: str | None = None
    months: tuple[tuple[str, int], ...] = ()
    last_commit: int | None = None
    authors: int = 0
    languages: tuple[str, ...] = ()
    outward: tuple[Evidence, ...] = ()
    sectors: tuple[tuple[str, tuple[Evidence, ...]], ...] = ()


def traits_of(reading: Reading, data: Mapping[str, Any]) -> Traits:
    """Sum up a repository; `data` are the rulebook's tables, of which it needs kinds, sectors and articles."""
    commits = reading.history.commits if reading.history else ()
    moments = [commit.authored for commit in commits if 0 < commit.authored < _LATEST]
    return Traits(
        kind=kind_of(reading, data["kinds"]),
        description=_description(reading),
        months=_months(moments),
        last_commit=max(moments, default=None),
        authors=_authors(commits),
        languages=_languages(reading),
        outward=outward_of(reading, data["articles"]),
        sectors=sectors_of(reading, data["sectors"]),
    )


def _description(reading: Reading) -> str | None:
    """Take the host's description, else the README's first sentence."""
    pieces = introduction(reading).pieces
    for place in ("description", "intro", "title"):
        for piece in pieces:
            if piece.place == place:
                return shortened(piece.text, _DESCRIPTION)
    return None


def _months(moments: Iterable[int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(f"{datetime.fromtimestamp(moment, UTC):%Y-%m}" for moment in moments).items()))


def _authors(commits: Sequence[Commit]) -> int:
    """Count people: one who commits under two addresses, or two spellings of his name, is one."""
    emails = {commit.email.lower() for commit in commits}
    return min(len(emails), len({commit.author.lower() for commit in commits}))


def _languages(reading: Reading) -> tuple[str, ...]:
    """Return the languages by size, as the host counts or by the own files' bytes."""
    if reading.listing and reading.listing.languages:
        return tuple(name for name, _ in reading.listing.languages[:_LANGUAGES])
    sizes: Counter[str] = Counter()
    for entry in layout(reading).own:
        if name := _NAMES.get(suffix(entry.path)):
            sizes[name] += entry.size or 0
    return tuple(name for name, _ in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:_LANGUAGES])
