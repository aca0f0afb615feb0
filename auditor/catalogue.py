"""The rules as text: the list, one rule's explanation, and the generated catalogue. No reading, no judging."""

import difflib

from auditor.model import AuditorError
from auditor.rulebook import Bound, Rulebook


def listed(book: Rulebook) -> str:
    """Return one line a rule, by criterion."""
    rows = []
    for name, criterion in book.header.criteria.items():
        rules = [rule for rule in book.rules if rule.criterion == name]
        if rules:
            rows.append(f"\n{criterion.title} (weight {criterion.weight:g})")
            rows += [f"  {rule.id:24} {rule.rule.weight:>4g}  {rule.rule.title}" for rule in rules]
    return "\n".join(rows).lstrip("\n") + "\n"


def explained(book: Rulebook, name: str) -> str:
    """Return a rule's why, how it is measured and how to fix it. Raises AuditorError for an unknown rule."""
    by_id = {rule.id: rule for rule in book.rules}
    if name not in by_id:
        near = difflib.get_close_matches(name, by_id, n=1)
        raise AuditorError(
            f"no rule {name!r}; " + (f"did you mean {near[0]!r}?" if near else "--list-rules shows them.")
        )
    rule = by_id[name]
    return "\n".join(
        (
            f"{rule.id}: {rule.rule.title}",
            f"criterion {rule.criterion}, weight {rule.rule.weight:g}, effort {rule.rule.effort}",
            "",
            f"Why       {rule.rule.why}",
            f"Guide     {rule.rule.guide}",
            f"Measured  {measured(rule)}",
            f"Fix       {rule.rule.fix}",
            "",
        )
    )


def measured(rule: Bound) -> str:
    """Say how a rule is measured: its probe's own words, its small parameters, what an absence means."""
    words = " ".join((rule.probe.__doc__ or "").split())
    small = {key: value for key, value in rule.rule.parameters.items() if isinstance(value, int | float | str)}
    numbers = ", ".join(f"{key} = {value}" for key, value in sorted(small.items()))
    absent = f" Without {rule.rule.looks}: {rule.rule.absent}." if rule.rule.looks else ""
    return f"{words}{f' ({numbers})' if numbers else ''}{absent}"


def catalogue(book: Rulebook) -> str:
    """Return `rules/README.md`: every rule with its words, as Markdown."""
    rows = [
        "# The rulebook",
        "",
        f"{book.header.name}, version {book.header.version}: {len(book.rules)} rules. `make docs` makes this page from",
        "the tables in this folder. Weights are judgement; each criterion says what it rests on.",
    ]
    for name, criterion in book.header.criteria.items():
        rows += ["", f"## {criterion.title} (weight {criterion.weight:g})", "", criterion.why]
        for rule in book.rules:
            if rule.criterion == name:
                rows += ["", *_entry(rule)]
    return "\n".join(rows) + "\n"


def _entry(rule: Bound) -> list[str]:
    r = rule.rule
    return [
        f"### {rule.id}",
        "",
        f"**{r.title}.** Weight {r.weight:g}, effort to fix: {r.effort}. Guide: {r.guide}.",
        "",
        f"- Why: {r.why}",
        f"- Measured: {measured(rule)}",
        f"- Fix: {r.fix}",
    ]
