"""How a repository introduces itself: its name, what the host lists, and the README's first sentences."""

import msgspec

from auditor.facts.notebook import NotebookFact
from auditor.model import Evidence
from auditor.views.layout import layout
from auditor.views.reading import Reading
from auditor.views.readme import Readme
from auditor.views.words import shortened, spaced

_PASSAGES = 6
_LENGTH = 600
_AROUND = 50
_NOTEBOOKS = 3


class Spoken(msgspec.Struct, frozen=True):
    """A piece of it. `place` is name, description, topic, title, intro or notebook; `path` is "" outside files."""

    place: str
    text: str
    path: str = ""
    line: int | None = None

    def evidence(self, word: str) -> Evidence:
        """Show the word with the text around it, and where that stands."""
        at = max(self.text.lower().find(word), 0)
        begin = max(at - _AROUND, 0)
        begin = max(self.text.find(" ", begin, at) + 1, begin) if begin else 0
        end = at + len(word) + _AROUND
        said = " ".join(shortened(self.text[begin:], end - begin).split())
        return Evidence(self.path, self.line, excerpt=f"{self.place}: {'…' if begin else ''}{said}")


class Introduction(msgspec.Struct, frozen=True):
    """All pieces, the name first. `words` counts the README's words."""

    pieces: tuple[Spoken, ...]
    words: int = 0

    @classmethod
    def of(cls, reading: Reading) -> "Introduction":
        """Collect the pieces; there always is a name."""
        readme = reading.view(Readme)
        pieces = [Spoken("name", spaced(reading.name.rpartition("/")[2])), *_listed(reading)]
        if not isinstance(readme, Readme):
            return cls((*pieces, *_notebooks(reading)))
        return cls((*pieces, *_readme(readme)), readme.text.words)


def introduction(reading: Reading) -> Introduction:
    """Return the reading's introduction: there always is one."""
    found = reading.view(Introduction)
    if not isinstance(found, Introduction):  # pragma: no cover - Introduction.of has no other answer
        raise TypeError
    return found


def _listed(reading: Reading) -> list[Spoken]:
    listing = reading.listing
    if listing is None:
        return []
    description = [Spoken("description", listing.description)] if listing.description else []
    return [*description, *(Spoken("topic", spaced(topic)) for topic in listing.topics or ())]


def _readme(readme: Readme) -> list[Spoken]:
    sections = readme.text.sections
    titles = [s for s in sections if s.level and s.title.strip()][:1]
    intro = [p for p in readme.text.passages if p.text.strip()][:_PASSAGES]
    return [
        *(Spoken("title", s.title, readme.path, s.line) for s in titles),
        *(Spoken("intro", p.text[:_LENGTH], readme.path, p.line) for p in intro),
    ]


def _notebooks(reading: Reading) -> list[Spoken]:
    """Let the notebooks' first words stand in for a README that is not there."""
    own = layout(reading)
    books = [(path, fact) for path, fact in reading.readable(NotebookFact).items() if own.is_own(path) and fact.intro]
    return [Spoken("notebook", fact.intro[:_LENGTH], path) for path, fact in books[:_NOTEBOOKS]]
