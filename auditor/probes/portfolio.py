"""Ask whether the work as a whole argues for the candidate: its best, its weakest, its breadth, its direction.

Whatever weighs in the score looks at `Portfolio.shown` only, so that a weak project added can never raise it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from auditor.model import (
    Evidence,
    Finding,
    Skill,
    SkillStatus,
    Status,
    Verdict,
    met,
    not_applicable,
    partly,
    unknown,
    unmet,
)
from auditor.views.portfolio import Portfolio, Project
from auditor.views.words import listed, shortened

_DAY = 86_400
_YEAR = 12
_MONTH = 30.44  # days
_NAMED = 5
_CUT = 90
ALONE = "One repository was audited by itself, not a portfolio."


def best(portfolio: Portfolio, *, asks: tuple[str, ...], at: float) -> Verdict:
    """Find two exceptional projects: `at` points, and met in it what the guide asks of one (`asks`)."""
    if portfolio.alone:
        return not_applicable(ALONE)
    ranked = sorted(((_quality(p, asks, at), p) for p in portfolio.shown), key=lambda each: (-each[0], each[1].name))[
        :2
    ]
    if not ranked:
        return _nothing_shown(
            portfolio, f"Nothing exceptional yet: no project reaches {portfolio.worth_showing:g} points."
        )
    quality = sum(each for each, _ in ranked) / 2
    evidence = [p.named(_lacks(p, asks, at)) for _, p in ranked]
    names = " and ".join(p.name for _, p in ranked)
    if quality == 1:
        return met(f"Two exceptional projects: {names}.", *evidence)
    done = [p.name for each, p in ranked if each == 1]
    closest = [p for each, p in ranked if each < 1]
    said = f"One of two projects is exceptional: {done[0]}." if done else "No project is exceptional yet."
    said += f" Closest in points and README: {' and '.join(p.name for p in closest)}." if closest else ""
    if not quality:
        return unmet(said, *evidence)
    return partly(said, *evidence, score=quality, fix=_bring(closest[0], asks, at) if closest else None)


def _quality(project: Project, asks: tuple[str, ...], at: float) -> float:
    """Weigh what the guide asks for and the rest of the work alike: one does not stand in for the other."""
    return (project.standing(*asks) or 0.0) * min((project.score or 0.0) / at, 1.0)


def _lacks(project: Project, asks: tuple[str, ...], at: float) -> str:
    lacking = _open(project, asks)
    low = f" of {at:g}" if (project.score or 0.0) < at else ""
    return f"{project.score or 0:.0f}{low} points" + (f". {lacking}" if lacking else "")


def _bring(project: Project, asks: tuple[str, ...], at: float) -> str:
    """Say what to do for a project that is close: how far it has to rise, and what is open."""
    steps = [f.fix or f.summary for f in _lacking(project, asks)]
    rise = f"from {project.score or 0:.0f} up to {at:g} points" if (project.score or 0.0) < at else "up to the mark"
    lead = f"Bring {project.name} {rise}"
    return " ".join([f"{lead}.", *steps]) if steps else f"{lead}; its own findings say how."


def _open(project: Project, asks: tuple[str, ...]) -> str:
    return "; ".join(shortened(f.summary.rstrip("."), _CUT) for f in _lacking(project, asks))


def _lacking(project: Project, asks: tuple[str, ...]) -> list[Finding]:
    found = [project.findings[rule] for rule in asks if rule in project.findings]
    return [f for f in found if f.status in (Status.PARTLY, Status.UNMET)]


def weakest(
    portfolio: Portfolio, *, archive: tuple[str, ...], hide: tuple[str, ...], stale_days: int, reach: float
) -> Verdict:
    """Name the projects that drag the rest down, and say of each whether to improve, hide or archive it."""
    if portfolio.alone:
        return not_applicable(ALONE)
    shown, firsts = {p.name for p in portfolio.shown}, {p.content: p for p in reversed(portfolio.projects) if p.content}
    scored = [p for p in portfolio.projects if p.score is not None]
    if not scored:
        return unknown("No project could be assessed.")
    weak = [p for p in scored if p.name not in shown]
    share = len(weak) / len(scored)
    if not weak:
        lowest = scored[-1]
        return met(
            f"Every project is worth showing; the lowest has {lowest.score or 0:.0f} points.", lowest.named("lowest")
        )
    advice: dict[str, list[str]] = {}
    evidence = []
    for project in weak:
        first = firsts.get(project.content, project)
        verb = "hide" if first.name != project.name else _advice(project, portfolio, archive, hide, stale_days, reach)
        advice.setdefault(verb, []).append(project.name)
        reason = f"a copy of {first.name}" if first.name != project.name else _reason(project)
        evidence.append(project.named(f"{verb}: {reason}"))
    plan = "; ".join(f"{verb} {listed(names, _NAMED)}" for verb, names in sorted(advice.items(), reverse=True))
    copies = sum(firsts.get(p.content, p).name != p.name for p in weak)
    said = f"{len(weak)} of {len(scored)} projects {_weakness(len(weak), copies, portfolio.worth_showing)}"
    fix = " ".join(_told(verb, names) for verb, names in sorted(advice.items(), reverse=True))
    shown_evidence = evidence[-_NAMED:]
    if share >= 0.5:  # noqa: PLR2004 - the weak are the majority
        return unmet(f"{said}: {plan}.", *shown_evidence, fix=fix)
    return partly(f"{said}: {plan}.", *shown_evidence, score=1 - share, fix=fix)


def _told(verb: str, names: Sequence[str]) -> str:
    """Say what to do with the projects that one verb is for."""
    it = "it" if len(names) == 1 else "them"
    how = {
        "improve": f"begin with what {'it lacks' if it == 'it' else 'each lacks'} most",
        "hide": f"make {it} private, or unpin {it}",
        "archive": f"the settings of the repository mark {it} as no longer kept",
    }
    return f"{verb.capitalize()} {listed(names, _NAMED)}: {how[verb]}."


def _weakness(count: int, copies: int, mark: float) -> str:
    be = "is" if count == 1 else "are"
    if copies == count:
        return f"{be} {'a copy' if count == 1 else 'copies'}"
    return f"{be} {'copies or ' if copies else ''}below {mark:g} points"


def _advice(
    project: Project,
    portfolio: Portfolio,
    archive: tuple[str, ...],
    hide: tuple[str, ...],
    stale_days: int,
    reach: float,
) -> str:
    if project.kind in archive:
        return "archive"
    if not portfolio.shown and project.name == portfolio.projects[0].name:
        return "improve"
    age = portfolio.today - (project.traits.last_commit or portfolio.today)
    close = (project.score or 0.0) >= portfolio.worth_showing - reach
    if age > stale_days * _DAY and not close:
        return "archive"
    return "hide" if project.kind in hide or not close else "improve"


def _reason(project: Project) -> str:
    """Say what costs the project most."""
    lost = sorted(
        (f for f in project.findings.values() if f.score is not None and f.score < 1),
        key=lambda f: (-f.weight * (1 - (f.score or 0.0)), f.rule),
    )
    said = "; ".join(shortened(f.summary.rstrip("."), _CUT) for f in lost[:2])
    kind = "" if project.kind == "other" else f", {_kind(project.kind)}"
    return f"{project.score or 0:.0f} points{kind}" + (f". {said}" if said else "")


def _kind(name: str) -> str:
    """Say what a project is in words: `genai-app` is a generative AI app."""
    words = {"ml": "ML", "genai": "generative AI", "llm": "LLM"}
    return " ".join(words.get(word, word) for word in name.split("-"))


def breadth(portfolio: Portfolio, *, areas: int, each: int) -> Verdict:
    """Count the guide's skill areas that the projects worth showing demonstrate, by `each` skills at least."""
    if portfolio.alone:
        return not_applicable(ALONE)
    if not portfolio.skills:
        return unknown("The rulebook has no skills to look for.")
    ledger = {skill.id: skill for skill in portfolio.skills}
    places: dict[str, tuple[Skill, Evidence]] = {}
    for project in portfolio.shown:
        for use in project.skills:
            if use.status is SkillStatus.DEMONSTRATED and use.id in ledger:
                title = f"{ledger[use.id].area}: {ledger[use.id].title or use.id}"
                places.setdefault(use.id, (ledger[use.id], project.named(title)))
    counts = Counter(skill.area for skill, _ in places.values())
    strong = sorted(area for area, count in counts.items() if count >= each)
    lacking = sorted({skill.area for skill in portfolio.skills} - set(strong))
    if not strong:
        return _nothing_shown(portfolio, "No area of skill is demonstrated by a project worth showing.")
    evidence = [next(e for skill, e in places.values() if skill.area == area) for area in strong]
    many = f"with {each} skills or more"
    said = f"Demonstrated by the projects worth showing, {many}: {', '.join(strong)}."
    said += f" Not yet: {', '.join(lacking)}." if lacking else ""
    if len(strong) >= areas:
        return met(said, *evidence)
    return partly(
        said,
        *evidence,
        score=len(strong) / areas,
        fix=f"Let one of your two best projects show more of: {', '.join(lacking)}.",
    )


