"""What the project says of its environment, and what its code imports from others."""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from auditor.facts.container import ContainerFact, Instruction
from auditor.facts.fact import Missing, Unreadable, base_name
from auditor.facts.manifest import ManifestFact, Requirement
from auditor.facts.manifest_requirements import installed
from auditor.facts.notebook import NotebookFact
from auditor.facts.python import Import
from auditor.model import Evidence
from auditor.views.layout import is_test, layout
from auditor.views.program import Program, Source
from auditor.views.reading import Reading
from auditor.views.told import Told
from auditor.views.words import place, shortened

_LOCK = re.compile(
    r"(?:^|/)(?:uv\.lock|poetry\.lock|pdm\.lock|pipfile\.lock|conda-lock\.ya?ml|pixi\.lock|pylock(?:\.\w+)?\.toml)$",
    re.IGNORECASE,
)
_SUPPORT = re.compile(
    r"(?:^|/)(?:setup|conftest|noxfile|versioneer|fabfile)\.py$|(?:^|/)docs?/(?:.*/)?conf\.py$", re.IGNORECASE
)
_GENERATED = re.compile(r"_pb2(?:_grpc)?(?:\.|$)")  # what protoc writes at build time
_FROM_PYTHON = re.compile(r"(?:^|/)python:(\d[\w.]*)|(?:conda|mamba)\S*:\S*py(?:thon)?(\d[\w.]*)", re.IGNORECASE)
_INSTALLS = re.compile(r"\b(?:pip3?|conda|mamba|uv)\b.{0,80}?\b(?:install|add)\s")


class Manifest(msgspec.Struct, frozen=True):
    """One file that declares dependencies."""

    path: str
    fact: ManifestFact

    @property
    def depth(self) -> int:
        """How many folders lie above it."""
        return self.path.count("/")

    def at(self, line: int, excerpt: str) -> Evidence:
        """Point at a line of it."""
        return Evidence(self.path, line or None, excerpt=excerpt)

    def as_whole(self, excerpt: str) -> Evidence:
        """Point at the file."""
        return Evidence(self.path, excerpt=excerpt)


class Listed(msgspec.Struct, frozen=True):
    """A list of packages outside a manifest: a notebook's `!pip install`, a Dockerfile's `RUN pip install`."""

    where: Evidence
    requirements: tuple[Requirement, ...]


class Imported(msgspec.Struct, frozen=True):
    """A module that is imported, dotted as far as the import goes, and where that happens first."""

    module: str
    source: Source
    found: Import

    @property
    def root(self) -> str:
        """The top-level module."""
        return self.module.partition(".")[0]

    @property
    def place(self) -> Evidence:
        """Where it is imported."""
        return self.source.at(self.found.line, f"import {self.module}")

    @property
    def where(self) -> str:
        """The place in words."""
        return place(self.place)


class Packaging(msgspec.Struct, frozen=True):
    """Manifests (shallowest first), lock files by path, lists in notebooks, READMEs and Dockerfiles, and imports.

    `imports` leaves out relative ones, those of own modules, optional ones, and those that only tests make; the
    standard library and what a platform provides are still in it. `unreadable` are manifests that nobody can read,
    `unread` those that we could not.
    """

    manifests: tuple[Manifest, ...]
    locks: tuple[str, ...]
    notebooks: tuple[Listed, ...]
    prose: tuple[Listed, ...]
    containers: tuple[Listed, ...]
    imports: tuple[Imported, ...]
    versions: tuple[Evidence, ...]
    images: tuple[Evidence, ...]
    paths: tuple[str, ...]
    python: bool
    own: frozenset[str]
    packages: bool
    unreadable: tuple[tuple[str, Unreadable], ...] = ()
    unread: tuple[str, ...] = ()

    @classmethod
    def of(cls, reading: Reading) -> "Packaging | Missing":
        """Collect everything; without any Python it is still there, and says so."""
        own = layout(reading)
        found = {path: fact for path, fact in reading.of(ManifestFact).items() if own.is_own(path)}
        manifests = [Manifest(path, fact) for path, fact in found.items() if isinstance(fact, ManifestFact)]
        program = reading.view(Program)
        if isinstance(program, Missing):
            return program
        sources = program.sources if program else ()
        named = frozenset(m.fact.name for m in manifests if m.fact.name)
        names = own_names(own.paths()) | named
        modules = own_names(path for path in own.paths() if not path.endswith(".ipynb")) | named
        return cls(
            manifests=tuple(sorted(manifests, key=lambda each: (each.depth, each.path))),
            locks=tuple(path for path in own.paths() if _LOCK.search(path)),
            notebooks=tuple(_in_notebooks(reading)),
            prose=tuple(_in_prose(reading)),
            containers=tuple(_in_dockerfiles(reading)),
            images=tuple(_images(reading)),
            paths=tuple(source.path for source in sources),
            imports=tuple(_imports(sources, names, modules)),
            versions=tuple(_versions(reading)),
            python=bool(sources),
            own=names,
            packages=any(base_name(path) == "__init__.py" for path in own.paths()),
            unreadable=tuple((path, fact) for path, fact in found.items() if isinstance(fact, Unreadable)),
            unread=tuple(path for path, fact in found.items() if isinstance(fact, Missing) and not _LOCK.search(path)),
        )

    @property
    def declaring(self) -> tuple[Manifest, ...]:
        """The manifests that declare anything; a lock declares nothing by itself."""
        return tuple(m for m in self.manifests if m.fact.requirements and m.fact.kind not in ("lock", "python-version"))


