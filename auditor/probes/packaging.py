"""Questions about the environment: dependencies declared, versions fixed, installable, the Python stated."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from auditor.facts.manifest import Requirement, normalised
from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unknown, unmet
from auditor.views.packaging import Imported, Listed, Manifest, Packaging, stated_pythons
from auditor.views.told import Told
from auditor.views.words import listed, shortened

_SHOWN = 5
_NO_THIRD_PARTY = "The code imports nothing but the standard library and itself."


class Provided(msgspec.Struct, frozen=True):
    """Modules that nobody declares: of a platform, for development only, of Python 2's standard library."""

    platform: tuple[str, ...] = ()
    development: tuple[str, ...] = ()
    python2: tuple[str, ...] = ()


class Names(msgspec.Struct, frozen=True):
    """Which distributions bring a module, and which others come along with a distribution."""

    imports: Mapping[str, tuple[str, ...]]
    brings: Mapping[str, tuple[str, ...]]
    provided: Provided


class Need(msgspec.Struct, frozen=True):
    """A third-party module, the distributions that would do, and where it is imported first."""

    distributions: tuple[str, ...]
    imported: Imported


def dependencies(packaging: Packaging, *, names: Names, nearly: float, few: int, related: float) -> Verdict:
    """Say whether the declared dependencies cover the imports.

    Met from a share of `nearly`, or where no more than `few` of the imports are missing and these are a minority;
    below `related` what is declared belongs to something else.
    """
    needs = third_party(packaging, names)
    if not needs:
        return not_applicable(_NO_THIRD_PARTY)
    declared = {each.name for manifest in packaging.manifests for each in manifest.fact.requirements}
    if not declared:
        return _undeclared(packaging, needs, names)
    missing = _missing(needs, declared, names)
    share = 1 - len(missing) / len(needs)
    places = tuple(m.as_whole(f"{len(m.fact.requirements)} declared") for m in packaging.declaring[:_SHOWN])
    places = places or tuple(Evidence(path) for path in packaging.locks[:_SHOWN])
    said = f"{len(needs) - len(missing)} of {len(needs)} imported packages are declared"
    if not missing:
        all_of_them = f"All {len(needs)} imported packages are" if len(needs) > 1 else "The one imported package is"
        return met(f"{all_of_them} declared.", *places)
    summary = f"{said}; missing: {_names_of(missing)}."
    shown = (*places[:1], *(need.imported.place for need in missing[:_SHOWN]))
    if share >= nearly or (len(missing) <= few and len(missing) * 3 < len(needs)):
        sure = Confidence.HIGH if share >= nearly else Confidence.MEDIUM
        return met(summary, *shown, confidence=sure)
    sure = Confidence.MEDIUM if share < related else Confidence.HIGH
    return partly(summary, *shown, score=share, confidence=sure, fix=_add(missing, packaging))


def reproducible(packaging: Packaging, *, names: Names, nearly_all: float) -> Verdict:
    """Say whether versions are fixed: a lock file, or `nearly_all` of a manifest's requirements exact."""
    if not third_party(packaging, names):
        return not_applicable(_NO_THIRD_PARTY)
    if packaging.locks:
        return met("A lock file fixes every version.", *(Evidence(path) for path in packaging.locks[:_SHOWN]))
    candidates = [manifest for manifest in packaging.declaring if _counts(manifest)]
    shallowest = min((manifest.depth for manifest in candidates), default=0)
    main = [manifest for manifest in candidates if manifest.depth == shallowest]
    best = max(main, key=_exact_share, default=None)
    if best is None:
        return _listed_pins(packaging)
    counted = [best] if shallowest == 0 else main  # parts of a repository each have their own environment
    exact = sum(_pins(each, "exact") for each in counted)
    total = sum(len(_required(each)) for each in counted)
    bounded = any(each.pin != "free" for manifest in packaging.declaring for each in manifest.fact.requirements)
    where = best.as_whole(f"{exact} of {total} pinned with ==")
    if exact >= nearly_all * total:
        return met(f"{exact} of {total} versions are pinned.", where)
    loose = next((each for each in (best, *counted) if _pins(each, "exact") < len(_required(each))), best)
    free = list(dict.fromkeys(each.name for each in _required(loose) if each.pin != "exact"))
    fix = f"Pin {listed(free, _SHOWN)} in {loose.path} (`pip freeze`, or a lock file from uv or Poetry)."
    if bounded:
        lower = sum(_pins(each, "bounded") for each in counted)
        said = f"{exact} of {total} versions {'is' if exact == 1 else 'are'} pinned"
        said += f", {lower} {'has' if lower == 1 else 'have'} bounds only." if lower else "."
        return partly(said, where, score=max(exact / total, 0.3), fix=fix)
    return unmet(f"None of {total} dependencies has a version.", where, fix=fix)


