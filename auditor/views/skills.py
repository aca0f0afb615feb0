"""The skills ledger: what a repository's own code uses, what it only lists, what it only talks of. The table is data.

A skill is demonstrated by a use in own code, by a file that is one, or by others that together make it (retrieval of
one's own: embeddings, a search among them and a model that answers); never by a word that looks like it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from auditor.facts.fact import base_name
from auditor.facts.manifest import ManifestFact
from auditor.facts.markup import MarkupFact
from auditor.model import Evidence, Skill, SkillStatus
from auditor.views.layout import layout
from auditor.views.program import Program, Source, last, prefixes
from auditor.views.reading import Reading
from auditor.views.shown import SHOWS
from auditor.views.words import pattern, strings

_SHOWN = 3
_LENGTH = 60_000  # of a README: more is not read
_TITLE = 4  # words of a link that is a title, not a name
_NUMBERED = "[]().0123456789 "
_WORD = re.compile(r"\w+")
_RANK = {SkillStatus.DEMONSTRATED: 3, SkillStatus.DECLARED: 2, SkillStatus.MENTIONED: 1, SkillStatus.ABSENT: 0}
_ASIDE = re.compile(r"(?:^|/)(?:tests?|examples?|demos?|scripts?|notebooks?)/|(?:^|/)(?:test_|demo)|_demo\.py$")
Found = dict[str, list[Evidence]]


class SkillUse(msgspec.Struct, frozen=True):
    """How far one repository shows a skill, with at most three places."""

    id: str
    status: SkillStatus
    evidence: tuple[Evidence, ...] = ()


def skills_of(reading: Reading, table: Mapping[str, Any]) -> tuple[SkillUse, ...]:
    """Return the skills that a repository shows in any way, in the table's order."""
    view = reading.view(Program)
    sources = view.sources if isinstance(view, Program) else ()
    used = _used(sources, {**table, **_parts(table)})
    known = _joined_by_skill(used, _filed(reading, table), _configured(reading, table), _shown(sources, table))
    demonstrated = {skill: places for skill, places in known.items() if skill in table} | _combined(known, table)
    declared = _joined_by_skill(_required(reading, table), _imported(sources, table))
    mentioned = _said(reading, {skill: entry for skill, entry in table.items() if skill not in demonstrated | declared})
    ranked = (
        (SkillStatus.DEMONSTRATED, demonstrated),
        (SkillStatus.DECLARED, declared),
        (SkillStatus.MENTIONED, mentioned),
    )
    uses = (
        next(
            (SkillUse(skill, status, tuple(found[skill][:_SHOWN])) for status, found in ranked if skill in found), None
        )
        for skill in table
    )
    return tuple(use for use in uses if use is not None)


def merged(
    named: Sequence[tuple[str, tuple[SkillUse, ...]]],
    table: Mapping[str, Any],
    claims: frozenset[str] | None = None,
) -> tuple[Skill, ...]:
    """Join the repositories' uses: the best status wins. With several repositories, evidence names its repository.

    The most convincing place comes first, whatever the order of the repositories.
    """
    uses: dict[str, list[tuple[str, SkillUse]]] = {}
    for name, found in named:
        for use in found:
            uses.setdefault(use.id, []).append((name if len(named) > 1 else "", use))
    return tuple(
        _merged(skill, entry, uses.get(skill, []), None if claims is None else skill in claims)
        for skill, entry in table.items()
    )


def _merged(skill: str, entry: Mapping[str, Any], uses: list[tuple[str, SkillUse]], claimed: bool | None) -> Skill:
    status = max((use.status for _, use in uses), key=_RANK.__getitem__, default=SkillStatus.ABSENT)
    best = sorted(((name, use) for name, use in uses if use.status is status), key=_convincing)
    places = [_placed(name, piece) for name, use in best for piece in use.evidence[:1]]
    places += [_placed(name, piece) for name, use in best for piece in use.evidence[1:]]
    return Skill(
        id=skill,
        area=str(entry["area"]),
        status=status,
        claimed=claimed,
        evidence=tuple(places[:_SHOWN]),
        title=str(entry["title"]),
    )


def _convincing(named: tuple[str, SkillUse]) -> tuple[bool, bool, int, str]:
    """Order repositories by what a reader believes first: modules, then notebooks, then scripts; many places."""
    name, use = named
    first = use.evidence[0] if use.evidence else Evidence("")
    return bool(_ASIDE.search(first.path)), first.cell is not None, -len(use.evidence), name


def _placed(repository: str, piece: Evidence) -> Evidence:
    return msgspec.structs.replace(piece, path=f"{repository}/{piece.path}") if repository else piece


def _joined_by_skill(*parts: Iterable[tuple[str, Evidence]]) -> Found:
    """Gather places by skill, one a file at most and three in all."""
    found: Found = {}
    for part in parts:
        for skill, place in part:
            places = found.setdefault(skill, [])
            if len(places) < _SHOWN and all(place.path != other.path for other in places):
                places.append(place)
    return found


