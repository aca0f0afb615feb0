"""Questions about the repository itself: clean, small, free of credentials, licensed, described."""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unknown, unmet
from auditor.repository import Entry
from auditor.views.hygiene import Held, Secrets, Tree, licences
from auditor.views.told import Told
from auditor.views.words import counted, shortened

_SHOWN = 4
_MB = 1_000_000
_MIB = 2**20  # in which exported models are cut into shards
_A_WORD = 20
_OWN_WORDS = frozenset({"password", "secret", "address with a password"})
_TERMS = re.compile(  # a licence's name, or words that grant or keep rights: a section on a course has neither
    r"\b(?:MIT|Apache|BSD|[AL]?GPL|GNU|MPL|ISC|EUPL|Unlicense|Creative Commons|CC)\b"
    r"|©|copyright|rights reserved|proprietary"
    r"|licen[sc]|lizenz|lisensi|personal use|许可|許可|授权|授權|ライセンス|라이선스|라이센스",
    re.IGNORECASE,
)
_BLANK = re.compile(r"\[[^\]\n]{0,80}licen[cs]|add (?:your|a) licen[cs]|choose (?:a|your) licen[cs]", re.IGNORECASE)


class Junk(msgspec.Struct, frozen=True):
    """Patterns of paths by what they are called: severe and minor ones."""

    severe: Mapping[str, str]
    minor: Mapping[str, str]
    copies: Mapping[str, int]
    large: tuple[str, ...]


def secrets(found: Secrets, *, settings_only: str) -> Verdict:
    """Say whether credentials are committed; `settings_only` is what a committed .env file is called otherwise."""
    real, likely, dummy = (found.graded(grade) for grade in ("real", "likely", "dummy"))
    if real or likely:
        shown = (*real, *likely)
        more = f" and {len(shown) - 1} more" if len(shown) > 1 else ""
        revoke = "Change" if shown[0].secret.kind in _OWN_WORDS else "Revoke"
        fix = (
            f"{revoke} the {_called(shown[0])}{more}: the history keeps what was committed once."
            f" Then read it from the environment in {_files(shown)}."
        )
        sure = Confidence.HIGH if real else Confidence.MEDIUM
        kinds = ", ".join(dict.fromkeys(_called(each) for each in shown))
        return unmet(
            f"Committed: {shortened(kinds, 160)}.", *(each.place for each in shown[:_SHOWN]), confidence=sure, fix=fix
        )
    if dummy:
        look = "looks" if len(dummy) == 1 else "look"
        said = f"{counted(len(dummy), 'credential')} that {look} made up or local."
        fix = f"Read it from the environment in {_files(dummy)}, even for local use."
        return partly(said, *(each.place for each in dummy[:_SHOWN]), score=0.6, confidence=Confidence.MEDIUM, fix=fix)
    if found.environments:
        path = found.environments[0]
        return met(f"{path} is committed, {settings_only}.", Evidence(path), confidence=Confidence.MEDIUM)
    return met("No credentials found.", Evidence("", excerpt=f"looked at {found.scanned} files"))


