"""What the user may type, and what is made of it, on disk and by name; no network."""

import os
from pathlib import Path

import pytest
import repositories as made

from auditor.model import AuditorError
from auditor.repository import LeftOut, Target
from auditor.sources import hosts, names, targets
from auditor.sources.hosts import Hosts
from auditor.sources.names import Address, Login, Named
from auditor.sources.selection import Selection

GITHUB = Hosts()
ENTERPRISE = Hosts(
    api="https://git.acme.io/api/v3", graphql="https://git.acme.io/api/graphql", server="https://git.acme.io"
)
FILES: dict[str, str | bytes] = {"a.py": "pass\n"}


def resolve(*texts: str | Path, offline: bool = True, selection: Selection | None = None) -> tuple[Target, ...]:
    said: list[str] = []
    return targets.resolve(
        [str(text) for text in texts],
        selection or Selection(),
        token=None,
        hosts=GITHUB,
        offline=offline,
        report=said.append,
    )


def located(target: Target) -> dict[str, str]:
    return {origin.name: origin.location for origin in target.repositories}


def test_a_working_tree(tmp_path: Path) -> None:
    tree = made.working_tree(tmp_path / "churn", FILES)
    (target,) = resolve(tree, selection=Selection(revision="HEAD"))
    assert (target.name, target.whole, target.login) == ("churn", False, None)
    (origin,) = target.repositories
    assert (origin.name, origin.location, origin.remote, origin.revision) == ("churn", str(tree), False, "HEAD")


def test_a_bare_repository_a_git_folder_and_a_linked_tree(tmp_path: Path) -> None:
    bare = made.bare(tmp_path / "model.git", FILES)
    linked = tmp_path / "linked"
    tree = tmp_path / "model.git-source"
    made.git(tree, "worktree", "add", "-q", str(linked))
    assert located(resolve(bare)[0]) == {"model": str(bare)}
    assert located(resolve(tree / ".git")[0]) == {"model.git-source": str(tree)}
    assert located(resolve(linked)[0]) == {"linked": str(linked)}


def test_file_addresses_and_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = made.working_tree(tmp_path / "my churn", FILES)
    monkeypatch.chdir(tree)
    assert resolve(f"file://{tmp_path}/my%20churn") == resolve(".") == resolve(tree)


def test_a_link_to_a_repository_is_that_repository(tmp_path: Path) -> None:
    tree = made.working_tree(tmp_path / "churn", FILES)
    (tmp_path / "link").symlink_to(tree)
    assert resolve(tmp_path / "link", tree)[0].repositories == resolve(tree)[0].repositories


