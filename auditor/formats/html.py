"""The report as one self-contained page: no request, a strict content policy, complete without script."""

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from auditor import resources
from auditor.compare import Comparison
from auditor.formats import branding, escape, gist, page, pictures, words
from auditor.model import Report
from auditor.views.words import place

_EXCERPT = 200
_EXCERPT_LONG = 90
_NAME = 160


def render(report: Report, comparison: Comparison | None = None, template: Path | None = None) -> str:
    """Return the page; `template` is a folder that `branding` reads."""
    brand = branding.load(template)
    environment = _environment()
    css, script = _source("report.css") + brand.css, _source("report.js")
    shown = page.build(report, comparison)
    return environment.get_template("report.html").render(
        p=shown,
        r=report,
        say=brand.words,
        logo=Markup(brand.logo) if brand.logo else None,  # noqa: S704 - base64 that we made
        css=Markup(css),  # noqa: S704 - our own file, and a theme that `branding` checked
        script=Markup(script),  # noqa: S704 - our own file
        policy=Markup(_policy(css, script)),  # noqa: S704 - hashes that we made
        excerpt=_EXCERPT_LONG if shown.long else _EXCERPT,
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(resources.folder("reports/templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalized,
    )
    environment.filters |= {"safe_link": escape.link, "cut": escape.line, "code": _coded, "name": _named}
    environment.globals |= {"words": words, "gist": gist, "tone": pictures.tone, "where": place}
    return environment


def _finalized(value: object) -> object:
    """Make every text visible and one line before it is escaped; markup of ours passes."""
    return escape.folded(value[:2000]) if isinstance(value, str) and not isinstance(value, Markup) else value


def _coded(text: str, limit: int = 600) -> Markup:
    """Return words with `code` between backticks as code elements."""
    pieces = (
        f"<code>{escape.markup(piece)}</code>" if coded else escape.markup(piece)
        for coded, piece in escape.spans(text, limit)
    )
    return Markup("".join(pieces))  # noqa: S704 - each piece is escaped


def _named(text: str) -> Markup:
    """Return a stranger's name, kept from turning the text around it; a long one breaks after an underscore."""
    shown = escape.markup(escape.line(text, _NAME)).replace("_", "_<wbr>")
    return Markup(f"<bdi>{shown}</bdi>")  # noqa: S704 - escaped


def _source(name: str) -> str:
    return (resources.folder("reports/templates") / name).read_text(encoding="utf-8")


def _policy(css: str, script: str) -> str:
    """Return a policy that allows this style, this script, data: pictures, and nothing else."""
    sources = (f"style-src {_hashed(css)}", f"script-src {_hashed(script)}", "img-src data:")
    return "; ".join(("default-src 'none'", *sources, "base-uri 'none'", "form-action 'none'"))


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
