"""Read requirements files as people write them: pip's format, freezes, conda exports, plain lists of names."""

import re
from collections.abc import Iterator

from auditor.facts.fact import Fact, Parser, Unreadable, base_name
from auditor.facts.manifest import ManifestFact, Requirement, normalised, requirement
from auditor.facts.text import decode, is_binary

_FILE = re.compile(
    r"(?:[\w .-]*(?:requirements?|requirments?|requirem?nts?|requeriments?|requierments|requirenments)[\w .()-]*"
    r"|reqs?[\w-]*|required[\w-]*|dependencies|dependency|deps|modules|libraries|libs|pip[\w-]*|constraints?[\w-]*"
    r"|requerimientos|requisitos|dependencias|dependências|exigences|dépendances|abhaengigkeiten|dipendenze"
    r"|kebutuhan|freeze)\.(?:txt|in|pip|lock)|requirements?",
    re.IGNORECASE,
)
_FOLDER = re.compile(r"(?:^|/)(?:requirements|reqs)/[^/]+\.(?:txt|in|pip)$", re.IGNORECASE)
_INCLUDE = re.compile(r"(?:-r|--requirement|-c|--constraint)[= ]?\s*([^\s#]+)")
_EGG = re.compile(r"[#&]egg=([\w.-]+)")
_HOSTED = re.compile(r"(?:git|hg|svn)\+\S+?/([\w.-]+?)(?:\.git)?(?:@[^#\s]*)?(?:#\S*)?$")
_WHEEL = re.compile(r"(?:^|/)([A-Za-z0-9][A-Za-z0-9._]*?)-\d[^/\s]*\.(?:whl|tar\.gz|zip)")
_CONDA = re.compile(r"([A-Za-z0-9][\w.-]*)=(\d[\w.!+*]*)(?:=[\w.]+)?$")
_BULLET = re.compile(r"^(?:[-*•+]|\d{1,2}[.)])\s+")
_INSTALL = re.compile(
    r"^[!%$>]?\s*(?:python3? -m )?(?:pip3?|conda|uv pip|uv|poetry)\s+(?:install|add)\s+(.*)$", re.IGNORECASE
)
_LISTED = re.compile(r"[A-Za-z][\w.-]*(?:\[[\w,-]+\])?(?:[=<>~!]=?[\w.*]+)?")
_VERSIONED = re.compile(r"([A-Za-z][\w.-]*)[ \t:]+v?(\d+(?:\.\w+)+)$")
_PYTHON = re.compile(r"^python(?![\w.]|-[^\d])[\s=:(<>~-]*([\d.]*)", re.IGNORECASE)  # python-dotenv is a package
_WORDS = 6
_MOST = 3000


def parse(data: bytes) -> Fact:
    """Read a requirements file."""
    if is_binary(data):
        return Unreadable("it is not text")
    text = decode(data)
    includes: list[str] = []
    found: list[Requirement] = []
    python, python_line = "", 0
    for number, line in _lines(text):
        if include := _INCLUDE.match(line):
            includes.append(include[1][:300])
        elif line.startswith(("-e .", "--editable .")) or line in (".", "./"):
            continue
        elif stated := _PYTHON.match(line):
            python, python_line = (stated[1], number) if stated[1] else (python, python_line)
        elif not line.startswith("-") or line.startswith(("-e ", "--editable ")):
            found.extend(_requirements(line, number))
        if len(found) > _MOST:
            break
    return ManifestFact("requirements", tuple(found), tuple(includes), python=python, python_line=python_line)


def installed(command: str, line: int = 0) -> tuple[Requirement, ...]:
    """Read the names of a `pip install` command, as notebooks and Dockerfiles have it."""
    at = re.search(r"\b(?:install|add)\s", command)
    words = command[at.end() :].replace("\\", " ").split()[:200] if at else []
    found: list[Requirement] = []
    skip = False
    for word in words:
        if word in ("&&", ";", "|", "||"):
            break
        if not skip and not word.startswith("-"):
            found.extend(_requirements(word.strip("\"'"), line))
        skip = word in ("-r", "-c", "-f", "-i", "--index-url", "--extra-index-url", "--find-links", "-t", "--timeout")
    return tuple(found)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the logical lines without comments, hashes and bullets."""
    held = ""
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw[:1000].strip().lstrip("\ufeff")
        line = "" if line.startswith(("#", "//")) else line.split(" #")[0].split("\t#")[0].strip()
        if line.endswith("\\"):
            held += line[:-1] + " "
            continue
        line = _BULLET.sub("", (held + line).split(" --hash")[0].strip().strip("\"',`"))
        held = ""
        if line:
            yield number, line


def _requirements(line: str, number: int) -> Iterator[Requirement]:
    if command := _INSTALL.match(line):
        yield from installed(f"install {command[1]}", number)
    elif hosted := (_EGG.search(line) or _WHEEL.search(line) if "/" in line or line.endswith(".whl") else None):
        yield Requirement(normalised(hosted[1]), number, "bounded")
    elif hosted := _HOSTED.search(line):
        yield Requirement(normalised(hosted[1]), number, "bounded" if "@" in line.rpartition("/")[2] else "free")
    elif conda := _CONDA.match(line):
        yield Requirement(normalised(conda[1]), number, "exact")
    elif ("://" not in line or " @ " in line) and (single := requirement(line, number)):
        yield single
    elif versioned := _VERSIONED.match(line):
        yield Requirement(normalised(versioned[1]), number, "exact")
    elif "://" not in line:
        yield from _listed(line, number)


def _listed(line: str, number: int) -> Iterator[Requirement]:
    """Read several names on one line; a sentence is not one."""
    words = [word for word in re.split(r"[\s,;]+", line) if word]
    if len(words) > 1 and (len(words) <= _WORDS or "," in line) and all(_LISTED.fullmatch(word) for word in words):
        for word in words:
            if found := requirement(word, number):
                yield found


def _reads(path: str) -> bool:
    return bool(_FILE.fullmatch(base_name(path)) or _FOLDER.search(path))


PARSER = Parser(name="manifest-requirements", fact=ManifestFact, parse=parse, reads=_reads)
