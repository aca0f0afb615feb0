"""Accounts as GitHub lists them: what is read, in how many requests, and what is left out."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
import repositories as made
from loopback.asking import TOKEN, many, resolve
from loopback.cloning import fetch
from loopback.server import Fault, GitHub, Reply, replying, serving

from auditor.model import AuditorError
from auditor.repository import LeftOut
from auditor.sources.selection import Selection


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    with serving(tmp_path / "github") as running:
        running.world.tokens[TOKEN] = "public_repo"
        yield running


def test_rest_tells_profile_and_listing(github: GitHub) -> None:
    github.world.account("Ada", name="Ada L.", bio="ML", blog="https://ada.dev")
    github.world.repo(
        "Ada/churn",
        description="Churn",
        homepage="",
        topics=("ml",),
        license="MIT",
        stars=3,
        has_pages=True,
        size=40,
    )
    (target,) = resolve(github, "ada")
    assert target.name == target.login == "Ada"
    assert target.whole
    assert target.profile
    assert (target.profile.name, target.profile.bio, target.profile.blog) == ("Ada L.", "ML", "https://ada.dev")
    assert target.profile.pinned is None
    (origin,) = target.repositories
    assert (origin.name, origin.remote) == ("churn", True)
    assert (origin.location, origin.url) == (f"{github.world.base}/Ada/churn.git", f"{github.world.base}/Ada/churn")
    listing = origin.listing
    assert listing
    assert (listing.description, listing.homepage, listing.topics, listing.license) == ("Churn", None, ("ml",), "MIT")
    assert (listing.stars, listing.has_pages, listing.size_kb, listing.pinned) == (3, True, 40, None)
    assert github.api == [
        "GET /api/v3/users/ada",
        "GET /api/v3/users/Ada/repos?direction=desc&per_page=100&sort=pushed&type=owner",
    ]


def test_graphql_tells_more(github: GitHub) -> None:
    github.world.account(
        "ada", name="Ada", bio="ML", blog="https://ada.dev", links=("https://x.com/ada",), pinned=("ada/churn",)
    )
    github.world.repo("ada/ada", readme="Hello, I build models.")
    github.world.repo(
        "ada/churn",
        {"a.py": "pass\n"},
        homepage="https://churn.app",
        ci="SUCCESS",
        deployment="https://live.app",
        releases=2,
        has_pages=True,
    )
    (target,) = resolve(github, "ada", token=TOKEN)
    assert target.profile
    assert target.profile.readme == "Hello, I build models."
    assert (target.profile.links, target.profile.pinned) == (("https://x.com/ada",), ("ada/churn",))
    (origin,) = target.repositories
    listing, history = origin.listing, origin.history
    assert listing
    assert history
    assert origin.commit == history.commits[0].id
    assert (history.complete, history.total, history.commits[0].subject) == (True, 1, "Begin")
    assert history.commits[0].authored == history.commits[0].committed == 1_760_000_000
    assert (listing.ci_state, listing.deployments, listing.releases) == ("success", ("https://live.app",), 2)
    assert (listing.has_pages, listing.languages) == (True, (("Python", 100),))
    assert listing.pinned is True
    assert [left.name for left in target.left_out] == ["ada/ada"]
    assert target.problems == ()


@pytest.mark.parametrize(("token", "requests"), [(None, 2), (TOKEN, 2)])
def test_fifty_repositories_cost_at_most_three_requests(github: GitHub, token: str | None, requests: int) -> None:
    many(github, 50)
    (target,) = resolve(github, "ada", token=token)
    assert len(target.repositories) == 50
    assert len(github.api) == requests


@pytest.mark.parametrize(("token", "requests"), [(None, 4), (TOKEN, 8)])
def test_every_page_is_read(github: GitHub, token: str | None, requests: int) -> None:
    many(github, 230)
    (target,) = resolve(github, "ada", token=token)
    assert [origin.name for origin in target.repositories] == [f"r{number:03}" for number in range(230)]
    assert len(github.api) == requests


def test_unchanged_answers_are_not_sent_again(github: GitHub, tmp_path: Path) -> None:
    many(github, 3)
    first = resolve(github, "ada", cache=tmp_path / "cache")
    seen: list[str] = []
    github.log.clear()
    second = resolve(github, "ada", cache=tmp_path / "cache")
    seen = [asked.headers.get("if-none-match", "") for asked in github.log]
    assert second == first
    assert len(seen) == 2
    assert all(tag.startswith('W/"') for tag in seen)


def test_a_damaged_memory_is_forgotten(github: GitHub, tmp_path: Path) -> None:
    many(github, 3)
    first = resolve(github, "ada", cache=tmp_path)
    for file in tmp_path.glob("*.json"):
        file.write_bytes(file.read_bytes()[:40])
    assert resolve(github, "ada", cache=tmp_path) == first


def test_the_newest_commit_is_remembered_until_the_next_push(github: GitHub, tmp_path: Path) -> None:
    github.world.account("ada")
    repo = github.world.repo("ada/churn", {"a.py": "pass\n"})
    ((origin,),) = (target.repositories for target in resolve(github, cache=tmp_path))
    assert origin.commit is None
    fetch(github, origin, tmp_path / "c", cache=tmp_path)
    assert repo.folder
    commits = [resolve(github, cache=tmp_path)[0].repositories[0].commit, made.git(repo.folder, "rev-parse", "HEAD")]
    assert commits[0] == commits[1]
    repo.pushed_at = "2026-02-01T00:00:00Z"
    assert resolve(github, cache=tmp_path)[0].repositories[0].commit is None


def test_what_is_left_out_is_told_with_its_reason(github: GitHub) -> None:
    world = github.world
    world.account("ada")
    world.repo("ada/kept")
    world.repo("ada/forked", fork=True, parent="bob/forked")
    world.repo("ada/old", archived=True)
    world.repo("ada/off", disabled=True)
    world.repo("ada/huge", size=5_000_000)
    world.repo("ada/bare", empty=True)
    world.repo("ada/draft-1")
    world.repo("ada/ada")
    (target,) = resolve(github, "ada", token=TOKEN, selection=Selection(exclude=("draft-*",)))
    assert [origin.name for origin in target.repositories] == ["kept"]
    reasons = {left.name: left.reason for left in target.left_out}
    assert reasons == {
        "ada/ada": "the profile's own repository: read as the profile, not as a project",
        "ada/bare": "empty: it has no commits",
        "ada/draft-1": "excluded by --exclude draft-*",
        "ada/forked": "a fork of bob/forked; --include-forks reads it",
        "ada/huge": "5.0 GB, too large to read unasked; naming ada/huge by itself reads it",
        "ada/off": "disabled by the host",
        "ada/old": "archived; --include-archived reads it",
    }


def test_selection_takes_in_what_is_asked_for(github: GitHub) -> None:
    world = github.world
    world.account("ada", pinned=("ada/old",))
    world.repo("ada/forked", fork=True, pushed_at="2026-03-01T00:00:00Z")
    world.repo("ada/old", archived=True, pushed_at="2024-03-01T00:00:00Z")
    world.repo("ada/new", pushed_at="2026-02-01T00:00:00Z")
    chosen = {
        "all": Selection(include_forks=True, include_archived=True),
        "pinned": Selection(include_archived=True, pinned=True),
        "one": Selection(max_repos=1),
        "since": Selection(include_archived=True, since="2025-01-01"),
    }
    names = {
        wish: [origin.name for origin in resolve(github, "ada", token=TOKEN, selection=selection)[0].repositories]
        for wish, selection in chosen.items()
    }
    assert names == {"all": ["forked", "new", "old"], "pinned": ["old"], "one": ["new"], "since": ["new"]}


def test_all_wishes_together_leave_out_with_their_reasons(github: GitHub) -> None:
    world = github.world
    world.tokens["may-see"] = "repo"
    names = ("secret", "new", "older", "old", "draft")
    world.account("ada", pinned=(*(f"ada/{name}" for name in names), "acme/tool"))
    for number, name in enumerate((*names, "plain")):
        world.repo(f"ada/{name}", private=name == "secret", pushed_at=f"2026-0{7 - number}-01T00:00:00Z")
    wish = Selection(include_private=True, since="2026-04-15", pinned=True, max_repos=2, exclude=("draft", "ada/plai?"))
    (target,) = resolve(github, "ada", token="may-see", selection=wish)
    assert [origin.name for origin in target.repositories] == ["new", "secret"]
    assert {left.name: left.reason for left in target.left_out} == {
        "acme/tool": "pinned, and not among the account's own; naming acme/tool by itself reads it",
        "ada/draft": "excluded by --exclude draft",
        "ada/old": "last pushed 2026-04-01, before --since 2026-04-15",
        "ada/older": "beyond --max-repos 2; the most recently pushed are read",
        "ada/plain": "excluded by --exclude ada/plai?",
    }


def test_pins_that_could_not_be_read_are_not_called_missing(github: GitHub) -> None:
    github.world.account("ada")
    github.world.repo("ada/churn")
    github.faults.append(Fault("graphql", replying(403), times=9))
    (target,) = resolve(github, "ada", token=TOKEN, selection=Selection(pinned=True))
    assert [left.reason for left in target.left_out] == ["whether it is pinned could not be read"]


def test_private_repositories_need_the_wish_and_the_scope(github: GitHub) -> None:
    github.world.account("ada")
    github.world.repo("ada/secret", private=True)
    github.world.tokens["may-see"] = "repo"
    wish = Selection(include_private=True)
    unasked = [resolve(github, "ada", token=token)[0] for token in ("may-see", TOKEN)]
    assert [(target.repositories, target.left_out) for target in unasked] == [((), ())] * 2
    seen, unseen = (resolve(github, "ada", token=token, selection=wish)[0] for token in ("may-see", TOKEN))
    assert [origin.name for origin in seen.repositories] == ["secret"]
    assert seen.problems == ()
    assert unseen.repositories == ()
    assert "lacks the scope `repo`" in unseen.problems[0]


@pytest.mark.parametrize("wish", [Selection(pinned=True), Selection(include_private=True)])
def test_wishes_that_need_a_token_say_so(github: GitHub, wish: Selection) -> None:
    with pytest.raises(AuditorError, match="needs a token") as caught:
        resolve(github, "ada", selection=wish)
    assert caught.value.exit_code == 2
    assert github.api == []


def test_left_out_is_a_value(github: GitHub) -> None:
    many(github, 2)
    (target,) = resolve(github, "ada", selection=Selection(max_repos=1))
    page = f"{github.world.base}/ada/r000"
    reason = "beyond --max-repos 1; the most recently pushed are read"
    assert target.left_out == (LeftOut("ada/r000", reason, page),)


@pytest.mark.parametrize("said", ['title="a, b"; rel=next', 'rel="NEXT last"', 'rel="next"; type="a"'])
def test_the_next_page_is_found_whatever_else_its_header_says(github: GitHub, said: str) -> None:
    many(github, 150, "bob")

    def reworded(reply: Reply) -> Reply:
        following = reply.headers.get("Link", "").partition(";")[0]
        headers = {"Link": f'<http://127.0.0.1:1/>; rel="first", {following}; {said}'} if following else {}
        return dataclasses.replace(reply, headers={**reply.headers, **headers})

    github.faults.append(Fault("/repos", reworded, times=9))
    (target,) = resolve(github, "bob")
    assert len(target.repositories) == 150
