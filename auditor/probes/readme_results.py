"""Whether a README reports measured results, and whether a committed artefact holds the same figures."""

import re

from auditor.facts.markup import MarkupFact
from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unknown, unmet
from auditor.probes.figures import Figure, Metrics, places, reported, value_of
from auditor.probes.lexicon import OTHER_LANGUAGE, Terms, finder, plain, tongue
from auditor.views.artefacts import Artefacts
from auditor.views.readme import Readme
from auditor.views.words import listed, shortened

_EXCERPT = 120
_PARTED = re.compile(r"[_.\d-]+")
_NUMBER = re.compile(r"\d{1,15}(?:[.,]\d{1,15}){0,4}|\.\d{1,9}")
_SHARE = re.compile(r"(?<![\w.,])[-+]?0?[.,]\d{1,4}(?![\w.,]*\d)|\d\s?%")
_LARGE_COUNT = re.compile(r"(?<![\w:/.,-])(?:\d{1,3}(?:[.,]\d{3})+|\d{4,})\s+[^\W\d]")


def results(readme: Readme, *, metrics: Metrics, languages: Terms) -> Verdict:
    """Find measured figures of the outcome and say what they measure."""
    figures = reported(readme.text, metrics)
    sure = [figure for figure in figures if figure.sure]
    lost = finder(metrics.losses)
    if sure and all(lost.fullmatch(figure.metric) for figure in sure):
        told = f"{readme.path} reports only a loss ({sure[0].text}): how training went, not what the model achieves."
        return partly(told, *_shown(readme, sure), confidence=Confidence.MEDIUM)
    if sure:
        return _measured(readme, sure, metrics)
    if tongue(readme.text, languages) not in metrics.shares:
        return unknown(OTHER_LANGUAGE, Evidence(readme.path))
    if figures:
        told = f"{readme.path} has figures, but what they measure is not said."
        return partly(told, *_shown(readme, figures), confidence=Confidence.MEDIUM)
    parts = places(readme.text, metrics)
    pictured = _pictured(readme, parts, metrics)
    if pictured is not None:
        return partly(f"{readme.path} shows results only in a picture, without a figure in the text.", pictured)
    counted = _counted(readme.text, parts)
    if counted is not None:
        return partly(f"{readme.path} has sizes, but no measured result.", Evidence(readme.path, *counted), score=0.3)
    related = _related(readme.text, metrics)
    if related is not None:
        told = f"{readme.path} has figures on relations within the data, but no measured result of the work."
        return partly(told, Evidence(readme.path, *related), score=0.3, confidence=Confidence.MEDIUM)
    looked = Evidence(readme.path, excerpt="looked for a metric with a figure in text, lists and tables")
    return unmet(f"{readme.path} reports no measured result.", looked)


def backed(readme: Readme, artefacts: Artefacts, *, metrics: Metrics, share: float) -> Verdict:
    """Look the reported figures up in the committed outputs; `share` of them found is enough."""
    figures = {figure.text: figure for figure in reported(readme.text, metrics) if figure.sure and figure.metric}
    if not figures:
        return not_applicable("The README reports no figure that could be looked up.", Evidence(readme.path))
    if not artefacts.figures and artefacts.unread:
        return unknown(f"The files of results could not be read: {artefacts.unread[0]}.", Evidence(artefacts.unread[0]))
    held = {figure: path for figure in figures.values() if (path := _holder(figure, artefacts))}
    if len(held) >= share * len(figures):
        told = f"{len(held)} of {len(figures)} figures of {readme.path} stand in committed outputs."
        return met(told, *_pairs(readme, held), confidence=_trust(held))
    lost = [figure for figure in figures.values() if figure not in held]
    if held:
        told = f"{len(held)} of {len(figures)} figures of {readme.path} stand in committed outputs."
        return partly(told, *_pairs(readme, held)[:2], *_shown(readme, lost)[:2], score=len(held) / len(figures))
    return unmet(
        f"{_whole(len(figures), readme.path)} in a committed output.",
        *_shown(readme, lost),
        Evidence(next(iter(artefacts.figures), ""), excerpt=f"looked in {_looked(artefacts)}"),
        confidence=Confidence.MEDIUM,
        fix=f"Commit what line {lost[0].line} of {readme.path} rests on: an executed notebook or a metrics file.",
    )


