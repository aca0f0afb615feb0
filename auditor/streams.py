"""The standard streams on a bad day: closed, full, a pipe whose reader left, an encoding without our letters."""

import io
import os
import sys

_closed: list[bool] = []


def prepare() -> None:
    """Open what was closed, so that no file of ours gets the number of a standard stream, and let every text pass."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number: this one
    if sys.stdout is None:
        _closed.append(True)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - a number, for the whole run
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - a number, for the whole run
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def output_is_closed() -> bool:
    """Tell whether the program was started without a standard output."""
    return bool(_closed)


def silence(number: int = 1) -> None:
    """Lead a stream that can't be written any more into the void: what is still buffered must not fail at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
