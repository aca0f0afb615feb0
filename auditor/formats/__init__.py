"""A report in each form that readers need. Every form is a function from a report to text; none reads or writes files.

`FORMATS` names them; a form's module is imported only when it is used, so that starting the program stays fast.
"""

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, cast

from auditor.model import Report

if TYPE_CHECKING:
    from auditor.compare import Comparison

Render = Callable[[Report, "Comparison | None", Path | None], str]


class Form(NamedTuple):
    """A form: its module in this package, its file's extension, and further files (extension → function)."""

    module: str
    extension: str
    further: Mapping[str, str] = MappingProxyType({})

    def render(self, report: Report, comparison: "Comparison | None" = None, template: Path | None = None) -> str:
        """Return the form's main text; `template` is a folder with a school's colours, logo and words."""
        return self._function("render")(report, comparison, template)

    def files(
        self, report: Report, comparison: "Comparison | None" = None, template: Path | None = None
    ) -> Mapping[str, str]:
        """Return every file of the form by extension, the main one first."""
        texts = {self.extension: self.render(report, comparison, template)}
        further = {end: self._function(name)(report, comparison, template) for end, name in self.further.items()}
        return texts | further

    def _function(self, name: str) -> Render:
        return cast("Render", getattr(importlib.import_module(f"{__name__}.{self.module}"), name))


FORMATS: Mapping[str, Form] = MappingProxyType(
    {
        "html": Form("html", ".html"),
        "json": Form("json", ".json"),
        "markdown": Form("markdown", ".md"),
        "sarif": Form("sarif", ".sarif"),
        "csv": Form("csv", ".csv", MappingProxyType({".repositories.csv": "render_repositories"})),
        "badge": Form("badge", ".svg", MappingProxyType({".badge.json": "render_endpoint"})),
        "terminal": Form("terminal", ".txt"),
    }
)
