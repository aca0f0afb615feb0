"""Ask the loopback GitHub as the program does, with a clock that only moves when somebody sleeps."""

from pathlib import Path

from auditor.repository import Target
from auditor.sources import targets
from auditor.sources.hosts import Hosts
from auditor.sources.selection import Selection
from loopback.clock import Clock
from loopback.server import GitHub

TOKEN = "made-up-token"


def resolve(
    github: GitHub | Hosts,
    *texts: str,
    token: str | None = None,
    clock: Clock | None = None,
    cache: Path | None = None,
    max_wait: float = 900,
    selection: Selection | None = None,
) -> tuple[Target, ...]:
    """Resolve names, `ada` if none is given."""
    clock = clock or Clock()
    return targets.resolve(
        texts or ("ada",),
        selection or Selection(),
        token=token,
        hosts=github if isinstance(github, Hosts) else github.hosts,
        offline=False,
        report=clock.said.append,
        patience=clock.patience(max_wait),
        cache=cache,
    )


def many(github: GitHub, count: int, login: str = "ada") -> None:
    """Give an account repositories r000, r001, ..., the last pushed last."""
    github.world.account(login)
    for number in range(count):
        github.world.repo(f"{login}/r{number:03}", pushed_at=f"2026-01-01T00:{number // 60:02}:{number % 60:02}Z")
