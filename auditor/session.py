"""One run of the command: understand the options, audit, write, say, and return the exit status."""

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.logging import RichHandler

from auditor import audit, compare, limits, output, streams
from auditor.assemble import scale_of
from auditor.catalogue import explained, listed
from auditor.compare import Comparison
from auditor.facts.cache import usable
from auditor.formats import FORMATS, headline
from auditor.formats import json as json_form
from auditor.formats.escape import line
from auditor.model import AuditorError, Report, RepositoryStatus, Status
from auditor.progress import Speaker, Teller
from auditor.sources import git, hosts, resume, targets
from auditor.sources.patience import Patience
from auditor.sources.selection import Selection
from auditor.task import Guide, load_rulebook
from auditor.views.claims import claims_in

if TYPE_CHECKING:
    from auditor.sources.links import LinkChecker

_log = logging.getLogger(__name__)
_FOLDER = "audit-report"
_BELOW = 1
_NOTHING = 3


class Options(msgspec.Struct, kw_only=True):
    """The command line, option by option."""

    targets: tuple[str, ...]
    output: str | None = None
    forms: tuple[str, ...] = ()
    candidate: str | None = None
    offline: bool = False
    no_links: bool = False
    fail_under: float | None = None
    fail_on: tuple[str, ...] = ()
    baseline: str | None = None
    rulebook: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    role: str | None = None
    resume: str | None = None
    include_forks: bool = False
    include_archived: bool = False
    include_private: bool = False
    pinned: bool = False
    max_repos: int | None = None
    exclude: tuple[str, ...] = ()
    since: str | None = None
    commit: str | None = None
    jobs: int | None = None
    timeout: float | None = None
    max_wait: float = 300
    template: str | None = None
    cache_dir: str | None = None
    no_cache: bool = False
    list_rules: bool = False
    explain: str | None = None
    quiet: bool = False
    verbose: bool = False


def run(options: Options) -> int:
    """Do what the command line asks for and return the exit status."""
    guide = Guide(folder=options.rulebook, role=options.role, select=options.select, ignore=options.ignore)
    book = load_rulebook(guide)
    if options.list_rules or options.explain:
        sys.stdout.write(listed(book) if options.explain is None else explained(book, options.explain))
        return 0
    check(options, {rule.id for rule in book.rules})
    console = Speaker(stderr=True, highlight=False)
    with _logging(console, verbose=options.verbose):
        baseline = None if options.baseline is None else read_baseline(options.baseline)
        reports = audited(options, guide, console)
        _deliver(options, compared(reports, baseline, guide), console)
        for sentence in (said for report in reports for said in shortfalls(options, report)):
            console.print(line(sentence), markup=False, soft_wrap=True)
        ended = status(options, reports)
        if ended == _NOTHING and options.quiet:
            for sentence in (said for report in reports for said in _why_nothing(report)):
                console.print(line(sentence), markup=False, soft_wrap=True)
    return ended


def _why_nothing(report: Report) -> list[str]:
    """Say why there is nothing to judge."""
    told = headline.of(report)
    return [problem.message for problem in report.problems] or [
        f"{report.candidate.name}: {told.verdict} {told.reason}"
    ]


def check(options: Options, rules: set[str]) -> None:
    """Refuse what can't work before any work is done. Raises AuditorError."""
    if not options.targets:
        raise AuditorError("Name a GitHub login, owner/repo, a URL or a folder; --help shows examples.")
    if options.output == "-" and len(options.forms) != 1:
        raise AuditorError('"--output -" prints one form: name it with one --format.')
    if options.output == "-" and streams.output_is_closed():
        raise AuditorError('"--output -" prints to the standard output, which is closed here.')
    for name in options.fail_on:
        if name not in rules:
            raise AuditorError(f"--fail-on: no rule {name!r} is asked; --list-rules shows them.")
    if options.template and not Path(options.template).is_dir():
        raise AuditorError(f"--template: there is no folder {options.template}.")
    if options.since:
        try:
            date.fromisoformat(options.since)
        except ValueError:
            raise AuditorError(f"--since takes a date such as 2026-01-31, not {options.since!r}.") from None


@contextmanager
def _logging(console: Console, *, verbose: bool) -> Iterator[None]:
    """Show the program's own log on stderr: warnings always, everything when verbose."""
    log = logging.getLogger("auditor")
    handler = RichHandler(console=console, show_path=False, show_time=False, rich_tracebacks=False)
    log.addHandler(handler)
    log.setLevel(logging.DEBUG if verbose else logging.WARNING)
    try:
        yield
    finally:
        log.removeHandler(handler)


def read_baseline(name: str) -> Report:
    """Read an earlier JSON report. Raises AuditorError."""
    try:
        return json_form.load(Path(name).read_bytes())
    except OSError as error:
        raise AuditorError(f"--baseline: {name} can't be read: {error.strerror}.") from None


def audited(options: Options, guide: Guide, console: Console) -> tuple[Report, ...]:
    """Find what the options name, audit it, and return a report for each candidate."""
    github = hosts.from_environment()
    token = None if options.offline else hosts.token_from_environment(github)
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        os.environ.pop(name, None)  # no child process needs it
    cache = None if options.no_cache else _cache_folder(options.cache_dir)
    claims = _claims(options, guide)
    with Teller(console, quiet=options.quiet) as teller:
        found = targets.resolve(
            options.targets,
            _selection(options),
            token=token,
            hosts=github,
            offline=options.offline,
            report=teller.say,
            patience=Patience(teller.say, max_wait=options.max_wait),
            cache=cache,
        )
        settings = _settings(options, guide, cache, token)
        settings = msgspec.structs.replace(settings, claims=claims, links=_link_checker(options, cache, settings))
        return audit.run(found, settings, teller)