def test_a_folder_of_repositories_is_a_candidate(tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    churn, model = made.working_tree(folder / "churn", FILES), made.bare(folder / "model.git", FILES)
    plain = made.bare(folder / "plain", FILES)
    (folder / "notes").mkdir()
    (folder / ".hidden").symlink_to(churn)
    (target,) = resolve(folder)
    assert target.name == "ada"
    assert located(target) == {
        "churn": str(churn),
        "model": str(model),
        "model.git-source": f"{model}-source",
        "plain": str(plain),
        "plain-source": f"{plain}-source",
    }


def test_a_folder_of_folders_is_looked_into_where_it_has_none_itself(tmp_path: Path) -> None:
    one = made.working_tree(tmp_path / "class/ada/churn", FILES)
    two = made.working_tree(tmp_path / "class/bob/churn", FILES)
    (target,) = resolve(tmp_path / "class")
    assert located(target) == {"ada/churn": str(one), "bob/churn": str(two)}


def test_folders_are_candidates_and_single_repositories_go_together(tmp_path: Path) -> None:
    for name in ("ada/churn", "bob/churn", "x/churn", "y/churn"):
        made.working_tree(tmp_path / name, FILES)
    ada, bob, rest = resolve(tmp_path / "ada", tmp_path / "bob", tmp_path / "x/churn", tmp_path / "y/churn")
    assert (ada.name, bob.name, rest.name) == ("ada", "bob", "portfolio")
    assert list(located(rest)) == ["x/churn", "y/churn"]
    (all_of_them,) = resolve(tmp_path / "ada", tmp_path / "x/churn", selection=Selection(candidate="Ada"))
    assert (all_of_them.name, list(located(all_of_them))) == ("Ada", ["ada/churn", "x/churn"])


def test_the_same_repository_twice_is_one(tmp_path: Path) -> None:
    tree = made.working_tree(tmp_path / "churn", FILES)
    assert len(resolve(tree, f"{tree}/", tree)[0].repositories) == 1


def test_selection_goes_for_folders_too(tmp_path: Path) -> None:
    for name in ("a", "b", "draft"):
        made.working_tree(tmp_path / "ada" / name, FILES)
    (target,) = resolve(tmp_path / "ada", selection=Selection(exclude=("draft",), max_repos=1))
    assert list(located(target)) == ["a"]
    assert target.left_out == (
        LeftOut("draft", "excluded by --exclude draft"),
        LeftOut("b", "beyond --max-repos 1"),
    )


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("git@github.com:ada/churn.git", "https://github.com/ada/churn"),
        ("https://token:x@github.com/ada/churn.git", "https://github.com/ada/churn"),
        ("ssh://git@git.acme.io:22/ada/churn", "https://git.acme.io/ada/churn"),
        ("http://127.0.0.1:8080/ada/churn.git", "http://127.0.0.1:8080/ada/churn"),
        ("/srv/git/churn.git", None),
    ],
)
def test_the_page_of_a_clone_is_known_from_its_remote(tmp_path: Path, remote: str, page: str | None) -> None:
    tree = made.working_tree(tmp_path / "churn", FILES)
    made.git(tree, "remote", "add", "origin", remote)
    assert resolve(tree)[0].repositories[0].url == page


