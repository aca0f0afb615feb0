"""What tests share: no deadline for generated examples, since machines are noisy; what the action runs on."""

from pathlib import Path

import pytest
from hypothesis import settings
from repositories import working_tree
from runner import README

settings.register_profile("shared", deadline=None)
settings.load_profile("shared")


@pytest.fixture(scope="session")
def temp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One RUNNER_TEMP for all runs: the first installs, the others find the environment, as with a cache."""
    return tmp_path_factory.mktemp("runner")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout for the action to audit."""
    return working_tree(tmp_path / "churn", {"README.md": README, "src/churn.py": "def f(x):\n    return x\n"})
