"""Questions about notebooks: whether they ran, in order and without errors, whether they explain and are lean."""

import re
from collections.abc import Sequence
from itertools import pairwise

from auditor.facts.notebook import Cell
from auditor.model import Confidence, Evidence, Verdict, met, not_applicable, partly, unknown, unmet
from auditor.views.notebooks import Notebook, Notebooks
from auditor.views.words import counted, listed, place, within

_SHOWN = 3


def executed(notebooks: Notebooks, *, ran: float, mostly: float, hardly: float) -> Verdict:
    """Say how many notebooks carry their outputs.

    A notebook is executed when `ran` of the cells that would show something have run and any output is kept.
    """
    if not notebooks.coding:
        return _nothing_to_run(notebooks)
    shares = {book: _executed_share(book, ran) for book in notebooks.coding}
    total = len(shares) + len(notebooks.broken)
    weights = {book: len(book.code) ** 0.5 for book in shares}  # a large bare notebook is missed more than a small one
    mean = sum(share * weights[book] for book, share in shares.items()) / (
        sum(weights.values()) + len(notebooks.broken)
    )
    full = [book for book, share in shares.items() if share == 1]
    bare = [book for book, share in shares.items() if share < 1]
    summary = (
        _said(len(full), total, "carries the outputs", "does not carry the outputs", "carry the outputs") + " of a run"
    )
    sure = Confidence.MEDIUM if notebooks.unread else Confidence.HIGH
    if mean >= mostly:
        return met(f"{summary}.", *(_extent(book) for book in full[:_SHOWN]), confidence=sure)
    places = (*(_extent(book) for book in bare), *_broken(notebooks))[:_SHOWN]
    fix = f"Run {_named(bare, notebooks)} from top to bottom and commit with the outputs."
    if mean > hardly:
        return partly(f"{summary}.", *places, score=mean, confidence=sure, fix=fix)
    return unmet(f"{summary}.", *places, confidence=sure, fix=fix)


def ran_in_order(notebooks: Notebooks, *, most: float, some: float, consecutive: float, back: float) -> Verdict:
    """Say whether execution counts rise 1..n.

    Small breaks: at least `consecutive` of the steps go up by one, at most `back` of them go back.
    """
    counted = [book for book in notebooks.coding if book.counts]
    if not counted:
        return not_applicable("No notebook has execution counts.")
    scores = {book: _order(book.counts, consecutive, back) for book in counted}
    clean = sum(score == 1 for score in scores.values())
    mean = sum(scores.values()) / len(scores)
    numbered = "with execution counts"
    summary = _said(clean, len(scores), f"{numbered} ran", f"{numbered} was not run", f"{numbered} ran")
    summary += " from top to bottom without a break."
    if clean / len(scores) > most:
        return met(summary, *[book.as_whole(_counts(book)) for book in counted if scores[book] == 1][:_SHOWN])
    worst = sorted((book for book in counted if scores[book] < 1), key=lambda book: (scores[book], book.path))
    places = tuple(_break(book) for book in worst[:_SHOWN])
    fix = f"Restart the kernel and run all cells of {worst[0].path}, then commit it."
    return partly(summary, *places, score=mean, fix=fix) if mean >= some else unmet(summary, *places, fix=fix)


def clean(notebooks: Notebooks, *, flood: int) -> Verdict:
    """Look for tracebacks in committed outputs; `flood` lines of warnings are worth a word."""
    run = [book for book in notebooks.coding if book.ran]
    if not run:
        return not_applicable("No notebook was executed.")
    failed = [(book, cell) for book in run for cell in book.code if cell.error is not None]
    if failed:
        files = len({book.path for book, _ in failed})
        places = [book.at(cell, f"{cell.error}: {cell.said}") for book, cell in failed[:_SHOWN]]
        summary = f"{counted(len(failed), 'cell')} in {counted(files, 'notebook')} ended in an error that is committed."
        fix = f"Fix or delete {within(places[0])} of {places[0].path}, re-run, commit."
        return unmet(summary, *places, fix=fix)
    noisy = [(book, cell) for book in run for cell in book.code if cell.warnings >= flood]
    said = f" Warnings flood {counted(len(noisy), 'cell')}." if noisy else ""
    places = [book.at(cell, f"{cell.warnings} warnings") for book, cell in noisy[:_SHOWN]]
    return met(
        f"No error output in {counted(len(run), 'executed notebook')}.{said}",
        *(places or [book.as_whole("no error output") for book in run[:_SHOWN]]),
    )


def narrative(
    notebooks: Notebooks,
    *,
    headings: int,
    words: int,
    words_per_cell: float,
    share: float,
    thin_words: int,
    met_at: float,
    partly_at: float,
) -> Verdict:
    """Say whether headings and explanation stand between the cells.

    A notebook tells a story with `headings`, with `words` in all and `words_per_cell` of code outside headings, in
    cells that are `share` of the code cells; with less it is thin, and bare below `thin_words`.
    """
    if not notebooks.coding:
        return _nothing_to_run(notebooks)
    scores = {book: _story(book, headings, words, words_per_cell, share, thin_words) for book in notebooks.coding}
    mean = sum(scores.values()) / len(scores)
    telling = sum(score == 1 for score in scores.values())
    summary = _said(telling, len(scores), "explains its steps", "hardly explains its steps", "explain their steps")
    summary += " between the cells."
    order = sorted(scores, key=lambda book: (scores[book], book.path))
    if mean >= met_at:
        return met(summary, *(_prose(book) for book in order[::-1][:_SHOWN]))
    places = tuple(_prose(book) for book in order[:_SHOWN])
    fix = f"Add headings, and a sentence on each step and finding, to {order[0].path}."
    if mean >= partly_at:
        return partly(summary, *places, score=mean, fix=fix)
    return unmet(summary, *places, fix=fix)


