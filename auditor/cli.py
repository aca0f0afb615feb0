"""The command line. Options become settings; everything else is done elsewhere and imported when it is needed."""

import signal
import sys
from collections.abc import Callable
from typing import Any

import click

from auditor import __version__, streams, surroundings
from auditor.model import AuditorError

_FORMS = ("html", "json", "markdown", "sarif", "csv", "badge")


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options in the order in which --help shows them."""
    option = click.option
    for decorate in reversed(
        (
            option(
                "-o", "--output", metavar="DIR", help='Where reports go (default "audit-report"); "-" prints one form.'
            ),
            option(
                "-f",
                "--format",
                "forms",
                multiple=True,
                type=click.Choice(_FORMS),
                help="Form of the report (default html); repeat for more.",
            ),
            option("--candidate", metavar="NAME", help="Name of the portfolio that the targets make together."),
            option("--offline", is_flag=True, help="No network of any kind."),
            option("--no-links", is_flag=True, help="Do not ask whether links answer."),
            option("--fail-under", type=click.FloatRange(0, 100), metavar="N", help="Exit 1 below this score (0-100)."),
            option(
                "--fail-on", multiple=True, metavar="RULE", help="Exit 1 when this rule is not met; repeat for more."
            ),
            option("--baseline", metavar="FILE", help="An earlier JSON report to compare with."),
            option("--rulebook", metavar="DIR", help="A folder of rules that extends the built-in guide."),
            option("--select", multiple=True, metavar="RULE", help="Only this rule or criterion; repeat for more."),
            option("--ignore", multiple=True, metavar="RULE", help="Not this rule or criterion; repeat for more."),
            option("--role", metavar="ROLE", help="Weigh the rules for a role: entry, mid, senior, data-scientist."),
            option("--resume", metavar="FILE", help="A résumé (PDF, Markdown, text) whose claimed skills are checked."),
            option("--include-forks", is_flag=True, help="Audit a user's forks too."),
            option("--include-archived", is_flag=True, help="Audit a user's archived repositories too."),
            option("--include-private", is_flag=True, help="Audit private repositories that the token may see."),
            option("--pinned", is_flag=True, help="Only a user's pinned repositories (needs a token)."),
            option("--max-repos", type=click.IntRange(1), metavar="N", help="At most this many, the newest first."),
            option("--exclude", multiple=True, metavar="GLOB", help="Leave these repositories out; repeat for more."),
            option("--since", metavar="DATE", help="Only repositories pushed to since 2026-01-31."),
            option("--commit", metavar="REV", help="Read a local repository at this commit, not as it is on disk."),
            option("--jobs", type=click.IntRange(1), metavar="N", help="Repositories at a time (default: processors)."),
            option(
                "--timeout",
                type=click.FloatRange(1),
                metavar="SECONDS",
                help="Most time for one repository (default 300).",
            ),
            option(
                "--max-wait",
                type=click.FloatRange(0),
                default=300,
                metavar="SECONDS",
                help="Longest wait for GitHub's rate limit (default 300).",
            ),
            option("--template", metavar="DIR", help="A folder with a school's colours, logo and words for the page."),
            option("--cache-dir", metavar="DIR", help="Where facts are kept from run to run."),
            option("--no-cache", is_flag=True, help="Keep nothing, read everything anew."),
            option("--list-rules", is_flag=True, help="List the rules and exit."),
            option("--explain", metavar="RULE", help="Explain a rule (why, how measured, how to fix) and exit."),
            option("-q", "--quiet", is_flag=True, help="Only errors."),
            option("-v", "--verbose", is_flag=True, help="Log what the auditor itself does."),
        )
    ):
        command = decorate(command)
    return command


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("targets", nargs=-1, metavar="TARGET...")
@_options
@click.version_option(__version__, "--version", prog_name="audit-portfolio")
def command(**options: Any) -> None:  # noqa: ANN401 - click's options, typed in `session.Options`
    """Audit the portfolio of an AI/ML candidate the way a hiring panel would.

    TARGET is a GitHub login or organisation, owner/repo, the URL of either or of any git repository, a local
    repository, or a folder of repositories.

    Exit status: 0 done, 1 a threshold is not reached, 2 wrong usage, 3 nothing could be audited or written.
    """
    from auditor import session  # noqa: PLC0415 - `--version` and `--help` must not wait for it

    try:
        status = session.run(session.Options(**options))
        sys.stdout.flush()
    except BrokenPipeError:  # click would make it status 1, which says that a threshold is not reached
        streams.silence()
        status = 0
    sys.exit(status)


def main() -> None:
    """Run the command; a user's mistake is one sentence, never a traceback."""
    streams.prepare()
    surroundings.distrust_current_folder()
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows knows no SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as nohup asks
            signal.signal(number, _interrupted)
    try:
        command.main(prog_name="audit-portfolio", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _say("Interrupted; nothing half-written is left.")
        sys.exit(130)
    except AuditorError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except RuntimeError as error:
        if "start new thread" not in str(error):
            raise
        _say("This machine did not let the audit go on: it starts no more threads or processes.")
        sys.exit(3)
    except OSError as error:  # of a repository they are values; what comes here is the machine's
        streams.silence()
        where = f" ({error.filename})" if error.filename else ""
        _say(f"This machine did not let the audit go on: {error.strerror or error}{where}.")
        sys.exit(3)


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    from auditor.formats.escape import line  # noqa: PLC0415 - only when something went wrong

    click.echo("\n".join(line(row, 1000) for row in text.splitlines()), err=True)
