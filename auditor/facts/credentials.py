"""The shapes of credentials by provider, and what tells a made-up value from a real one. Pure text; keeps nothing."""

import base64
import binascii
import math
import re
import zlib
from collections import Counter

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_GITHUB_HEAD = 4
_GITHUB_SUM = 6

# Needle, kind, shape: the shape is only looked for where the needle stands in the text.
PROVIDERS: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (needle, kind, re.compile(shape, re.ASCII))
    for needle, kind, shape in (
        ("AKIA", "AWS access key", r"(?<![A-Z0-9])(?<!Credential=)(?<!AccessKeyId=)AKIA[A-Z2-7]{16}(?![A-Z0-9])"),
        ("ASIA", "AWS session key", r"(?<![A-Z0-9])(?<!Credential=)(?<!AccessKeyId=)ASIA[A-Z2-7]{16}(?![A-Z0-9])"),
        ("ghp_", "GitHub token", r"\bghp_[A-Za-z0-9]{36}\b"),
        ("gho_", "GitHub token", r"\bgho_[A-Za-z0-9]{36}\b"),
        ("ghs_", "GitHub token", r"\bghs_[A-Za-z0-9]{36}\b"),
        ("github_pat_", "GitHub token", r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b"),
        ("glpat-", "GitLab token", r"\bglpat-[\w-]{20,60}\b"),
        ("sk-ant-", "Anthropic key", r"\bsk-ant-[a-z]{2,10}\d\d-[\w-]{60,120}"),
        ("T3BlbkFJ", "OpenAI key", r"\bsk-[\w-]{16,100}T3BlbkFJ[\w-]{16,100}"),
        ("sk-proj-", "OpenAI key", r"\bsk-proj-[\w-]{36,200}"),
        ("sk-or-v1-", "OpenRouter key", r"\bsk-or-v1-[0-9a-f]{60,68}\b"),
        ("sk-", "API key (sk-)", r"(?<![\w-])sk-(?!ant-|proj-|or-v1-)[A-Za-z0-9]{32,64}(?![\w-])"),
        ("gsk_", "Groq key", r"\bgsk_[A-Za-z0-9]{48,56}\b"),
        ("r8_", "Replicate token", r"\br8_[A-Za-z0-9]{37}\b"),
        ("pplx-", "Perplexity key", r"\bpplx-[A-Za-z0-9]{40,56}\b"),
        ("xai-", "xAI key", r"\bxai-[A-Za-z0-9]{70,90}\b"),
        ("hf_", "Hugging Face token", r"\bhf_[A-Za-z]{34}\b"),
        ("AIza", "Google API key", r"(?<![\w-])AIza[\w-]{35}(?![\w-])"),
        ("GOCSPX-", "Google client secret", r"\bGOCSPX-[\w-]{28}\b"),
        ("ya29.", "Google access token", r"\bya29\.[\w-]{60,400}"),
        ("xox", "Slack token", r"\bxox[abeprs]-[0-9A-Za-z-]{20,250}"),
        ("hooks.slack", "Slack webhook", r"hooks\.slack\.com/services/T\w{7,12}/B\w{7,12}/\w{20,28}"),
        ("discord", "Discord webhook", r"discord(?:app)?\.com/api/webhooks/\d{16,20}/[\w-]{60,72}"),
        ("sk_live_", "Stripe key", r"\bsk_live_[A-Za-z0-9]{20,120}\b"),
        ("rk_live_", "Stripe key", r"\brk_live_[A-Za-z0-9]{20,120}\b"),
        ("SG.", "SendGrid key", r"\bSG\.[\w-]{22}\.[\w-]{43}\b"),
        ("pcsk_", "Pinecone key", r"\bpcsk_\w{40,100}\b"),
        ("lsv2_", "LangSmith key", r"\blsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}\b"),
        ("tvly-", "Tavily key", r"\btvly-(?:dev-|prod-)?[A-Za-z0-9]{24,48}\b"),
        ("nvapi-", "NVIDIA key", r"\bnvapi-[\w-]{58,72}"),
        ("dapi", "Databricks token", r"\bdapi[0-9a-f]{32}(?:-\d)?\b"),
        ("npm_", "npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
        ("pypi-AgEIcHlwaS5vcmc", "PyPI token", r"pypi-AgEIcHlwaS5vcmc[\w-]{50,300}"),
        ("dop_v1_", "DigitalOcean token", r"\bdop_v1_[0-9a-f]{64}\b"),
        ("jina_", "Jina key", r"\bjina_[A-Za-z0-9]{56,64}\b"),
        ("ntn_", "Notion token", r"\bntn_[A-Za-z0-9]{44,50}\b"),
        ("lin_api_", "Linear key", r"\blin_api_[A-Za-z0-9]{40}\b"),
        ("figd_", "Figma token", r"\bfigd_[\w-]{38,44}"),
        ("glsa_", "Grafana token", r"\bglsa_[A-Za-z0-9]{32}_[0-9a-f]{8}\b"),
        ("shpat_", "Shopify token", r"\bshpat_[0-9a-f]{32}\b"),
        ("xkeysib-", "Brevo key", r"\bxkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}\b"),
        ("sb_secret_", "Supabase key", r"\bsb_secret_\w{28,40}"),
        ("sk.eyJ", "Mapbox secret token", r"\bsk\.eyJ[\w-]{50,200}\.[\w-]{20,40}"),
        ("key-", "Mailgun key", r"(?<![\w-])key-[0-9a-f]{32}\b"),
        ("KGAT_", "Kaggle token", r"\bKGAT_[0-9a-f]{32}\b"),
        ("AccountKey=", "Azure storage key", r"AccountKey=[A-Za-z0-9+/]{86}=="),
        (":AA", "Telegram bot token", r"(?<![\w-])\d{8,10}:AA[\w-]{32,34}(?![\w-])"),
        ('"key"', "Kaggle key", r'"username"\s{0,4}:\s{0,4}"[\w.-]{2,60}",\s{0,4}"key"\s{0,4}:\s{0,4}"[0-9a-f]{32}"'),
        ("PRIVATE KEY-----", "private key",
         r"-----BEGIN (?:[A-Z]{2,9} )?PRIVATE KEY-----(?:\\n|[\s\"'+]){1,12}[A-Za-z0-9+/=]{40,80}"),
        (".eyJ", "JSON web token", r"\beyJ[\w-]{10,400}\.eyJ[\w-]{10,2000}\.[\w-]{10,600}"),
    )
)  # fmt: skip
_NEEDLES = frozenset(
    ("SG.", "ya29.", "sk.eyJ", ".eyJ", "AccountKey=", ":AA", '"key"', "PRIVATE KEY-----", "hooks.slack", "discord")
)
BROKEN = tuple(each for each in PROVIDERS if each[0] in _NEEDLES)
"""Those whose shape a colon, a dot or a space breaks: no run of twenty letters and digits need show them."""
WHOLE = tuple(each for each in PROVIDERS if each[0] not in _NEEDLES)
DISCORD = re.compile(r"(?<![\w.-])[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,38}(?![\w.-])")
PHRASES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("Bearer ", "bearer token", re.compile(r"\bBearer (?!eyJ)([A-Za-z0-9_.=-]{24,400})(?=[\"'\s])")),
    ("api_key=", "key in an address", re.compile(r"[?&]api_key=([A-Za-z0-9]{24,64})(?![\w-])")),
    ("apikey=", "key in an address", re.compile(r"[?&]apikey=([A-Za-z0-9]{16,64})(?![\w-])")),
    ("appid=", "key in an address", re.compile(r"[?&]appid=([A-Za-z0-9]{32})(?![\w-])")),
    ("access_token=", "key in an address", re.compile(r"[?&]access_token=(?!eyJ|pk\.)([\w.-]{32,400})(?![\w-])")),
    ("NetworkCredential(", "password", re.compile(r"NetworkCredential\(\"[^\"\n]{1,80}\",\s{0,4}\"([^\"\n]{4,80})\"")),
    (
        "key: ",
        "key of a settings file",
        re.compile(r"[\"']key:\s{1,3}((?:\d{1,8}:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"),
    ),
    (";P", "password", re.compile(r"(?i:UID|User ID)=[^;\"'\n{}]{1,80};(?i:PWD|Password)=([^;\"'\n{}<>]{4,80})")),
)
"""What words about it give away: needle, kind, and the shape whose first group is the credential."""
URL = re.compile(
    r"\b((?:postgres(?:ql)?|mysql|mariadb|mongodb|redis|rediss|amqps?|mssql|clickhouse|https?|ftp)(?:\+\w{1,20})?)"
    r"://([^\s:/@\"'<>]{0,80}):([^\s@/\"'<>]{1,120})@([\w.-]{1,200})"
)
_FALLBACK = re.compile(
    r"""(?:_?(?:key|token|hash))?\d?(?:["']?[\])]{1,2})?\s{0,4}(?:\|\||\?\?|\bor\b)\s{0,4}["']([^"'\n]{2,200})["']"""
    r"""|(?:_?(?:key|token|hash))?\d?:-([^}\s"'$]{2,200})\}""",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"your|xxx|example|change[_-]?(?:me|this|it)|placeholder|replace|insert|\bhere\b|_here|todo|redacted|removed|hidden"
    r"|\.\.\.|…|\*\*\*|^[<\[({$%#@]|[>\]})]$|\$\{|\{\w*\}|%\(|%s|null|none|undefined|^true$|^false$|^string$|^str$"
    r"|^env|secrets\.|environ|getenv|process\.env|config\b|settings\b|vault|dummy|fake|mock|sample|lorem|not[_-]?(?:set|real)"
    r"|no[_-]?key|my[_-]?(?:super)?[_-]?(?:secret|api|token|key|pass)|enter|(?:api|access|secret)[_-]?(?:key|token)$"
    r"|^(?:api[_-]?)?key$|tu[_-]?(?:clave|api|key|contra)|sua[_-]?(?:chave|senha|api)|votre|dein|token[_-]?(?:here|value)"
    r"|\\(?:033|x1b|u001b|e)\[|\x1b"  # a terminal's colours about a word
    r"|^\W*$|^\d+\.\d+$|^(.)\1+$|1234567890abcdef|abcdefghij",
    re.IGNORECASE,
)  # fmt: skip
_WEAK_WORDS = (
    "admin root user guest postgres postgresql mysql mongo redis rabbitmq minio airflow mlflow grafana neo4j"
    " elastic pass password passwd pwd secret secreto senha contrasena contraseña test testing tester demo dev"
    " development local default token key changeit qwerty letmein welcome hello abc foo bar baz toto docker"
    " django flask jwt app db database super hunter insecure unsafe secure strong new old correct wrong fraud"
    " only for not in prod production please my the a api auth login master server"
)
_WEAK = {
    first: tuple(word for word in _WEAK_WORDS.split() if word[0] == first)
    for first in {word[0] for word in _WEAK_WORDS.split()}
}
_FILLERS = frozenset("!@#$%&*.-_ ")
_DEVELOPMENT = re.compile(
    r"insecure|(?:^|[_-])(?:dev|test|local|demo)(?:[_-]|$)|supersecret|secret[_-]?key", re.IGNORECASE
)
_LOCAL_HOST = re.compile(
    r"^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|host|hostname|host\.docker\.internal|[a-z_-]{1,30}|.*\.local|.*example\.\w+)$"
)
_RANDOM = 3.0
_SHORT = 8
_SIXTEEN = re.compile(r"[a-z]{16}|(?:[a-z]{4} ){3}[a-z]{4}")
_SIXTEEN_VOWELS = 4
_LINE = 600
_NEAR = 80


