"""The action's comments on a pull request, against the part of GitHub's API that keeps them."""

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from repositories import working_tree, write
from runner import README, Run, run_action

_BOT = {"type": "Bot", "login": "github-actions[bot]"}


class _Comments(ThreadingHTTPServer):
    """The comments of one pull request. `author` writes; `meanwhile` is what a parallel job writes first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.comments: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.may_write = True
        self.author = _BOT
        self.meanwhile = False

    def add(self, body: str, author: Mapping[str, str]) -> dict[str, Any]:
        number = max((c["id"] for c in self.comments), default=0) + 1
        made = {"id": number, "body": body, "user": dict(author), "html_url": f"http://host/{number}"}
        self.comments.append(made)
        return made

    def by(self, author: Mapping[str, str]) -> list[str]:
        return [comment["body"] for comment in self.comments if comment["user"] == author]

    def methods(self) -> str:
        return " ".join(asked.partition(" ")[0] for asked in self.asked)


class _Handler(BaseHTTPRequestHandler):
    server: _Comments

    def do_GET(self) -> None:
        if self.path == "/user":
            person = self.server.author["type"] == "User"
            said = {"message": "Resource not accessible by integration"}
            self._answer(200 if person else 403, self.server.author if person else said)
            return
        asked = dict(parse_qsl(urlsplit(self.path).query))
        page, size = int(asked.get("page", "1")), int(asked["per_page"])
        more = page * size < len(self.server.comments)
        following = (
            f"<http://127.0.0.1:{self.server.server_port}{urlsplit(self.path).path}?per_page={size}&page={page + 1}>"
        )
        self._answer(200, self.server.comments[(page - 1) * size : page * size], following if more else "")

    def do_POST(self) -> None:
        if not self.server.may_write:
            self._answer(403, {"message": "Resource not accessible by integration"})
            return
        body = self._body()
        if self.server.meanwhile:
            self.server.meanwhile = False
            self.server.add(body, self.server.author)
        self._answer(201, self.server.add(body, self.server.author))

    def do_PATCH(self) -> None:
        found = self._named()
        found["body"] = self._body()
        self._answer(200, found)

    def do_DELETE(self) -> None:
        self.server.comments.remove(self._named())
        self._answer(204, None)

    def _named(self) -> dict[str, Any]:
        return next(c for c in self.server.comments if self.path == f"/repos/asha/churn/issues/comments/{c['id']}")

    def _body(self) -> str:
        text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
        assert isinstance(text, str)
        assert len(text) <= 65_536
        return text

    def _answer(self, status: int, said: object, following: str = "") -> None:
        self.server.asked.append(f"{self.command} {self.path.partition('?')[0]}")
        body = b"" if said is None else json.dumps(said).encode()
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        if following:
            self.send_header("Link", f'{following}; rel="next"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def host() -> Iterator[_Comments]:
    with _Comments() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def _run(workspace: Path, temp: Path, host: _Comments, **inputs: str) -> Run:
    """Run the action on a pull request of the workspace."""
    event = workspace.parent / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "base": {"sha": "0" * 40}}}), encoding="utf-8")
    environment = {
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REPOSITORY": "asha/churn",
        "GITHUB_API_URL": f"http://127.0.0.1:{host.server_port}",
        "GITHUB_SERVER_URL": "http://127.0.0.1:1",
    }
    done = run_action(workspace, temp, {"comment": "true", "token": "made-up-token", **inputs}, environment)
    assert done.status == 0, done.log
    assert "made-up-token" not in done.log + done.summary
    return done


def _forget(host: _Comments) -> str:
    """Return the mark that the host's one comment begins with, and remove the comment."""
    (made,) = host.comments
    host.comments.clear()
    host.asked.clear()
    return str(made["body"].partition("\n")[0])


