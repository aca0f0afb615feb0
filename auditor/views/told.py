"""The README where there is one, for questions that ask it only beside the files."""

from collections.abc import Iterator

import msgspec

from auditor.facts.markup import Link, MarkupFact
from auditor.views.reading import Reading
from auditor.views.readme import Readme


class Told(msgspec.Struct, frozen=True):
    """The README and its translations by path; empty where there is none, or none that could be read."""

    texts: tuple[tuple[str, MarkupFact], ...] = ()

    @classmethod
    def of(cls, reading: Reading) -> "Told":
        """Wrap the README."""
        readme = reading.view(Readme)
        if not isinstance(readme, Readme):
            return cls()
        return cls(((readme.path, readme.text), *readme.others))

    @property
    def links(self) -> Iterator[tuple[str, MarkupFact, Link]]:
        """Yield every link and picture with the text that it stands in."""
        for path, text in self.texts:
            yield from ((path, text, link) for link in text.links)
