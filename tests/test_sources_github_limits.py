"""Rate limits: said, sat out within the allowance, and never at the price of what came already."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback.asking import TOKEN, many, resolve
from loopback.clock import Clock
from loopback.server import Fault, GitHub, Reply, replying, serving

from auditor.sources.client import RateLimitedError

PRIMARY = "API rate limit exceeded for user ID 1."
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    with serving(tmp_path / "github") as running:
        running.world.tokens[TOKEN] = "public_repo"
        running.world.account("ada")
        running.world.repo("ada/churn")
        yield running


def graphql_limit(clock: Clock) -> Reply:
    """What GraphQL answers when its limit is reached: 200, and an error without data."""
    body = b'{"data": null, "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}'
    return Reply(200, body, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{clock.now() + 30:.0f}"})


@pytest.mark.parametrize("status", [403, 429])
def test_a_primary_limit_is_said_and_sat_out(github: GitHub, status: int) -> None:
    clock = Clock()
    reset = f"{clock.now() + 120:.0f}"
    github.faults.append(Fault("/repos", replying(status, PRIMARY, x_ratelimit_remaining="0", x_ratelimit_reset=reset)))
    (target,) = resolve(github, clock=clock)
    assert [origin.name for origin in target.repositories] == ["churn"]
    assert clock.sleeps == [121]
    assert clock.said[0] == "Rate limit of " + github.hosts.name + " reached: waiting 2 min, until 14:15:21 UTC"


@pytest.mark.parametrize(
    ("headers", "sleeps"), [({"Retry_After": "7"}, [7, 60]), ({}, [60, 60])], ids=["Retry-After", "nothing said"]
)
def test_a_secondary_limit_is_sat_out_longer_each_time(
    github: GitHub, headers: dict[str, str], sleeps: list[float]
) -> None:
    clock = Clock()
    github.faults.append(Fault("/repos", replying(403, SECONDARY, **headers), times=2))
    (target,) = resolve(github, clock=clock)
    assert len(target.repositories) == 1
    assert clock.sleeps == sleeps


def test_a_429_without_anything_is_a_limit(github: GitHub) -> None:
    clock = Clock()
    github.faults.append(Fault("/repos", replying(429, b"slow down")))
    resolve(github, clock=clock)
    assert clock.sleeps == [60]


def test_a_graphql_limit_is_sat_out(github: GitHub) -> None:
    clock = Clock()
    github.faults.append(Fault("graphql", lambda _: graphql_limit(clock)))
    (target,) = resolve(github, token=TOKEN, clock=clock)
    assert len(target.repositories) == 1
    assert clock.sleeps == [31]


def test_a_repository_called_rate_limit_is_none(github: GitHub) -> None:
    github.world.repo("ada/RATE_LIMITED", description="API rate limit exceeded")
    clock = Clock()
    (target,) = resolve(github, token=TOKEN, clock=clock)
    assert len(target.repositories) == 2
    assert clock.sleeps == []


def test_a_limit_beyond_the_allowance_ends_the_run_with_the_time(github: GitHub) -> None:
    clock = Clock()
    reset = f"{clock.now() + 3000:.0f}"
    github.faults.append(
        Fault("/users/ada$", replying(403, PRIMARY, x_ratelimit_remaining="0", x_ratelimit_reset=reset), times=9)
    )
    with pytest.raises(RateLimitedError, match=r"used up until 15:03:21 UTC \(in 50 min\).*GITHUB_TOKEN") as caught:
        resolve(github, clock=clock)
    assert caught.value.exit_code == 3
    assert clock.sleeps == []
    assert len(github.api) == 1


def test_all_waits_together_stay_within_the_allowance(github: GitHub) -> None:
    clock = Clock()
    github.faults.append(Fault("/repos", replying(403, SECONDARY), times=9))
    with pytest.raises(RateLimitedError):
        resolve(github, max_wait=100, clock=clock)
    assert clock.sleeps == [60]


def test_a_list_cut_off_by_a_limit_keeps_what_came_and_goes_on_later(github: GitHub, tmp_path: Path) -> None:
    many(github, 120)
    clock = Clock()
    github.faults.append(Fault("graphql", replying(403, SECONDARY), times=9, skip=2))
    (cut_off,) = resolve(github, token=TOKEN, max_wait=0, cache=tmp_path, clock=clock)
    assert len(cut_off.repositories) == 100
    assert "breaks off after 100" in cut_off.problems[0]
    github.faults.clear()
    github.log.clear()
    (whole,) = resolve(github, token=TOKEN, cache=tmp_path, clock=clock)
    assert len(whole.repositories) == 121
    assert whole.problems == ()
    assert [line for line in github.api if "graphql" in line] == ["POST /api/graphql"]
    assert "ada: continuing after 100 repositories" in clock.said
    github.log.clear()
    resolve(github, token=TOKEN, cache=tmp_path, clock=clock)
    assert len([line for line in github.api if "graphql" in line]) == 2


def test_a_rest_list_cut_off_by_a_limit_goes_on_later(github: GitHub, tmp_path: Path) -> None:
    many(github, 120)
    clock = Clock()
    github.faults.append(Fault("page=2", replying(403, SECONDARY), times=9))
    (cut_off,) = resolve(github, max_wait=0, cache=tmp_path, clock=clock)
    assert len(cut_off.repositories) == 100
    assert "breaks off after 100" in cut_off.problems[0]
    github.faults.clear()
    (whole,) = resolve(github, cache=tmp_path, clock=clock)
    assert len(whole.repositories) == 121
    assert all("if-none-match" in asked.headers for asked in github.log[-3:-1])
