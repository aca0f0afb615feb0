"""What an audit needs of the machine, looked at before any work, so that its lack is no repository's fault."""

import re
import subprocess

from auditor.model import AuditorError
from auditor.sources.git import NEEDED, OLDEST, environment

_SECONDS = 20
_VERSION = re.compile(r"^git version (\d+)\.(\d+)")


def check_git() -> None:
    """Refuse to begin without a git that works and is new enough. Raises AuditorError."""
    try:
        done = subprocess.run(
            ["git", "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment(),
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise AuditorError(f"There is no git; {NEEDED}.", exit_code=3) from None
    except subprocess.TimeoutExpired:
        raise AuditorError(f"git does not answer; {NEEDED}.", exit_code=3) from None
    except OSError as error:
        raise AuditorError(f"git can't be started ({error.strerror}); {NEEDED}.", exit_code=3) from None
    found = _VERSION.match(done.stdout.decode("utf-8", "replace"))
    if done.returncode or found is None:
        raise AuditorError(f"git does not work (git --version fails); {NEEDED}.", exit_code=3)
    if (int(found[1]), int(found[2])) < OLDEST:
        raise AuditorError(f"git {found[1]}.{found[2]} is too old; {NEEDED}.", exit_code=3)
