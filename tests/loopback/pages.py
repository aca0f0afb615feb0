"""A web server on 127.0.0.1 whose paths answer what links answer: pages, redirects, errors, bombs, silence."""

import contextlib
import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_STATUS = {
    "/ok": 200,
    "/forbidden": 403,
    "/missing": 404,
    "/gone": 410,
    "/busy": 429,
    "/broken": 500,
    "/login": 401,
    "/no-head": 200,
    "/asleep": 200,
    "/endless": 200,
    "/bomb": 200,
    "/slow": 200,
}
BOMB = 200_000_000


class Pages(ThreadingHTTPServer):
    """The server. `asked` are the requests, `headers` theirs, `most` how many slow ones it had in hand at once.

    `silent` paths get no answer before the server ends; `stage` is what it says of every Space.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.stage = b'{"stage": "RUNNING"}'
        self.ended = threading.Event()
        self.at_once = self.most = 0
        self.lock = threading.Lock()

    @property
    def base(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Pages

    def do_HEAD(self) -> None:
        self._counted(body=False)

    def do_GET(self) -> None:
        self._counted(body=True)

    def _counted(self, *, body: bool) -> None:
        with self.server.lock:
            self.server.asked.append(f"{self.command} {self.path}")
            self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._answer(body=body)

    def _linger(self) -> None:
        """Take a while, all before the answer, so that a question that does not wait for it is seen."""
        with self.server.lock:
            self.server.at_once += 1
            self.server.most = max(self.server.most, self.server.at_once)
        time.sleep(0.02)
        with self.server.lock:
            self.server.at_once -= 1

    def _answer(self, *, body: bool) -> None:
        if self.path.startswith("/silent"):
            self.server.ended.wait(30)
            return
        if self.path.startswith("/slow"):
            self._linger()
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        status = 405 if self.path == "/no-head" and not body else _STATUS.get(self.path.partition("?")[0], 404)
        if self.path.startswith("/api/spaces/"):
            status = 200
        self.send_response(status)
        self.send_header("Set-Cookie", "tracking=1")
        if self.path == "/bomb":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if body:
            self.wfile.write(self._body())

    def _body(self) -> bytes:
        if self.path.startswith("/api/spaces/"):
            return self.server.stage
        if self.path == "/bomb":
            return _bomb()
        text = b"<h1>Zzzz This app has gone to sleep</h1>" if self.path == "/asleep" else b"<h1>demo</h1>"
        return text * (4000 if self.path == "/endless" else 1)

    def log_message(self, *_: object) -> None:
        return


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(BOMB), 9)


@contextmanager
def serving() -> Iterator[Pages]:
    """Serve for as long as a test takes."""
    with Pages() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.ended.set()
        running.shutdown()
        thread.join()
