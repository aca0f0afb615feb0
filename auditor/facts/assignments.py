"""What is assigned to a name that speaks of a credential, and how much a credential it is. Pure text; keeps nothing."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from auditor.facts.credentials import (
    fallback_after,
    is_application_password,
    is_outcome,
    is_placeholder,
    is_weak,
    looks_chosen,
    looks_random,
)

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
    r"""[\w-]{0,30}["']?\s{0,8}(?:=(?!=)|:)\s{0,4}"""
    r"""((?:[a-z]{4}[ ]){3}[a-z]{4}|[^\s"'#,;()<>\[\]{}]{2,200})[ \t]*(?:#.*)?(?=\n|\r|$)"""
)
_DEFAULT = re.compile(r"""[\w-]{0,30}["'],\s{0,4}(?:default=)?["']([^"'\n]{2,200})["']\s{0,2}\)""")
_BEFORE = re.compile(r"[\w.\-\[\"']{0,40}\Z")
_AN_IDENTIFIER = re.compile(
    r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z]+(?:_[a-z]+)+|[A-Za-z.]+\(.*|[a-z_]+(?:\.[a-z_]+)+|[A-Za-z]+(?:-[a-z]+)+"
)
_A_PLACE = re.compile(
    r"^(?:https?://|\.{0,2}/|[A-Za-z]:\\|~)"
    r"|\.(?:json|txt|py|pem|env|html|ya?ml|php|com|css|js|png|csv|sh)$"
)
_A_REFERENCE = re.compile(r"(?:^|[^a-z])(?:from|existing)_?secret$", re.IGNORECASE)  # what names where it is kept
_ABOUT = re.compile(
    r"(?:key|token|secret|pass(?:word|wd|phrase|wort)?|pwd|senha|contrase[nñ]a)s?[_-]?(?:[a-z]{0,20}[_-])?"
    r"(?:names?|arn|manager|region|regex\w*|pattern|timeout|time|expir\w*|minutes|seconds|hours|days|ttl|lifetime|length"
    r"|len|min|max|limit|counts?|sizes?|uris?|urls?|paths?|files?|dir|types?|headers?|prefix|suffix|labels?|placeholder|hint"
    r"|policy|fields?|columns?|cols?|strength|validat\w*|errors?|messages?|titles?|help|texts?|encoder|algorithm|version"
    r"|model|provider|env|var|route|endpoint|page|form|inputs?|template|rotation|required|enabled|short|long|mismatch)s?$"
)
"""Names of what a credential is like, where it is kept, what is said of it: not of the credential itself."""
_OF_A_SECRET = re.compile(
    r"secrets?(?:$|[^a-z]*(?:$|key|access|token|value|val\b|code|pass|pwd|jwt|hash|salt|str|api|client|app|bytes|prod"
    r"|dev\b|phrase|auth|flask|django|session|sign))"
)
"""A secret's own name: a secret word, santa or message is none."""
_PUBLIC = re.compile(r"(?:pk|sk_test|rk_test|pk_test|pk_live)[._]|sb_publishable_")
_SEALED = re.compile(r"kind:\s{0,4}SealedSecret|^sops:|\$ANSIBLE_VAULT|ENC\[AES256", re.MULTILINE)
_LABELS = frozenset({"password", "contraseña", "senha", "passwort", "token", "secret", "passphrase"})
_NO_LETTERS = re.compile(r"[\W\d_]+")
_LONG_NAME = 12
_WORDY = re.compile(r"^[^\W\d_]+[:!?.]?$")


class Assigned(NamedTuple):
    """Where a value stands, its kind, how much a credential it is, and what it is assigned to."""

    start: int
    end: int
    kind: str
    grade: str
    name: str


def assigned(text: str, lowered: str, *, bare: bool) -> Iterator[Assigned]:
    """Yield what is assigned to a name that speaks of a credential; `lowered` is the text in lower case."""
    if bare and _SEALED.search(text):
        return  # encrypted: made to be committed
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
        if _is_no_credential(match[0], name.strip()):
            continue
        grade = _grade(match[0], name.lower(), text[start:end], quoted=quoted)
        if fallback and grade:
            grade = "dummy"  # what holds until the environment says otherwise
        if grade:
            yield Assigned(start, end, _kind(match[0]), grade, name.strip()[:60])


def _is_no_credential(word: str, name: str) -> bool:
    """Tell a name that only has to do with a credential: where it is kept, how long it is, what is said of it."""
    low = name.lower()
    other = word == "secret" and not _OF_A_SECRET.search(low)
    return other or bool(_A_REFERENCE.search(name) or _ABOUT.search(low))


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
    if "pass" in word and is_application_password(value):
        return "likely"
    if (
        " " in value
        or _PUBLIC.match(value)
        or is_placeholder(value)
        or _A_PLACE.search(value)
        or _is_its_name(value, name)
    ):
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


def _is_its_name(value: str, name: str) -> bool:
    """Tell a value that only says its name again, or that labels a field of a form."""
    said = _NO_LETTERS.sub("", value.lower())
    again = len(said) >= _LONG_NAME and said in _NO_LETTERS.sub("", name)
    return again or value.lower() == name or (value.istitle() and value.isalpha() and value.lower() in _LABELS)


def _kind(word: str) -> str:
    if "key" in word:
        return "key"
    return "token" if word == "token" else "secret" if word == "secret" else "password"
