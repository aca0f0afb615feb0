"""Hold one report against an earlier one: what improved, what got worse, what is new. Pure; no words, no files.

What the candidate did and what the rulebook did are kept apart: a rule that only one of the two rulebooks has, or that
weighs differently, is a change of the rulebook and never of the candidate's; so is another verdict on the same commit.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

import msgspec

from auditor import score
from auditor.model import AuditorError, Finding, Frozen, Report, RulebookName, Status


class ChangeKind(StrEnum):
    """What became of a rule in a repository since the earlier report."""

    IMPROVED = "improved"
    WORSE = "worse"
    NEW = "new"
    GONE = "gone"
    UNCLEAR = "unclear"


class Change(Frozen, frozen=True, kw_only=True):
    """One rule's change in one repository (None: the portfolio's own).

    `points` is what the change was worth by the two reports' exact gains: the gain that is no longer to be had, or the
    one that now is. `unclear` means that one of the two could not be assessed, or that another rulebook judged the same
    commit: not the candidate's doing.
    """

    rule: str
    repository: str | None
    kind: ChangeKind
    before: Status | None
    after: Status | None
    points: float
    summary: str


class Renamed(Frozen, frozen=True, kw_only=True):
    """A repository that has another name in the later report; its commit tells that it is the same one."""

    before: str
    after: str


class Comparison(Frozen, frozen=True, kw_only=True):
    """The differences between two reports; `rules_added` and its like are the rulebook's doing.

    `rulebook_points` is what the score changed without the candidate's doing: all but what today's rules, as far as
    both rulebooks have them, would give to the verdicts of then and now. None where that cannot be told.
    """

    before_score: float | None
    after_score: float | None
    before_grade: str | None
    after_grade: str | None
    before_at: str
    before_rulebook: RulebookName
    rulebook_changed: bool
    rules_added: tuple[str, ...]
    rules_removed: tuple[str, ...]
    rules_reweighted: tuple[str, ...]
    repositories_added: tuple[str, ...]
    repositories_removed: tuple[str, ...]
    repositories_renamed: tuple[Renamed, ...]
    changes: tuple[Change, ...]
    rulebook_points: float | None = None

    @property
    def difference(self) -> float | None:
        """Points that the score rose; None where one of the two reports has none."""
        if self.before_score is None or self.after_score is None:
            return None
        return round(self.after_score - self.before_score, 6)

    def of(self, kind: ChangeKind) -> tuple[Change, ...]:
        """Return the changes of one kind, the weightiest first."""
        return tuple(change for change in self.changes if change.kind is kind)


def compare(before: Report, after: Report, scale: score.Scale | None = None) -> Comparison:
    """Compare two reports on one candidate; two reports on different accounts are a mistake and refused.

    `scale` is that of today's rulebook, to tell how much of the change is the rulebook's.
    """
    _refuse_strangers(before, after)
    old_rules, new_rules = _weights(before), _weights(after)
    shared = old_rules.keys() & new_rules.keys()
    renames = _renames(before, after)
    before = _with_names(before, renames)
    old_names, new_names = _names(before), _names(after)
    changed_book = before.tool.rulebook.digest != after.tool.rulebook.digest
    still = _still(before, after) if changed_book else frozenset()
    found = (_excused(each) if each.repository in still else each for each in _changes(before, after, shared))
    changes = sorted(found, key=lambda c: (-abs(c.points), c.repository or "", c.rule))
    return Comparison(
        before_score=before.score,
        after_score=after.score,
        before_grade=before.grade,
        after_grade=after.grade,
        before_at=before.generated_at,
        before_rulebook=before.tool.rulebook,
        rulebook_changed=changed_book,
        rules_added=tuple(sorted(new_rules.keys() - shared)) if changed_book else (),
        rules_removed=tuple(sorted(old_rules.keys() - shared)) if changed_book else (),
        rules_reweighted=tuple(sorted(r for r in shared if old_rules[r] != new_rules[r])) if changed_book else (),
        repositories_added=tuple(sorted(new_names - old_names)),
        repositories_removed=tuple(sorted(old_names - new_names)),
        repositories_renamed=tuple(Renamed(before=old, after=new) for old, new in sorted(renames.items())),
        changes=tuple(changes),
        rulebook_points=_of_the_rulebook(before, after, shared, still, scale) if changed_book and scale else None,
    )


def _renames(before: Report, after: Report) -> Mapping[str, str]:
    """Return today's name of each repository that only its name tells from one of today's, at the same commit."""
    old_names, new_names = _names(before), _names(after)
    twice = Counter(r.commit for report in (before, after) for r in report.repositories if r.findings)
    fresh = {r.commit: r.name for r in after.repositories if r.name in new_names - old_names}
    gone = {r.name: r.commit for r in before.repositories if r.name in old_names - new_names}
    return {name: fresh[c] for name, c in gone.items() if c and c in fresh and twice[c] == 2}  # noqa: PLR2004 - once each


def _with_names(before: Report, names: Mapping[str, str]) -> Report:
    repositories = tuple(msgspec.structs.replace(r, name=names.get(r.name, r.name)) for r in before.repositories)
    return msgspec.structs.replace(before, repositories=repositories)


def _still(before: Report, after: Report) -> frozenset[str | None]:
    """Return the repositories that are at the commit that they were at; None, the portfolio, where all are."""
    was, now = ({r.name: r.commit for r in report.repositories if r.findings} for report in (before, after))
    same = {name for name, commit in now.items() if commit and was.get(name) == commit}
    return frozenset(same | ({None} if was == now and len(same) == len(now) else set()))


def _of_the_rulebook(
    before: Report, after: Report, shared: set[str], still: frozenset[str | None], scale: score.Scale
) -> float | None:
    """Return the part of the score's change that is left when both reports are scored by today's shared rules."""
    today = {finding.rule: finding for group in _groups(after).values() for finding in group}
    now = {name: [f for f in group if f.rule in shared] for name, group in _groups(after).items()}
    then = {
        name: now[name] if name in still else [_weighed(f, today[f.rule]) for f in group if f.rule in shared]
        for name, group in _groups(before).items()
    }
    scores = _scored(then, before, scale), _scored(now, after, scale)
    if None in (*scores, before.score, after.score):
        return None
    was, is_, told_then, told_now = (*scores, before.score, after.score)
    return round((told_now or 0.0) - (told_then or 0.0) - ((is_ or 0.0) - (was or 0.0)), 2)


def _groups(report: Report) -> dict[str | None, tuple[Finding, ...]]:
    """Return the findings by repository, the portfolio's own under None."""
    return {None: report.findings} | {r.name: r.findings for r in report.repositories if r.findings}


