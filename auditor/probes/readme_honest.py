"""Whether what a README names is in the tree: links, pictures, paths, files that its commands need."""

import re
from collections.abc import Iterator

import msgspec

from auditor.facts.markup import MarkupFact
from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unmet
from auditor.views.paths import Tree
from auditor.views.readme import Readme

_OUTSIDE = re.compile(
    r"^(?:[a-z][a-z0-9+.-]*:|//|#|mailto|\{|<|\$|~|/(?:api|docs|predict|health|static)\b)", re.IGNORECASE
)
_PATH = re.compile(r"\.?/?(?:[\w.@-]+/)*[\w.@-]+/?")
_TREE = re.compile(
    r"^[\s│|]*(?:[├└]\s?[─-]+|[|+`\\][-─]{2,})\s*(?P<name>[^#←<(\t]{1,200}?)\s*(?:\s{2}|#|\s[-–—←<(→:]|$)"
)
_EXCERPT = 100
_LINE = 500
_MOST = 60


class Lenience(msgspec.Struct, frozen=True):
    """What need not be there: `made` are names of outputs and of what users bring, `blanks` marks of placeholders.

    `endings` are what tells a file's name from other code spans. `needs` and `fetched` are patterns of commands with a
    `path`: what they need, and what they bring from elsewhere.
    """

    made: tuple[str, ...]
    blanks: tuple[str, ...]
    endings: tuple[str, ...]
    needs: tuple[str, ...]
    fetched: tuple[str, ...]


class _Named(msgspec.Struct, frozen=True):
    path: str
    line: int
    link: bool
    clear: bool = True


def honest(readme: Readme, tree: Tree, *, lenience: Lenience, few: float) -> Verdict:
    """Look every name up; a share of up to `few` that is missing is a slip. Online, links to elsewhere count too."""
    made = re.compile("|".join(lenience.made), re.IGNORECASE)
    named = [n for n in _named(readme.text, tree, lenience) if not _is_excused(n, made, lenience)][:_MOST]
    if not named:
        return not_applicable(f"{readme.path} names no file or folder of the repository.", Evidence(readme.path))
    lost = [each for each in named if not _is_there(each, readme, tree)]
    if not lost:
        told = f"{readme.path} names {len(named)} files or folders, and all are there."
        if len(named) == 1:
            told = f"{readme.path} names one file or folder, and it is there."
        return met(told, *(_at(readme, each) for each in named[:2]))
    places = tuple(_at(readme, each) for each in lost[:5])
    names = ", ".join(dict.fromkeys(each.path for each in lost[:3]))
    are = "is" if len(lost) == 1 else "are"
    told = f"{len(lost)} of {len(named)} files or folders that {readme.path} names {are} not there: {names}."
    if len(named) == 1:
        told = f"The one file or folder that {readme.path} names is not there: {names}."
    fix = f"Correct or remove what line {lost[0].line} of {readme.path} names ({lost[0].path}), or commit it."
    slips = len(lost) == 1 and not lost[0].clear
    if slips or len(lost) <= few * len(named):
        return partly(told, *places, score=max(1 - len(lost) / len(named), 0.3), fix=fix)
    return unmet(told, *places, confidence=Confidence.MEDIUM if len(lost) == 1 else Confidence.HIGH, fix=fix)


def _named(text: MarkupFact, tree: Tree, lenience: Lenience) -> Iterator[_Named]:
    seen: set[str] = set()
    for each in _all_named(text, tree, lenience):
        path = each.path.strip().strip("`'\"").removeprefix("./")
        if path and path.lower() not in seen:
            seen.add(path.lower())
            yield _Named(path, each.line, each.link, each.clear)


def _all_named(text: MarkupFact, tree: Tree, lenience: Lenience) -> Iterator[_Named]:
    for link in text.links:
        if hosted := tree.hosted(link.url):
            yield _Named(hosted, link.line, link=False)
        elif not _OUTSIDE.match(link.url):
            yield _Named(link.url, link.line, link=True)
    for passage in text.passages:
        for code in passage.code:
            if _PATH.fullmatch(code) and _is_path(code, lenience):
                yield _Named(code, passage.line, link=False, clear=False)
    yield from _in_blocks(text, lenience)


def _in_blocks(text: MarkupFact, lenience: Lenience) -> Iterator[_Named]:
    needs = [re.compile(pattern) for pattern in lenience.needs]
    fetched = _fetched(text, lenience)
    for block in text.blocks:
        for number, line in enumerate(block.text.split("\n")):
            place = block.line + number
            if found := _TREE.match(line):
                if _PATH.fullmatch(found["name"]):
                    yield _Named(found["name"], place, link=False)
                continue
            for pattern in needs:
                if (needed := pattern.search(line[:_LINE])) and _name(needed["path"]) not in fetched:
                    yield _Named(needed["path"], place, link=False)


def _fetched(text: MarkupFact, lenience: Lenience) -> frozenset[str]:
    patterns = [re.compile(pattern) for pattern in lenience.fetched]
    lines = [line[:_LINE] for block in text.blocks for line in block.text.split("\n")]
    return frozenset(_name(f["path"]) for line in lines for each in patterns for f in each.finditer(line))


def _name(path: str) -> str:
    return path.rstrip("/").replace("\\", "/").rpartition("/")[2].lower()


def _is_path(code: str, lenience: Lenience) -> bool:
    last = code.rpartition("/")[2].lower()
    return code.endswith("/") or (last.endswith(lenience.endings) and last not in lenience.endings)


def _is_excused(named: _Named, made: re.Pattern[str], lenience: Lenience) -> bool:
    low = named.path.lower()
    return any(blank in low for blank in lenience.blanks) or bool(made.search(low))


def _is_there(named: _Named, readme: Readme, tree: Tree) -> bool:
    if tree.target(readme.path, named.path) is not None:
        return True
    return not named.link and _name(named.path) in tree.names


def _at(readme: Readme, named: _Named) -> Evidence:
    return Evidence(readme.path, named.line, excerpt=named.path[:_EXCERPT])
