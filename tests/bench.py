"""Measure one folder of repositories against the budgets: `python tests/bench.py [DIR]`, by default the sample.

Only ratios within one run mean something; seconds are those of this machine at this moment. Each figure is the best of
some rounds, each in fresh processes. The floor is what any audit must do: read the blobs that the audit reads, through
one `git cat-file` a repository, parse each .py once with `ast` and each notebook once as JSON. Starting up is measured
on a repository with next to nothing in it, for the floor on an empty list.
"""

import argparse
import ast
import ctypes
import importlib.util
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

from repositories import working_tree

from auditor import __version__
from auditor.limits import Limits
from auditor.sources.git import GitError, git_folder, shadow, start, stop
from auditor.sources.local import repositories
from auditor.sources.selection import Selection
from auditor.sources.snapshot import open_snapshot

_AUDIT = ("-m", "auditor", "--offline", "--quiet", "--format", "json")
_PR_SET_CHILD_SUBREAPER = 36
_LOGGING_GIT = """#!/bin/sh
case " $* " in
  *" cat-file "*) tee -a {log} | {git} "$@" ;;
  *) exec {git} "$@" ;;
esac
"""


class Cost(NamedTuple):
    """What a process and all that it started cost."""

    cpu: float
    wall: float
    megabytes: float
    status: int = 0


class Content(NamedTuple):
    """One repository: where it is, and (blob, path) of each file that the audit reads."""

    git: str
    files: list[tuple[str, str]]


class Row(NamedTuple):
    """One line of the table."""

    what: str
    measured: str
    budget: str = ""


def run(*arguments: str | Path, path: str | None = None, folder: Path | None = None) -> Cost:
    """Run Python in a process of its own and return what it cost, with its children.

    Modules are compiled once for all, as for a user: whoever forbids Python to keep bytecode measures the compiler.
    """
    environment = os.environ | ({} if path is None else {"PATH": path})
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        env=environment,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    usages = [_usage(process)]
    wall = time.perf_counter() - begun
    with suppress(ChildProcessError):
        while True:
            usages.append(os.wait4(-1, 0)[2])
    if "auditor" in arguments and process.returncode:
        sys.exit(f"the audit ended with status {process.returncode}: python {' '.join(map(str, arguments))}")
    unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    return Cost(cpu, wall, max(usage.ru_maxrss for usage in usages) / unit, process.returncode)


def _usage(process: subprocess.Popen[bytes]) -> resource.struct_rusage:
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def adopt_orphans() -> bool:
    """Become the parent of what the audit leaves running, so that its workers' time is counted; Linux only.

    The workers are children of a fork server that nobody waits for: without this, their time would be lost.
    """
    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    except (AttributeError, OSError):
        return False


def best(rounds: int, cost: Callable[[], Cost]) -> Cost:
    """Return the least of each figure: whatever else the machine does only adds."""
    costs = [cost() for _ in range(rounds)]
    return Cost(min(c.cpu for c in costs), min(c.wall for c in costs), max(c.megabytes for c in costs), costs[0].status)


def audit(folder: Path, cache: Path, *, jobs: int = 1, path: str | None = None) -> Cost:
    """Audit all repositories in a folder at their newest commits."""
    return run(
        *_AUDIT,
        "--jobs",
        str(jobs),
        "--cache-dir",
        cache,
        "--commit",
        "HEAD",
        "-o",
        cache / "report",
        folder,
        path=path,
    )


def cold(folder: Path, space: Path, *, jobs: int = 1) -> Cost:
    """Audit with a cache that is empty."""
    return audit(folder, Path(tempfile.mkdtemp(dir=space)), jobs=jobs)


def asked_for(folder: Path, cache: Path, space: Path) -> list[str]:
    """Audit with a git that notes which blobs are asked for, and return their ids."""
    log = space / "blobs.log"
    log.write_bytes(b"")
    wrapper = space / "bin" / "git"
    wrapper.parent.mkdir(exist_ok=True)
    wrapper.write_text(_LOGGING_GIT.format(log=log, git=shutil.which("git")), encoding="utf-8")
    wrapper.chmod(0o755)
    audit(folder, cache, path=f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}")
    return log.read_text(encoding="ascii").split()


def contents(folder: Path, blobs: Iterable[str]) -> list[Content]:
    """Return what the audit reads of each repository; copies of a blob within one repository are read once."""
    wanted = set(blobs)
    found: list[Content] = []
    for origin in repositories(folder, Selection())[0]:
        source = git_folder(Path(origin.location))
        with suppress(GitError), open_snapshot(Path(origin.location), "HEAD", Limits()) as snapshot:
            by_blob = {entry.blob: entry.path for entry in snapshot.entries if entry.blob in wanted}
            found.append(Content(str(source), list(by_blob.items())))
    return found


def read_all(found: Iterable[Content], use: Callable[[str, bytes, Content], None]) -> None:
    """Hand over every file's bytes, through one `git cat-file` a repository."""
    for content in found:
        with ExitStack() as stack:
            git = stack.enter_context(shadow(Path(content.git)))
            process = start(git, ["cat-file", "--batch"])
            stack.callback(stop, process)
            assert process.stdin is not None
            assert process.stdout is not None
            for blob, path in content.files:
                process.stdin.write(blob.encode() + b"\n")
                process.stdin.flush()
                head = process.stdout.readline().split()
                if len(head) == 3:
                    use(path, process.stdout.read(int(head[2]) + 1)[:-1], content)


