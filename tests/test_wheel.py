"""What a user installs: a wheel with nothing but `auditor` at its top, that works far from any checkout."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(_ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_only_auditor(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"auditor"}
    assert "auditor/_data/rules/rulebook.toml" in names
    assert "auditor/_data/reports/templates/report.schema.json" in names


def test_the_installed_program_audits_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False, system_site_packages=False)
    python = tmp_path / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    site = next((tmp_path / "venv").rglob("site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "dependencies.pth").write_text(here, encoding="utf-8")  # the same versions as the tests', not the checkout
    repository = tmp_path / "work" / "r"
    repository.mkdir(parents=True)
    (repository / "README.md").write_text("# Hello\n", encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home")}
    subprocess.run(["git", "init", "-q"], cwd=repository, env=environment, check=True)
    done = subprocess.run(
        [
            python,
            "-c",
            "import auditor; print(auditor.__file__); from auditor.__main__ import main; main()",
            "--offline",
            ".",
        ],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(site) in done.stdout
    assert (repository / "audit-report" / "r.html").is_file()
