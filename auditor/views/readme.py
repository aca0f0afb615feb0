"""The README that a visitor of the repository sees first."""

import msgspec

from auditor.facts.fact import Missing
from auditor.facts.markup import MarkupFact
from auditor.views.reading import Reading


class Readme(msgspec.Struct, frozen=True):
    """The README in the order that hosts prefer: .github/, the root, docs/."""

    path: str
    text: MarkupFact

    @classmethod
    def of(cls, reading: Reading) -> "Readme | Missing | None":
        """Find the README."""
        raise NotImplementedError
