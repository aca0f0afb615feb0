"""Which figures own code computes to judge its models."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise

from auditor.model import Evidence, Verdict, met, partly, unmet
from auditor.probes.ml_training import imports, models, no_model, unparsed
from auditor.probes.ml_words import Metric, Words
from auditor.views.layout import Layout
from auditor.views.program import Program, Source, Use

_SHOWN = 4
_KEYWORDS = frozenset(
    {
        "scoring",
        "metrics",
        "metric",
        "eval_metric",
        "metric_for_best_model",
        "monitor",
        "loss_function",
        "measures",
        "refit",
        "optimize",
        "score_func",
        "metricName",
        "metric_name",
        "compute_metrics",
        "main_metric",
    }
)
_NAMED_BY_FIRST = frozenset(
    {
        "log_metric",
        "log_metrics",
        "load_metric",
        "load",
        "combine",
        "add_scalar",
        "make_scorer",
        "get_scorer",
        "append_metric",
        "log",
    }
)
_PRINTING = frozenset({"print", "info", "debug", "write", "metric", "success", "text", "title", "echo"})
_TOKEN = re.compile(r"[a-z][a-z0-9²]*(?:[_@-][a-z0-9]+)*")
_BEFORE = re.compile(
    r"^(?:_*(?:calculate|compute|calc|get|eval|evaluate|measure|test|val|valid|train|avg|mean|average|macro|micro|weighted"
    r"|total|overall|final|best)_)+"
)
_AFTER = re.compile(r"_(?:test|val|valid|train|fn|metric|metrics|value|values|list|lr|rf|knn|svm|xgb|dt|nb)$")
_CUTOFF = re.compile(r"(?:_at_?|@)(?:k|n|\d{1,3})\b")
_FILLED = re.compile(r"\{|[:=%]\s*[\"']*$|%[.\d]*[fds]")


def metrics(program: Program, tree: Layout, *, words: Words, enough: int) -> Verdict:
    """Count the metrics beyond accuracy that are computed."""
    trained = models(program, words)
    found = computed(program, words.metrics)
    suited = _suited(found, words.metrics)
    count = sum(words.metrics[name].many for name in suited)
    if not trained and count < enough:
        return no_model(program, tree, words, "nothing evaluates it")
    places = tuple(suited.values())[:_SHOWN]
    named = ", ".join(words.metrics[name].title or name for name in sorted(suited))
    if count >= enough:
        return met(f"Models are judged by {named}.", *places)
    if count:
        return partly(f"Only {named} is computed.", *places, fix=_fix(suited, words))
    broken, sure = unparsed(program)
    if found:
        said = f"Accuracy is the only metric.{broken}"
        return unmet(said, *found.values(), *trained[:1], fix=_ACCURACY_FIX, confidence=sure)
    return unmet(f"A model is trained, and no metric is computed.{broken}", *trained[:_SHOWN], confidence=sure)


def _suited(found: Mapping[str, Evidence], table: Mapping[str, Metric]) -> dict[str, Evidence]:
    """Leave out accuracy, and a lone squared error beside measures of classification: it says nothing there."""
    regression = [name for name in found if table[name].task == "regression"]
    classes = {place.path for name, place in found.items() if table[name].task in ("accuracy", "classification")}
    odd = {name for name in regression if len(regression) == 1 and found[name].path in classes}
    return {name: place for name, place in found.items() if table[name].task != "accuracy" and name not in odd}


_ACCURACY_FIX = "Add precision, recall and F1 (sklearn's classification_report) and a confusion matrix to the accuracy."
_FIXES = {
    "regression": "Report MAE, RMSE and R² together.",
    "classification": "Report precision, recall and F1 together, with a confusion matrix (sklearn.metrics).",
    "clustering": "Report the silhouette score and a second index, such as Davies-Bouldin.",
}


def _fix(suited: Mapping[str, Evidence], words: Words) -> str | None:
    return _FIXES.get(words.metrics[next(iter(suited))].task)


def computed(program: Program, table: Mapping[str, Metric]) -> dict[str, Evidence]:
    """Return the metrics that own code computes, each with its first place."""
    found: dict[str, Evidence] = {}
    for name, place in (*_called(program, table), *_defined(program, table), *_named(program, table)):
        found.setdefault(name, place)
    return found


def _called(program: Program, table: Mapping[str, Metric]) -> Iterator[tuple[str, Evidence]]:
    for name, metric in table.items():
        dotted = frozenset(call for call in metric.calls if "." in call)
        for use in (*program.named(*sorted(metric.calls)), *(program.within(dotted) if dotted else ())):
            if _in_place(use.source, metric) and not _is_loss(use.name):
                yield name, use.place
        if metric.commands:
            yield from ((name, place) for place in program.commanding(re.compile(metric.commands)))


def _defined(program: Program, table: Mapping[str, Metric]) -> Iterator[tuple[str, Evidence]]:
    """Metrics written by hand: functions and variables of their name."""
    by_name = {call.lower(): name for name, metric in table.items() for call in metric.calls}
    for source in program.sources:
        named = [(function.name.rpartition(".")[2], function.line) for function in source.fact.functions]
        for own, line in (*named, *(pair for pair in source.fact.assigned if pair[0].islower())):
            name = by_name.get(own.lower()) or by_name.get(_bare(own))
            if name and _in_place(source, table[name]):
                yield name, source.at(line, own)


def _named(program: Program, table: Mapping[str, Metric]) -> Iterator[tuple[str, Evidence]]:
    """Metrics named in a call: scoring="f1", log_metric("rmse", ...), print(f"Recall: {r}")."""
    by_word = {word: name for name, metric in table.items() for word in metric.words}
    for use in (*program.keyed(_KEYWORDS), *program.named(*sorted(_NAMED_BY_FIRST | _PRINTING))):
        for token in _tokens(use):
            if (name := by_word.get(token)) and _in_place(use.source, table[name]):
                yield name, use.place


@cache
def _bare(name: str) -> str:
    """Return `ndcg_at_k` of `calculate_ndcg_at_10`, `f1` of `val_macro_f1`: the metric alone."""
    plain = _CUTOFF.sub("_at_k", name.lower())
    return _AFTER.sub("", _BEFORE.sub("", plain))


def _is_loss(name: str) -> bool:
    """Tell a loss from a metric of the same name."""
    return ".losses." in name or name.startswith("torch.nn.")


def _in_place(source: Source, metric: Metric) -> bool:
    return not source.is_test and (not metric.needs or imports(source, metric.needs))


def _tokens(use: Use) -> Iterator[str]:
    for key, value in use.call.keywords:
        if key in _KEYWORDS and value:
            yield from _split(value)
    if use.last in _NAMED_BY_FIRST or (use.last in _PRINTING and _FILLED.search(use.call.first)):
        yield from _split(use.call.first)


@cache
def _split(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, and each two that follow one another joined by "_"."""
    words = _TOKEN.findall(_CUTOFF.sub("@k", text.lower()))
    return (*words, *(f"{one}_{two}" for one, two in pairwise(words)))