def _claims(options: Options, guide: Guide) -> frozenset[str] | None:
    """Return the ids of the skills that the résumé claims, None without a résumé."""
    if options.resume is None:
        return None
    return claims_in(resume.read(Path(options.resume)), load_rulebook(guide).data["skills"])


def _selection(options: Options) -> Selection:
    return Selection(
        include_forks=options.include_forks,
        include_archived=options.include_archived,
        include_private=options.include_private,
        pinned=options.pinned,
        max_repos=options.max_repos,
        exclude=options.exclude,
        since=options.since,
        candidate=options.candidate,
        revision=options.commit,
    )


def _settings(options: Options, guide: Guide, cache: Path | None, token: str | None) -> audit.Settings:
    bounds = limits.from_environment()
    if options.timeout is not None:
        bounds = msgspec.structs.replace(bounds, repository_seconds=options.timeout)
    return audit.Settings(
        guide=guide, limits=bounds, cache=cache, jobs=options.jobs or os.cpu_count() or 1, token=token
    )


def _link_checker(options: Options, cache: Path | None, settings: audit.Settings) -> "LinkChecker | None":
    if options.offline or options.no_links:
        return None
    from auditor.sources.links import LinkChecker  # noqa: PLC0415 - only where links are asked

    return LinkChecker(cache, settings.limits)


def _cache_folder(chosen: str | None) -> Path | None:
    """Return where facts are kept; None, after a sentence, where this machine lets nothing be kept."""
    if chosen is not None:
        return usable(Path(chosen))
    import platformdirs  # noqa: PLC0415 - only where no folder was named

    try:
        folder = Path(platformdirs.user_cache_dir("portfolio-auditor", appauthor=False))
    except RuntimeError:  # older ones return the "~" as it stands
        folder = Path("~")
    if folder.is_absolute():
        return usable(folder)
    _log.warning("There is no home folder to keep a cache in (--cache-dir names another); everything is read anew.")
    return None


def compared(
    reports: Sequence[Report], baseline: Report | None, guide: Guide
) -> list[tuple[Report, Comparison | None]]:
    """Hold each report against the baseline, if there is one."""
    if baseline is None:
        return [(report, None) for report in reports]
    scale = scale_of(load_rulebook(guide))
    return [(report, compare.compare(baseline, report, scale)) for report in reports]


def _deliver(options: Options, pairs: Sequence[tuple[Report, Comparison | None]], console: Console) -> None:
    """Write the files, or print the one form, and say the summary."""
    template = None if options.template is None else Path(options.template)
    forms = options.forms or ("html",)
    folder = _folder(options.output or _FOLDER)
    stems = output.stems(report.candidate.name for report, _ in pairs)
    for (report, comparison), stem in zip(pairs, stems, strict=True):
        if options.output == "-":
            if not options.quiet:
                _show(report, console, comparison)
            sys.stdout.buffer.write(FORMATS[forms[0]].render(report, comparison, template).encode())
            continue
        texts = {
            f"{stem}{end}": text
            for form in forms
            for end, text in FORMATS[form].files(report, comparison, template).items()
        }
        written = output.write(folder, texts)
        if options.quiet:
            continue
        _show(report, Speaker(highlight=False), comparison)
        for path in written:
            console.print(f"written: {path}", markup=False, soft_wrap=True)
    sys.stdout.flush()


def _folder(name: str) -> Path:
    """Return the folder for the reports; one in `.git` lies where that leads, if it is a linked working tree's file."""
    folder = Path(name)
    source = git.git_folder(Path()) if folder.parts[:1] == (".git",) else None
    return folder if source is None else source.joinpath(*folder.parts[1:])


def _show(report: Report, console: Console, comparison: Comparison | None) -> None:
    from auditor.formats import terminal  # noqa: PLC0415 - not for a quiet run

    terminal.show(report, console, comparison)


def status(options: Options, reports: Sequence[Report]) -> int:
    """Return the exit status: 3 without any audited repository, 1 where a threshold is not reached, else 0."""
    if not any(r.status is RepositoryStatus.AUDITED for report in reports for r in report.repositories):
        return _NOTHING
    return _BELOW if any(shortfalls(options, report) for report in reports) else 0


def shortfalls(options: Options, report: Report) -> list[str]:
    """Say which thresholds a report does not reach; one sentence each."""
    said = []
    if options.fail_under is not None and (report.score or 0.0) < options.fail_under:
        score = "no score" if report.score is None else f"{report.score:g} points"
        said.append(f"{report.candidate.name} has {score}, below --fail-under {options.fail_under:g}.")
    named = [(r.name, f) for r in report.repositories for f in r.findings]
    named += [(report.candidate.name, f) for f in report.findings]
    for name, finding in named:
        if finding.rule in options.fail_on and finding.status in (Status.UNMET, Status.PARTLY):
            said.append(f"{name}: {finding.rule} is {finding.status}: {finding.summary}")
    return said
