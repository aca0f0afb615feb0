"""Make any stranger's text harmless for the medium that it is written to. One place; every form comes here.

Names, paths, excerpts and summaries are written by whoever is audited: nothing here trusts a character of them.
"""

import html
import re
from urllib.parse import quote, urlsplit

_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufdd0-\ufdef\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U000e0000-\U000e0fff\U000ffffe\U000fffff\U0010fffe\U0010ffff]"
)
"""Controls, bidirectional overrides, zero-width blanks, half surrogates. Joiners stay: Persian and Hindi need them."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")
_MARKDOWN = re.compile(r"[\\`*_\[\]~^$!(){}]")
_AUTOLINK = re.compile(
    r"(?i)(?:https?|ftp|mailto|xmpp)(?=:)|www(?=\.)|[\w.+-](?=@)|(?:GH|CVE)(?=-\d)|GHSA(?=-)", re.ASCII
)
"""What GitHub's Markdown takes for an address or a reference, whatever stands before it, in code too."""

_FORMULA = re.compile("^['\\s]*[=+\\-@|%\uff1d\uff0b\uff0d\uff20\u2212]")
_LINKABLE = frozenset({"http", "https"})
_URL_SAFE = "!#$%&'()*+,/:;=?@[]~-._"
_BREAK = "\u200b"
"""What keeps `@name` or `#1` from being one. No text of a stranger's has it: `visible` shows it by its number."""


def _shown(match: re.Match[str]) -> str:
    return f"<U+{ord(match[0]):04X}>"


def visible(text: str) -> str:
    """Show each control, override and invisible character by its number, so that none acts."""
    return _INVISIBLE.sub(_shown, text)


def folded(text: str) -> str:
    """Return the text on one line, each run of blanks as one space, invisible characters shown."""
    return visible(_BLANKS.sub(" ", text))


def line(text: str, limit: int = 500) -> str:
    """Return the text as `folded` does, trimmed, and cut at `limit` with an ellipsis."""
    flat = folded(text[: limit * 4]).strip()
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def whole(text: str) -> str:
    """Return the text as it is but fit for UTF-8: half surrogates become U+FFFD. For JSON, which escapes by itself."""
    return _SURROGATE.sub("\ufffd", text)


def link(url: str | None) -> str | None:
    """Return an address that is safe to follow (http, https, mailto), percent-encoded; None for any other."""
    if not url or _INVISIBLE.search(url) or any(c.isspace() or c in "\"'<>\\^`{|}" for c in url):
        return None
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.username is None and parts.port is not False
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme == "mailto":
        return quote(url, safe=_URL_SAFE) if re.fullmatch(r"[^@/?#]+@[\w.-]+", url[7:]) else None
    return quote(url, safe=_URL_SAFE) if scheme in _LINKABLE and named else None


def markup(text: str) -> str:
    """Return the text for HTML and SVG, in element content or a quoted attribute."""
    return html.escape(visible(text), quote=True)


def _silent(text: str) -> str:
    """Keep words from mentioning, referring, linking or becoming a picture (`:tada:`); `_written` must follow."""
    quiet = re.sub("[@＠]", "@" + _BREAK, _unlinked(text))
    return re.sub(r"#(?=\d)|:(?=[\w+-]+(?::|$))", rf"\g<0>{_BREAK}", quiet).replace("://", f":{_BREAK}//")


def _unlinked(text: str) -> str:
    return _AUTOLINK.sub(rf"\g<0>{_BREAK}", text)


def _written(text: str) -> str:
    return text.replace(_BREAK, "&#8203;")


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("|", "&#124;")


def markdown(text: str, limit: int = 500) -> str:
    """Return the text as words in GitHub's Markdown: no markup, no table cell, no mention, no reference, no link."""
    quiet = _MARKDOWN.sub(r"\\\g<0>", _entities(_silent(line(text, limit))))
    return _written(re.sub(r"^([-+#=]|\d+(?=[.)]))", _first, quiet))


def _first(match: re.Match[str]) -> str:
    """Keep the first word of a line from opening a list, a heading or a rule."""
    return f"{match[0]}{_BREAK}" if match[0].isdigit() else f"\\{match[0]}"


def code(text: str, limit: int = 200) -> str:
    """Return the text as code in Markdown, also within a table; nothing in it is read as markup or as a mention."""
    flat = _entities(_unlinked(line(text, limit)))
    return f"<code>{_written(_MARKDOWN.sub(_entity, flat))}</code>" if flat else ""


def label(text: str) -> str:
    """Return the text for an HTML element within Markdown, such as `summary`."""
    return _written(html.escape(_silent(line(text)), quote=True))


def prose(text: str, limit: int = 500) -> str:
    """Return words as Markdown in which `code` between backticks is shown as code; else as `markdown`."""
    return "".join(code(part) if coded else _outside(part) for coded, part in spans(text, limit))


def _outside(part: str) -> str:
    before, after = part[: len(part) - len(part.lstrip())], part[len(part.rstrip()) :]
    return f"{before}{markdown(part)}{after if part.strip() else ''}"


def spans(text: str, limit: int = 500) -> list[tuple[bool, str]]:
    """Split words at backticks into (is code, text); an unbalanced backtick is a character like any other."""
    parts = line(text, limit).split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    return [(bool(position % 2), part) for position, part in enumerate(parts) if part]


def _entity(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def cell(text: str, limit: int = 1000) -> str:
    """Return the text for a spreadsheet cell: one that a program would take for a formula gets an apostrophe."""
    flat = line(text, limit)
    return f"'{flat}" if _FORMULA.match(flat) else flat


def json_text(encoded: str) -> str:
    """Return encoded JSON that stays harmless in a page or a terminal: `<` and invisible characters as escapes."""
    return re.sub(r"[<\x7f]", _unicode_escape, _INVISIBLE.sub(_keep_layout, encoded))


def _keep_layout(match: re.Match[str]) -> str:
    return match[0] if match[0] == "\n" else _unicode_escape(match)


def _unicode_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
