"""Hold the verdicts against reviewers' labels: `python tests/agreement.py --mirrors MIRRORS LABELS...`

LABELS are JSON lines `{"repo", "commit", "readings": {question: [[verdict, reason], ...]}}`; a repository that several
lines name has the readings of all. MIRRORS is a folder with a folder `owner+name` for each repository, in which its git
folder lies, or a file of lines `owner/name<TAB>git folder<TAB>commit`. The auditor runs as its users run it.

Kappa is Cohen's with linear weights: from no over partly to yes each step counts a half, and `na` against anything else
counts like no against yes. Where readings differ, the one nearest to the auditor's verdict counts. What the
auditor could not answer, or does not ask, is counted apart as unknown.
"""

import argparse
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec

from auditor.formats import json as json_form
from auditor.formats.escape import line
from auditor.model import AuditorError, Finding, Status
from auditor.sources.git import git_folder

_PREFIXES = {"nb": "notebooks", "test": "tests", "pkg": "packaging", "type": "typing", "repo": "hygiene"}
_RULES = {"repo.hygiene": ("hygiene-clean", "hygiene-size")}
_WORDS = {Status.MET: "yes", Status.PARTLY: "partly", Status.UNMET: "no", Status.NOT_APPLICABLE: "na"}
_STEPS = ("no", "partly", "yes")
_DEPTH = 3


class Labelled(msgspec.Struct, frozen=True):
    """One repository as it was read: for each question (verdict, reason), once a reading."""

    repo: str
    commit: str
    readings: Mapping[str, tuple[tuple[str, str], ...]]


class Answer(NamedTuple):
    """One question about one repository, answered by both sides."""

    question: str
    repo: str
    label: str
    verdict: str
    reasons: tuple[str, ...]
    ours: str


class Outcome(NamedTuple):
    """What became of one repository: the answers to compare, and what could not be compared."""

    answers: tuple[Answer, ...]
    unknown: tuple[str, ...]
    failure: str | None = None


def distance(one: str, other: str) -> float:
    """Return how far apart two verdicts are, from 0 to 1."""
    if one == other:
        return 0.0
    if "na" in (one, other):
        return 1.0
    return abs(_STEPS.index(one) - _STEPS.index(other)) / 2


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa with linear weights, None where both sides gave one and the same verdict throughout."""
    lefts, rights = (Counter(side) for side in zip(*pairs, strict=True)) if pairs else (Counter[str](), Counter[str]())
    expected = sum(
        distance(left, right) * many * other for left, many in lefts.items() for right, other in rights.items()
    )
    if not expected:
        return None
    return 1 - sum(distance(*pair) for pair in pairs) * len(pairs) / expected


def agreement(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the share of equal verdicts."""
    return sum(label == verdict for label, verdict in pairs) / len(pairs)


def gross(label: str, verdict: str) -> bool:
    """Tell whether one side says yes where the other says no."""
    return {label, verdict} == {"yes", "no"}


def rules_of(question: str) -> tuple[str, ...]:
    """Return the rules that answer a question of the rubric."""
    prefix, _, rest = question.partition(".")
    return _RULES.get(question, (f"{_PREFIXES.get(prefix, prefix)}-{rest}",))


def worst(findings: Iterable[Finding]) -> Finding | None:
    """Return the finding with the lowest verdict; one without a place between yes and no counts only alone."""
    order = {Status.UNMET: 0, Status.PARTLY: 1, Status.MET: 2}
    return min(findings, key=lambda finding: order.get(finding.status, 3), default=None)


def compare(labelled: Labelled, findings: Mapping[str, Finding]) -> Outcome:
    """Put the labels of one repository beside the auditor's findings."""
    answers: list[Answer] = []
    unknown: list[str] = []
    for question, readings in labelled.readings.items():
        finding = worst(findings[rule] for rule in rules_of(question) if rule in findings)
        verdict = None if finding is None else _WORDS.get(finding.status)
        if finding is None or verdict is None:
            unknown.append(question)
            continue
        label = min((word for word, _ in readings), key=lambda word: distance(word, verdict))
        reasons = tuple(f"{word}: {reason}" for word, reason in readings)
        answers.append(Answer(question, labelled.repo, label, verdict, reasons, _said(finding)))
    return Outcome(tuple(answers), tuple(unknown))


def _said(finding: Finding) -> str:
    first = next(iter(finding.evidence), None)
    if first is None:
        return f"{finding.rule}: {finding.summary}"
    place = (
        first.path + (f":{first.line}" if first.line else "") + ("" if first.cell is None else f" cell {first.cell}")
    )
    return f"{finding.rule}: {finding.summary} [{place}] {first.excerpt}"