def floor(listing: Path) -> None:
    """Do the least that an audit must do; runs in a process of its own."""
    warnings.simplefilter("ignore")
    read_all((Content(git, files) for git, files in json.loads(listing.read_bytes())), _parse)


def _parse(path: str, data: bytes, _: Content) -> None:
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        if path.endswith(".py"):
            ast.parse(data)
        if path.endswith(".ipynb"):
            json.loads(data)


def peers(found: Sequence[Content], space: Path, rounds: int) -> list[Row]:
    """Measure interrogate and radon on a copy of every .py, where they are installed."""
    missing = [name for name in ("interrogate", "radon") if importlib.util.find_spec(name) is None]
    if missing:
        return [Row("interrogate + radon cc, wall", f"not measured: {' and '.join(missing)} not installed")]
    copy = space / "copy"
    number = {content.git: str(position) for position, content in enumerate(found)}

    def write(path: str, data: bytes, content: Content) -> None:
        target = copy / number[content.git] / path
        if path.endswith(".py") and target.resolve().is_relative_to(copy):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)

    copy.mkdir()
    read_all(found, write)
    costs = [
        best(rounds, lambda tool=tool: run("-m", *tool, ".", folder=copy))  # type: ignore[misc] # bound per loop
        for tool in (("interrogate", "--quiet", "--fail-under", "0"), ("radon", "cc"))
    ]
    early = " (one stopped early)" if any(cost.status for cost in costs) else ""
    return [Row("interrogate + radon cc, wall", f"{sum(cost.wall for cost in costs):.2f} s{early}")]


def table(folder: Path, space: Path, rounds: int) -> list[Row]:
    """Measure everything."""
    version = best(rounds, lambda: run("-m", "auditor", "--version")).wall
    tiny = working_tree(space / "tiny", {"README.md": "# Nothing\n"})
    idle = best(rounds, lambda: cold(tiny, space)).cpu
    kept = space / "kept"
    blobs = asked_for(folder, kept, space)
    again = asked_for(folder, kept, space)
    found = contents(folder, blobs)
    listing, nothing = space / "listing.json", space / "nothing.json"
    listing.write_text(json.dumps(found), encoding="utf-8")
    nothing.write_text("[]", encoding="utf-8")
    least = best(rounds, lambda: run(__file__, "--floor", listing))
    none = best(rounds, lambda: run(__file__, "--floor", nothing)).cpu
    first = best(rounds, lambda: cold(folder, space))
    second = best(rounds, lambda: audit(folder, kept))
    both = best(rounds, lambda: cold(folder, space, jobs=2)).wall
    files = [path for content in found for _, path in content.files]
    kinds = [sum(path.endswith(end) for path in files) for end in (".py", ".ipynb")]
    return [
        Row("repositories; blobs read; .py; notebooks", f"{len(found)}; {len(blobs)}; {kinds[0]}; {kinds[1]}"),
        Row("--version, wall", f"{version:.2f} s", "< 0.20 s"),
        Row("cold audit, CPU; wall", f"{first.cpu:.2f} s; {first.wall:.2f} s"),
        Row("the floor, CPU; wall", f"{least.cpu:.2f} s; {least.wall:.2f} s"),
        Row("cold audit / floor, CPU", _ratio(first.cpu, least.cpu)),
        Row("the same without both start-ups", _ratio(first.cpu - idle, least.cpu - none), "≤ 1.50"),
        Row("cold audit / floor, wall", _ratio(first.wall, least.wall)),
        Row("warm audit / cold audit, CPU", _ratio(second.cpu, first.cpu)),
        Row("the same without start-up", _ratio(second.cpu - idle, first.cpu - idle), "≤ 0.10"),
        Row("warm audit / cold audit, wall", _ratio(second.wall, first.wall)),
        Row("blobs read by the warm audit", str(len(again)), "0"),
        Row("memory, largest process", f"{first.megabytes:.0f} MB", "< 400 MB"),
        Row("cold audit with 2 jobs, wall", f"{both:.2f} s", "< the next line"),
        *peers(found, space, rounds),
    ]


def _ratio(part: float, whole: float) -> str:
    """Return a ratio where the whole is long enough to be compared with; what start-up outweighs counts as nothing."""
    return f"{max(part, 0.0) / whole:.2f}" if whole > 0.05 else "too short to compare"


def main() -> None:
    """Print the table for the folder that is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="a folder of repositories")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (default 3)")
    parser.add_argument("--floor", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor:
        floor(options.floor)
        return
    counted = "" if adopt_orphans() else "; WITHOUT the time of the audit's workers, which only Linux can tell"
    with tempfile.TemporaryDirectory(prefix="audit-bench-") as name:
        space = Path(name).resolve()
        folder = options.folder or space / "sample"
        if not options.folder:
            run(Path(__file__).with_name("sample.py"), folder)
        rows = table(folder, space, options.rounds)
    system = (
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    )
    sys.stdout.write(
        f"portfolio-auditor {__version__}, {system}; best of {options.rounds}: {options.folder or 'sample'}{counted}\n"
    )
    width = max(len(row.what) for row in rows)
    sys.stdout.writelines(f"{row.what:<{width}}  {row.measured:<24}  {row.budget}".rstrip() + "\n" for row in rows)


if __name__ == "__main__":
    main()
