"""The skills ledger: what a repository's own code uses, what it only lists, what it only talks of. The table is data.

A skill is demonstrated by a use in own code or by a file that is one, never by a word that looks like it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from auditor.model import Evidence, Skill, SkillStatus
from auditor.views.reading import Reading

_SHOWN = 3
_RANK = {SkillStatus.DEMONSTRATED: 3, SkillStatus.DECLARED: 2, SkillStatus.MENTIONED: 1, SkillStatus.ABSENT: 0}


class SkillUse(msgspec.Struct, frozen=True):
    """How far one repository shows a skill, with at most three places."""

    id: str
    status: SkillStatus
    evidence: tuple[Evidence, ...] = ()


def skills_of(reading: Reading, table: Mapping[str, Any]) -> tuple[SkillUse, ...]:
    """Return the skills that a repository shows in any way, in the table's order."""
    return ()


def merged(
    named: Sequence[tuple[str, tuple[SkillUse, ...]]],
    table: Mapping[str, Any],
    claims: frozenset[str] | None = None,
) -> tuple[Skill, ...]:
    """Join the repositories' uses: the best status wins. With several repositories, evidence names its repository."""
    uses: dict[str, list[tuple[str, SkillUse]]] = {}
    for name, found in named:
        for use in found:
            uses.setdefault(use.id, []).append((name if len(named) > 1 else "", use))
    return tuple(
        _joined(skill, entry, uses.get(skill, []), None if claims is None else skill in claims)
        for skill, entry in table.items()
    )


def _joined(skill: str, entry: Mapping[str, Any], uses: list[tuple[str, SkillUse]], claimed: bool | None) -> Skill:  # noqa: FBT001 - data
    status = max((use.status for _, use in uses), key=_RANK.__getitem__, default=SkillStatus.ABSENT)
    places = [_placed(name, piece) for name, use in uses if use.status is status for piece in use.evidence[:1]]
    places += [_placed(name, piece) for name, use in uses if use.status is status for piece in use.evidence[1:]]
    return Skill(
        id=skill,
        area=entry["area"],
        status=status,
        claimed=claimed,
        evidence=tuple(places[:_SHOWN]),
        title=entry["title"],
    )


def _placed(repository: str, piece: Evidence) -> Evidence:
    return msgspec.structs.replace(piece, path=f"{repository}/{piece.path}") if repository else piece
