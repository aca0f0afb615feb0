"""Commits by month, for the picture of activity. Counting only; what counts as a month is `YYYY-MM`."""

import re
from collections.abc import Sequence

from auditor.model import RepositoryReport

ENOUGH_MONTHS = 2
"""The fewest that show a course: fewer are not drawn."""
_LONGEST = 600


def total(repositories: Sequence[RepositoryReport]) -> list[tuple[str, int]]:
    """Return all repositories' commits by month, without a gap between the first month and the last."""
    sums: dict[str, int] = {}
    for repository in repositories:
        for month, amount in repository.months:
            sums[month] = sums.get(month, 0) + amount
    return filled(sorted(sums.items()))


def filled(months: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the months in order with those between that had no commit; at most the last fifty years."""
    known = {month: amount for month, amount in months if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month)}
    if not known:
        return []
    places = [int(month[:4]) * 12 + int(month[5:]) - 1 for month in known]
    first, last = max(min(places), max(places) - _LONGEST + 1), max(places)
    names = [f"{place // 12:04}-{place % 12 + 1:02}" for place in range(first, last + 1)]
    return [(name, known.get(name, 0)) for name in names]
