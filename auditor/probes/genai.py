"""How language models are used: whether calls survive failures, answers are checked, prompts are kept apart."""

import re
from collections.abc import Iterator

import msgspec

from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unmet
from auditor.probes.ml_training import imports
from auditor.views.layout import Layout
from auditor.views.program import Program, Source, Use, prefixes

_SHOWN = 4
_NO_CALLS = "No language model is called from Python here."
Names = frozenset[str]


class Calls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What asks a language model."""

    libraries: Names
    local: Names
    asking: Names
    certain: Names
    clients: Names
    asked: str
    hosts: tuple[str, ...]


class Resilience(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What survives limits and failures."""

    modules: Names
    keywords: Names
    calls: Names
    names: str


class Evaluation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What measures or guards answers."""

    modules: Names
    shapes: Names
    keywords: Names
    names: str
    files: str


class Prompts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What keeps prompts apart from the calls."""

    files: str
    modules: str
    calls: Names
    names: str


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shape of `rules/data/genai.toml`."""

    calls: Calls
    resilience: Resilience
    evaluation: Evaluation
    prompts: Prompts


def resilient(program: Program, *, words: Words) -> Verdict:
    """Look for retries, time-outs and error handling around the calls of language models."""
    everything = _asked(program, words.calls)
    asked = [use for use in everything if not _local(use, words.calls)]
    if not asked:
        return not_applicable("The language models run inside the program." if everything else _NO_CALLS)
    caught = [use for use in asked if use.call.guarded]
    tried = _tried(program, {use.source.path for use in asked}, words)
    if tried and (bare := _bare(program, asked, {place.path for place in tried}, words)):
        fix = f"Give the client of {bare[0].source.path} a timeout and max_retries too."
        said = f"{tried[0].path} retries or has a time-out, {bare[0].source.path} has neither."
        return partly(said, tried[0], *(use.place for use in bare[:_SHOWN]), fix=fix, confidence=Confidence.MEDIUM)
    if tried and caught:
        return met(
            "Calls are retried or timed, and their errors are caught.", tried[0], *(u.place for u in caught[:_SHOWN])
        )
    if tried:
        return met("Calls are retried or have a time-out.", *tried[:_SHOWN], confidence=Confidence.MEDIUM)
    if caught:
        share = len(caught) / len(asked)
        fix = f"Give the client of {caught[0].source.path} a timeout and max_retries, or wrap it with tenacity."
        summary = (
            f"Errors are caught around {len(caught)} of {len(asked)} calls; nothing is retried, no time-out is set."
        )
        return partly(summary, *(use.place for use in caught[:_SHOWN]), score=0.3 + 0.3 * share, fix=fix)
    places = [use.place for use in asked[:_SHOWN]]
    fix = f"Give the call in {asked[0].source.path} a timeout and retries, and catch what the API raises."
    return unmet("Calls of language models have no retry, no time-out, no error handling.", *places, fix=fix)


def _tried(program: Program, paths: set[str], words: Words) -> list[Evidence]:
    """Return what retries or limits the time, in the sources that ask and those that import or are imported by them."""
    table, around = words.resilience, _around(program, paths)
    uses = [use for use in program.keyed(table.keywords) if _near(use, paths, words) and not _zero(use, table)]
    uses += [use for use in program.named(*sorted(table.calls)) if use.source.path in paths and use.last != "sleep"]
    uses += [use for use in program.within(table.modules) if use.source.path in around]
    spoken = _spoken(program, re.compile(table.names), around)
    return [*(use.place for use in uses), *_decorated(program, table, around), *spoken]


def _around(program: Program, paths: set[str]) -> set[str]:
    named = {source.path: _imported(source) for source in program.sources if not source.is_test}
    asking = set().union(*(named.get(path, set()) for path in paths))
    stems = {_stem(path) for path in paths}
    return paths | {path for path, names in named.items() if _stem(path) in asking or stems & names}


def _imported(source: Source) -> set[str]:
    return {part for each in source.fact.imports for part in (each.module.rpartition(".")[2], *each.names)}


def _stem(path: str) -> str:
    return path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]


def _bare(program: Program, asked: list[Use], covered: set[str], words: Words) -> list[Use]:
    """Return the clients that are made and asked in one source where nothing retries and no error is caught."""
    made = {use.source.path: use for use in program.named(*sorted(words.calls.clients))}
    open_ = {use.source.path for use in asked if not use.call.guarded} - covered
    return [made[path] for path in sorted(open_ & made.keys()) if not _around(program, {path}) & covered]


def evaluated(program: Program, tree: Layout, *, words: Words) -> Verdict:
    """Look for evaluation of what the model says, or for guards and schemas around it."""
    asked = _asked(program, words.calls)
    if not asked:
        return not_applicable(_NO_CALLS)
    table = words.evaluation
    measured = [use.place for use in program.within(table.modules)]
    named = list(_spoken(program, re.compile(table.names), None))
    files = [Evidence(entry.path) for entry in tree.named(re.compile(table.files))]
    paths = {use.source.path for use in asked}
    shaping = (*program.named(*sorted(table.shapes)), *program.keyed(table.keywords))
    shaped = [use.place for use in shaping if use.source.path in paths]
    if measured or (named and files):
        return met("Answers are evaluated.", *(measured or [*named[:2], *files[:2]])[:_SHOWN])
    if named and shaped:
        return met("Answers are checked, and held to a schema.", *named[:2], *shaped[:2], confidence=Confidence.MEDIUM)
    if weak := [*shaped, *named, *files]:
        what = "held to a schema" if shaped else "checked in part"
        return partly(
            f"Answers are {what}; their quality is not measured.", *weak[:_SHOWN], confidence=Confidence.MEDIUM
        )
    return unmet("Nothing measures or checks what the model answers.", *(use.place for use in asked[:_SHOWN]))


def prompts(program: Program, tree: Layout, *, words: Words) -> Verdict:
    """Look for prompts in files or modules of their own, then for named templates."""
    asked = _asked(program, words.calls)
    if not asked:
        return not_applicable(_NO_CALLS)
    table = words.prompts
    if files := tree.named(re.compile(table.files)) or tree.named(re.compile(table.modules)):
        return met("Prompts are kept in files of their own.", *(Evidence(entry.path) for entry in files[:_SHOWN]))
    templates = [use.place for use in program.named(*sorted(table.calls))]
    named = list(_assigned(program, re.compile(table.names)))
    if found := [*templates, *named]:
        fix = f"Move the prompts of {found[0].path} to prompts/, one file each: changes then show in the history."
        return partly("Prompts are named templates among the code.", *found[:_SHOWN], fix=fix)
    return unmet("Prompts are written into the calls.", *(use.place for use in asked[:_SHOWN]))


def _asked(program: Program, words: Calls) -> list[Use]:
    """Return the calls that ask a language model."""
    pattern = re.compile(words.asked)
    found = [use for use in program.named(*sorted(words.asking)) if _asks(use, words, pattern)]
    for source in program.sources:
        if source.is_test or not any(host in literal.text for literal in source.fact.literals for host in words.hosts):
            continue
        found += [use for use in program.named("post", "request") if use.source.path == source.path]
    if not found:
        embedding = {use.source.path for use in program.within(words.libraries) if "embeddings" in use.name}
        found = [
            use
            for use in program.named(*sorted(words.clients))
            if words.libraries.intersection(prefixes(use.name)) and use.source.path not in embedding
        ]
    return sorted(found, key=lambda use: (use.source.path, use.call.line))


def _asks(use: Use, words: Calls, pattern: re.Pattern[str]) -> bool:
    if use.name.count(".") == 0 or "embeddings" in use.name.lower():
        return False
    if words.libraries.intersection(prefixes(use.name)):
        return bool(pattern.search(use.name))
    if use.last in words.certain and use.name.startswith("?"):
        return imports(use.source, words.libraries)
    unknown = use.name.startswith(("?", "self", ".")) or use.name[0].islower()
    root = prefixes(use.name)[0]
    foreign = root in {each.module.partition(".")[0] for each in use.source.fact.imports}
    return (
        unknown
        and not foreign
        and bool(pattern.search(use.name.rpartition(".")[0]))
        and imports(use.source, words.libraries)
    )


def _local(use: Use, words: Calls) -> bool:
    hosted = words.libraries - words.local
    return bool(words.local.intersection(prefixes(use.name))) or not imports(use.source, hosted)


def _near(use: Use, paths: set[str], words: Words) -> bool:
    """Tell whether a call belongs to the clients: made of their libraries, or in a file that asks."""
    return bool(words.calls.libraries.intersection(prefixes(use.name))) or use.source.path in paths


def _zero(use: Use, table: Resilience) -> bool:
    return all(use.keywords[key] in ("0", "None") for key in table.keywords & use.keywords.keys())


def _decorated(program: Program, table: Resilience, paths: set[str]) -> Iterator[Evidence]:
    for source in program.sources:
        for function in source.fact.functions if source.path in paths else ():
            if any(table.modules.intersection(prefixes(decorator)) for decorator in function.decorators):
                yield source.at(function.line, f"@{function.decorators[0]} def {function.name}")


def _spoken(program: Program, pattern: re.Pattern[str], paths: set[str] | None) -> Iterator[Evidence]:
    """Yield own functions and classes whose names match, in these paths or anywhere."""
    for source in program.sources:
        if not source.is_test and (paths is None or source.path in paths):
            yield from (source.at(f.line, f"def {f.name}") for f in source.fact.functions if pattern.search(f.name))
            yield from (source.at(c.line, f"class {c.name}") for c in source.fact.classes if pattern.search(c.name))


def _assigned(program: Program, pattern: re.Pattern[str]) -> Iterator[Evidence]:
    for source in program.sources:
        if not source.is_test:
            yield from (source.at(line, name) for name, line in source.fact.assigned if pattern.search(name))
