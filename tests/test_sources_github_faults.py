"""What a bad day at GitHub does to a run: faults, refusals, strange answers. Nothing that came is lost."""

import dataclasses
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from loopback.asking import TOKEN, many, resolve
from loopback.clock import Clock
from loopback.server import Fault, GitHub, Reply, answering_once, cut, halved, replying, serving

from auditor.model import AuditorError
from auditor.sources import exchange
from auditor.sources.client import RefusedTokenError
from auditor.sources.hosts import Hosts


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    with serving(tmp_path / "github") as running:
        running.world.tokens[TOKEN] = "public_repo"
        running.world.account("ada")
        running.world.repo("ada/churn")
        yield running


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
    (target,) = resolve(github, token=token, clock=clock)
    assert [origin.name for origin in target.repositories] == ["churn"]
    assert clock.sleeps == [1, 2]
    assert target.problems == ()


def test_retry_after_of_a_503_is_obeyed(github: GitHub) -> None:
    clock = Clock()
    github.faults.append(Fault("/repos", replying(503, Retry_After="20")))
    resolve(github, clock=clock)
    assert clock.sleeps == [20]


def test_a_fault_that_stays_ends_the_run(github: GitHub) -> None:
    clock = Clock()
    github.faults.append(Fault("/users/ada", replying(503), times=99))
    with pytest.raises(AuditorError, match="answered 503") as caught:
        resolve(github, clock=clock)
    assert caught.value.exit_code == 3
    assert clock.sleeps == [1, 2, 4]


def test_too_large_a_page_is_asked_for_in_halves(github: GitHub) -> None:
    many(github, 30)
    clock = Clock()
    body = b'{"data": null, "errors": [{"message": "Something went wrong while executing your query."}]}'
    github.faults.append(Fault("graphql", lambda _: Reply(200, body)))
    (target,) = resolve(github, token=TOKEN, clock=clock)
    assert len(target.repositories) == 31
    assert [b'"size": 25' in asked.body for asked in github.log if "graphql" in asked.path] == [False, True, True]


def test_graphql_that_fails_leaves_the_rest_to_rest_and_says_so(github: GitHub) -> None:
    clock = Clock()
    body = b'{"errors": [{"message": "Field \'socialAccounts\' doesn\'t exist on type \'User\'"}]}'
    github.faults.append(Fault("graphql", lambda _: Reply(200, body), times=99))
    (target,) = resolve(github, token=TOKEN, clock=clock)
    assert [origin.name for origin in target.repositories] == ["churn"]
    assert "GraphQL gave no list" in target.problems[0]
    assert target.problems[0] in clock.said


def test_graphql_that_does_not_know_an_account_that_rest_knows_is_told(github: GitHub) -> None:
    github.faults.append(Fault("graphql", lambda _: Reply(200, b'{"data": {"repositoryOwner": null}}'), times=99))
    (target,) = resolve(github, token=TOKEN)
    assert [origin.name for origin in target.repositories] == ["churn"]
    assert "GraphQL shows no ada" in target.problems[0]


def test_partial_data_is_kept_and_its_gaps_are_told(github: GitHub) -> None:
    many(github, 3)
    github.node_faults = {"ada/r000": "SAML enforcement", "deployments": "Resource not accessible by integration"}
    (target,) = resolve(github, token=TOKEN)
    assert [origin.name for origin in target.repositories] == ["churn", "r000", "r001", "r002"]
    languages = {origin.name: origin.listing.languages for origin in target.repositories if origin.listing}
    assert [name for name, told in languages.items() if told is None] == ["r000"]  # as REST tells it
    assert all(origin.listing and origin.listing.deployments is None for origin in target.repositories)
    assert target.problems == (
        "a repository could not be read: SAML enforcement",
        "deployments could not be read for 3 repositories: Resource not accessible by integration",
    )


def test_a_repository_of_unknown_shape_costs_itself_only(github: GitHub) -> None:
    many(github, 2)
    spoilt = (b'"stargazers_count": 0', b'"stargazers_count": "many"')
    github.faults.append(Fault("/repos", lambda reply: Reply(200, reply.body.replace(*spoilt, 1))))
    (target,) = resolve(github)
    assert len(target.repositories) == 2
    assert "in a way that we do not know" in target.problems[0]


@pytest.mark.parametrize("body", [b"null", b'"hello"', b"{}"])
def test_what_is_no_list_is_no_empty_account(github: GitHub, body: bytes) -> None:
    github.faults.append(Fault("/repos", lambda _: Reply(200, body), times=99))
    with pytest.raises(AuditorError, match="something else than a list"):
        resolve(github)


def test_why_a_repository_is_shut_is_told(github: GitHub) -> None:
    said = b'{"message": "Repository access blocked", "block": {"reason": "tos"}}'
    github.faults.append(Fault("/repos/ada/churn", replying(403, said)))
    with pytest.raises(AuditorError, match=r"has blocked /api/v3/repos/ada/churn \(tos\)"):
        resolve(github, "ada/churn")


def test_a_bad_token_is_said_and_nothing_falls_back_silently(github: GitHub) -> None:
    with pytest.raises(RefusedTokenError, match=r"does not accept the token \(Bad credentials\)") as caught:
        resolve(github, token="old-token")
    assert "old-token" not in str(caught.value)
    assert "unset GITHUB_TOKEN" in str(caught.value)
    assert len(github.api) == 1


def test_a_blocked_repository_is_told_as_such(github: GitHub) -> None:
    github.faults.append(Fault("/repos/ada/churn", replying(451, "Repository access blocked"), times=9))
    with pytest.raises(AuditorError, match=r"for legal reasons \(451\)"):
        resolve(github, "ada/churn")


