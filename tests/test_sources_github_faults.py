"""What a bad day at GitHub does to a run: limits, faults, refusals. Every wait is said, and nothing got is lost."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from loopback.clock import Clock
from loopback.server import Fault, GitHub, Reply, cut, halved, replying, serving

from auditor.model import AuditorError
from auditor.repository import Target
from auditor.sources import exchange, targets
from auditor.sources.client import RateLimitedError, RefusedTokenError
from auditor.sources.hosts import Hosts
from auditor.sources.selection import Selection

TOKEN = "made-up-token"
PRIMARY = "API rate limit exceeded for user ID 1."
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    with serving(tmp_path / "github") as running:
        running.world.tokens[TOKEN] = "public_repo"
        running.world.account("ada")
        running.world.repo("ada/churn")
        yield running


def resolve(
    github: GitHub | Hosts,
    clock: Clock,
    *texts: str,
    token: str | None = None,
    max_wait: float = 900,
    cache: Path | None = None,
) -> tuple[Target, ...]:
    return targets.resolve(
        texts or ("ada",),
        Selection(),
        token=token,
        hosts=github if isinstance(github, Hosts) else github.hosts,
        offline=False,
        report=clock.said.append,
        patience=clock.patience(max_wait),
        cache=cache,
    )


def many(github: GitHub, count: int) -> None:
    for number in range(count):
        github.world.repo(f"ada/r{number:03}", pushed_at=f"2026-01-01T00:{number // 60:02}:{number % 60:02}Z")


def graphql_limit(clock: Clock) -> Reply:
    """What GraphQL answers when its limit is reached: 200, and an error without data."""
    body = b'{"data": null, "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}'
    return Reply(200, body, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{clock.now() + 30:.0f}"})


@pytest.mark.parametrize("status", [403, 429])
def test_a_primary_limit_is_said_and_sat_out(github: GitHub, status: int) -> None:
    clock = Clock()
    reset = f"{clock.now() + 120:.0f}"
    github.faults.append(Fault("/repos", replying(status, PRIMARY, x_ratelimit_remaining="0", x_ratelimit_reset=reset)))
    (target,) = resolve(github, clock)
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
    (target,) = resolve(github, clock)
    assert len(target.repositories) == 1
    assert clock.sleeps == sleeps


def test_a_429_without_anything_is_a_limit(github: GitHub) -> None:
    clock = Clock()
    github.faults.append(Fault("/repos", replying(429, b"slow down")))
    resolve(github, clock)
    assert clock.sleeps == [60]


def test_a_graphql_limit_is_sat_out(github: GitHub) -> None:
    clock = Clock()
    github.faults.append(Fault("graphql", lambda _: graphql_limit(clock)))
    (target,) = resolve(github, clock, token=TOKEN)
    assert len(target.repositories) == 1
    assert clock.sleeps == [31]


def test_a_repository_called_rate_limit_is_none(github: GitHub) -> None:
    github.world.repo("ada/RATE_LIMITED", description="API rate limit exceeded")
    clock = Clock()
    (target,) = resolve(github, clock, token=TOKEN)
    assert len(target.repositories) == 2
    assert clock.sleeps == []


def test_a_limit_beyond_the_allowance_ends_the_run_with_the_time(github: GitHub) -> None:
    clock = Clock()
    reset = f"{clock.now() + 3000:.0f}"
    github.faults.append(
        Fault("/users/ada$", replying(403, PRIMARY, x_ratelimit_remaining="0", x_ratelimit_reset=reset), times=9)
    )
    with pytest.raises(RateLimitedError, match=r"used up until 15:03:21 UTC \(in 50 min\).*GITHUB_TOKEN") as caught:
        resolve(github, clock)
    assert caught.value.exit_code == 3
    assert clock.sleeps == []
    assert len(github.api) == 1


def test_all_waits_together_stay_within_the_allowance(github: GitHub) -> None:
    clock = Clock()
    github.faults.append(Fault("/repos", replying(403, SECONDARY), times=9))
    with pytest.raises(RateLimitedError):
        resolve(github, clock, max_wait=100)
    assert clock.sleeps == [60]


def test_a_list_cut_off_by_a_limit_keeps_what_came_and_goes_on_later(github: GitHub, tmp_path: Path) -> None:
    many(github, 120)
    clock = Clock()
    github.faults.append(Fault("graphql", replying(403, SECONDARY), times=9, skip=2))
    (cut_off,) = resolve(github, clock, token=TOKEN, max_wait=0, cache=tmp_path)
    assert len(cut_off.repositories) == 100
    assert "breaks off after 100" in cut_off.problems[0]
    github.faults.clear()
    github.log.clear()
    (whole,) = resolve(github, clock, token=TOKEN, cache=tmp_path)
    assert len(whole.repositories) == 121
    assert whole.problems == ()
    assert [line for line in github.api if "graphql" in line] == ["POST /api/graphql"]
    assert "ada: continuing after 100 repositories" in clock.said
    github.log.clear()
    resolve(github, clock, token=TOKEN, cache=tmp_path)
    assert len([line for line in github.api if "graphql" in line]) == 3


def test_a_rest_list_cut_off_by_a_limit_goes_on_later(github: GitHub, tmp_path: Path) -> None:
    many(github, 120)
    clock = Clock()
    github.faults.append(Fault("page=2", replying(403, SECONDARY), times=9))
    (cut_off,) = resolve(github, clock, max_wait=0, cache=tmp_path)
    assert len(cut_off.repositories) == 100
    assert "breaks off after 100" in cut_off.problems[0]
    github.faults.clear()
    (whole,) = resolve(github, clock, cache=tmp_path)
    assert len(whole.repositories) == 121
    assert all("if-none-match" in asked.headers for asked in github.log[-3:-1])


PASSING: dict[str, Callable[[Reply], Reply]] = {
    "500": replying(500),
    "502 with a page": replying(502, b"<html>Bad Gateway</html>"),
    "503": replying(503),
    "dropped in the body": cut,
    "half of the JSON": halved,
    "no answer at all": lambda reply: Reply(200, reply.body, sent=0),
}


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("token", [None, TOKEN])
def test_a_passing_fault_is_retried(github: GitHub, name: str, token: str | None) -> None:
    clock = Clock()
    github.faults.append(Fault("graphql|/repos", PASSING[name], times=2))
    (target,) = resolve(github, clock, token=token)
    assert [origin.name for origin in target.repositories] == ["churn"]
    assert clock.sleeps == [1, 2]
    assert target.problems == ()


def test_retry_after_of_a_503_is_obeyed(github: GitHub) -> None:
    clock = Clock()
    github.faults.append(Fault("/repos", replying(503, Retry_After="20")))
    resolve(github, clock)
    assert clock.sleeps == [20]


def test_a_fault_that_stays_ends_the_run(github: GitHub) -> None:
    clock = Clock()
    github.faults.append(Fault("/users/ada", replying(503), times=99))
    with pytest.raises(AuditorError, match="answered 503") as caught:
        resolve(github, clock)
    assert caught.value.exit_code == 3
    assert clock.sleeps == [1, 2, 4]


def test_too_large_a_page_is_asked_for_in_halves(github: GitHub) -> None:
    many(github, 30)
    clock = Clock()
    body = b'{"data": null, "errors": [{"message": "Something went wrong while executing your query."}]}'
    github.faults.append(Fault("graphql", lambda _: Reply(200, body)))
    (target,) = resolve(github, clock, token=TOKEN)
    assert len(target.repositories) == 31
    assert [b'"size": 25' in asked.body for asked in github.log if "graphql" in asked.path] == [False, True, True]


def test_graphql_that_fails_leaves_the_rest_to_rest_and_says_so(github: GitHub) -> None:
    clock = Clock()
    body = b'{"errors": [{"message": "Field \'socialAccounts\' doesn\'t exist on type \'User\'"}]}'
    github.faults.append(Fault("graphql", lambda _: Reply(200, body), times=99))
    (target,) = resolve(github, clock, token=TOKEN)
    assert [origin.name for origin in target.repositories] == ["churn"]
    assert "GraphQL gave no list" in target.problems[0]
    assert target.problems[0] in clock.said


def test_partial_data_is_kept_and_its_gaps_are_told(github: GitHub) -> None:
    many(github, 3)
    github.node_faults = {"ada/r000": "SAML enforcement", "deployments": "Resource not accessible by integration"}
    (target,) = resolve(github, Clock(), token=TOKEN)
    assert [origin.name for origin in target.repositories] == ["churn", "r001", "r002"]
    assert all(origin.listing and origin.listing.deployments is None for origin in target.repositories)
    assert target.problems == (
        "a repository could not be read: SAML enforcement",
        "deployments could not be read for 3 repositories: Resource not accessible by integration",
    )


def test_a_repository_of_unknown_shape_costs_itself_only(github: GitHub) -> None:
    many(github, 2)
    spoilt = (b'"stargazers_count": 0', b'"stargazers_count": "many"')
    github.faults.append(Fault("/repos", lambda reply: Reply(200, reply.body.replace(*spoilt, 1))))
    (target,) = resolve(github, Clock())
    assert len(target.repositories) == 2
    assert "in a way that we do not know" in target.problems[0]


def test_a_bad_token_is_said_and_nothing_falls_back_silently(github: GitHub) -> None:
    with pytest.raises(RefusedTokenError, match=r"does not accept the token \(Bad credentials\)") as caught:
        resolve(github, Clock(), token="old-token")
    assert "old-token" not in str(caught.value)
    assert "unset GITHUB_TOKEN" in str(caught.value)
    assert len(github.api) == 1


def test_a_blocked_repository_is_told_as_such(github: GitHub) -> None:
    github.faults.append(Fault("/repos/ada/churn", replying(451, "Repository access blocked"), times=9))
    with pytest.raises(AuditorError, match=r"for legal reasons \(451\)"):
        resolve(github, Clock(), "ada/churn")


def test_single_sign_on_is_explained(github: GitHub) -> None:
    github.faults.append(Fault("/users", replying(403, "SAML", X_GitHub_SSO="required; url=x"), times=9))
    with pytest.raises(AuditorError, match="single sign-on"):
        resolve(github, Clock())


def test_a_web_page_instead_of_json_is_a_proxy(github: GitHub) -> None:
    clock = Clock()
    page = b"<!DOCTYPE html><title>Sign in</title>"
    github.faults.append(Fault("/users", lambda _: Reply(200, page, {"Content-Type": "text/html"}), times=9))
    with pytest.raises(AuditorError, match="answered with a web page: a proxy or a sign-in page"):
        resolve(github, clock)
    assert clock.sleeps == []


def test_a_redirect_loop_ends(github: GitHub) -> None:
    here = f"{github.hosts.api}/users/ada"
    github.faults.append(Fault("/users", replying(301, Location=here), times=99))
    with pytest.raises(AuditorError, match="round in circles"):
        resolve(github, Clock())
    assert len(github.api) == 5


def test_a_redirect_to_another_host_is_not_followed(github: GitHub) -> None:
    github.faults.append(Fault("/users", replying(301, Location="http://example.invalid/api")))
    with pytest.raises(AuditorError, match=r"sends us to http://example\.invalid/api; set GITHUB_API_URL"):
        resolve(github, Clock(), token=None)


def test_a_silent_host_is_given_up(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "READ_SECONDS", 1)

    def wait(reply: Reply) -> Reply:
        github.released.wait(10)
        return reply

    github.faults.append(Fault("/users", wait, times=1))
    clock = Clock()
    (target,) = resolve(github, clock)
    assert len(target.repositories) == 1
    assert clock.said[0].startswith("127.0.0.1 did not answer within 1 s")


def test_a_name_without_address_is_no_network() -> None:
    clock = Clock()
    with pytest.raises(
        AuditorError, match=r"no address for nowhere\.invalid: no network, or a mistyped name"
    ) as caught:
        resolve(Hosts(api="http://nowhere.invalid", server="http://nowhere.invalid"), clock)
    assert caught.value.exit_code == 3
    assert clock.sleeps == []


def test_a_closed_port_is_retried_and_told() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        clock = Clock()
        with pytest.raises(AuditorError, match="refused"):
            resolve(Hosts(api=f"http://127.0.0.1:{port}", server=f"http://127.0.0.1:{port}"), clock)
    assert clock.sleeps == [1, 2, 4]


def test_a_tls_failure_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_hang_up, args=[server])
        thread.start()
        api = f"https://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(AuditorError, match="no safe connection to 127"):
            resolve(Hosts(api=api, server=api), Clock())
        thread.join()


def _hang_up(server: socket.socket) -> None:
    """Answer a TLS greeting with something that is not TLS."""
    connection, _ = server.accept()
    with connection:
        connection.recv(ssl.RAND_bytes(1)[0] + 1000)
        connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")


def test_the_token_goes_to_the_configured_host_only(github: GitHub, tmp_path: Path) -> None:
    with serving(tmp_path / "other") as other:
        other.world.account("bob")
        with pytest.raises(AuditorError):
            resolve(github, Clock(), f"{other.world.base}/nobody", token=TOKEN)
        resolve(github, Clock(), f"{other.world.base}/bob", token=TOKEN)
        assert other.log
        assert not any("authorization" in asked.headers for asked in other.log)
