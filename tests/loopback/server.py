"""Serve the loopback GitHub: routing, tokens, ETags, pages, clones through `git http-backend`, and faults."""

import hashlib
import json
import os
import re
import socket
import subprocess
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from auditor.sources.hosts import Hosts
from loopback import graph
from loopback.world import World


@dataclass(frozen=True)
class Asked:
    """One request that came in."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}" + (f"?{self.query}" if self.query else "")


@dataclass(frozen=True)
class Reply:
    """What goes back. `sent` bytes of the body go out before the connection is closed; None: all of them."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int | None = None


@dataclass
class Fault:
    """Replaces the replies to requests whose line matches: `times` of them, after the first `skip`."""

    pattern: str
    act: Callable[[Reply], Reply]
    times: int = 1
    skip: int = 0


def replying(status: int, said: object = "", **headers: str) -> Callable[[Reply], Reply]:
    """Make a fault that answers with a status; header names are written with underscores."""
    body = said if isinstance(said, bytes) else json.dumps({"message": said}).encode()
    return lambda _: Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def cut(reply: Reply) -> Reply:
    """Break the connection in the middle of the body."""
    return Reply(reply.status, reply.body, reply.headers, sent=len(reply.body) // 2)


def halved(reply: Reply) -> Reply:
    """Answer with half of the body as if it were whole."""
    return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)