def audit(labelled: Labelled, location: Path | None) -> Outcome:
    """Audit one repository at the labelled commit through the public command."""
    if location is None:
        return Outcome((), (), f"{labelled.repo}: not among the mirrors")
    options = ("--offline", "--quiet", "--jobs", "1", "--format", "json", "--output", "-", "--commit", labelled.commit)
    done = subprocess.run(
        [sys.executable, "-m", "auditor", *options, str(location)],
        capture_output=True,
        check=False,
    )
    try:
        report = json_form.load(done.stdout)
    except AuditorError:
        return Outcome((), (), f"{labelled.repo}: status {done.returncode}; {done.stderr.decode('utf-8', 'replace')}")
    repository = report.repositories[0]
    if not repository.findings:
        return Outcome((), (), f"{labelled.repo}: {repository.status}; {repository.reason}")
    return compare(labelled, {finding.rule: finding for finding in repository.findings})


def labels(files: Iterable[Path]) -> tuple[Labelled, ...]:
    """Read the labels; a repository named more than once at one commit has all its readings."""
    found: dict[tuple[str, str], Labelled] = {}
    for file in files:
        for row in file.read_bytes().splitlines():
            new = msgspec.json.decode(row, type=Labelled)
            old = found.get((new.repo, new.commit))
            found[new.repo, new.commit] = new if old is None else _merged(old, new)
    return tuple(found.values())


def _merged(old: Labelled, new: Labelled) -> Labelled:
    questions = dict.fromkeys((*old.readings, *new.readings))
    both = {each: (*old.readings.get(each, ()), *new.readings.get(each, ())) for each in questions}
    return Labelled(old.repo, old.commit, both)


def mirrors(place: Path) -> dict[str, Path]:
    """Return where each repository lies, by owner/name in lower case."""
    if place.is_file():
        rows = (row.split("\t") for row in place.read_text(encoding="utf-8").splitlines() if row.strip())
        return {row[0].lower(): Path(row[1]) for row in rows}
    found = ((folder.name.replace("+", "/", 1).lower(), _repository(folder)) for folder in place.iterdir())
    return {name: location for name, location in found if location is not None}


def _repository(folder: Path, depth: int = _DEPTH) -> Path | None:
    """Return the repository in a folder, or below it."""
    if not folder.is_dir():
        return None
    if git_folder(folder):
        return folder
    inside = sorted(folder.iterdir()) if depth else ()
    return next((found for inner in inside if (found := _repository(inner, depth - 1))), None)


def summary(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield the table: a line a question, and one over all."""
    answers = [answer for outcome in outcomes for answer in outcome.answers]
    unknown = Counter(question for outcome in outcomes for question in outcome.unknown)
    yield f"{'question':<20} {'n':>4} {'agreement':>9} {'kappa':>6} {'gross':>5} {'unknown':>7}"
    for question in dict.fromkeys((*(answer.question for answer in answers), *unknown)):
        yield _row(question, [answer for answer in answers if answer.question == question], unknown[question])
    yield _row("overall", answers, unknown.total())


def _row(name: str, answers: Sequence[Answer], unknown: int) -> str:
    pairs = [(answer.label, answer.verdict) for answer in answers]
    if not pairs:
        return f"{name:<20} {0:>4} {'-':>9} {'-':>6} {'-':>5} {unknown:>7}"
    found = kappa(pairs)
    shown = "same" if found is None else f"{found:.2f}"
    errors = sum(gross(*pair) for pair in pairs)
    return f"{name:<20} {len(pairs):>4} {agreement(pairs):>9.1%} {shown:>6} {errors:>5} {unknown:>7}"


def confusions(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield each difference with both sides' evidence, the gross ones first."""
    differ = [answer for outcome in outcomes for answer in outcome.answers if answer.label != answer.verdict]
    for answer in sorted(differ, key=lambda each: (-distance(each.label, each.verdict), each.question, each.repo)):
        mark = "GROSS " if gross(answer.label, answer.verdict) else ""
        yield ""
        yield f"{mark}{answer.question}  {answer.repo}: reviewers {answer.label}, auditor {answer.verdict}"
        yield from (f"  reviewer {line(reason, 400)}" for reason in answer.reasons)
        yield f"  auditor  {line(answer.ours, 400)}"


def main() -> None:
    """Print the table and the differences."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--mirrors", type=Path, required=True, help="folder of owner+name folders, or a .tsv")
    parser.add_argument("--question", action="append", help="only this question of the rubric; repeat for more")
    parser.add_argument("labels", nargs="+", type=Path, help="labels, as JSON lines")
    options = parser.parse_args()
    places = mirrors(options.mirrors)
    chosen = [_only(each, options.question) for each in labels(options.labels)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        outcomes = list(threads.map(audit, chosen, [places.get(each.repo.lower()) for each in chosen]))
    failures = [line(outcome.failure, 400) for outcome in outcomes if outcome.failure]
    rows = [*summary(outcomes), "", *(f"not compared: {failure}" for failure in failures), *confusions(outcomes)]
    sys.stdout.writelines(f"{row}\n" for row in rows)


def _only(labelled: Labelled, questions: Sequence[str] | None) -> Labelled:
    if not questions:
        return labelled
    kept = {question: readings for question, readings in labelled.readings.items() if question in questions}
    return Labelled(labelled.repo, labelled.commit, kept)


if __name__ == "__main__":
    main()
