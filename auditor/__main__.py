"""Start the command line, for `audit-portfolio` and `python -m auditor`, and bear an interrupt from the first on."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C while it is still being imported is one sentence too."""
    try:
        from auditor.cli import main as run  # noqa: PLC0415 - what takes time must stand within the `try`

        run()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing half-written is left.\n")
        sys.exit(130)


if __name__ == "__main__":  # a worker imports this module too, and needs no command line
    if not sys.flags.safe_path:
        del sys.path[0]  # the current folder, where a candidate's `click.py` may lie
    main()
