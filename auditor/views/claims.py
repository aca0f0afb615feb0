"""Which skills a text claims: a résumé, a profile. The words of each skill are `rules/data/skills.toml`."""

from collections.abc import Mapping
from typing import Any

from auditor.views.words import pattern, strings


def claims_in(text: str, table: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of the skills that a text names by one of their words or by their title."""
    return frozenset(skill for skill, entry in table.items() if pattern(_words(entry)).search(text))


def _words(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return strings(entry, "mentions") or (str(entry["title"]),)
