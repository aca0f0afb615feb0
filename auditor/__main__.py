"""Let `python -m auditor` do what `audit-portfolio` does."""

from auditor.cli import main

main()
