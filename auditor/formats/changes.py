"""A comparison in words that every form shares. No markup, no escaping."""

from collections.abc import Mapping

from auditor.compare import Change, ChangeKind, Comparison
from auditor.formats import gist, words
from auditor.model import RuleText

WORTH = (
    "What a change was worth is told by the exact gains of the two reports, each change on its own; "
    "together they need not add up to the change of the score."
)
_SAME_COMMIT = (
    "A repository at the same commit as then did not change: what the rulebook judges otherwise there stands under "
    "what cannot be compared."
)
_WITH_THEM = "What comes or goes with a repository changes the score too, beside the rules that are told here."
HEADINGS: Mapping[ChangeKind, str] = {
    ChangeKind.IMPROVED: "Improved",
    ChangeKind.WORSE: "Got worse",
    ChangeKind.NEW: "Newly applies",
    ChangeKind.GONE: "No longer applies",
    ChangeKind.UNCLEAR: "Cannot be compared",
}


_SHARE: Mapping[ChangeKind, str] = {
    ChangeKind.IMPROVED: "to a larger part than before",
    ChangeKind.WORSE: "to a smaller part than before",
    ChangeKind.NEW: "newly",
    ChangeKind.GONE: "no longer",
    ChangeKind.UNCLEAR: "to another part than before",
}


def summary(comparison: Comparison) -> str:
    """Return the change of the score in a sentence."""
    since = words.day(comparison.before_at)
    moved = difference(comparison)
    if moved is None:
        return f"The score cannot be compared with the report of {since}: one of the two has none."
    before, after = words.score(comparison.before_score), words.score(comparison.after_score)
    if not moved:
        return f"The score is {after}, as in the report of {since}."
    return f"The score went from {before} to {after} ({words.points(moved)}) since the report of {since}."


def difference(comparison: Comparison) -> float | None:
    """Return the change of the score between the figures that are shown, so that readers can add them up."""
    before, after = comparison.before_score, comparison.after_score
    return None if before is None or after is None else round(round(after, 1) - round(before, 1), 1)


def rulebook(comparison: Comparison, rules: Mapping[str, RuleText]) -> list[str]:
    """Say what the rulebook changed; empty where it is the same."""
    if not comparison.rulebook_changed:
        return []
    book = comparison.before_rulebook
    was = f"The rulebook changed since then (it was {book.name} {book.version})"
    lines = [f"{was}, so a part of any change is the rulebook's and not the candidate's.", *_shared(comparison)]
    if comparison.of(ChangeKind.UNCLEAR):
        lines.append(_SAME_COMMIT)
    for names, label in (
        (comparison.rules_added, "Rules that are new"),
        (comparison.rules_removed, "Rules that are gone"),
        (comparison.rules_reweighted, "Rules that weigh differently"),
    ):
        if names:
            lines.append(f"{label}: {words.joined([gist.title(rules, name) for name in names])}.")
    return lines


def _shared(comparison: Comparison) -> list[str]:
    """Say how the change of the score divides between rulebook and candidate."""
    whole, rules = difference(comparison), comparison.rulebook_points
    if whole is None or rules is None:
        return []
    rest = words.points(round(whole - round(rules, 1), 1))
    return [f"The change of the score is made of {words.points(rules)} by the rulebook and {rest} by the repositories."]


def repositories(comparison: Comparison) -> list[str]:
    """Say which repositories were renamed, and which only one of the two reports has."""
    pairs = (
        (comparison.repositories_added, "Only in this report"),
        (comparison.repositories_removed, "No longer there"),
    )
    told = [f"{label}: {words.joined(list(names))}." for names, label in pairs if names]
    renamed = [f"{each.before}, now {each.after}" for each in comparison.repositories_renamed]
    same = [f"Renamed: {'; '.join(renamed)}. A new name changes nothing in the score."] if renamed else []
    return [*same, *told, _WITH_THEM] if told else same


def entry(change: Change, rules: Mapping[str, RuleText]) -> str:
    """Return one change: rule, where, from what to what, and what it is worth."""
    where = f" ({change.repository})" if change.repository else ""
    before = words.STATUS[change.before].lower() if change.before else "not there"
    after = words.STATUS[change.after].lower() if change.after else "not there"
    moved = f"{before}, {_SHARE[change.kind]}" if before == after else f"{before} → {after}"
    worth = f", worth {words.points(change.points)}" if abs(change.points or 0.0) >= gist.SEEN else ""
    return f"{gist.title(rules, change.rule)}{where}: {moved}{worth}"
