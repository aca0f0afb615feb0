"""What the GitHub Action runs: inputs from the environment, the audit, and its results where people look.

`python -m auditor.action` reads INPUT_* and the runner's GITHUB_* variables; `action.yml` sets them.
"""

import hashlib
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from auditor import output, session, streams, surroundings
from auditor.compare import ChangeKind, Comparison
from auditor.formats import FORMATS, annotations, markdown
from auditor.formats.escape import line
from auditor.model import AuditorError, Report
from auditor.session import Options
from auditor.sources import git, hosts, pull_request
from auditor.sources.client import Client
from auditor.sources.exchange import HostError
from auditor.sources.patience import Patience
from auditor.task import Guide, load_rulebook

_USE = ("path", "user", "repositories", "rulebook", "role", "select", "ignore")
"""The inputs that say what is audited, and by which rules: a use of the action that differs in none is the same."""
_TRUE = ("true", "yes", "1", "on")
_SUMMARY = 900_000  # bytes; the runner takes 1 MiB of a step, or nothing
_FETCH_SECONDS = 120
_ASIDE = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "safe.bareRepository=explicit")
"""A fetch needs the checkout's own settings, its token among them; hooks and a repository that is a file of it, no."""


class Runner:
    """The runner's files and the event that started the workflow."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.event = _event(environment.get("GITHUB_EVENT_PATH", ""))

    def input(self, name: str) -> str:
        """Return an input, stripped; "" where it is not set."""
        return self.environment.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip()

    def words(self, name: str) -> tuple[str, ...]:
        """Return an input that lists names, separated by blanks, commas or new lines."""
        return tuple(self.input(name).replace(",", " ").split())

    def flag(self, name: str) -> bool:
        """Return an input that is true or false."""
        return self.input(name).lower() in _TRUE

    def use(self) -> str:
        """Name this use of the action among others of the same pull request: the same on every push, system and job."""
        read = {name: sorted(self.words(name)) for name in _USE} | {"path": [self.input("path") or "."]}
        return hashlib.sha256(json.dumps(read).encode()).hexdigest()[:12]

    def output(self, values: Mapping[str, str]) -> None:
        """Set outputs; a random delimiter keeps a value from ending early or setting another."""
        rows = []
        for name, value in values.items():
            mark = uuid.uuid4().hex
            rows.append(f"{name}<<{mark}\n{value}\n{mark}\n")
        self._append("GITHUB_OUTPUT", "".join(rows))

    def summary(self, text: str) -> None:
        """Add to the page of this run."""
        self._append("GITHUB_STEP_SUMMARY", text + "\n")

    def _append(self, variable: str, text: str) -> None:
        path = self.environment.get(variable)
        if path:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(text)


def main() -> int:
    """Audit as the inputs say and return the exit status of the gate."""
    streams.prepare()
    surroundings.distrust_current_folder()
    runner = Runner(dict(os.environ))
    runner.output({"use": runner.use()})
    try:
        return _run(runner)
    except AuditorError as error:
        sys.stdout.write(f"::error title=Portfolio Auditor::{annotations.message(str(error))}\n")
        return error.exit_code
    except OSError as error:  # the machine's, such as a full disk
        sys.stdout.write(f"::error title=Portfolio Auditor::{annotations.message(str(error))}\n")
        return 3


def _run(runner: Runner) -> int:
    options = _options(runner)
    guide = Guide(folder=options.rulebook, role=options.role, select=options.select, ignore=options.ignore)
    session.check(options, {rule.id for rule in load_rulebook(guide).rules})
    console = Console(stderr=True, highlight=False)
    token = hosts.token_from_environment(hosts.from_environment(runner.environment)) or ""
    with _unheard():
        reports = session.audited(options, guide, console)
    baseline = _baseline(runner, options, guide, console)
    pairs = session.compared(reports, baseline, guide)
    files = _write(runner, pairs)
    runner.summary(markdown.joined(pairs, _SUMMARY))
    sys.stdout.write(annotations.render(reports, here=_here(runner)))
    for report in reports:
        for sentence in session.shortfalls(options, report):
            sys.stdout.write(f"::error title=Portfolio Auditor::{annotations.message(sentence)}\n")
    _comment(runner, pairs, token)
    worse = [change for _, c in pairs if c for change in c.of(ChangeKind.WORSE)]
    runner.output(_outputs(reports, files, len(worse)))
    failed = runner.flag("fail-on-regression") and bool(worse)
    if failed:
        sys.stdout.write(f"::error title=Portfolio Auditor::{len(worse)} rules are worse than in the baseline\n")
    return max(session.status(options, reports), int(failed))


@contextmanager
def _unheard() -> Iterator[None]:
    """Let the runner obey nothing meanwhile: it finds `##[command]` anywhere in a line, such as a repository's name."""
    mark = uuid.uuid4().hex
    sys.stdout.write(f"::stop-commands::{mark}\n")
    sys.stdout.flush()
    try:
        yield
    finally:
        sys.stdout.write(f"::{mark}::\n")
        sys.stdout.flush()


def _options(runner: Runner) -> Options:
    under = runner.input("fail-under")
    try:
        least = float(under) if under else None
    except ValueError:
        raise AuditorError(f"fail-under is a number from 0 to 100, not {under!r}.") from None
    targets = runner.words("user") or runner.words("repositories") or (runner.input("path") or ".",)
    here = _here(runner)
    return Options(
        targets=targets,
        candidate=_candidate(runner) if here else None,
        offline=here,
        fail_under=least,
        fail_on=runner.words("fail-on"),
        rulebook=runner.input("rulebook") or None,
        select=runner.words("select"),
        ignore=runner.words("ignore"),
        role=runner.input("role") or None,
        cache_dir=runner.input("cache-dir") or None,
    )