def test_an_existing_path_wins_over_a_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made.working_tree(tmp_path / "ada", FILES)
    made.working_tree(tmp_path / "bob/churn", FILES)
    monkeypatch.chdir(tmp_path)
    assert located(resolve("ada", "bob/churn")[0]) == {
        "ada": str(tmp_path / "ada"),
        "churn": str(tmp_path / "bob/churn"),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("./chrun", "There is no ./chrun; did you mean churn?"),
        ("/nowhere/at/all", "There is no /nowhere/at/all; look for a mistyped path."),
        ("notes.txt", "notes.txt is a file"),
        ("empty", "empty is not a git repository, and there is none in it"),
        ("churn/src", "churn/src is a part of the repository"),
        ("file://elsewhere/churn", "is on another machine"),
        ("", "An empty name was given"),
        ("Ada Lovelace", "has a space in it"),
        ("ada@example.org", "looks like an e-mail address"),
        ("a,b", "is no login"),
        ("https://github.com", "add the login or owner/repository"),
        ("https://x:secret@github.com/ada", "holds a password or token"),
        ("git://github.com/ada/churn", "git:// is not read"),
        ("ext::sh -c x", "has a space in it"),
        ("https://gitlab.com/ada", "Accounts are listed on GitHub only"),
        ("https://github.com/../..", "is not the address of"),
        ("ada", "--offline reads this machine only"),
        ("ada/churn", "--offline reads this machine only"),
    ],
)
def test_what_cannot_be_meant_gets_the_likely_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    made.working_tree(tmp_path / "churn", {"src/a.py": "pass\n"})
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AuditorError) as caught:
        resolve(text)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_names_with_nul_or_beyond_all_length_are_no_crash() -> None:
    for text in ("a\0b", "a" * 5000, "\ud800"):
        with pytest.raises(AuditorError):
            resolve(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ada", Login(GITHUB, "ada")),
        ("@ada", Login(GITHUB, "ada")),
        ("ada_acme", Login(GITHUB, "ada_acme")),
        ("https://github.com/ada", Login(GITHUB, "ada")),
        ("http://www.github.com/ada/?tab=repositories", Login(GITHUB, "ada")),
        ("github.com/ada", Login(GITHUB, "ada")),
        ("https://github.com/orgs/acme/repositories", Login(GITHUB, "acme")),
        ("ada/churn", Named(GITHUB, "ada/churn")),
        ("ada/churn.git", Named(GITHUB, "ada/churn")),
        ("https://github.com/ada/churn.git", Named(GITHUB, "ada/churn")),
        ("https://github.com/ada/churn/tree/main/src", Named(GITHUB, "ada/churn")),
        ("git@github.com:ada/churn.git", Named(GITHUB, "ada/churn", "git@github.com:ada/churn.git")),
        ("ssh://git@github.com/ada/churn", Named(GITHUB, "ada/churn", "ssh://git@github.com/ada/churn")),
        (
            "https://gitlab.com/a/b/churn.git",
            Address("https://gitlab.com/a/b/churn.git", "churn", "https://gitlab.com/a/b/churn"),
        ),
        ("git@gitlab.com:a/churn.git", Address("git@gitlab.com:a/churn.git", "churn")),
        ("https://git.acme.io/ada", Login(hosts.of("https://git.acme.io"), "ada")),
        ("git.acme.io/ada/churn", Address("https://git.acme.io/ada/churn", "churn", "https://git.acme.io/ada/churn")),
    ],
)
def test_names_and_addresses_are_understood(text: str, meant: object) -> None:
    assert names.understand(text, GITHUB) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ada", Login(ENTERPRISE, "ada")),
        ("https://git.acme.io/ada/churn", Named(ENTERPRISE, "ada/churn")),
        ("git@git.acme.io:ada/churn.git", Named(ENTERPRISE, "ada/churn", "git@git.acme.io:ada/churn.git")),
        ("https://github.com/ada", Login(GITHUB, "ada")),
    ],
)
def test_an_enterprise_server_is_meant_where_it_is_set(text: str, meant: object) -> None:
    assert names.understand(text, ENTERPRISE) == meant


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, GITHUB),
        ({"GITHUB_SERVER_URL": "https://git.acme.io/"}, ENTERPRISE),
        ({"GITHUB_API_URL": "https://git.acme.io/api/v3"}, ENTERPRISE),
        ({"GITHUB_API_URL": "https://api.github.com", "GITHUB_SERVER_URL": "https://github.com"}, GITHUB),
        (
            {"GITHUB_API_URL": "http://127.0.0.1:1", "GITHUB_GRAPHQL_URL": "http://127.0.0.1:1/g"},
            Hosts(api="http://127.0.0.1:1", graphql="http://127.0.0.1:1/g", server="http://127.0.0.1:1"),
        ),
    ],
)
def test_hosts_come_from_the_environment(environment: dict[str, str], expected: Hosts) -> None:
    assert hosts.from_environment(environment) == expected


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("https://git.acme.io/ada/churn.git", True),
        ("https://git.acme.io:8443/ada/churn.git", True),
        ("https://github.com/ada/churn.git", False),
        ("file://git.acme.io/ada/churn.git", False),
        ("", False),
    ],
)
def test_a_clone_address_is_the_hosts_own_or_not_followed(address: str, *, own: bool) -> None:
    assert ENTERPRISE.owns(address) is own


def test_a_host_that_is_no_address_is_said() -> None:
    with pytest.raises(AuditorError, match="GITHUB_API_URL is 'github'"):
        hosts.from_environment({"GITHUB_API_URL": "github"})


def test_tokens_come_in_githubs_own_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "gh"
    program.write_text('#!/bin/sh\n[ "$4" = github.com ] && echo from-gh\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    for name in ("GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    found = [hosts.token_from_environment(), hosts.token_from_environment(ENTERPRISE)]
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN"):
        monkeypatch.setenv(name, name.lower())
        found.append(hosts.token_from_environment())
    found.append(hosts.token_from_environment(ENTERPRISE))
    expected = ["from-gh", None, "gh_token", "github_token", "github_token", "gh_enterprise_token"]
    assert found == expected