def installable(packaging: Packaging) -> Verdict:
    """Say whether there is a package to install: a name, and how to build it."""
    if not packaging.python:
        return not_applicable("There is no Python here.")
    projects = [m for m in packaging.manifests if m.fact.kind in ("pyproject", "setup")]
    broken = [(p, why) for p, why in packaging.unreadable if p.endswith(("pyproject.toml", "setup.py", "setup.cfg"))]
    if not projects and broken:
        path, why = broken[0]
        return partly(f"{path} can't be read: {why.reason}.", Evidence(path, why.line, excerpt=why.reason), score=0.2)
    if not projects:
        return unmet(
            "No pyproject.toml or setup.py.", Evidence("", excerpt="looked for pyproject.toml, setup.py, setup.cfg")
        )
    if whole := next(_buildable(projects), None):
        return _works(whole, packaging)
    first = projects[0]
    lacking = _lacking(first)
    fix = f"Add {lacking} to {first.path}."
    return partly(f"{first.path} lacks {lacking}.", first.as_whole(lacking), score=0.4, fix=fix)


def python_version(packaging: Packaging, told: Told, *, words: str) -> Verdict:
    """Say whether the version of Python is stated; `words` is the pattern of a statement in the README."""
    if not packaging.python:
        return not_applicable("There is no Python here.")
    for version, manifest in stated_pythons(packaging.manifests).items():
        return met(f"Python {version} is asked for.", manifest.at(manifest.fact.python_line, f"Python {version}"))
    if packaging.versions:
        return met("The container names its Python version.", *packaging.versions[:1], confidence=Confidence.MEDIUM)
    pattern = re.compile(words, re.IGNORECASE)
    for path, text in told.texts:
        for passage in text.passages:
            if found := pattern.search(passage.text[:2000]):
                where = Evidence(path, passage.line, excerpt=shortened(found[0], 80))
                return partly("Only the README names a Python version.", where, score=0.4)
    looked = Evidence("", excerpt="looked for requires-python, .python-version, runtime.txt, FROM python:3.x")
    return unmet("No file states the Python version.", looked)


def third_party(packaging: Packaging, names: Names) -> tuple[Need, ...]:
    """Return what has to be installed, one need a distribution, in the order of the sources."""
    free = frozenset((*sys.stdlib_module_names, *names.provided.platform, *names.provided.python2))
    free |= frozenset(names.provided.development)
    found: dict[str, Need] = {}
    for imported in packaging.imports:
        if imported.root in free or ".".join(imported.module.split(".")[:2]) in free or not imported.root:
            continue
        distributions = _distributions(imported.module, names)
        found.setdefault(distributions[0], Need(distributions, imported))
    return tuple(found.values())