def clean(tree: Tree, *, junk: Junk, stray: int, large_mb: float) -> Verdict:
    """Say whether only sources are committed. Up to `stray` severe files are minor."""
    bad = tree.junk(junk.severe)
    small = tree.junk(junk.minor)
    count = sum(len(paths) for paths in bad.values())
    places = [
        Evidence(paths[0], excerpt=f"{name}: {counted(len(paths), 'file')}") for name, paths in {**bad, **small}.items()
    ]
    fix = _cleaning({**bad, **small}, {**junk.severe, **junk.minor}, ignored=bool(tree.ignoring))
    if count > stray:
        listed = ", ".join(f"{name} ({counted(len(paths), 'file')})" for name, paths in bad.items())
        return unmet(f"Committed: {listed}.", *places[:_SHOWN], fix=fix)
    repeated, heavy = tree.copies(junk.copies), tree.large(int(large_mb * _MIB), frozenset(junk.large))
    said = [] if tree.ignoring else ["there is no .gitignore"]
    said += [f"{name} ({len(paths)})" for name, paths in {**bad, **small}.items()]
    said += [f"the same file is committed {len(repeated[0])} times: {repeated[0][0]}"] if repeated else []
    said += [f"data or a model of more than {large_mb:g} MB: {heavy[0].path}"] if heavy else []
    if said:
        places += [Evidence(each.path, excerpt=f"more than {large_mb:g} MB") for each in heavy[:1]]
        places += [Evidence(paths[1], excerpt=f"the same as {paths[0]}") for paths in repeated[:1]]
        places = places or [Evidence("", excerpt="looked for .gitignore")]
        summary = "; ".join(said)
        return partly(
            f"{summary[:1].upper()}{summary[1:]}.", *places[:_SHOWN], score=0.6, fix=fix or _moving(repeated, heavy)
        )
    return met("A .gitignore, and nothing that it should have kept out.", Evidence(tree.ignoring[0]))


def small(tree: Tree, *, file_mb: float, all_mb: float, limit_mb: float) -> Verdict:
    """Say whether the tree holds no dumps: no file above `file_mb`, not more than `all_mb` in all.

    A blob that a partial clone lacks is at least `limit_mb`.
    """
    sizes = [(each.size, each.path) for each in tree.files if each.size is not None]
    absent = [each for each in tree.files if each.size is None]
    total = sum(size for size, _ in sizes)
    big = sorted(((size, path) for size, path in sizes if size > file_mb * _MB), reverse=True)
    if big:
        places = (Evidence(path, excerpt=f"{size / _MB:.0f} MB") for size, path in big[:_SHOWN])
        fix = f"Take {big[0][1]} out of git: Git LFS, DVC, a release or a link."
        return unmet(f"{big[0][1]} has {big[0][0] / _MB:.0f} MB.", *places, fix=fix)
    largest = Evidence(max(sizes)[1], excerpt=f"the largest: {_sized(max(sizes)[0])}") if sizes else Evidence("")
    least = min(limit_mb, max(sizes)[0] / _MB) if sizes else 0.0  # what a clone lacks is larger than what it has
    whole = total / _MB + least * len(absent)
    if whole > all_mb:
        sure = Confidence.MEDIUM if absent else Confidence.HIGH
        return unmet(f"The files have {whole:.0f} MB in all.", largest, confidence=sure)
    if absent:
        return _unseen(absent, limit_mb)
    return met(f"The files have {_sized(total)} in all.", largest)


def _sized(size: int) -> str:
    return f"{size / _MB:.1f} MB" if size >= _MB / 10 else f"{size / 1000:.1f} kB"


def licence(tree: Tree, told: Told, *, words: str, titles: tuple[str, ...]) -> Verdict:
    """Say whether there is a licence file; one that only the README speaks of is partly one."""
    found = licences(tree.files)
    if full := [each for each in found if each.size is None or each.size > _A_WORD]:
        return met(f"{full[0].path} is there.", Evidence(full[0].path))
    if tree.listing and tree.listing.license and not found:
        said = f"The host knows its licence: {tree.listing.license}."
        return met(said, Evidence("", excerpt=tree.listing.license), confidence=Confidence.MEDIUM)
    if place := _mentioned(told, re.compile(words, re.IGNORECASE), titles):
        fix = "Add a LICENSE file with the text of the licence that the README names."
        return partly("A licence is only mentioned in the README.", place, score=0.4, fix=fix)
    if found:
        return unmet(f"{found[0].path} is empty.", Evidence(found[0].path))
    return unmet("No licence.", Evidence("", excerpt="looked for LICENSE, LICENCE, COPYING and the README's words"))


