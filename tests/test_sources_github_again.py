"""An account that is listed again: few requests if nothing changed, and the same as a list made anew if it did."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from loopback.asking import TOKEN, many, resolve
from loopback.server import Fault, GitHub, Reply, replying, serving

_MANY = 260
_NOW = "2026-06-01T00:00:00Z"


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    with serving(tmp_path / "github") as running:
        running.world.tokens[TOKEN] = "public_repo"
        yield running


@pytest.mark.parametrize("token", [None, TOKEN])
@pytest.mark.parametrize("count", [99, 500])
def test_an_unchanged_account_costs_three_requests(
    github: GitHub, tmp_path: Path, token: str | None, count: int
) -> None:
    many(github, count)
    github.world.repo("ada/ada", readme="Hello.")
    first = resolve(github, token=token, cache=tmp_path)
    for _ in range(2):
        github.log.clear()
        assert resolve(github, token=token, cache=tmp_path) == first
        assert len(github.api) <= 3, github.api


def _push(github: GitHub) -> None:
    github.world.repos["ada/r003"].pushed_at = _NOW


def _describe(github: GitHub) -> None:
    old = github.world.repos["ada/r003"]
    old.description, old.updated_at = "Churn", _NOW


def _rename(github: GitHub) -> None:
    old = github.world.repos.pop("ada/r003")
    old.name, old.updated_at = "churn", _NOW
    github.world.repos["ada/churn"] = old


def _hide(github: GitHub) -> None:
    github.world.repos["ada/r003"].private = True


def _exchange(github: GitHub) -> None:
    del github.world.repos["ada/r003"]
    github.world.repo("ada/new", node="R_new", pushed_at=_NOW)


def _move_in(github: GitHub) -> None:
    del github.world.repos["ada/r003"]
    github.world.repo("ada/old", node="R_old", pushed_at="2020-01-01T00:00:00Z", updated_at=_NOW)


def _move_out(github: GitHub) -> None:
    old = github.world.repos.pop("ada/r003")
    old.owner = "bea"
    github.world.repos["bea/r003"] = old
    github.world.repo("ada/new", node="R_new", pushed_at=_NOW)


def _push_many(github: GitHub) -> None:
    for number in range(150):
        github.world.repos[f"ada/r{number:03}"].pushed_at = f"2026-06-01T00:{number // 60:02}:{number % 60:02}Z"


_CHANGES = (_push, _describe, _rename, _hide, _exchange, _move_in, _move_out, _push_many)


@pytest.mark.parametrize("token", [None, TOKEN])
@pytest.mark.parametrize("change", _CHANGES, ids=lambda change: change.__name__)
def test_what_changed_is_listed_as_anew(
    github: GitHub, tmp_path: Path, token: str | None, change: Callable[[GitHub], None]
) -> None:
    many(github, _MANY)
    resolve(github, token=token, cache=tmp_path)
    change(github)
    again = resolve(github, token=token, cache=tmp_path)
    assert again == resolve(github, token=token)
    assert resolve(github, token=token, cache=tmp_path) == again


def test_a_commit_behind_the_first_page_is_seen_whatever_the_times_say(github: GitHub, tmp_path: Path) -> None:
    many(github, 60)
    resolve(github, token=TOKEN, cache=tmp_path)
    old = github.world.repo("ada/r003", {"a.py": "x = 1\n"}, node="R_4", pushed_at="2026-01-01T00:00:03Z")
    (now,) = resolve(github, token=TOKEN, cache=tmp_path)
    found = next(origin for origin in now.repositories if origin.name == "r003")
    assert old.folder
    assert found.commit != "1" * 40
    assert found.history
    assert len(found.history.commits) == 1
    assert resolve(github, token=TOKEN) == (now,)


def test_a_host_that_knows_no_ids_is_walked(github: GitHub, tmp_path: Path) -> None:
    many(github, 60)
    first = resolve(github, token=TOKEN, cache=tmp_path)
    github.faults.append(Fault("graphql", _refusing_ids, times=9))
    assert resolve(github, token=TOKEN, cache=tmp_path) == first
    assert github.faults[0].times < 8


def _refusing_ids(reply: Reply) -> Reply:
    if "ids0" not in json.loads(reply.body).get("data", {}):
        return reply
    said = {"errors": [{"message": "Field 'nodes' doesn't exist on type 'Query'"}]}
    return Reply(200, json.dumps(said).encode(), reply.headers)


def test_too_many_ids_are_asked_for_in_halves(github: GitHub, tmp_path: Path) -> None:
    many(github, 350)
    first = resolve(github, token=TOKEN, cache=tmp_path)
    github.faults.append(Fault("graphql", replying(502), skip=1))
    github.log.clear()
    assert resolve(github, token=TOKEN, cache=tmp_path) == first
    asked = [json.loads(asked.body)["variables"] for asked in github.log if "graphql" in asked.path]
    assert [sum(len(ids) for ids in each.values() if isinstance(ids, list)) for each in asked] == [0, 250, 125, 125, 50]


def test_a_host_that_does_not_sort_is_walked(github: GitHub, tmp_path: Path) -> None:
    many(github, _MANY)
    resolve(github, cache=tmp_path)
    _push(github)
    github.faults.append(Fault("sort=pushed", _reversed, times=1))
    github.log.clear()
    assert resolve(github, cache=tmp_path) == resolve(github)
    assert "page=3" in "".join(github.api[:5])


def _reversed(reply: Reply) -> Reply:
    return Reply(reply.status, json.dumps(json.loads(reply.body)[::-1]).encode(), reply.headers)


def test_a_profile_readme_is_read_again_after_a_push(github: GitHub, tmp_path: Path) -> None:
    github.world.account("ada")
    own = github.world.repo("ada/ada", readme="Hello.")
    resolve(github, cache=tmp_path)
    own.readme, own.pushed_at = "Good evening.", _NOW
    (target,) = resolve(github, cache=tmp_path)
    assert target.profile
    assert target.profile.readme == "Good evening."