def _candidate(runner: Runner) -> str | None:
    """Name the checkout by its repository, and by its path where it lies deeper: two of a workspace are told apart."""
    name = runner.environment.get("GITHUB_REPOSITORY", "").rpartition("/")[2]
    path = Path(runner.input("path") or ".").absolute()
    try:
        within = path.relative_to(runner.environment.get("GITHUB_WORKSPACE") or Path.cwd()).as_posix()
    except ValueError:
        within = path.name
    return "/".join(part for part in (name, within) if part not in ("", ".")) if name else None


def _here(runner: Runner) -> bool:
    """Tell whether it is the checkout that is audited."""
    return not (runner.input("user") or runner.input("repositories"))


def _baseline(runner: Runner, options: Options, guide: Guide, console: Console) -> Report | None:
    """Read the baseline file, or audit the commit that the change started from."""
    name = runner.input("baseline")
    if name not in ("", "base"):
        return session.read_baseline(name)
    commit = _base_commit(runner.event)
    wanted = name == "base" or runner.flag("fail-on-regression")
    if not wanted or commit is None or not _here(runner):
        return None
    folder = Path(options.targets[0])
    if not _has(folder, commit):
        return None
    earlier = msgspec.structs.replace(options, commit=commit, quiet=True)
    with _unheard():
        return session.audited(earlier, guide, console)[0]


def _base_commit(event: Mapping[str, Any]) -> str | None:
    """Return the commit to compare with: a pull request's base, or what was there before a push."""
    pull = event.get("pull_request")
    commit = pull["base"]["sha"] if isinstance(pull, dict) else event.get("before")
    return commit if isinstance(commit, str) and commit.strip("0") and commit.isalnum() else None


def _has(folder: Path, commit: str) -> bool:
    """Make sure that the commit is in the checkout, fetching it alone where the checkout is shallow."""
    source = git.git_folder(folder)
    if source is None:
        return False
    with git.shadow(source) as shadow:
        if git.resolve(shadow, commit):
            return True
    fetch = ["git", *_ASIDE, "fetch", "--quiet", "--depth=1", "--no-tags", "origin", commit]
    with _unheard(), suppress(subprocess.TimeoutExpired):
        subprocess.run(fetch, cwd=folder, check=False, timeout=_FETCH_SECONDS, stdin=subprocess.DEVNULL)
    with git.shadow(source) as shadow:
        if git.resolve(shadow, commit):
            return True
    _say("The base commit could not be fetched; nothing is compared. `fetch-depth: 0` at the checkout brings it.")
    return False


def _write(runner: Runner, pairs: Sequence[tuple[Report, Comparison | None]]) -> dict[str, Path]:
    """Write the forms that are asked for and return the first candidate's file of each."""
    folder = Path(runner.input("output") or "audit-report")
    forms = dict.fromkeys((*runner.words("formats"), "html", "json", "sarif"))
    if runner.flag("badge"):
        forms["badge"] = None
    found: dict[str, Path] = {}
    for (report, comparison), stem in zip(pairs, output.stems(r.candidate.name for r, _ in pairs), strict=True):
        for form in forms:
            if form not in FORMATS:
                raise AuditorError(f"formats: there is no form {form!r}; there are {', '.join(FORMATS)}.")
            texts = FORMATS[form].files(report, comparison)
            paths = output.write(folder, {f"{stem}{end}": text for end, text in texts.items()})
            found.setdefault(form, paths[0])
    return found


def _comment(runner: Runner, pairs: Sequence[tuple[Report, Comparison | None]], token: str) -> None:
    """Keep the pull request's comment up to date; a token that may not is no failure of the audit."""
    pull = runner.event.get("pull_request")
    repository = runner.environment.get("GITHUB_REPOSITORY", "")
    if not (runner.flag("comment") and isinstance(pull, dict) and repository):
        return
    if not token:
        _say("no comment on the pull request: there is no token to write it with; the run's summary has the report.")
        return
    client = Client(hosts.from_environment(runner.environment), token, Patience(_say))
    try:
        pull_request.keep_comment(client, repository, int(pull["number"]), runner.use(), markdown.joined(pairs))
    except HostError as error:
        _say(
            f"no comment on the pull request: {error}. A fork's token may only read; the run's summary has the report."
        )


def _say(text: str) -> None:
    sys.stdout.write(f"::notice title=Portfolio Auditor::{annotations.message(text)}\n")


def _outputs(reports: Sequence[Report], files: Mapping[str, Path], worse: int) -> dict[str, str]:
    """Return the outputs; of several candidates, the first one's numbers."""
    first = reports[0]
    names = {"report": "html", "json": "json", "sarif": "sarif", "badge": "badge"}
    return {
        "score": "" if first.score is None else f"{first.score:g}",
        "grade": first.grade or "",
        "coverage": f"{first.coverage:g}",
        "screen": first.screen.verdict or "",
        "regressions": str(worse),
        **{name: line(files[form].as_posix(), 1000) if form in files else "" for name, form in names.items()},
    }


def _event(path: str) -> Mapping[str, Any]:
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