def described(tree: Tree, *, topics: int) -> Verdict:
    """Say whether the host shows a description, topics and a homepage."""
    listing = tree.listing
    if listing is None:
        return not_applicable("The host was not asked: this is a local repository.")
    has = {
        "a description": bool(listing.description),
        f"{topics} topics or more": len(listing.topics or ()) >= topics,
        "a homepage": bool(listing.homepage),
    }
    good, lacking = [name for name, there in has.items() if there], [name for name, there in has.items() if not there]
    where = Evidence(
        "", excerpt=f"description: {shortened(listing.description or '-', 80)}; topics: {len(listing.topics or ())}"
    )
    if not good:
        return unmet("The host shows no description, no topics, no homepage.", where)
    if good == ["a description", f"{topics} topics or more"] or not lacking:
        return met(f"The host shows {' and '.join(good)}.", where)
    return partly(
        f"The host shows {' and '.join(good)}, but lacks {' and '.join(lacking)}.", where, score=len(good) / 3
    )


def _unseen(absent: list[Entry], limit_mb: float) -> Verdict:
    alone = len(absent) == 1
    which = f"{absent[0].path} is" if alone else f"{len(absent)} files are"
    sizes = "its size is" if alone else "their sizes are"
    said = f"{which} above the clone's limit of {limit_mb:g} MB, or not in this clone: {sizes} unknown."
    return unknown(said, *(Evidence(each.path) for each in absent[:_SHOWN]))


def _mentioned(told: Told, words: re.Pattern[str], titles: tuple[str, ...]) -> Evidence | None:
    for path, text in told.texts:
        blank = any(_BLANK.search(passage.text[:2000]) for passage in text.passages)
        for number, section in enumerate(text.sections):
            if section.title.strip(" #:*_📄📜📝⚖️🔐🪪©").lower().startswith(titles) and not blank:
                below = (passage.text[:2000] for passage in text.passages if passage.section == number)
                if any(_TERMS.search(said) for said in below):
                    return Evidence(path, section.line, excerpt=shortened(section.title, 80))
        for passage in text.passages:
            if found := words.search(passage.text[:5000]):
                return Evidence(path, passage.line, excerpt=shortened(found[0], 80))
        for link in text.links:
            if words.search(f"{link.text} {link.url}"[:500]):
                return Evidence(path, link.line, excerpt=shortened(f"{link.text} {link.url}", 80))
    return None


def _cleaning(found: Mapping[str, tuple[str, ...]], patterns: Mapping[str, str], *, ignored: bool) -> str:
    ignore = "" if ignored else "Add a .gitignore (GitHub's for Python will do). "
    named = [_spot(paths, patterns[name]) for name, paths in list(found.items())[:_SHOWN]]
    inside = {
        each for each in named for other in named if other.endswith("/") and each != other and each.startswith(other)
    }
    spots = ", ".join(each for each in named if each not in inside)
    return f"{ignore}{f'Remove from git: {spots}.' if spots else ''}".strip()


def _spot(paths: tuple[str, ...], pattern: str) -> str:
    """Name the folder that is junk as a whole, else the first file and how many there are."""
    first = paths[0]
    match = re.search(pattern, first)
    end = first.find("/", match.start() + 1) + 1 if match else 0
    if match and 0 < end <= match.end():
        return first[:end]
    return first if len(paths) == 1 else f"{first} (one of {len(paths)})"


def _moving(repeated: Sequence[Sequence[str]], heavy: Sequence[Entry]) -> str:
    move = f"Move {heavy[0].path} out of git: Git LFS, DVC, a release or a link. " if heavy else ""
    return move + (f"Delete {repeated[0][1]}, a copy of {repeated[0][0]}." if repeated else "")


def _files(held: Iterable[Held]) -> str:
    return ", ".join(list(dict.fromkeys(each.path for each in held))[:2])


def _called(held: Held) -> str:
    return f"{held.secret.kind} ({held.secret.name})" if held.secret.name else held.secret.kind
