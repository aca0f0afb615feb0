"""Questions about how the work came about: by development, and the candidate's own."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from auditor.model import Confidence, Evidence, Verdict, met, partly, unknown, unmet
from auditor.repository import Commit
from auditor.views.history import Commits
from auditor.views.hygiene import Tree
from auditor.views.told import Told
from auditor.views.words import counted, shortened

_FILE = re.compile(r"[\w()./\\-]+\.[A-Za-z]\w{0,5}\b|[\w-]+/[\w/-]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CONVENTIONAL = re.compile(
    r"^\W{0,3}(?:feat|fix|docs?|style|refactor|perf|tests?|build|ci|chore|revert|wip|init|data|model|exp|hotfix|add|update"
    r"|remove)(?:\([^)]{1,40}\))?!?(?::|\s[-–—](?=\s)|\])\s*",
    re.IGNORECASE,
)
_SHOWN = 3
_NEARLY_ALL = 0.7


class Generic(msgspec.Struct, frozen=True):
    """Words that say nothing about what a commit does, verbs that do with one object, and subjects that hosts write."""

    words: tuple[str, ...]
    verbs: tuple[str, ...]
    subjects: tuple[str, ...]


class Lessons(msgspec.Struct, frozen=True):
    """The phrases of an assignment, from the table of what is left over in READMEs."""

    assignment: tuple[str, ...]


def developed(
    commits: Commits, *, generic: Generic, several: int, few: int, telling: float, days: int, many: int
) -> Verdict:
    """Say whether the history shows development.

    Met: `several` commits that say what they do, a share of `telling` of all (of `many`, a little less), on `days` or
    more (on one less, twice as many). Up to `few` commits are an upload, and so are a few more that say nothing.
    """
    words, verbs = frozenset(generic.words), frozenset(generic.verbs)
    subjects = re.compile("|".join(generic.subjects), re.IGNORECASE)
    said = [each for each in commits.own if _tells(each.subject, words, verbs, subjects)]
    count = len(commits.own)
    if not commits.complete and count < several:
        return unknown(f"Only {count} of the commits are in this clone.")
    share = len(said) / max(count, 1)
    summary = f"{counted(count, 'commit')} on {counted(commits.days, 'day')}, {len(said)} with a telling message"
    dull = [each for each in commits.own if each not in said]
    places = tuple(_place(each) for each in (said if share >= telling else dull)[:_SHOWN])
    places = places or (Evidence("", excerpt="looked at the commits"),)
    note = _activity(commits.own)
    sure = Confidence.HIGH if commits.complete and not note else Confidence.MEDIUM
    if count <= few or (count < several and share <= telling / 2):
        return unmet(f"{counted(count, 'commit')}: one upload rather than development.", *places, confidence=sure)
    enough = share >= telling or (len(said) >= many and share >= 0.8 * telling)
    spread = commits.days >= days or (commits.days == days - 1 and len(said) >= 2 * several)
    if (len(said) >= several or (count >= several and share >= _NEARLY_ALL)) and enough and spread:
        return met(f"{summary}.{note}", *places, confidence=sure)
    return partly(f"{summary}.{note}", *places, score=max(share, 0.2), confidence=sure)


def original(tree: Tree, told: Told, *, lessons: Lessons, several: int) -> Verdict:
    """Say whether the work is the candidate's own: no fork, no assignment handed out. What can't be seen is said."""
    listing = tree.listing
    if listing is not None and listing.fork:
        of = f" of {listing.parent}" if listing.parent else ""
        where = Evidence("", excerpt=f"the host calls it a fork{of}")
        fix = "Say in the README what you changed, or leave the fork out of your portfolio."
        return unmet(f"It is a fork{of}.", where, confidence=Confidence.MEDIUM, fix=fix)
    found = [
        Evidence(path, passage.line, excerpt=shortened(passage.text, 80))
        for path, text in told.texts
        for passage in text.passages
        if any(phrase in passage.text.lower() for phrase in lessons.assignment)
    ]
    if len(found) >= several:
        fix = "Replace the assignment's text by what you did, and why."
        return partly("The README reads like an assignment.", *found[:_SHOWN], confidence=Confidence.MEDIUM, fix=fix)
    looked = Evidence("", excerpt="looked at the host's listing and for an assignment's words in the README")
    return met("Nothing says that it is a copy.", looked, confidence=Confidence.MEDIUM)


def _tells(subject: str, generic: frozenset[str], verbs: frozenset[str], subjects: re.Pattern[str]) -> bool:
    """Tell whether a subject says what the commit does: two words of its own, or one after a verb or "feat:"."""
    if subjects.search(subject):
        return False
    body, conventional = _CONVENTIONAL.subn("", subject)
    if len(_CJK.findall(body)) > 3:  # noqa: PLR2004 - two words, at least
        return True
    said = _WORD.findall(_FILE.sub(" ", body).lower())
    own = [word for word in said if word not in generic]
    return len(own) >= (1 if conventional or (said[:1] and said[0] in verbs) else 2)


def _activity(commits: Iterable[Commit]) -> str:
    """Mention what looks generated; it is shown, not held against anybody."""
    commits = tuple(commits)
    subjects = Counter(each.subject for each in commits)
    subject, times = subjects.most_common(1)[0] if subjects else ("", 0)
    apart = sum(abs(each.committed - each.authored) > 30 * 86_400 for each in commits)
    if times > 100 and times > len(commits) / 2:  # noqa: PLR2004 - nobody writes the same words a hundred times
        return f" {times} commits are called {subject[:40]!r}."
    if apart > len(commits) / 2 and len(commits) > _SHOWN:
        return " Most were written to the history long after the date that they bear."
    return ""


def _place(commit: Commit) -> Evidence:
    try:
        day = f"{datetime.fromtimestamp(commit.authored, UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        day = "?"
    return Evidence("", excerpt=f"{commit.id[:7]} {day} {shortened(commit.subject, 80)}")