class GitHub:
    """A running loopback GitHub: its world, what was asked of it, and its faults."""

    def __init__(self, root: Path) -> None:
        self.world = World(root)
        self.log: list[Asked] = []
        self.faults: list[Fault] = []
        self.node_faults: dict[str, str] = {}
        self.released = threading.Event()
        self.sent = {"api": 0, "git": 0}

    @property
    def hosts(self) -> Hosts:
        base = self.world.base
        return Hosts(api=f"{base}/api/v3", graphql=f"{base}/api/graphql", server=base)

    @property
    def api(self) -> list[str]:
        """The API requests so far, as lines."""
        return [asked.line for asked in self.log if asked.path.startswith("/api/")]

    @property
    def clones(self) -> list[str]:
        """The git requests so far, as lines."""
        return [asked.line for asked in self.log if not asked.path.startswith("/api/")]

    def reply(self, asked: Asked) -> Reply:
        """Answer a request, faults included."""
        self.log.append(asked)
        reply = self._truly(asked)
        for fault in self.faults:
            if fault.times and re.search(fault.pattern, asked.line):
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault.act(reply)
        return reply

    def _truly(self, asked: Asked) -> Reply:
        if not asked.path.startswith("/api/"):
            return self._git(asked)
        token = asked.headers.get("authorization", "").partition(" ")[2]
        if token and token not in self.world.tokens:
            return _json(401, {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"})
        if asked.path == "/api/graphql":
            if not token:
                return _json(401, {"message": "This endpoint requires you to be authenticated."})
            scopes = self.world.tokens[token]
            private = "repo" in scopes.split(", ")
            said = graph.answer(self.world, json.loads(asked.body), self.node_faults, private=private)
            return _json(200, said, {"X-OAuth-Scopes": scopes})
        return self._rest(asked, asked.path.removeprefix("/api/v3"))

    def _rest(self, asked: Asked, path: str) -> Reply:
        data, links = self._data(path, parse_qs(asked.query))
        if isinstance(data, str):
            return Reply(301, b"", {"Location": f"{self.world.base}/api/v3{data}"})
        if data is None:
            return _json(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})
        body = json.dumps(data).encode()
        etag = f'W/"{hashlib.sha256(body).hexdigest()}"'
        headers = {"ETag": etag, "Content-Type": "application/json; charset=utf-8"} | links
        return Reply(304, b"", headers) if asked.headers.get("if-none-match") == etag else Reply(200, body, headers)

    def _data(self, path: str, query: Mapping[str, list[str]]) -> tuple[Any, dict[str, str]]:
        world = self.world
        steps = path.strip("/").lower().split("/")
        match steps:
            case ["users", login] if login in world.accounts:
                return world.user(world.accounts[login]), {}
            case ["users", login, "repos"] if login in world.accounts:
                every = world.of(login, order=query.get("sort", ["full_name"])[0])
                return self._page(path, query, [world.minimal(repo) for repo in every])
            case ["users", login, *rest] if login in world.moved:
                return "/".join(["/users", world.moved[login], *rest]), {}
            case ["repos", owner, name, *_] if f"{owner}/{name}" in world.moved:
                return f"/repos/{world.moved[f'{owner}/{name}']}", {}
            case ["repos", owner, name, *rest] if (repo := world.repos.get(f"{owner}/{name}")) and not repo.private:
                if not rest:
                    return world.full(repo), {}
                if repo.readme is not None:
                    return world.content("README.md", repo.readme), {}
        return None, {}

    def _page(self, path: str, query: Mapping[str, list[str]], items: list[Any]) -> tuple[Any, dict[str, str]]:
        size, page = int(query.get("per_page", ["30"])[0]), int(query.get("page", ["1"])[0])
        end = size * page
        asked = "".join(f"&{name}={value[0]}" for name, value in query.items() if name != "page")
        following = f"{self.world.base}/api/v3{path}?page={page + 1}{asked}"
        links = {"Link": f'<{following}>; rel="next", <{following}>; rel="last"'} if end < len(items) else {}
        return items[end - size : end], links

    def _git(self, asked: Asked) -> Reply:
        found = re.fullmatch(r"/([^/]+/[^/]+?)(?:\.git)?(/.*)", asked.path)
        name = found[1].lower() if found else ""
        if found and name in self.world.moved:
            target = f"{self.world.base}/{self.world.moved[name]}.git{found[2]}?{asked.query}"
            return Reply(301, b"", {"Location": target})
        repo = self.world.repos.get(name)
        basic = asked.headers.get("authorization", "").partition(" ")[2]
        allowed = b64decode(basic).decode().partition(":")[2] in self.world.tokens if basic else False
        if repo is None or repo.folder is None or not found or (repo.private and not allowed):
            status = 404 if allowed else 401
            return Reply(status, b"Repository not found.", {"WWW-Authenticate": 'Basic realm="GitHub"'})
        return _backend(asked, self.world.root, f"/{repo.owner}/{repo.name}.git{found[2]}")


def _json(status: int, said: object, headers: Mapping[str, str] | None = None) -> Reply:
    kind = {"Content-Type": "application/json; charset=utf-8"}
    return Reply(status, json.dumps(said).encode(), {**kind, **(headers or {})})


def _backend(asked: Asked, root: Path, path: str) -> Reply:
    """Answer as `git http-backend` does, a CGI program."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "REQUEST_METHOD": asked.method,
        "PATH_INFO": path,
        "QUERY_STRING": asked.query,
        "CONTENT_TYPE": asked.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(asked.body)),
        "HTTP_CONTENT_ENCODING": asked.headers.get("content-encoding", ""),
        "GIT_PROTOCOL": asked.headers.get("git-protocol", ""),
        "REMOTE_ADDR": "127.0.0.1",
    }
    done = subprocess.run(
        ["git", "http-backend"], env=environment, input=asked.body, capture_output=True, check=True, cwd=root
    )
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
    return Reply(int(headers.pop("Status", "200 OK").split()[0]), body, headers)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    github: GitHub

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, parts.path, parts.query, headers, self._body())
        reply = self.github.reply(asked)
        self.github.sent["api" if asked.path.startswith("/api/") else "git"] += len(reply.body)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body if reply.sent is None else reply.body[: reply.sent])
        if reply.sent is not None:
            self.close_connection = True

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name that http.server uses
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that goes away in the middle is what some tests are about


@contextmanager
def answering_once(listening: socket.socket, said: bytes) -> Iterator[None]:
    """Take one connection, whatever it asks, and answer with these bytes."""

    def answer() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(10_000)
            connection.sendall(said)

    thread = threading.Thread(target=answer)
    thread.start()
    yield
    thread.join()


@contextmanager
def serving(root: Path) -> Iterator[GitHub]:
    """Run a loopback GitHub for as long as it is needed."""
    github = GitHub(root)
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"github": github}))
    github.world.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield github
    finally:
        github.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