def _whole(count: int, path: str) -> str:
    if count == 1:
        return f"The one figure of {path} does not stand"
    return f"None of the {count} figures of {path} stands"


def _measured(readme: Readme, sure: list[Figure], metrics: Metrics) -> Verdict:
    against = finder(metrics.baselines)
    seen = " ".join(plain(figure.excerpt) for figure in sure)
    compared = bool(against.search(seen)) or "→" in seen or len({f.line for f in sure if " | " in f.excerpt}) > 1
    named = ", ".join(dict.fromkeys(f"{figure.metric} {figure.text}" for figure in sure[:3]))
    told = f"{readme.path} reports {named}{', held against something' if compared else '; nothing to compare it with'}."
    confidence = Confidence.HIGH if len(sure) > 1 else Confidence.MEDIUM
    return met(told, *_shown(readme, sure), confidence=confidence)


def _pictured(readme: Readme, parts: list[bool | None], metrics: Metrics) -> Evidence | None:
    telling = finder(metrics.pictures)
    for link in readme.text.links:
        name = _PARTED.sub(" ", plain(f"{link.text} {link.url.rpartition('/')[2]}"))
        if link.image and not link.badge and (parts[link.section] or telling.search(name)):
            return Evidence(readme.path, link.line, excerpt=link.url[:_EXCERPT])
    return None


def _counted(text: MarkupFact, parts: list[bool | None]) -> tuple[int, None, None, str] | None:
    for passage in text.passages:
        if parts[passage.section] and _LARGE_COUNT.search(passage.text):
            return passage.line, None, None, shortened(passage.text, _EXCERPT)
    return None


def _related(text: MarkupFact, metrics: Metrics) -> tuple[int, None, None, str] | None:
    relations = finder(metrics.relations)
    for passage in text.passages:
        if _SHARE.search(passage.text) and relations.search(plain(passage.text)):
            return passage.line, None, None, shortened(passage.text, _EXCERPT)
    return None


def _holder(figure: Figure, artefacts: Artefacts) -> str | None:
    number = _NUMBER.search(figure.text)
    if number is None:
        return None
    value = value_of(number[0])
    decimals = len(number[0].replace(",", ".").rpartition(".")[2]) if re.search(r"[.,]", number[0]) and value % 1 else 0
    if not decimals and "." in number[0] and value < 2:  # noqa: PLR2004 - "1.0" and "0.00" are written to their decimals
        decimals = len(number[0].rpartition(".")[2])
    per_cent = figure.share and ("%" in figure.text or value > 1)
    return artefacts.holding(value, decimals, share=figure.share, per_cent=per_cent)


def _trust(held: dict[Figure, str]) -> Confidence:
    """Doubt whole percentages, which any long list of numbers holds."""
    exact = sum(len(figure.text.partition(".")[2].rstrip("% ")) > 1 for figure in held)
    return Confidence.HIGH if exact * 2 >= len(held) else Confidence.LOW


def _looked(artefacts: Artefacts) -> str:
    if not artefacts.figures:
        return "notebook outputs and files named like metrics, results, reports and logs: none holds figures"
    return listed(list(artefacts.figures), 3)


def _pairs(readme: Readme, held: dict[Figure, str]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(readme.path, figure.line, excerpt=f"{figure.metric} {figure.text}: in {path}")
        for figure, path in list(held.items())[:3]
    )


def _shown(readme: Readme, figures: list[Figure]) -> tuple[Evidence, ...]:
    places_ = {figure.line: figure for figure in reversed(figures)}
    return tuple(
        Evidence(readme.path, line, excerpt=shortened(figure.excerpt, _EXCERPT))
        for line, figure in sorted(places_.items())[:3]
    )
