"""The README that a visitor of the repository sees first, and its translations."""

import re
from collections.abc import Mapping

import msgspec

from auditor.facts.fact import Missing
from auditor.facts.markup import MarkupFact
from auditor.repository import Entry, EntryKind
from auditor.views.layout import layout
from auditor.views.paths import Tree
from auditor.views.reading import Reading

_PLACES = (".github/", "", "docs/")
_ENDINGS = ("md", "markdown", "mdown", "mkd", "", "rst", "txt")
_PLAIN = re.compile(r"readme(?:\.(\w+))?$", re.IGNORECASE)
_TRANSLATED = re.compile(
    r"readme[-_. ]?\(?(?:[a-z]{2}(?:[-_][a-z]{2,4})?|english|chinese|spanish|portuguese|korean|japanese)\)?"
    r"(?:\.(\w+))?$",
    re.IGNORECASE,
)
_NO_PROJECT = re.compile(r"^(?:data|datasets?|docs?|tests?|assets|images?|models?|notebooks?|\.\w+)/", re.IGNORECASE)
_THIN = 60
_MUCH_LONGER = 3


class Readme(msgspec.Struct, frozen=True):
    """The README in the order that hosts prefer: .github/, the root, docs/, else the only project folder's.

    `others` are its translations; `nested` means that hosts show none, and this is one of several folders', or one
    part's beside an empty one. Where the file that wins only points at a translation, that one is the README.
    `chapters` are the READMEs of folders that it links.
    """

    path: str
    text: MarkupFact
    others: tuple[tuple[str, MarkupFact], ...] = ()
    nested: bool = False
    chapters: tuple[tuple[str, MarkupFact], ...] = ()

    @classmethod
    def of(cls, reading: Reading) -> "Readme | Missing | None":
        """Find the README."""
        entries = tuple(e for e in layout(reading).own if e.kind in (EntryKind.FILE, EntryKind.EXECUTABLE))
        named = [e.path for e in entries if e.path.rpartition("/")[2].lower().startswith("readme")]
        facts = reading.of(MarkupFact)
        found = [path for path in _ranked(named, entries) if isinstance(facts.get(path), MarkupFact | Missing)]
        if not found:
            return _fullest_of_folders(named, reading.readable(MarkupFact))
        first = facts[found[0]]
        if not isinstance(first, MarkupFact):
            return first if isinstance(first, Missing) else None
        folder = found[0].rpartition("/")[0]
        readable = reading.readable(MarkupFact)
        others = [(p, readable[p]) for p in found[1:] if p in readable and p.rpartition("/")[0] == folder]
        readme = _fullest(found[0], first, others)
        tree = reading.view(Tree)
        chapters = _linked(readme, tree, named, readable) if isinstance(tree, Tree) else ()
        return msgspec.structs.replace(readme, chapters=chapters)


def _fullest_of_folders(named: list[str], facts: Mapping[str, MarkupFact]) -> Readme | None:
    paths = [path for path in named if path in facts and path.count("/") == 1 and not _NO_PROJECT.match(path)]
    best = max(paths, key=lambda path: facts[path].words, default=None)
    return Readme(best, facts[best], nested=True) if best else None


def _fullest(path: str, text: MarkupFact, others: list[tuple[str, MarkupFact]]) -> Readme:
    """Prefer the README itself, unless it is hardly more than a pointer to a translation."""
    longest = max(others, key=lambda other: other[1].words, default=None)
    if longest and text.words < _THIN and longest[1].words > _MUCH_LONGER * text.words:
        rest = ((path, text), *(other for other in others if other != longest))
        return Readme(longest[0], longest[1], rest, nested=_is_part(longest[0]))
    return Readme(path, text, tuple(others))


def _is_part(path: str) -> bool:
    """Tell a part's README, as README_API.md, from a translation."""
    name = path.rpartition("/")[2]
    return not (_PLAIN.match(name) or _TRANSLATED.match(name))


def _linked(
    readme: Readme, tree: Tree, named: list[str], facts: Mapping[str, MarkupFact]
) -> tuple[tuple[str, MarkupFact], ...]:
    """Return the READMEs of the folders that the README links, and those that it links themselves."""
    urls = (link.url for link in readme.text.links if not link.image and "://" not in link.url)
    led = {target for url in urls if url.strip("./#") and (target := tree.target(readme.path, url))}
    deeper = (path for path in named if path != readme.path and "/" in path and path in facts)
    return tuple((path, facts[path]) for path in deeper if path in led or path.rpartition("/")[0] in led)


def _ranked(paths: list[str], entries: tuple[Entry, ...]) -> list[str]:
    """Return the READMEs of the repository as a whole, the one that hosts show first."""
    placed = [(rank, path) for path in paths if (rank := _rank(path)) is not None]
    if placed:
        return [path for _, path in sorted(placed)]
    folder = _only_folder(paths, entries)
    return sorted(path for path in paths if folder and path.rpartition("/")[0] == folder)


def _rank(path: str) -> tuple[int, int, int] | None:
    folder, _, name = path.rpartition("/")
    place = f"{folder}/".lower() if folder else ""
    if place not in _PLACES:
        return None
    found = _PLAIN.match(name) or _TRANSLATED.match(name)
    ending = (found[1] or "").lower() if found else ""
    translated = found is not None and not _PLAIN.match(name)
    return _PLACES.index(place), int(translated) + 2 * (found is None), _order(ending)


def _order(ending: str) -> int:
    return _ENDINGS.index(ending) if ending in _ENDINGS else len(_ENDINGS)


def _only_folder(paths: list[str], entries: tuple[Entry, ...]) -> str | None:
    """Return the one project folder of a repository that has its README in there."""
    folders = {path.rpartition("/")[0] for path in paths if path.count("/") == 1 and not _NO_PROJECT.match(path)}
    projects = {e.path.split("/")[0] for e in entries if "/" in e.path and not _NO_PROJECT.match(e.path)}
    return folders.pop() if len(folders) == 1 and len(projects) == 1 else None