def is_placeholder(value: str) -> bool:
    """Tell a blank to be filled in from a value."""
    return _PLACEHOLDER.search(value) is not None


def is_outcome(lowered: str, at: int) -> bool:
    """Tell the pass of "pass or fail" from a password's short name."""
    return "fail" in lowered[max(at - _NEAR, 0) : at + _NEAR]


def fallback_after(text: str, at: int) -> tuple[int, int] | None:
    """Return where the value of a setting stands that holds while the environment names none.

    `process.env.PASSWORD || "x"`, `os.getenv("PASSWORD") or "x"`, `${PASSWORD:-x}`.
    """
    found = _FALLBACK.match(text, at)
    if found and (found[2] or "env" in text[max(at - _NEAR, 0) : at].lower()):
        return found.span(1 if found[1] else 2)
    return None


def is_weak(value: str) -> bool:
    """Tell a default or made-up value that only serves on the author's machine."""
    return _made_of_weak_words(value[:200].lower()) or _DEVELOPMENT.search(value) is not None


def _made_of_weak_words(lowered: str) -> bool:
    """Tell a value that is only such words, digits and fillers. A pattern would try every way of cutting it up."""
    reached = {0}
    for at, character in enumerate(lowered):
        if at not in reached:
            continue
        if character in _FILLERS or character.isdecimal():
            reached.add(at + 1)
        reached.update(at + len(word) for word in _WEAK.get(character, ()) if lowered.startswith(word, at))
    return len(lowered) > 0 and len(lowered) in reached