def _distributions(module: str, names: Names) -> tuple[str, ...]:
    """Return the distributions of the longest part of a module's name that the table knows."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if known := names.imports.get(".".join(parts[:length])):
            return known
    return (normalised(parts[0]),)


def _missing(needs: tuple[Need, ...], declared: set[str], names: Names) -> list[Need]:
    covered = set(declared)
    for _ in range(3):  # what comes along brings others along
        covered |= {other for name in covered for other in names.brings.get(name, ())}
    return [need for need in needs if not covered.intersection((*need.distributions, normalised(need.imported.root)))]


def _undeclared(packaging: Packaging, needs: tuple[Need, ...], names: Names) -> Verdict:
    lists = (*packaging.containers, *packaging.notebooks, *packaging.prose)
    declared = {each.name for group in lists for each in group.requirements}
    missing = _missing(needs, declared, names)
    lacking = _names_of(needs)
    fix = f"Add a requirements.txt or pyproject.toml with {lacking}."
    if 2 * len(missing) <= len(needs):
        kind = "a Dockerfile" if packaging.containers else "notebooks" if packaging.notebooks else "the README"
        said = f"Packages are only listed in {kind}: {len(needs) - len(missing)} of {len(needs)} imported ones."
        return partly(said, *(group.where for group in lists[:_SHOWN]), score=0.3, fix=fix)
    if packaging.unread:
        return unknown(f"{packaging.unread[0]} could not be read.")
    if packaging.unreadable:
        path, why = packaging.unreadable[0]
        return partly(f"{path} can't be read: {why.reason}.", Evidence(path, why.line), score=0.2, fix=fix)
    are = "package is" if len(needs) == 1 else "packages are"
    count = f"{len(missing)} of {len(needs)}" if len(missing) < len(needs) else f"{len(needs)}"
    return unmet(
        f"{count} imported {are} declared nowhere: {_names_of(missing)}.",
        *(need.imported.place for need in missing[:_SHOWN]),
        fix=fix,
    )


def _names_of(needs: Sequence[Need]) -> str:
    return listed([need.distributions[0] for need in needs], _SHOWN)


def _add(missing: list[Need], packaging: Packaging) -> str:
    target = packaging.declaring[0].path if packaging.declaring else "requirements.txt"
    named = "; ".join(f"`{need.distributions[0]}`, imported in {need.imported.where}" for need in missing[:_SHOWN])
    return f"Add to {target}: {named}{' and more' if len(missing) > _SHOWN else ''}."


def _counts(manifest: Manifest) -> bool:
    """Leave out what only serves development, unless there is nothing else."""
    name = manifest.path.rpartition("/")[2].lower()
    return not re.search(r"dev|test|doc|lint|constraint", name)


def _pins(manifest: Manifest, pin: str) -> int:
    return sum(each.pin == pin for each in _required(manifest))


def _required(manifest: Manifest) -> tuple[Requirement, ...]:
    """Return what is needed to run it, or everything where nothing is."""
    needed = tuple(each for each in manifest.fact.requirements if not each.group)
    return needed or manifest.fact.requirements


def _exact_share(manifest: Manifest) -> tuple[float, int]:
    return _pins(manifest, "exact") / len(_required(manifest)), len(_required(manifest))


def _listed_pins(packaging: Packaging) -> Verdict:
    """Judge the versions in notebooks and Dockerfiles: they fix something, never the environment."""
    groups: tuple[Listed, ...] = (*packaging.containers, *packaging.notebooks)
    pinned = [group for group in groups if any(each.pin != "free" for each in group.requirements)]
    if pinned:
        total = sum(len(group.requirements) for group in groups)
        exact = sum(each.pin == "exact" for group in groups for each in group.requirements)
        said = f"{exact} of {total} versions are pinned, but only in install commands."
        return partly(said, *(group.where for group in pinned[:_SHOWN]), score=0.3)
    if packaging.images:
        return partly("Only the containers' images have versions.", *packaging.images[:_SHOWN], score=0.2)
    if packaging.unread:
        return unknown(f"{packaging.unread[0]} could not be read.")
    looked = Evidence("", excerpt="looked for lock files, requirements, pyproject.toml, environment.yml, Pipfile")
    return unmet("No versions are stated anywhere.", looked)


def _buildable(projects: list[Manifest]) -> Iterator[Manifest]:
    """Yield what can be built: pyproject with build and metadata, setup.py, or setup.cfg beside either."""
    for each in projects:
        fact = each.fact
        folder = each.path.rpartition("/")[0]
        others = [other.fact for other in projects if other.path.rpartition("/")[0] == folder]
        named = any(other.name for other in others)
        described = any(other.packages for other in others)
        if fact.build and named and described:
            yield each


def _works(whole: Manifest, packaging: Packaging) -> Verdict:
    name = whole.fact.name if whole.fact.name not in ("", "?") else "a package"
    where = whole.as_whole(f"builds {name}")
    if whole.fact.kind == "setup" and not packaging.packages:
        fix = "Add an `__init__.py` to the package's folder, so that find_packages finds it."
        return partly(
            f"{whole.path} finds no package to install.", where, score=0.5, confidence=Confidence.MEDIUM, fix=fix
        )
    folder = whole.path.rpartition("/")[0]
    inside = sum(path.startswith(f"{folder}/") for path in packaging.paths) if folder else len(packaging.paths)
    if 2 * inside < len(packaging.paths):
        fix = (
            f"Package the rest as well: {len(packaging.paths) - inside} of {len(packaging.paths)} sources lie outside."
        )
        return partly(f"{whole.path} packages only {folder}/.", where, score=0.5, confidence=Confidence.MEDIUM, fix=fix)
    return met(f"{whole.path} builds {name}.", where)


def _lacking(manifest: Manifest) -> str:
    fact = manifest.fact
    if fact.kind == "setup":
        return "a call of setup() with name and packages" if not fact.name else "the packages to install"
    if not fact.name and not fact.build:
        return "[build-system] and [project]"
    return "[build-system]" if not fact.build else "a [project] table with a name"
