"""What the candidate says in public beside the code: articles, and the profile that visitors meet first."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.model import Evidence, Verdict, met, not_applicable, partly, unknown, unmet
from auditor.probes.portfolio import ALONE
from auditor.repository import Profile
from auditor.views.outward import addresses, announces, is_article, is_blog
from auditor.views.portfolio import Account, Portfolio
from auditor.views.words import shortened

_NAME = re.compile(r"[^\W\d_]{4,}")
_WORD = re.compile(r"[^\W\d_]{2,}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NAMED = 3


def writing(portfolio: Portfolio, *, links: dict[str, Any]) -> Verdict:
    """Find articles of the candidate's own, linked from projects worth showing or from the profile."""
    if portfolio.alone:
        return not_applicable(ALONE)
    profile = portfolio.profile
    pieces = [*_from_projects(portfolio), *(_from_profile(profile, links) if profile else ())]
    articles = [piece for piece in pieces if is_article(piece.url or "", links)]
    own = [piece for piece in articles if _is_own(piece, profile, links)]
    if own:
        return met(f"Writes about the work: {_counted(len(own))} linked.", *own[:_NAMED])
    blogs = [piece for piece in pieces if is_blog(piece.url or "", links)]
    looked = Evidence("", excerpt="looked for links to articles in READMEs" + (" and the profile" if profile else ""))
    if profile is None and portfolio.shown:
        others = (*articles, *blogs)[:_NAMED]
        return unknown("No article is linked as the candidate's own; the profile was not read.", *(others or (looked,)))
    if blogs:
        return partly("A blog is linked, no article on a project.", *blogs[:_NAMED])
    if articles:
        return partly(
            "An article is linked; that it is the candidate's own does not show.", *articles[:_NAMED], score=0.3
        )
    return unmet("No article or blog is linked.", looked)


def _from_projects(portfolio: Portfolio) -> Iterator[Evidence]:
    for project in portfolio.shown:
        for piece in project.traits.outward:
            yield Evidence(f"{project.name}/{piece.path}", piece.line, excerpt=piece.excerpt, url=piece.url)


def _from_profile(profile: Profile, links: Mapping[str, Any]) -> Iterator[Evidence]:
    """Take the profile's links; what it links to as an article counts as announced."""
    for url in (profile.blog or "", *profile.links):
        if url:
            yield Evidence("profile", excerpt="linked from the profile", url=url)
    for url in addresses(profile.readme or ""):
        if is_article(url, links) or is_blog(url, links):
            yield Evidence("profile README", excerpt="blog of the profile README", url=url)


def _is_own(piece: Evidence, profile: Profile | None, links: Mapping[str, Any]) -> bool:
    return announces(piece.excerpt, links) or any(name in (piece.url or "").lower() for name in _handles(profile))


def _handles(profile: Profile | None) -> tuple[str, ...]:
    """Return by what an address can be known as the candidate's."""
    if profile is None:
        return ()
    return (profile.login.lower(), *(name.lower() for name in _NAME.findall(profile.name or "")))


def _counted(count: int) -> str:
    return "one article is" if count == 1 else f"{count} articles are"


def profile(portfolio: Portfolio, account: Account, *, words: int, pins: int) -> Verdict:
    """Ask of a person's profile a bio, a README of some `words`, and pins that show the best projects."""
    who = account.profile
    if who.organisation:
        return not_applicable("An organisation has no personal profile.")
    parts = {
        "a bio": float(bool((who.bio or "").strip())),
        "a profile README": _readme_part(who, words),
        "pins of the best projects": _pins_part(portfolio, who, pins),
    }
    known = {name: part for name, part in parts.items() if part is not None}
    full = [name for name, part in known.items() if part == 1]
    lacking = [name for name, part in known.items() if part < 1]
    evidence = Evidence("profile", excerpt=shortened((who.bio or "no bio").strip(), 120), url=who.url)
    if not lacking:
        return met(f"The profile has {', '.join(full)}.", evidence)
    score = sum(known.values()) / len(known)
    fix = f"Add {', '.join(lacking)}."
    if score == 0:
        return unmet(f"The profile lacks {', '.join(lacking)}.", evidence, fix=fix)
    has = f"has {', '.join(full)}; " if full else ""
    return partly(f"The profile {has}lacks or only half has {', '.join(lacking)}.", evidence, score=score, fix=fix)


def _readme_part(who: Profile, words: int) -> float | None:
    """Judge the profile README; where neither it nor the pins were told, it may not have been read at all."""
    if who.readme is None:
        return None if who.pinned is None else 0.0
    return min(len(_WORD.findall(who.readme)) / words, 1.0)


def _pins_part(portfolio: Portfolio, who: Profile, pins: int) -> float | None:
    if who.pinned is None:
        return None
    pinned = {name.rpartition("/")[2].lower() for name in who.pinned}
    return min(sum(project.name.lower() in pinned for project in portfolio.shown) / pins, 1.0)