def lean(notebooks: Notebooks, *, long_cell: int, many: int, copies: str) -> Verdict:
    """Look for cells of `long_cell` lines and more, `many` of them being too many, and for left-over copies."""
    if not notebooks.coding:
        return _nothing_to_run(notebooks)
    named = re.compile(copies, re.IGNORECASE)
    left_over = [book for book in notebooks.books if named.search(book.path.rpartition("/")[2])]
    if len(left_over) == len(notebooks.books):
        left_over = left_over[1:]  # whatever the only one is called, it holds the work
    long = [(book, cell) for book in notebooks.coding for cell in book.code if cell.lines >= long_cell]
    if not left_over and not long:
        longest = _longest(notebooks)
        return met(f"No cell of {long_cell} lines, no left-over copy.", *longest)
    places = [book.at(cell, f"{cell.lines} lines") for book, cell in sorted(long, key=_by_length)[:_SHOWN]]
    places += [book.as_whole("a copy by its name") for book in left_over[:_SHOWN]]
    parts = [counted(len(long), "cell") + f" of {long_cell} lines or more"] if long else []
    parts += [counted(len(left_over), "notebook") + " named like a left-over copy"] if left_over else []
    summary = f"{' and '.join(parts)}.".capitalize() if parts else ""
    fix = f"Move the code of {place(places[0])}, into a module." if long else f"Delete {places[0].path}."
    if len(long) + len(left_over) >= many:
        return unmet(summary, *places, fix=fix)
    return partly(summary, *places, fix=fix)


def _executed_share(book: Notebook, ran: float) -> float:
    if not any(cell.outputs for cell in book.code):
        counted = any(cell.count is not None for cell in book.code)
        return 1.0 if counted and not book.talking else 0.0
    done = sum(1 for cell in book.talking if cell.outputs or cell.count is not None)
    share = done / len(book.talking)
    return 1.0 if share >= ran else share


def _order(counts: Sequence[int], consecutive: float, back: float) -> float:
    steps = [later - earlier for earlier, later in pairwise(counts)]
    if counts[0] == 1 and all(step == 1 for step in steps):
        return 1.0
    if not steps:
        return 0.5  # one cell, numbered as if others had run before it
    by_one = sum(step == 1 for step in steps) / len(steps)
    backward = sum(step <= 0 for step in steps) / len(steps)
    return 0.5 if by_one >= consecutive and backward <= back else 0.0


def _story(book: Notebook, headings: int, words: int, words_per_cell: float, share: float, thin_words: int) -> float:
    cells = [cell for cell in book.fact.cells if cell.kind == "markdown" and cell.lines]
    titles = sum(cell.heading > 0 for cell in cells)
    prose = sum(cell.prose for cell in cells)
    code = len(book.code)
    if titles >= headings and prose >= max(words, words_per_cell * code) and len(cells) >= share * code:
        return 1.0
    return 0.5 if titles > headings or sum(cell.words for cell in cells) >= thin_words else 0.0


def _nothing_to_run(notebooks: Notebooks) -> Verdict:
    if notebooks.broken:
        path, why = notebooks.broken[0]
        fix = f"Save {path} again from Jupyter, or delete it."
        return unmet(f"{path} can't be opened: {why.reason}.", *_broken(notebooks)[:_SHOWN], fix=fix)
    if notebooks.unread:
        return unknown(f"{notebooks.unread[0][0]}: {notebooks.unread[0][1].reason}.")
    return not_applicable("No notebook holds any code.")


def _broken(notebooks: Notebooks) -> tuple[Evidence, ...]:
    return tuple(Evidence(path, line=why.line, excerpt=why.reason) for path, why in notebooks.broken)


def _extent(book: Notebook) -> Evidence:
    with_output = sum(cell.outputs > 0 for cell in book.code)
    return book.as_whole(f"{with_output} of {len(book.code)} code cells with output, {len(book.ran)} were run")


def _named(books: Sequence[Notebook], notebooks: Notebooks) -> str:
    names = [book.path for book in books] + [path for path, _ in notebooks.broken]
    return listed(names, 1)


def _counts(book: Notebook) -> str:
    return f"cells ran as {book.counts[0]}..{book.counts[-1]}"


def _break(book: Notebook) -> Evidence:
    """Point at the first cell that does not follow the one before."""
    previous = 0
    for cell in book.code:
        if cell.count is None:
            continue
        if cell.count != previous + 1:
            return book.at(cell, f"[{cell.count}] after [{previous}]" if previous else f"begins at [{cell.count}]")
        previous = cell.count
    return book.as_whole(_counts(book))


def _prose(book: Notebook) -> Evidence:
    cells = [cell for cell in book.fact.cells if cell.kind == "markdown" and cell.lines]
    titles = sum(cell.heading > 0 for cell in cells)
    words = sum(cell.prose for cell in cells)
    return book.as_whole(
        f"{counted(titles, 'heading')} and {counted(words, 'word')} beside them"
        f" for {counted(len(book.code), 'code cell')}"
    )


def _longest(notebooks: Notebooks) -> list[Evidence]:
    cells = [(book, cell) for book in notebooks.coding for cell in book.code]
    return [book.at(cell, f"the longest cell: {cell.lines} lines") for book, cell in sorted(cells, key=_by_length)[:1]]


def _by_length(place: tuple[Notebook, Cell]) -> tuple[int, str, int]:
    return -place[1].lines, place[0].path, place[1].index


def _said(good: int, total: int, does: str, does_not: str, do: str) -> str:
    """Say of one notebook what it does, of several how many do."""
    if total == 1:
        return f"The notebook {does if good else does_not}"
    return f"{good} of {total} notebooks {do}"
