"""Which credentials a file holds: their kind, place and length. The credential's text is never kept."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from auditor.facts import ipynb
from auditor.facts.assignments import assigned
from auditor.facts.credentials import (
    BROKEN,
    DISCORD,
    PHRASES,
    PROVIDERS,
    URL,
    WHOLE,
    has_shape,
    is_local,
    is_placeholder,
    is_quoted,
    is_weak,
    looks_random,
    web_token,
)
from auditor.facts.fact import Fact, Parser, Unreadable, base_name, suffix
from auditor.facts.text import decode, is_binary

_CODE = (
    "py pyw js jsx mjs cjs ts tsx java kt go rs rb php cs c cc cpp h hpp swift r rmd qmd scala sh bash ps1 bat cmd sql"
    " html vue svelte lua dart ex m jl gradle groovy"
)
_CONFIG = (
    "env yml yaml json toml ini cfg conf config properties xml tf tfvars pem key ppk rst md txt log http rest netrc"
    " pypirc"
)
_CODE_ENDINGS, _CONFIG_ENDINGS = frozenset(_CODE.split()), frozenset(_CONFIG.split())
_NAMED = re.compile(
    r"^\.env(?:\.|$)|^(?:\.netrc|\.pypirc|\.npmrc|\.htpasswd|credentials|id_[rde]\w*)$"
    r"|^(?:dockerfile.*|procfile|makefile|jenkinsfile)$"
    r"|(?:credential|secret|token|passw|account|user|login|(?:api|access|root)[ _-]?key)[^/]*\.(?:csv|tsv)$"
)
_DATA = re.compile(
    r"(?:^|/)(?:data|datasets?|dados|datos|corpus|labels?|annotations?|images?|train|valid(?:ation)?|val|raw|processed"
    r"|artifacts?|mlruns|outputs?|results?|lottie|locales?|i18n|runs|logs?)/",
    re.IGNORECASE,
)
_LOCKS = re.compile(
    r"(?:package-lock\.json|npm-shrinkwrap\.json|\.min\.\w+|[\w-]*\.lock|lock\.ya?ml|tokenizer[\w-]*\.json|vocab\.\w+)$"
)
_RUN = re.compile(r"[\"'`=:(>/@] ?[A-Za-z0-9_-]{20,}")  # quick to find, and few beside the text
_OUTPUT = 20_000
_MOST = 40
_TRIES = 2_000
_BACK, _AHEAD = 120, 1_000


class Secret(Fact, frozen=True):
    """One credential. `grade`: real, likely (chosen by a person or generated, no provider's shape) or dummy.

    `name` is what it is assigned to, `length` that of its value; `line` counts from 1, within `cell` in a notebook.
    """

    kind: str
    line: int
    grade: str
    name: str = ""
    length: int = 0
    cell: int | None = None


class SecretsFact(Fact, frozen=True):
    """All credentials of one file, in its order."""

    secrets: tuple[Secret, ...] = ()


def parse_code(data: bytes) -> Fact:
    """Scan a program: values stand in quotes."""
    return Unreadable("it is not text") if is_binary(data) else SecretsFact(tuple(_found(decode(data), bare=False)))


def parse_config(data: bytes) -> Fact:
    """Scan a configuration or prose: values may stand without quotes."""
    return Unreadable("it is not text") if is_binary(data) else SecretsFact(tuple(_found(decode(data), bare=True)))


def parse_notebook(data: bytes) -> Fact:
    """Scan a notebook's cells, and of its outputs the text."""
    book = ipynb.load(data)
    if isinstance(book, Unreadable):
        return book
    pieces: list[str] = []
    cells: list[int] = []
    for cell in book.cells:
        texts = [cell.source, *(output.text()[:_OUTPUT] for output in cell.outputs if not output.stderr)]
        pieces += texts
        cells += [cell.index] * len(texts)
    found = tuple(_found("\n".join(pieces), bare=False))
    starts = _line_numbers(pieces) if found else []
    return SecretsFact(tuple(_placed(secret, starts, cells) for secret in found))


def _line_numbers(pieces: Iterable[str]) -> list[int]:
    numbers, line = [], 1
    for piece in pieces:
        numbers.append(line)
        line += piece.count("\n") + 1
    return numbers


def _placed(secret: Secret, starts: list[int], cells: list[int]) -> Secret:
    at = bisect_right(starts, secret.line) - 1
    return Secret(secret.kind, secret.line - starts[at] + 1, secret.grade, secret.name, secret.length, cells[at])


def _found(text: str, *, bare: bool) -> Iterator[Secret]:
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = text  # a script in which lower case has another length: names in capitals are missed there
    spans: list[tuple[int, int]] = []
    made: list[tuple[int, Secret]] = []
    for start, end, kind, grade in _provided(text, bare=bare):
        if all(end <= a or start >= b for a, b in spans):
            spans.append((start, end))
            made.append((start, Secret(kind, 0, grade, "", end - start)))
    for start, end, kind, grade, name in assigned(text, lowered, bare=bare):
        if all(end <= a or start >= b for a, b in spans):
            spans.append((start, end))
            made.append((start, Secret(kind, 0, grade, name, end - start)))
        if len(made) > _MOST:
            break
    for start, secret in sorted(made, key=lambda pair: pair[0])[:_MOST]:
        if secret.grade == "dummy" and is_quoted(text, start):
            continue  # a lesson's own example
        yield Secret(secret.kind, text.count("\n", 0, start) + 1, secret.grade, secret.name, secret.length)


def _provided(text: str, *, bare: bool) -> Iterator[tuple[int, int, str, str]]:
    """Yield what has a provider's shape."""
    runs = "" if bare else "\n".join(_RUN.findall(text))
    likely = PROVIDERS if bare else (*BROKEN, *(each for each in WHOLE if each[0] in runs))
    for needle, kind, shape in likely:
        for match in _around(text, needle, shape):
            if kind == "JSON web token":
                if grade := web_token(match[0]):
                    yield match.start(), match.end(), kind, grade
            elif has_shape(kind, match[0]):
                yield match.start(), match.end(), kind, "dummy" if _is_public(kind, text) else "real"
    if "://" in text and "@" in text:
        yield from _addresses(text)
    if "discord" in text:
        yield from ((*match.span(), "Discord bot token", "real") for match in DISCORD.finditer(text))
    yield from _phrased(text)


def _phrased(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield what words about it give away: a header's bearer token, a key in an address, a connection's password."""
    for needle, kind, shape in PHRASES:
        for match in _around(text, needle, shape):
            if not is_placeholder(match[1]) and (kind == "password" or looks_random(match[1])):
                yield *match.span(1), kind, "dummy" if is_weak(match[1]) else "likely"


def _is_public(kind: str, text: str) -> bool:
    """Tell a key that every visitor's browser gets: Firebase's names the project and opens nothing."""
    return kind == "Google API key" and ("authDomain" in text or "firebase" in text.lower())


def _around(text: str, needle: str, shape: re.Pattern[str], ahead: str = "") -> Iterator[re.Match[str]]:
    """Yield where a shape matches about each of its needles: finding a needle is what is fast."""
    at, tried = text.find(needle), 0
    while at >= 0 and tried < _TRIES:
        tried += 1
        after = at + len(needle)
        likely = not ahead or text.find(ahead, at, at + _AHEAD // 4) >= 0
        if likely and (match := shape.search(text, max(at - _BACK, 0), at + _AHEAD)):
            yield match
            after = max(after, match.end())
        at = text.find(needle, after)


def _addresses(text: str) -> Iterator[tuple[int, int, str, str]]:
    for match in _around(text, "://", URL, ahead="@"):
        user, password, host = match[2], match[3], match[4]
        if is_placeholder(password) or is_placeholder(user) or is_placeholder(host) or "${" in match[0]:
            continue
        if password.lower() in ("password", "pass", "pwd") and is_local(host):
            continue  # the form of an address, as documentation shows it
        grade = "dummy" if is_weak(password) or is_local(host) else "likely"
        yield match.start(), match.end(), "address with a password", grade


def _reads_config(path: str) -> bool:
    name = base_name(path)
    if _LOCKS.search(name):
        return False
    if _NAMED.search(name):
        return True
    return suffix(path) in _CONFIG_ENDINGS and not _DATA.search(path)


PARSERS = (
    Parser("secrets-code", SecretsFact, parse_code, lambda p: suffix(p) in _CODE_ENDINGS and not _LOCKS.search(p)),
    Parser("secrets-config", SecretsFact, parse_config, _reads_config),
    Parser("secrets-notebook", SecretsFact, parse_notebook, lambda p: suffix(p) == "ipynb", "notebook_bytes"),
)
