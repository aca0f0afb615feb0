"""Say how far the work is: a bar on a terminal, plain lines elsewhere, nothing when quiet. Always on stderr."""

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.text import Text

from auditor.formats.escape import line
from auditor.streams import silence

if TYPE_CHECKING:
    from rich.progress import Progress

_LONGEST = 100


class Speaker(Console):
    """A console that goes on silently when nobody reads it any more; rich's own would end the program with status 1."""

    def on_broken_pipe(self) -> None:
        """Speak into the void from here on."""
        self.quiet = True
        silence(self.file.fileno())


class Teller:
    """Tells of listing, cloning, reading and finishing. Called from several threads."""

    def __init__(self, console: Console, *, quiet: bool) -> None:
        self._console = console
        self._quiet = quiet
        self._lock = threading.Lock()
        self._total = self._finished = 0
        self._bar = _bar(console) if console.is_terminal and not quiet else None
        self._task = None if self._bar is None else self._bar.add_task("listing", total=None)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def say(self, text: str) -> None:
        """Tell something that must not be missed, such as a wait for a rate limit."""
        if not self._quiet:
            self._console.print(Text(line(text, 300)), soft_wrap=True)

    def begin(self, total: int) -> None:
        """Learn how many repositories there are."""
        self._total = total
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, total=total, description="auditing")

    def stage(self, name: str, stage: str) -> None:
        """Show what is being done; only on a terminal."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=line(f"{stage} {name}", _LONGEST))

    def done(self, name: str, outcome: str) -> None:
        """Count a finished repository; a line for each where there is no bar."""
        with self._lock:
            self._finished += 1
            if self._bar is not None and self._task is not None:
                self._bar.update(self._task, completed=self._finished)
            else:
                self.say(f"[{self._finished}/{self._total}] {name}: {outcome}")


def _bar(console: Console) -> "Progress":
    from rich.progress import (  # noqa: PLC0415 - only on a terminal
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
