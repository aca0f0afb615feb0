"""A code cell as plain Python: IPython's magics, shell lines and help marks blanked, every line where it was."""

import re
from collections.abc import Iterator

import msgspec

_PYTHON_MAGICS = frozenset(
    {"time", "timeit", "capture", "prun", "memit", "mprun", "lprun", "px", "notify", "wandb", "snakeviz", "skip",
     "heat", "debug", "tb", "scalene", "pyinstrument", "mlflow_run", "script_magic", "autopx", "spark"}
)  # fmt: skip
_SHELLS = frozenset({"bash", "sh", "shell", "script", "system", "cmd", "!"})
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
    """A cell's Python with as many lines as the cell; `commands` are its shell lines, each with its line from 0."""

    source: str
    commands: tuple[tuple[str, int], ...] = ()

    @property
    def installs(self) -> tuple[str, ...]:
        """Those of the commands that install packages."""
        return tuple(command for command, _ in self.commands if _INSTALLS.search(command))


def plain(source: str) -> Plain:
    """Blank what is not Python; a cell of another language (`%%bash`) becomes blank lines."""
    if not any(mark in source for mark in _MARKS):
        return Plain(source)
    lines = source.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    commands: list[tuple[str, int]] = []
    if cell := _CELL.match(lines[first]):
        if cell[1] not in _PYTHON_MAGICS:
            shell = cell[1] in _SHELLS
            told = ((line.strip()[:_CUT], at) for at, line in enumerate(lines) if at > first and line.strip())
            return Plain("\n" * (len(lines) - 1), tuple(told) if shell else ())
        lines[first] = ""
    return Plain("\n".join(_lines(lines, commands)), tuple(commands))


def _lines(lines: list[str], commands: list[tuple[str, int]]) -> Iterator[str]:
    shell, start = "", 0  # a shell command so far, while its lines end in a backslash
    for at, line in enumerate(lines):
        if shell:
            shell = f"{shell.removesuffix(chr(92))} {line.strip()}"
            yield ""
        elif (blank := _blank(line)) is not None:
            shell, start = line.strip(), at
            yield blank
        else:
            yield _TIMED.sub(r"\1", line, count=1) if "%" in line else line
            continue
        if not shell.endswith("\\") or at == len(lines) - 1:
            commands.append((shell.lstrip("!%")[:_CUT], start))
            shell = ""


def _blank(line: str) -> str | None:
    """Return what stands in for a line that is not Python, None where it is."""
    if _TIMED.match(line):
        return None
    if found := _LINE.match(line) or _BARE_INSTALL.match(line) or _HELP.match(line):
        return f"{found[1]}pass" if found[1] else ""
    return f"{found[1]}None" if (found := _ASSIGNED.match(line)) else None