def is_local(host: str) -> bool:
    """Tell a host that only exists on one machine or in one compose file."""
    return _LOCAL_HOST.match(host.lower()) is not None


def entropy(value: str) -> float:
    """Return bits per character."""
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values()) if value else 0.0


def looks_random(value: str) -> bool:
    """Tell a generated value: mixed, long enough, no word repeated."""
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return mixed and len(value) >= 2 * _SHORT and entropy(value) >= _RANDOM


def looks_chosen(value: str) -> bool:
    """Tell a password that a person would choose: neither a default nor a plain word in lower case."""
    kinds = sum((any(c.islower() for c in value), any(c.isupper() for c in value), any(c.isdigit() for c in value)))
    special = any(not c.isalnum() for c in value)
    return len(value) >= _SHORT - 2 and (kinds + special) > 1


def has_shape(kind: str, token: str) -> bool:
    """Check what a provider's format allows to be checked: a checksum, the randomness of the part that counts."""
    if is_placeholder(token) or token.endswith("EXAMPLE"):
        return False
    if kind == "GitHub token" and token.startswith("gh"):
        return _github_sum(token[_GITHUB_HEAD:-_GITHUB_SUM]) == token[-_GITHUB_SUM:]
    return entropy(token[-32:]) >= _RANDOM - 0.5