def focus(portfolio: Portfolio, *, sectors: dict[str, dict[str, object]]) -> Verdict:
    """Find a sector that a project worth showing speaks of."""
    if portfolio.alone:
        return not_applicable(ALONE)
    plain: list[tuple[str, Evidence]] = []
    passing: list[tuple[str, Evidence]] = []
    for project in portfolio.shown:
        for name, evidence in project.traits.sectors:
            title = str(sectors.get(name, {}).get("title", name))
            piece = project.named(f"{title}: {evidence[0].excerpt}" if evidence else title)
            (plain if _is_plain(evidence) else passing).append((title, piece))
    if not plain and not passing:
        return _nothing_shown(portfolio, "No project worth showing has data or a problem of a particular sector.")
    (title, count), *_ = sorted(Counter(t for t, _ in plain or passing).items(), key=lambda item: (-item[1], item[0]))
    places = [piece for name, piece in plain or passing if name == title][:_NAMED]
    if plain:
        return met(f"A sector shows: {title} ({count} {'project' if count == 1 else 'projects'}).", *places)
    return partly(f"A sector shows only in passing: {title}.", *places)


def _is_plain(evidence: Sequence[Evidence]) -> bool:
    """Tell a project about a sector from one that mentions it: more than one word, or one where it names itself."""
    return len(evidence) > 1 or any(
        e.excerpt.startswith(("name:", "title:", "description:", "topic:")) for e in evidence
    )