def test_the_comment_is_written_once_and_then_kept_up_to_date(repository: Path, temp: Path, host: _Comments) -> None:
    _run(repository, temp, host)
    mark = _forget(host)
    host.add(f"{mark} quoted by a person", {"type": "User", "login": "ben"})

    _run(repository, temp, host)
    write(repository, {"LICENSE": "MIT License\n"})
    _run(repository, temp, host, **{"fail-under": "0"})
    _run(repository, temp, host)

    (ours,) = host.by(_BOT)
    assert ours.startswith(f"{mark}\n# Portfolio audit: churn\n")
    assert host.comments[0]["body"] == f"{mark} quoted by a person"
    writing = [asked.partition(" ")[0] for asked in host.asked if not asked.startswith("GET")]
    assert writing == ["POST", "PATCH"]


def test_each_use_of_the_action_has_its_comment(tmp_path: Path, temp: Path, host: _Comments) -> None:
    workspace = tmp_path / "work"
    for name in ("backend", "frontend"):
        working_tree(workspace / name, {"README.md": README})
    uses = [{"path": "backend"}, {"path": "frontend"}, {"path": "frontend", "role": "senior"}]
    for inputs in uses:
        _run(workspace, temp, host, **inputs)
    for name in ("backend", "frontend"):
        write(workspace / name, {"LICENSE": "MIT License\n"})
    done = [_run(workspace, temp, host, **inputs) for inputs in uses]

    assert [body.splitlines()[1] for body in host.by(_BOT)] == [
        "# Portfolio audit: churn/backend",
        "# Portfolio audit: churn/frontend",
        "# Portfolio audit: churn/frontend",
    ]
    assert len({body.splitlines()[0] for body in host.by(_BOT)}) == 3
    assert [asked.partition(" ")[0] for asked in host.asked].count("PATCH") == 3
    assert len({run.used["actions/upload-artifact"]["name"] for run in done}) == 3
    assert {Path(run.outputs["json"]).name for run in done} == {"churn-backend.json", "churn-frontend.json"}


def test_of_two_jobs_that_write_at_once_one_comment_stays(repository: Path, temp: Path, host: _Comments) -> None:
    host.meanwhile = True
    _run(repository, temp, host)
    assert len(host.comments) == 1
    assert host.methods() == "GET POST GET DELETE"
    assert host.comments[0]["id"] == 1


def test_a_persons_token_finds_its_own_comment_again(repository: Path, temp: Path, host: _Comments) -> None:
    host.author = {"type": "User", "login": "asha"}
    _run(repository, temp, host)
    write(repository, {"LICENSE": "MIT License\n"})
    _run(repository, temp, host)
    assert len(host.by(host.author)) == 1
    assert [asked.partition(" ")[0] for asked in host.asked].count("PATCH") == 1


def test_a_comment_on_a_later_page_is_found_and_a_quoted_mark_is_not_ours(
    repository: Path, temp: Path, host: _Comments
) -> None:
    _run(repository, temp, host)
    mark = _forget(host)
    for n in range(250):
        host.add(f"> {mark}\n{n}", {"type": ("Bot", "User")[n % 2], "login": "some"})
    host.comments[230] |= {"body": f"{mark}\nold", "user": _BOT}
    others = [dict(comment) for n, comment in enumerate(host.comments) if n != 230]

    _run(repository, temp, host)

    assert host.methods() == "GET GET GET PATCH"
    assert "# Portfolio audit" in host.comments[230]["body"]
    assert [comment for n, comment in enumerate(host.comments) if n != 230] == others


def test_a_forks_token_may_only_read_and_the_run_still_succeeds(repository: Path, temp: Path, host: _Comments) -> None:
    host.may_write = False
    done = _run(repository, temp, host)
    assert "may only read" in done.log
    assert done.outputs["score"]


def test_without_a_token_nothing_is_asked_and_the_run_says_so(repository: Path, temp: Path, host: _Comments) -> None:
    done = _run(repository, temp, host, token="")
    assert host.asked == []
    assert [command.data for command in done.commands("notice") if "comment" in command.data] == [
        "no comment on the pull request: there is no token to write it with; the run's summary has the report."
    ]