def own_names(paths: Iterable[str]) -> frozenset[str]:
    """Return every name by which own code could be imported: modules' names and folders above them."""
    names: set[str] = set()
    for path in paths:
        if path.endswith((".py", ".pyx", ".so", ".pyd")):
            *folders, name = path.split("/")
            names.update(folders, {name.partition(".")[0]})
        elif path.endswith(".ipynb"):
            names.add(path.rpartition("/")[2][:-6])
    return frozenset(names)


def _imports(sources: tuple[Source, ...], own: frozenset[str], modules: frozenset[str]) -> Iterator[Imported]:
    """Yield each module's first import; one that some source needs is needed, though optional in another."""
    seen: set[str] = set()
    for source in sources:
        if is_test(source.path) or _SUPPORT.search(source.path):
            continue
        for found in source.fact.imports:
            if found.module.startswith(".") or found.optional:
                continue
            for module in _modules(found):
                if _GENERATED.search(module):
                    continue
                if module not in seen and not _is_own(module, source, own, modules):
                    seen.add(module)
                    yield Imported(module, source, found)


def _modules(found: Import) -> tuple[str, ...]:
    """Return what an import names; of a namespace (`from google.cloud import storage`) the members count."""
    deep = found.module.count(".") < 2  # noqa: PLR2004 - google.cloud.storage is as deep as distributions go
    members = tuple(f"{found.module}.{name}" for name in found.names if name != "*") if deep else ()
    return members or (found.module,)


def _is_own(module: str, source: Source, own: frozenset[str], modules: frozenset[str]) -> bool:
    root = module.partition(".")[0]
    return root in modules or (root in own and not _is_shadowed(root, source))


def _is_shadowed(root: str, source: Source) -> bool:
    """Tell a notebook that only has the name of a library: `pandas.ipynb` does not import itself."""
    return bool(source.cells) and source.path.rpartition("/")[2] == f"{root}.ipynb"


def _in_notebooks(reading: Reading) -> Iterator[Listed]:
    own = layout(reading)
    for path, book in reading.readable(NotebookFact).items():
        for line in book.installs if own.is_own(path) else ():
            if found := installed(line):
                yield Listed(Evidence(path, excerpt=shortened(line, 120)), found)


def _in_dockerfiles(reading: Reading) -> Iterator[Listed]:
    for path, instruction in instructions(reading):
        if instruction.name == "RUN" and _INSTALLS.search(instruction.text):
            found = tuple(
                each
                for part in re.split(r"&&|;", instruction.text)
                if _INSTALLS.search(part) and "apt" not in part
                for each in installed(part, instruction.line)
                if each.name not in ("pip", "setuptools", "wheel", "uv", "poetry", "pipenv")
            )
            if found:
                yield Listed(Evidence(path, instruction.line, excerpt=shortened(instruction.text, 120)), found)


def _in_prose(reading: Reading) -> Iterator[Listed]:
    """Yield the packages that the README tells to install by name."""
    told = reading.view(Told)
    for path, text in told.texts if isinstance(told, Told) else ():
        pieces = [(block.text, block.line) for block in text.blocks]
        pieces += [(code, each.line) for each in text.passages for code in each.code]
        for piece, line in pieces:
            for each in piece[:5000].split("\n"):
                if _INSTALLS.search(each) and (found := installed(each, line)):
                    yield Listed(Evidence(path, line, excerpt=shortened(each.strip(), 120)), found)


def _images(reading: Reading) -> Iterator[Evidence]:
    """Yield the images of other people that containers take in one version."""
    own = layout(reading)
    for path, fact in reading.readable(ContainerFact).items():
        for each in fact.settings if own.is_own(path) and fact.kind == "compose" else ():
            if each.path.endswith("/image") and re.search(r"[\w}]:(?!latest)[\w.${:-]*\d", each.value):
                yield Evidence(path, each.line, excerpt=shortened(each.value, 100))


def instructions(reading: Reading) -> Iterator[tuple[str, Instruction]]:
    """Yield the instructions of all own Dockerfiles."""
    own = layout(reading)
    for path, fact in reading.readable(ContainerFact).items():
        if own.is_own(path) and fact.kind == "dockerfile":
            yield from ((path, instruction) for instruction in fact.instructions)


def _versions(reading: Reading) -> Iterator[Evidence]:
    """Yield where a container says which Python it runs."""
    for path, instruction in instructions(reading):
        if instruction.name == "FROM" and _FROM_PYTHON.search(instruction.text):
            yield Evidence(path, instruction.line, excerpt=f"FROM {shortened(instruction.text, 80)}")


def stated_pythons(manifests: tuple[Manifest, ...]) -> Mapping[str, Manifest]:
    """Return the Python versions that manifests ask for."""
    return {m.fact.python: m for m in reversed(manifests) if m.fact.python}
