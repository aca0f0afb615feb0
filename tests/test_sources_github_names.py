"""Odd accounts and names: unknown, renamed, organisations, nothing to read, several at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback.asking import TOKEN, many, resolve
from loopback.clock import Clock
from loopback.server import Fault, GitHub, replying, serving

from auditor.model import AuditorError


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    with serving(tmp_path / "github") as running:
        running.world.tokens[TOKEN] = "public_repo"
        yield running


def test_an_organisation_is_read_like_a_user(github: GitHub) -> None:
    github.world.account("acme", kind="Organization", name="Acme", bio="We model.")
    github.world.repo("acme/.github", readme="Welcome")
    github.world.repo("acme/model")
    for token in (None, TOKEN):
        (target,) = resolve(github, "acme", token=token)
        assert target.profile
        assert target.profile.organisation
        assert target.profile.readme == "Welcome"
        assert [origin.name for origin in target.repositories] == ["model"]


@pytest.mark.parametrize("token", [None, TOKEN])
def test_nothing_to_read_is_no_error_of_the_list(github: GitHub, token: str | None) -> None:
    github.world.account("ada")
    github.world.account("bob")
    github.world.repo("bob/forked", fork=True)
    ada, bob = resolve(github, "ada", "bob", token=token)
    assert (ada.repositories, ada.left_out) == ((), ())
    assert bob.repositories == ()
    assert [left.name for left in bob.left_out] == ["bob/forked"]


@pytest.mark.parametrize("token", [None, TOKEN])
@pytest.mark.parametrize(
    ("login", "hint"), [("nobody", "http://127.0.0.1"), ("ada_l", "ada-l"), ("churn.py", "owner/churn.py")]
)
def test_an_unknown_login_gets_the_likely_fix(github: GitHub, token: str | None, login: str, hint: str) -> None:
    with pytest.raises(AuditorError, match="no user or organisation called") as caught:
        resolve(github, login, token=token)
    assert hint in str(caught.value)
    assert caught.value.exit_code == 3


def test_an_unknown_login_like_a_folder(github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "portfolio").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AuditorError, match="did you mean the folder portfolio"):
        resolve(github, "portfolioo")


@pytest.mark.parametrize("token", [None, TOKEN])
def test_a_renamed_user_is_found_under_the_new_name(github: GitHub, token: str | None) -> None:
    many(github, 2, "ada-new")
    github.world.moved["ada"] = "ada-new"
    clock = Clock()
    (target,) = resolve(github, "ada", token=token, clock=clock)
    assert target.login == "ada-new"
    assert len(target.repositories) == 2
    assert "ada is now called ada-new" in clock.said


def test_a_renamed_repository_is_found_under_the_new_name(github: GitHub) -> None:
    github.world.repo("ada/new")
    github.world.moved["ada/old"] = "ada/new"
    (target,) = resolve(github, "ada/old")
    assert (target.name, target.login) == ("new", "ada")
    assert target.repositories[0].location == f"{github.world.base}/ada/new.git"


def test_named_repositories_make_one_portfolio(github: GitHub) -> None:
    github.world.repo("ada/churn", fork=True, archived=True, size=5_000_000, parent="carl/churn")
    github.world.repo("bob/churn")
    github.world.repo("carl/churn")
    (target,) = resolve(github, "ada/churn", f"{github.world.base}/bob/churn/tree/main/src", "ada/gone")
    assert (target.name, target.login, target.whole) == ("portfolio", None, False)
    assert [origin.name for origin in target.repositories] == ["ada/churn", "bob/churn"]
    listing = target.repositories[0].listing
    assert listing
    assert listing.parent == "carl/churn"
    assert [left.name for left in target.left_out] == ["ada/gone"]
    assert "it is private, and a token" in target.left_out[0].reason


def test_a_missing_repository_alone_ends_the_run(github: GitHub) -> None:
    with pytest.raises(AuditorError, match="shows no repository ada/gone") as caught:
        resolve(github, "ada/gone", token=TOKEN)
    assert caught.value.exit_code == 3


def test_one_unknown_candidate_does_not_cost_the_others(github: GitHub) -> None:
    many(github, 1)
    known, unknown = resolve(github, "ada", "nobody")
    assert len(known.repositories) == 1
    assert unknown.repositories == ()
    assert "no user" in unknown.problems[0]


@pytest.mark.parametrize("refused", [False, True])
def test_a_named_repository_has_what_only_graphql_tells(github: GitHub, *, refused: bool) -> None:
    github.world.repo("ada/churn", {"a.py": "pass\n"}, ci="FAILURE", has_pages=True, deployment="https://live.app")
    github.node_faults = {"deployments": "Resource not accessible by integration"} if refused else {}
    (target,) = resolve(github, "ada/churn", token=TOKEN)
    (origin,) = target.repositories
    assert origin.commit
    assert origin.history
    assert origin.listing
    assert (origin.listing.ci_state, origin.listing.has_pages) == ("failure", True)
    assert origin.listing.deployments == (None if refused else ("https://live.app",))


def test_a_named_repository_is_read_without_graphql_too(github: GitHub) -> None:
    github.world.repo("ada/churn", has_pages=True)
    github.faults.append(Fault("graphql", replying(403, "Resource not accessible by integration"), times=9))
    (target,) = resolve(github, "ada/churn", token=TOKEN)
    assert [origin.commit for origin in target.repositories] == [None]
    assert target.repositories[0].listing