def test_single_sign_on_is_explained(github: GitHub) -> None:
    github.faults.append(Fault("/users", replying(403, "SAML", X_GitHub_SSO="required; url=x"), times=9))
    with pytest.raises(AuditorError, match="single sign-on"):
        resolve(github)


def test_a_web_page_instead_of_json_is_a_proxy(github: GitHub) -> None:
    clock = Clock()
    page = b"<!DOCTYPE html><title>Sign in</title>"
    github.faults.append(Fault("/users", lambda _: Reply(200, page, {"Content-Type": "text/html"}), times=9))
    with pytest.raises(AuditorError, match="answered with a web page: a proxy or a sign-in page"):
        resolve(github, clock=clock)
    assert clock.sleeps == []


def test_a_proxy_that_does_not_connect_is_named(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(AuditorError, match="the proxy did not connect to"):
        resolve(github, clock=Clock())


def test_a_redirect_loop_ends(github: GitHub) -> None:
    here = f"{github.hosts.api}/users/ada"
    github.faults.append(Fault("/users", replying(301, Location=here), times=99))
    with pytest.raises(AuditorError, match="round in circles"):
        resolve(github)
    assert len(github.api) == 5


def test_a_redirect_to_another_host_is_not_followed(github: GitHub) -> None:
    github.faults.append(Fault("/users", replying(301, Location="http://example.invalid/api")))
    with pytest.raises(AuditorError, match=r"sends us to http://example\.invalid/api; set GITHUB_API_URL"):
        resolve(github, token=None)


def test_a_silent_host_is_given_up(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "READ_SECONDS", 1)

    def wait(reply: Reply) -> Reply:
        github.released.wait(10)
        return reply

    github.faults.append(Fault("/users", wait, times=1))
    clock = Clock()
    (target,) = resolve(github, clock=clock)
    assert len(target.repositories) == 1
    assert clock.said[0].startswith("127.0.0.1 did not answer within 1 s")


def test_a_host_that_never_ends_its_answer_is_given_up(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "ANSWER_SECONDS", 1)

    def wait(reply: Reply) -> Reply:
        github.released.wait(20)
        return reply

    github.faults.append(Fault("/users", wait))
    clock = Clock()
    (target,) = resolve(github, clock=clock)
    assert [origin.name for origin in target.repositories] == ["churn"]
    assert "did not send its answer within 1 s" in clock.said[0]


@pytest.mark.parametrize("token", [None, TOKEN])
def test_a_name_without_address_is_no_network_and_told_once(token: str | None) -> None:
    clock = Clock()
    with pytest.raises(
        AuditorError, match=r"no address for nowhere\.invalid: no network, or a mistyped name"
    ) as caught:
        resolve(_at("http://nowhere.invalid"), token=token, clock=clock)
    assert caught.value.exit_code == 3
    assert (clock.sleeps, clock.said) == ([], [])


def test_a_closed_port_is_retried_and_told() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        clock = Clock()
        with pytest.raises(AuditorError, match="refused"):
            resolve(Hosts(api=f"http://127.0.0.1:{port}", server=f"http://127.0.0.1:{port}"), clock=clock)
    assert clock.sleeps == [1, 2, 4]


@pytest.mark.parametrize("token", [None, TOKEN])
def test_a_tls_failure_is_told_once(token: str | None) -> None:
    clock = Clock()
    no_tls = b"HTTP/1.0 400 Bad Request\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as server, answering_once(server, no_tls):
        api = f"https://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(AuditorError, match="no safe connection to 127"):
            resolve(_at(api), token=token, clock=clock)
    assert clock.said == []


def test_a_graphql_elsewhere_that_cannot_be_reached_leaves_rest(github: GitHub) -> None:
    clock = Clock()
    elsewhere = dataclasses.replace(github.hosts, graphql="http://nowhere.invalid/graphql")
    (target,) = resolve(elsewhere, token=TOKEN, clock=clock)
    assert [origin.name for origin in target.repositories] == ["churn"]
    assert "no address for nowhere.invalid" in target.problems[0]


def _at(place: str) -> Hosts:
    return Hosts(api=place, graphql=f"{place}/graphql", server=place)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes the certificate")
def test_a_certificate_of_ones_own_network_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = (tmp_path / "cert.pem", tmp_path / "key.pem")
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, "-out", files[0], "-keyout", files[1])
    subprocess.run(made, check=True, capture_output=True)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    teapot = b"HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n"
    listening = context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True)
    with listening as server, answering_once(server, teapot):
        api = f"https://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(AuditorError, match="answered 418"):
            resolve(Hosts(api=api, server=api))


def test_the_token_goes_to_the_configured_host_only(github: GitHub, tmp_path: Path) -> None:
    with serving(tmp_path / "other") as other:
        other.world.account("bob")
        with pytest.raises(AuditorError):
            resolve(github, f"{other.world.base}/nobody", token=TOKEN)
        resolve(github, f"{other.world.base}/bob", token=TOKEN)
        assert other.log
        assert not any("authorization" in asked.headers for asked in other.log)


def test_a_next_page_elsewhere_is_asked_without_the_token(github: GitHub, tmp_path: Path) -> None:
    with serving(tmp_path / "other") as other:
        other.world.account("ada")
        link = f'<{other.hosts.api}/users/ada/repos?page=2>; rel="next"'
        github.faults.append(Fault("/repos", lambda reply: Reply(200, reply.body, {"Link": link})))
        resolve(github, token=TOKEN)
        assert other.log
        assert not any("authorization" in asked.headers for asked in other.log)
