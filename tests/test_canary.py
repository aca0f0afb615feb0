"""A run that asks links reaches nobody but public hosts, whatever a repository or a host names.

The real program runs with a DNS of this test's, and each connection that it opens is noted. One public address stands
for a server on loopback; a connection to any other place is the defect.
"""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import audit
from loopback.pages import Pages, serving
from repositories import blob, commit_tree, git, tree, working_tree

_NAMES = {
    "localhost": "127.0.0.1",
    "public.churnwatch.io": "8.8.8.8",
    "loopback.churnwatch.io": "127.0.0.1",
    "private.churnwatch.io": "10.0.0.3",
    "metadata.churnwatch.io": "169.254.169.254",
    "carrier.churnwatch.io": "100.64.0.1",
    "mapped.churnwatch.io": "::ffff:127.0.0.1",
    "six.churnwatch.io": "fd00::1",
    "two.churnwatch.io": "8.8.8.8 10.0.0.3",
    "moves.churnwatch.io": "8.8.8.8, then 127.0.0.1",
}
_FENCE = """
import os, socket, sys
names, noted, port = {names!r}, {noted!r}, {port}
real_lookup, real_connect, asked = socket.getaddrinfo, socket.create_connection, []
def lookup(host, port, *more, **named):
    if host not in names:
        return real_lookup(host, port, *more, **named, flags=socket.AI_NUMERICHOST)
    asked.append(host)
    turns = names[host].split(", then ")
    turn = turns[min(asked.count(host), len(turns)) - 1]
    return [(socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in turn.split()]
def connect(address, *more, **named):
    return real_connect(("127.0.0.1", port) if address == ("8.8.8.8", 80) else address, *more, **named)
def watch(event, arguments):
    if event == "socket.connect" and not isinstance(arguments[1], (str, bytes)) and arguments[1] != ("127.0.0.1", port):
        with open(noted, "a") as file:
            file.write(repr(arguments[1]) + "\\n")
        raise ConnectionRefusedError
socket.getaddrinfo, socket.create_connection = lookup, connect
sys.addaudithook(watch)
"""
_PLACES = (
    "http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/", "http://10.0.0.3/",
    "http://169.254.169.254/latest/meta-data/",
    *(f"http://{name}/" for name in _NAMES if name[:6] not in ("public", "moves.")),
)  # fmt: skip


@pytest.fixture
def server() -> Iterator[Pages]:
    with serving() as running:
        yield running


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening
        with pytest.raises(BlockingIOError):
            listening.accept()


def _asked(folder: Path, server: Pages, readme: str) -> list[str]:
    """Audit a README with links on; return to which places but the public one it led."""
    noted = folder / "noted"
    noted.write_bytes(b"")
    (folder / "site").mkdir()
    fence = _FENCE.format(names=_NAMES, noted=str(noted), port=server.server_port)
    (folder / "site/sitecustomize.py").write_text(fence, encoding="utf-8")
    text = f"# Churn\n\nWhy customers leave: [app](app.py).\n\n{readme}"
    working_tree(folder / "churn", {"README.md": text, "app.py": "import streamlit\n"})
    done = audit("--no-cache", "-f", "json", "churn", folder=folder, extra={"PYTHONPATH": str(folder / "site")})
    assert done.status == 0, done.said
    return noted.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("words", ["Live demo", "a paper"])
def test_a_link_to_what_is_not_public_is_not_followed(tmp_path: Path, server: Pages, words: str) -> None:
    links = "".join(f"[{words}]({place}page)\n" for place in ("http://public.churnwatch.io/missing?", *_PLACES))
    noted = _asked(tmp_path, server, links)
    assert (noted, {asked.partition(" ")[2] for asked in server.asked}) == ([], {"/missing?page"})


def test_a_redirect_to_what_is_not_public_is_not_followed(tmp_path: Path, server: Pages) -> None:
    links = "".join(f"[a paper](http://public.churnwatch.io/to/{place})\n" for place in _PLACES)
    noted = _asked(tmp_path, server, links)
    assert (noted, "HEAD /to/http://loopback.churnwatch.io/" in server.asked) == ([], True), server.asked


def test_a_name_that_moves_to_this_machine_is_not_followed_there(tmp_path: Path, server: Pages) -> None:
    links = "".join(f"[Live demo](http://moves.churnwatch.io/{page})\n" for page in ("missing", "gone"))
    noted = _asked(tmp_path, server, links)
    assert (noted, server.asked[:1]) == ([], ["HEAD /missing"])


def test_no_address_that_git_or_lfs_would_use_is_asked(tmp_path: Path, canary: socket.socket) -> None:
    here = f"http://127.0.0.1:{canary.getsockname()[1]}/"
    remote = f'[remote "origin"]\n\turl = {here}\n\tpromisor = true\n\tpartialclonefilter = blob:none\n'
    config = f"{remote}[http]\n\tproxy = {here}\n[lfs]\n\turl = {here}\n[extensions]\n\tpartialClone = origin\n"
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 9\n"
    files = {
        "README.md": "# Churn\n",
        ".gitmodules": f'[submodule "kit"]\n\tpath = kit\n\turl = {here}kit.git\n',
        ".lfsconfig": f"[lfs]\n\turl = {here}\n[remote]\n\tpushdefault = {here}\n",
        "data.csv": pointer,
        ".gitattributes": "*.csv filter=lfs diff=lfs merge=lfs -text\n",
    }
    folder = working_tree(tmp_path / "churn", files)
    git(tmp_path, "init", "-q", "--bare", "partial.git")
    partial = tmp_path / "partial.git"
    kept = ("100644", "blob", blob(partial, b"# Churn\n"), b"README.md")
    commit_tree(
        partial, tree(partial, [kept, ("100644", "blob", "2" * 40, b"app.py"), ("040000", "tree", "3" * 40, b"src")])
    )
    for place in (folder / ".git", partial):
        with (place / "config").open("a", encoding="utf-8") as file:
            file.write(config)
        (place / "objects/info").mkdir(exist_ok=True)
        (place / "objects/info/http-alternates").write_text(here, encoding="utf-8")
    done = audit("--no-cache", "-f", "json", "churn", "partial.git", folder=tmp_path)
    assert done.status == 0, done.said
