"""All paths of the tree, asked as people write them: relative, URL-encoded, in another case, as a link to the host."""

import posixpath
import re
from urllib.parse import unquote

import msgspec

from auditor.facts.manifest import ManifestFact
from auditor.repository import EntryKind
from auditor.views.reading import Reading

_HOSTED = re.compile(
    r"^https?://(?:www\.)?(?:github\.com/[^/]+/(?P<name>[^/]+)/(?:blob|raw|tree)/[^/]+/"
    r"|raw\.githubusercontent\.com/[^/]+/(?P<raw>[^/]+)/(?:refs/heads/)?[^/]+/)(?P<path>[^?#]+)",
    re.IGNORECASE,
)


class Tree(msgspec.Struct, frozen=True):
    """The files and folders of a repository; `folded` finds a path whatever its case, `names` last parts.

    `scripts` are the commands that installing it brings.
    """

    name: str
    files: tuple[str, ...]
    folded: dict[str, str]
    names: frozenset[str]
    scripts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, reading: Reading) -> "Tree":
        """Collect the paths."""
        folded: dict[str, str] = {}
        for entry in reading.entries:
            path = entry.path
            while path and path.lower() not in folded:
                folded[path.lower()] = path
                path = path.rpartition("/")[0]
        files = tuple(e.path for e in reading.entries if e.kind is not EntryKind.SUBMODULE)
        names = frozenset(path.rpartition("/")[2] for path in folded)
        scripts = frozenset(name for fact in reading.readable(ManifestFact).values() for name in fact.scripts)
        return cls(reading.name.rpartition("/")[2], files, folded, names, scripts)

    def target(self, source: str, url: str) -> str | None:
        """Return the path that a link in the file `source` leads to, None if it leads nowhere in the tree."""
        path = unquote(url.strip().strip("<>")).split("#")[0].split("?")[0].replace("\\", "/")
        folder = source.rpartition("/")[0]
        tried = [posixpath.normpath(posixpath.join(folder, path.lstrip("/"))), posixpath.normpath(path.lstrip("/"))]
        for each in tried:
            if each == ".":
                return "."
            if found := self.folded.get(each.lower()):
                return found
        return None

    def hosted(self, url: str) -> str | None:
        """Return the path of this repository that a web address names, "" where it is of no file here."""
        found = _HOSTED.match(url)
        if found is None or (found["name"] or found["raw"]).lower() != self.name.lower():
            return None
        return unquote(found["path"]).strip("/")
