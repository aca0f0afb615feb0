"""Ask what the technical screen asks: is anything deployed, engineered, well founded, and are claims shown.

They look at every project, weak ones too: a panel would. So their rules weigh nothing in the score, where the projects'
own criteria count the same facts already; `engineered` weighs, and therefore looks at the projects worth showing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from auditor.model import (
    Confidence,
    Evidence,
    Finding,
    Skill,
    SkillStatus,
    Status,
    Verdict,
    met,
    partly,
    unknown,
    unmet,
)
from auditor.views.claims import claims_in
from auditor.views.portfolio import Portfolio, Project
from auditor.views.words import listed

_NAMED = 3
_LISTED = 8
_ENOUGH = 0.5
_STANDING = {
    SkillStatus.DEMONSTRATED: "used in code",
    SkillStatus.DECLARED: "only installed or imported",
    SkillStatus.MENTIONED: "only spoken of",
    SkillStatus.ABSENT: "not seen",
}


def deployed(
    portfolio: Portfolio, *, demo: str, answers: str, recipe: str, serves: str, kinds: tuple[str, ...]
) -> Verdict:
    """Find a project that runs somewhere, else one that is ready to. Of `kinds` no deployment is expected."""
    projects = [p for p in portfolio.distinct if p.kind not in kinds]
    live = [p for p in projects if _status(p, demo) is Status.MET and _status(p, answers) is not Status.UNMET]
    if live:
        sure = Confidence.HIGH if any(_status(p, answers) is Status.MET for p in live) else Confidence.MEDIUM
        places = (_shown(p, demo) for p in live[:_NAMED])
        return met(f"Deployed: {_names(live)}.", *places, confidence=sure)
    halting = [p for p in projects if _status(p, demo) in (Status.MET, Status.PARTLY)]
    if halting:
        lead = "No link answers" if _status(halting[0], demo) is Status.MET else "No running instance is linked"
        said = f"{lead}. Closest, {halting[0].name}: {_summary(halting[0], demo, answers)}"
        fix = f"Deploy {halting[0].name} on a free host and link it at the top of its README."
        return partly(said, *(_shown(p, demo) for p in halting[:_NAMED]), fix=fix)
    ready = [p for p in projects if (p.standing(recipe) or 0) >= _ENOUGH and (p.standing(serves) or 0) >= _ENOUGH]
    if ready:
        said = f"Ready to be deployed, but no running instance is linked: {_names(ready)}."
        fix = f"Host {ready[0].name} and link it at the top of its README."
        return partly(said, *(_shown(p, recipe) for p in ready[:_NAMED]), score=0.4, fix=fix)
    if any(p.is_unknown(demo) for p in projects) or not any(demo in p.findings for p in portfolio.distinct):
        return unknown("Whether anything is deployed could not be told.")
    looked = [p.named(p.findings[demo].summary) for p in portfolio.distinct if demo in p.findings]
    said = "Nothing is deployed: no demo is linked, and no project has both a recipe and a service."
    return unmet(said, *looked[:_NAMED])


def engineered(portfolio: Portfolio, *, practices: dict[str, tuple[str, ...]], lenient: tuple[str, ...]) -> Verdict:
    """Find one project with all `practices`, each shown by the best of its rules; `lenient` ones may be partly so."""
    ranked = sorted(((_done(p, practices), p) for p in portfolio.shown), key=lambda e: (-sum(e[0].values()), e[1].name))
    for done, project in ranked:
        if all(value == 1 or (name in lenient and value >= _ENOUGH) for name, value in done.items()):
            return met(f"{project.name} is {_and(practices)}.", *_pieces(project, practices))
    if not ranked:
        looked = (p.named(f"{p.score or 0:.0f} points") for p in portfolio.distinct[:2])
        return unmet(f"No project worth showing is {_and(practices)}.", *looked)
    done, project = ranked[0]
    unsure = [p for _, p in ranked if any(p.is_unknown(rule) for rules in practices.values() for rule in rules)]
    lacking = [name for name, value in done.items() if value < 1 and not (name in lenient and value >= _ENOUGH)]
    said = f"No project is {_and(practices)}; the closest, {project.name}, is not fully {_and(lacking, 'or')}."
    mean = sum(done.values()) / len(done)
    steps = [f.fix for name in lacking if (f := _deciding(project, practices[name], max)) and f.fix]
    fix = f"In {project.name}: {' '.join(steps)}" if steps else f"Make {project.name} {_and(lacking)}."
    if mean >= _ENOUGH:
        return partly(said, *_pieces(project, practices), score=mean, fix=fix)
    if unsure:
        return unknown(f"Whether {unsure[0].name} is {_and(practices)} could not be told.")
    return unmet(said, *_pieces(project, practices), fix=fix)


def fundamentals(portfolio: Portfolio, *, aspects: dict[str, tuple[str, ...]], enough: float, some: float) -> Verdict:
    """Ask of each of the `aspects` how well the project that shows it best does."""
    best: dict[str, tuple[float, Project]] = {}
    for name, rules in aspects.items():
        standings = [(standing, p) for p in portfolio.distinct if (standing := p.standing(*rules)) is not None]
        if standings:
            best[name] = max(standings, key=lambda each: each[0])
    if not best:
        unsure = any(p.is_unknown(rule) for p in portfolio.distinct for rules in aspects.values() for rule in rules)
        looked = (p.named("no code") for p in portfolio.distinct[:_NAMED])
        return unknown("No code could be read.") if unsure else unmet("There is no code to show fundamentals.", *looked)
    mean = sum(value for value, _ in best.values()) / len(best)
    strong = [name for name, (value, _) in best.items() if value >= enough]
    weak = [name for name, (value, _) in best.items() if value < enough]
    pieces = [_piece(p, aspects[name], name, min if name in weak else max) for name, (_, p) in best.items()]
    if not weak:
        return met(f"Fundamentals show in code: {', '.join(strong)}.", *pieces)
    said = f"Well shown: {_and(strong)}. Not yet: {_and(weak)}." if strong else f"Not yet well shown: {_and(weak)}."
    name = min(best, key=lambda each: best[each][0])
    worst = _deciding(best[name][1], aspects[name], min)
    fix = f"Begin with {name}, in {best[name][1].name}" + (f": {worst.fix}" if worst and worst.fix else ".")
    if mean >= some:
        return partly(said, *pieces, score=mean, fix=fix)
    return unmet(said, *pieces, fix=fix)


def claims(portfolio: Portfolio, *, skills: dict[str, dict[str, Any]], enough: float, some: float, few: int) -> Verdict:
    """Hold what a résumé claims, or without one what READMEs and profile name, against what code demonstrates.

    A word in a README is less than a claim: without a résumé half of `some` is enough not to fail.
    """
    resume = any(skill.claimed is not None for skill in portfolio.skills)
    named = [skill for skill in portfolio.skills if (skill.claimed if resume else _is_named(skill, portfolio, skills))]
    spoken = "READMEs, code, dependencies or profile" if portfolio.profile else "READMEs, code or dependencies"
    source = "the résumé claims" if resume else f"{spoken} name"
    if len(named) < (1 if resume else few):
        return unknown(f"Too little to check: {source} {len(named)} of the skills known to the rulebook.")
    shown = [skill for skill in named if skill.status is SkillStatus.DEMONSTRATED]
    bare = sorted(
        (s for s in named if s.status is not SkillStatus.DEMONSTRATED), key=lambda s: s.status is SkillStatus.DECLARED
    )
    declared = sum(skill.status is SkillStatus.DECLARED for skill in bare)
    share = (len(shown) + declared / 2) / len(named)
    many = f"{len(named)} skills" if len(named) > 1 else "the one skill"
    said = f"{len(shown)} of {many} that {source} {'is' if len(shown) == 1 else 'are'} demonstrated in code"
    rest = f"the other {declared}".removesuffix(" 1") if declared == len(bare) else f"{declared} more"
    said += f", {rest} {'is' if declared == 1 else 'are'} only installed or imported" if declared else ""
    if share >= enough:
        return met(f"{said}.", *(_place(skill) for skill in shown[:_NAMED]))
    titles = [skill.title or skill.id for skill in bare]
    more = len(titles) - _LISTED
    said = f"{said}; not: {', '.join(titles[:_LISTED])}{f' and {more} more' if more > 0 else ''}."
    fix = f"Show {_and(titles[:_NAMED])} in a project, or leave {'it' if len(titles) == 1 else 'them'} out."
    if share >= (some if resume else some / 2):
        return partly(said, *(_place(skill) for skill in bare[:_NAMED]), score=share, fix=fix)
    return unmet(said, *(_place(skill) for skill in bare[:_NAMED]), fix=fix)


def _is_named(skill: Skill, portfolio: Portfolio, table: Mapping[str, Any]) -> bool:
    if skill.status is not SkillStatus.ABSENT:
        return True
    profile = portfolio.profile
    said = f"{profile.bio or ''}\n{profile.readme or ''}" if profile else ""
    return bool(said.strip()) and skill.id in claims_in(said, table)


def _place(skill: Skill) -> Evidence:
    title = skill.title or skill.id
    if skill.evidence:
        first = skill.evidence[0]
        seen = first.excerpt if skill.status is SkillStatus.DEMONSTRATED and first.excerpt else _STANDING[skill.status]
        return Evidence(first.path, first.line, cell=first.cell, excerpt=f"{title}: {seen}")
    return Evidence("", excerpt=f"{title}: claimed, found in no project")


def _done(project: Project, practices: Mapping[str, tuple[str, ...]]) -> dict[str, float]:
    return {name: max((project.standing(rule) or 0.0) for rule in rules) for name, rules in practices.items()}


def _pieces(project: Project, practices: Mapping[str, tuple[str, ...]]) -> list[Evidence]:
    return [_piece(project, rules, name, max) for name, rules in practices.items()]


def _piece(project: Project, rules: Sequence[str], name: str, choose: Callable[..., Finding]) -> Evidence:
    found = _deciding(project, rules, choose)
    return project.named(f"{name}: {found.summary if found else 'nothing of the kind'}")


def _deciding(project: Project, rules: Sequence[str], choose: Callable[..., Finding]) -> Finding | None:
    """Return the finding that decides: the best (`max`) where one of the rules is enough, else the worst (`min`)."""
    known = [f for rule in rules if (f := project.findings.get(rule)) and f.score is not None]
    return choose(known, key=lambda f: f.score or 0.0) if known else None


def _shown(project: Project, rule: str) -> Evidence:
    """Show a finding with the address that it leads to."""
    found = project.findings.get(rule)
    if found is None:
        return project.named(rule)
    url = next((piece.url for piece in found.evidence if piece.url), None)
    return project.named(found.summary, url)


def _status(project: Project, rule: str) -> Status | None:
    found = project.findings.get(rule)
    return found.status if found else None


def _summary(project: Project, demo: str, answers: str) -> str:
    dead = _status(project, demo) is Status.MET
    return project.findings[answers if dead else demo].summary


def _names(projects: Sequence[Project]) -> str:
    return listed([p.name for p in projects], _NAMED)


def _and(words: Sequence[str] | Mapping[str, object], joint: str = "and") -> str:
    *most, last = words
    return f"{', '.join(most)} {joint} {last}" if most else last