def web_token(token: str) -> str:
    """Grade a web token by its payload: what opens a server, what is made to be public, and the rest."""
    body = token.split(".")[1]
    try:
        payload = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except (ValueError, binascii.Error):
        return "dummy"
    if any(mark in payload for mark in (b"service_role", b'"admin"', b'"scopes"')):
        return "real"
    return "" if any(mark in payload for mark in (b'"anon"', b"John Doe", b"1234567890")) else "dummy"


def is_application_password(value: str) -> bool:
    """Tell the sixteen letters that a mail provider makes for a program, with or without blanks."""
    letters = value.replace(" ", "")
    made = _SIXTEEN.fullmatch(value) is not None and not is_placeholder(value)
    few_vowels = sum(letters.count(vowel) for vowel in "aeiou") <= _SIXTEEN_VOWELS
    return made and few_vowels and entropy(letters) >= _RANDOM and not letters.startswith("abcd")


def is_quoted(text: str, at: int) -> bool:
    """Tell what stands in a text that is itself a string: its line has line ends written out."""
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    line = text[max(start, at - _LINE) : min(end, at + _LINE) if end >= 0 else at + _LINE]
    return line.count("\\n") > 1


def _github_sum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = ""
    for _ in range(_GITHUB_SUM):
        number, rest = divmod(number, len(_BASE62))
        digits = _BASE62[rest] + digits
    return digits
