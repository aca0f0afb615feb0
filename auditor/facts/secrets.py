"""Which credentials a file holds: their kind, place and length. The credential's text is never kept."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from auditor.facts import ipynb
from auditor.facts.credentials import (
    PROVIDERS,
    UNLIKE_WORDS,
    URL,
    fallback_after,
    has_shape,
    is_local,
    is_outcome,
    is_placeholder,
    is_privileged,
    is_weak,
    looks_chosen,
    looks_random,
)
from auditor.facts.fact import Fact, Parser, Unreadable, base_name, suffix
from auditor.facts.text import decode, is_binary

_STEMS = ("pass", "pwd", "secret", "token", "key", "contrase", "senha", "kata", "connection")
_NAME = re.compile(
    r"pass(?:word|wd|phrase|wort)(?![a-z])|(?<![a-z])pass(?=[\"']?\s?[=:])|pwd|secret|token|key"
    r"|contrase[nñ]a|senha|mot_?de_?passe|kata_?sandi"
    r"|connection_?string"
)
_KEYS = (
    "api", "access", "private", "auth", "encryption", "subscription", "account", "signing", "admin", "service",
    "openai", "gemini", "groq", "kaggle", "wandb", "pinecone", "secret", "_ai", "cohere", "anthropic", "hf", "google",
    "jwt",
)  # fmt: skip
_ASSIGNED = re.compile(
    r"""[\w-]{0,30}(?:["']?\])?["']?[ \t]{0,8}(?::\s?str[ \t]{0,2})?(?:=>|:=|=(?!=)|:(?!:))\s{0,4}"""
    r"""[fbru]?(["'])([^"'\n]{2,200})\1"""
)
_BARE = re.compile(
    r"""[\w-]{0,30}["']?\s{0,8}(?:=(?!=)|:)\s{0,4}([^\s"'#,;()<>\[\]{}]{2,200})[ \t]*(?:#.*)?(?=\n|\r|$)"""
)
_DEFAULT = re.compile(r"""[\w-]{0,30}["'],\s{0,4}(?:default=)?["']([^"'\n]{2,200})["']\s{0,2}\)""")
_BEFORE = re.compile(r"[\w.\-\[\"']{0,40}\Z")
_AN_IDENTIFIER = re.compile(
    r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z]+(?:_[a-z]+)+|[A-Za-z.]+\(.*|[a-z]+(?:\.[a-z_]+)+|[A-Za-z]+(?:-[a-z]+)+"
)
_A_PLACE = re.compile(
    r"^(?:https?://|\.{0,2}/|[A-Za-z]:\\|~)"
    r"|\.(?:json|txt|py|pem|env|html|ya?ml|php|com|css|js|png|csv|sh)$"
)
_A_REFERENCE = re.compile(r"(?:^|[^a-z])(?:from|existing)_?secret$", re.IGNORECASE)  # what names where it is kept
_WORDY = re.compile(r"^[^\W\d_]+[:!?.]?$")
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
_RUN = re.compile(r"[\"'`=:(>/@] ?[A-Za-z0-9_-]{20,}")  # quick to find, and rare with a digit in it
_DIGIT = re.compile(r"\d")
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
    for start, end, secret in _assigned(text, lowered, bare=bare):
        if all(end <= a or start >= b for a, b in spans):
            spans.append((start, end))
            made.append((start, secret))
        if len(made) > _MOST:
            break
    for start, secret in sorted(made, key=lambda pair: pair[0])[:_MOST]:
        yield Secret(secret.kind, text.count("\n", 0, start) + 1, secret.grade, secret.name, secret.length)


def _provided(text: str, *, bare: bool) -> Iterator[tuple[int, int, str, str]]:
    """Yield what has a provider's shape."""
    keyed = bare or any("hf_" in run or _DIGIT.search(run) for run in _RUN.findall(text))
    for needle, kind, shape in PROVIDERS if keyed else UNLIKE_WORDS:
        for match in _around(text, needle, shape):
            if kind == "JSON web token":
                yield match.start(), match.end(), kind, "real" if is_privileged(match[0]) else "dummy"
            elif has_shape(kind, match[0]):
                yield match.start(), match.end(), kind, "dummy" if _is_public(kind, text) else "real"
    if "://" in text and "@" in text:
        yield from _addresses(text)


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


def _assigned(text: str, lowered: str, *, bare: bool) -> Iterator[tuple[int, int, Secret]]:
    """Yield what is assigned to a name that speaks of a credential."""
    for match in _named(lowered):
        value, quoted = _value(text, match.end(), bare=bare)
        fallback = None if value else fallback_after(text, match.end())
        value, quoted = value or fallback, quoted or fallback is not None
        if value is None or (match[0] == "pass" and is_outcome(lowered, match.start())):
            continue
        start, end = value
        before = _BEFORE.search(text, max(match.start() - 40, 0), match.start())
        begin = before.start() if before else match.start()
        name = re.split("[=:]", text[begin : match.end() + 30], maxsplit=1)[0]
        name = re.sub(r"^\W+|[\"'\]].*$", "", name, flags=re.DOTALL)
        if _A_REFERENCE.search(name.rstrip()):
            continue
        grade = _grade(match[0], name.lower(), text[start:end], quoted=quoted)
        if fallback and grade:
            grade = "dummy"  # what holds until the environment says otherwise
        if grade:
            yield start, end, Secret(_kind(match[0]), 0, grade, name.strip()[:60], end - start)


def _named(lowered: str) -> Iterator[re.Match[str]]:
    """Yield the words that may name a credential, those in front of "key" minded."""
    for stem in _STEMS:
        at = lowered.find(stem)
        while at >= 0:
            match = _NAME.match(lowered, at)
            if match and (stem != "key" or lowered[max(at - 14, 0) : at].rstrip("_-").endswith(_KEYS)):
                yield match
            at = lowered.find(stem, at + len(stem))


def _value(text: str, at: int, *, bare: bool) -> tuple[tuple[int, int] | None, bool]:
    if found := _ASSIGNED.match(text, at):
        return found.span(2), True
    if (found := _DEFAULT.match(text, at)) and "get" in text[max(at - 60, 0) : at]:
        return found.span(1), True
    if bare and (found := _BARE.match(text, at)):
        return found.span(1), False
    return None, False


def _grade(word: str, name: str, value: str, *, quoted: bool) -> str:
    """Judge a value: "" where it is no credential at all."""
    value = value.strip()
    if " " in value or is_placeholder(value) or _A_PLACE.search(value) or value.lower() == name:
        return ""
    keyed = "key" in word or word in ("token", "secret") or "string" in word
    if word == "token" and not looks_random(value):
        return (
            "dummy"
            if re.search(r"(?:auth|api|access|secret|bearer)\w*$", name.partition("token")[0]) and is_weak(value)
            else ""
        )
    if is_weak(value):
        return "dummy"
    if _AN_IDENTIFIER.fullmatch(value) or (not quoted and not looks_chosen(value)):
        return ""
    if keyed and not name.startswith("secret_key") and word != "secret":
        return "likely" if looks_random(value) else ""
    if keyed:
        return "likely" if looks_random(value) or (looks_chosen(value) and not _WORDY.match(value)) else "dummy"
    if _WORDY.match(value) and not quoted:
        return ""
    return "likely" if looks_chosen(value) else ("dummy" if not _WORDY.match(value) else "")


def _kind(word: str) -> str:
    if "key" in word:
        return "key"
    return "token" if word == "token" else "secret" if word == "secret" else "password"


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