def _weighed(then: Finding, today: Finding) -> Finding:
    return msgspec.structs.replace(then, weight=today.weight, criterion=today.criterion)


def _scored(findings: Mapping[str | None, Sequence[Finding]], report: Report, scale: score.Scale) -> float | None:
    contents = {r.name: r.commit or r.name for r in report.repositories if r.findings}
    projects = tuple(score.Project(name, content, tuple(findings[name])) for name, content in contents.items())
    single = score.single(contents.values(), whole=report.candidate.login is not None)
    return score.portfolio(score.Portfolio(projects, tuple(findings[None]), single=single), scale)


def _excused(change: Change) -> Change:
    return msgspec.structs.replace(change, kind=ChangeKind.UNCLEAR, points=0.0)


def _names(report: Report) -> set[str]:
    """Return the repositories that have findings: one that was left out cannot be compared."""
    return {repository.name for repository in report.repositories if repository.findings}


def _refuse_strangers(before: Report, after: Report) -> None:
    """Refuse reports on two accounts, or on two names that have no repository in common."""
    old, new = before.candidate, after.candidate
    accounts = bool(old.login and new.login)
    names = _names(before), _names(after)
    apart = all(names) and names[0].isdisjoint(names[1]) and old.name.casefold() != new.name.casefold()
    if (old.login or "").casefold() != (new.login or "").casefold() if accounts else apart:
        raise AuditorError(
            f"the baseline is about {old.login or old.name}, this report about {new.login or new.name}; "
            "give the earlier report of the same candidate"
        )


def _weights(report: Report) -> dict[str, float]:
    return {finding.rule: finding.weight for group in _groups(report).values() for finding in group}


def _changes(before: Report, after: Report, shared: set[str]) -> Iterator[Change]:
    groups_before = _groups(before)
    for name, findings in _groups(after).items():
        if name not in groups_before:
            continue
        old = {finding.rule: finding for finding in groups_before[name]}
        new = {finding.rule: finding for finding in findings}
        for rule in sorted((old.keys() | new.keys()) & shared):
            change = _change(name, rule, old.get(rule), new.get(rule))
            if change is not None:
                yield change


def _change(repository: str | None, rule: str, old: Finding | None, new: Finding | None) -> Change | None:
    kind = _kind(_standing(old), _standing(new), old, new)
    if kind is None:
        return None
    return Change(
        rule=rule,
        repository=repository,
        kind=kind,
        before=old.status if old else None,
        after=new.status if new else None,
        points=_points(kind, old.gain if old else 0.0, new.gain if new else 0.0),
        summary=new.summary if new else old.summary if old else "",
    )


def _points(kind: ChangeKind, old: float, new: float) -> float:
    """Return what is no longer to be gained, or now is; nothing where the change says nothing about the work."""
    if kind is ChangeKind.IMPROVED:
        return max(old - new, 0.0)
    return min(old - new, 0.0) if kind is ChangeKind.WORSE else 0.0


def _standing(finding: Finding | None) -> float | None:
    """Return the score of 0-1, None where there is nothing to score."""
    if finding is None or finding.status in (Status.NOT_APPLICABLE, Status.UNKNOWN):
        return None
    if finding.score is not None:
        return finding.score
    return 1.0 if finding.status is Status.MET else 0.0


def _kind(was: float | None, now: float | None, old: Finding | None, new: Finding | None) -> ChangeKind | None:
    unknown = [finding is not None and finding.status is Status.UNKNOWN for finding in (old, new)]
    if all(unknown) or (was is None and now is None and not any(unknown)):
        return None
    if any(unknown):
        return ChangeKind.UNCLEAR
    if was is None:
        return ChangeKind.NEW
    if now is None:
        return ChangeKind.GONE
    if abs(was - now) < 1e-9:  # noqa: PLR2004 - equal but for rounding
        return None
    return ChangeKind.IMPROVED if now > was else ChangeKind.WORSE
