"""Let `python -m auditor` do what `audit-portfolio` does."""

import sys

if __name__ == "__main__":  # a worker imports this module too, and needs no command line
    if not sys.flags.safe_path:
        del sys.path[0]  # the current folder, where a candidate's `click.py` may lie
    from auditor.cli import main

    main()