def active(portfolio: Portfolio, *, fresh_days: int, stale_days: int, months: int) -> Verdict:
    """Ask when the projects worth showing were last worked on, and in how many of the last twelve months."""
    if portfolio.alone:
        return not_applicable(ALONE)
    dated = [(p.traits.last_commit, p) for p in portfolio.shown if p.traits.last_commit is not None]
    if not portfolio.shown:
        return _nothing_shown(portfolio, "No project worth showing is being worked on.")
    if not dated:
        return unknown("No history could be read.")
    newest, project = max(dated, key=lambda each: (each[0], each[1].name))
    age = max(portfolio.today - newest, 0) // _DAY
    recent = _recent_months(portfolio)
    evidence = project.named(f"last commit {datetime.fromtimestamp(newest, UTC):%Y-%m-%d}")
    said = f"Last commit to a project worth showing: {_ago(age)}; commits in {recent} of the last twelve months."
    if age <= fresh_days and recent >= months:
        return met(said, evidence)
    if age <= stale_days:
        return partly(said, evidence, score=max(0.3, 0.9 * min(recent / months, 1.0)))
    return unmet(said, evidence)


def _ago(days: int) -> str:
    """Say how long ago something was, in the unit that a reader would use."""
    if days < 2:  # noqa: PLR2004 - yesterday
        return "a day ago" if days else "today"
    if days < 2 * _MONTH:
        return f"{days} days ago"
    months = int(days / _MONTH)
    return f"{months} months ago" if months < 2 * _YEAR else f"{months // _YEAR} years ago"


def _recent_months(portfolio: Portfolio) -> int:
    today = datetime.fromtimestamp(portfolio.today, UTC)
    now = today.year * _YEAR + today.month - 1
    active = {month for p in portfolio.shown for month, count in p.traits.months if count}
    return sum(0 <= now - (int(month[:4]) * _YEAR + int(month[5:7]) - 1) < _YEAR for month in active)


def _nothing_shown(portfolio: Portfolio, said: str) -> Verdict:
    looked = [p.named(f"{p.score or 0:.0f} points") for p in portfolio.projects[:2]]
    return unmet(said, *looked)