def _parts(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what groups of `together` name beside skills, as a table of their own: "rag 1" uses these calls."""
    return {
        f"{skill} {place}": {"uses": [name for name in group if name not in table]}
        for skill, entry in table.items()
        for place, group in enumerate(entry.get("together", ()))
    }


def _combined(known: Found, table: Mapping[str, Any]) -> Found:
    """Demonstrate a skill by others, of each group one, with a place of each."""
    combined: Found = {}
    for skill, entry in table.items():
        groups = [(*group, f"{skill} {place}") for place, group in enumerate(entry.get("together", ()))]
        places = [next((known[name][0] for name in group if name in known), None) for group in groups]
        if skill not in known and places and None not in places:
            combined[skill] = [place for place in places if place is not None]
    return combined


def _index(table: Mapping[str, Any], words: str = "uses") -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for skill, entry in table.items():
        for name in strings(entry, words):
            index.setdefault(name, []).append(skill)
    return index


def _used(sources: Iterable[Source], table: Mapping[str, Any]) -> Iterator[tuple[str, Evidence]]:
    """Yield uses in own code, tests apart: calls, base classes, decorators."""
    index = _index(table)
    excepted = _index(table, "except")
    methods = _methods(index)
    roots = {name.partition(".")[0].partition(":")[0] for name in index}
    for source in sources:
        if source.is_test:
            continue
        modules = {prefix for each in source.fact.imports for prefix in prefixes(each.module)}
        seen: set[str] = set()
        for name, line in _names(source):
            if name in seen:
                continue
            seen.add(name)
            keys = list(prefixes(name)) if name.partition(".")[0].removesuffix("()") in roots else []
            keys += [f"{module}:{last(name)}" for module in methods.get(last(name), ()) if module in modules]
            spared = {skill for key in keys for skill in excepted.get(key, ())}
            found = dict.fromkeys(skill for key in keys for skill in index.get(key, ()) if skill not in spared)
            yield from ((skill, source.at(line, name)) for skill in found)


def _methods(index: Iterable[str]) -> dict[str, list[str]]:
    """Return, of the names written "module:method", the modules by method."""
    found: dict[str, list[str]] = {}
    for name in index:
        module, colon, method = name.partition(":")
        if colon:
            found.setdefault(method, []).append(module)
    return found


def _names(source: Source) -> Iterator[tuple[str, int]]:
    yield from ((call.name, call.line) for call in source.fact.calls)
    for function in source.fact.functions:
        yield from ((decorator, function.line) for decorator in function.decorators)
    for made in source.fact.classes:
        yield from ((name, made.line) for name in (*made.decorators, *made.bases))


def _imported(sources: Iterable[Source], table: Mapping[str, Any]) -> Iterator[tuple[str, Evidence]]:
    """Yield imports; without a use they only declare."""
    index = _index(table)
    for source in sources:
        for each in source.fact.imports:
            for full in (each.module, *(f"{each.module}.{name}" for name in each.names)):
                for key in prefixes(full):
                    yield from ((skill, source.at(each.line, f"import {full}")) for skill in index.get(key, ()))


def _filed(reading: Reading, table: Mapping[str, Any]) -> Iterator[tuple[str, Evidence]]:
    texts = [(skill, text) for skill, entry in table.items() for text in strings(entry, "files")]
    any_of = re.compile("|".join(f"(?:{text.removeprefix('(?i)')})" for _, text in texts) or r"(?!)", re.IGNORECASE)
    some = [entry.path for entry in layout(reading).own if any_of.search(entry.path)]
    for skill, text in texts:
        found = re.compile(text)
        yield from ((skill, Evidence(path)) for path in some if found.search(path))


def _configured(reading: Reading, table: Mapping[str, Any]) -> Iterator[tuple[str, Evidence]]:
    for path, fact in _manifests(reading):
        for skill, entry in table.items():
            if named := sorted(set(strings(entry, "tools")) & set(fact.tools)):
                yield skill, Evidence(path, excerpt=f"configures {', '.join(named)}")


def _shown(sources: Sequence[Source], table: Mapping[str, Any]) -> Iterator[tuple[str, Evidence]]:
    for skill, entry in table.items():
        for question in strings(entry, "shows"):
            yield from ((skill, place) for place in SHOWS[question](sources))


def _required(reading: Reading, table: Mapping[str, Any]) -> Iterator[tuple[str, Evidence]]:
    index: dict[str, list[str]] = {}
    for skill, entry in table.items():
        for name in strings(entry, "distributions"):
            index.setdefault(name, []).append(skill)
    for path, fact in _manifests(reading):
        for required in () if fact.kind == "lock" else fact.requirements:
            place = Evidence(path, required.line or None, excerpt=required.name)
            yield from ((skill, place) for skill in index.get(required.name, ()))


def _manifests(reading: Reading) -> Iterator[tuple[str, ManifestFact]]:
    own = layout(reading)
    return ((path, fact) for path, fact in reading.readable(ManifestFact).items() if own.is_own(path))


def _said(reading: Reading, table: Mapping[str, Any]) -> Found:
    """Find skills that a README speaks of; further reading, a link by its title and nothing more, speaks of none."""
    own = layout(reading)
    found: Found = {}
    for path, fact in reading.readable(MarkupFact).items():
        if not own.is_own(path) or not base_name(path).startswith("readme"):
            continue
        titles = {link.text.strip() for link in fact.links if len(link.text.split()) >= _TITLE}
        told = ((p.line, p.text) for p in fact.passages if p.text.lstrip(_NUMBERED).strip() not in titles)
        lines = [*((s.line, s.title) for s in fact.sections), *told]
        lines += [(table.line, " | ".join(row)) for table in fact.tables for row in table.rows]
        text = "\n".join(text.replace("\n", " ") for _, text in lines)[:_LENGTH]
        known = frozenset(_WORD.findall(text.lower()))
        for skill, entry in table.items():
            words = () if skill in found else tuple(w for w in strings(entry, "mentions") if _may_stand(w, known))
            match = pattern(words).search(text) if words else None
            if match is not None:
                found[skill] = [Evidence(path, lines[text.count("\n", 0, match.start())][0], excerpt=match[0])]
    return found


def _may_stand(mention: str, known: frozenset[str]) -> bool:
    """Tell quickly whether a text of these words can hold the mention."""
    if not mention.isascii():
        return True
    words = _WORD.finditer(mention.lower())
    return all(mention[word.end() : word.end() + 1] in ("*", "#") or word[0] in known for word in words)
