"""A code cell as plain Python: IPython's magics, shell lines and help marks blanked, every line where it was."""

import re
from collections.abc import Iterator

import msgspec

_PYTHON_MAGICS = frozenset(
    {"time", "timeit", "capture", "prun", "memit", "mprun", "lprun", "px", "notify", "wandb", "snakeviz", "skip",
     "heat", "debug", "tb", "scalene", "pyinstrument", "mlflow_run", "script_magic", "autopx", "spark"}
)  # fmt: skip
_CELL = re.compile(r"\s*%%([\w.]+)")
_TIMED = re.compile(r"(\s*)%(?:time|timeit|prun|memit|lprun|mprun)\b(?:[ \t]+-[a-z]+(?:[ \t]+\d+)?)*[ \t]+(?=\S)")
_LINE = re.compile(r"(\s*)(?:!|%[A-Za-z_]|\?{1,2}[A-Za-z_])")
_ASSIGNED = re.compile(r"(\s*[\w., \[\]]{1,80}=\s*)(?:!|%[A-Za-z_])")
_HELP = re.compile(r"(\s*)[\w.]{1,100}\?{1,2}\s*$")
_BARE_INSTALL = re.compile(r"(\s*)(?:pip3?|conda|mamba|uv pip|poetry|apt(?:-get)?)\s+(?:install|add)\s")
_INSTALLS = re.compile(r"\b(?:pip3?|conda|mamba|uv|poetry|apt|apt-get)\b.{0,60}?\b(?:install|add)\s")
_MARKS = ("%", "!", "?", "pip", "conda", "mamba", "uv", "poetry", "apt")
_CUT = 300


class Plain(msgspec.Struct, frozen=True):
    """A cell's Python with as many lines as the cell; `installs` are its lines that install packages."""

    source: str
    installs: tuple[str, ...] = ()


def plain(source: str) -> Plain:
    """Blank what is not Python; a cell of another language (`%%bash`) becomes blank lines."""
    if not any(mark in source for mark in _MARKS):
        return Plain(source)
    lines = source.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if cell := _CELL.match(lines[first]):
        if cell[1] not in _PYTHON_MAGICS:
            return Plain("\n" * (len(lines) - 1), tuple(_installing(lines[first + 1 :])))
        lines[first] = ""
    installs: list[str] = []
    return Plain("\n".join(_lines(lines, installs)), tuple(installs))


def _lines(lines: list[str], installs: list[str]) -> Iterator[str]:
    shell = ""  # a shell command so far, while its lines end in a backslash
    for line in lines:
        if shell:
            shell = f"{shell.removesuffix(chr(92))} {line.strip()}"
            yield ""
        elif (blank := _blank(line)) is not None:
            shell = line.strip()
            yield blank
        else:
            yield _TIMED.sub(r"\1", line, count=1) if "%" in line else line
            continue
        if not shell.endswith("\\"):
            installs.extend(_installing([shell]))
            shell = ""
    installs.extend(_installing([shell]))


def _blank(line: str) -> str | None:
    """Return what stands in for a line that is not Python, None where it is."""
    if _TIMED.match(line):
        return None
    if found := _LINE.match(line) or _BARE_INSTALL.match(line) or _HELP.match(line):
        return f"{found[1]}pass" if found[1] else ""
    return f"{found[1]}None" if (found := _ASSIGNED.match(line)) else None


def _installing(lines: list[str]) -> Iterator[str]:
    return (line.strip().lstrip("!%")[:_CUT] for line in lines if _INSTALLS.search(line[:_CUT]))
