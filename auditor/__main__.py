"""Let `python -m auditor` do what `audit-portfolio` does."""

if __name__ == "__main__":  # a worker imports this module too, and needs no command line
    from auditor.cli import main

    main()
