"""What is generated is up to date: `make docs` writes it."""

from docs import ROOT, generated


def test_generated_files_are_what_the_program_makes() -> None:
    stale = [
        path.relative_to(ROOT).as_posix()
        for path, text in generated().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run `make docs`"
