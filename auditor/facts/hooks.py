"""What a pre-commit configuration runs before each commit."""

from auditor.facts.fact import Fact, Missing, Parser, Unreadable, base_name
from auditor.facts.settings import from_yaml

_ID = "repos/*/hooks/*/id"
_MOST = 200


class Hook(Fact, frozen=True):
    """One hook by its id; lines count from 1."""

    id: str
    line: int


class HooksFact(Fact, frozen=True):
    """One `.pre-commit-config.yaml`."""

    hooks: tuple[Hook, ...] = ()


def parse(data: bytes) -> Fact:
    """Read the hooks' ids."""
    settings = from_yaml(data)
    if isinstance(settings, Unreadable | Missing):
        return settings
    return HooksFact(tuple(Hook(each.value[:80], each.line) for each in settings if each.path == _ID)[:_MOST])


PARSER = Parser(
    name="hooks",
    fact=HooksFact,
    parse=parse,
    reads=lambda path: base_name(path) in (".pre-commit-config.yaml", ".pre-commit-config.yml"),
)
