"""Make what is generated: `rules/README.md`, the help text in README.md, one example of each form of the report.

`python tests/docs.py` writes; `tests/test_docs.py` compares.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_FORMS = ("html", "json", "markdown", "sarif", "csv", "badge")
_EPOCH = "1767225600"  # 2026-01-01, so that the examples never change by themselves
_HELP = re.compile(r"(<!-- help -->\n```text\n).*?(```\n<!-- /help -->)", re.DOTALL)


def generated() -> dict[Path, str]:
    """Return every generated file with its text."""
    readme = ROOT / "README.md"
    return {
        ROOT / "rules" / "README.md": _rules(),
        readme: _HELP.sub(lambda m: m[1] + _help() + m[2], readme.read_text(encoding="utf-8")),
        **_examples(),
    }


def _rules() -> str:
    from auditor import rulebook  # noqa: PLC0415 - the program itself is what is documented
    from auditor.catalogue import catalogue  # noqa: PLC0415

    return catalogue(rulebook.load())


def _help() -> str:
    return "\n".join(row.rstrip() for row in _auditor("--help").splitlines()) + "\n"


def _examples() -> dict[Path, str]:
    """Audit the sample portfolio and keep one file of each form, and the terminal's summary."""
    with tempfile.TemporaryDirectory() as name:
        sample, out = Path(name, "asha-example"), Path(name, "out")
        subprocess.run([sys.executable, str(ROOT / "tests" / "sample.py"), str(sample)], check=True)
        options = [part for form in _FORMS for part in ("-f", form)]
        summary = _auditor("--offline", "--no-cache", "-o", str(out), *options, str(sample))
        texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(out.iterdir())}
    shown = "\n".join(row for row in summary.splitlines() if not row.startswith("written: "))
    texts["asha-example.txt"] = shown.rstrip() + "\n"
    return {ROOT / "reports" / "examples" / name: text for name, text in texts.items()}


def _auditor(*arguments: str) -> str:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": _EPOCH, "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "auditor", *arguments], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


if __name__ == "__main__":
    for path, text in generated().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
