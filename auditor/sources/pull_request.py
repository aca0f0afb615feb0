"""Keep one comment of ours on a pull request up to date: found by its mark, changed in place, never repeated."""

import json
from typing import Any
from urllib.parse import quote

from auditor.sources.client import Client
from auditor.sources.exchange import HostError, Reply

_CREATED, _OK, _GONE = 201, 200, 204


def mark(use: str) -> str:
    """Return what our comment begins with, unseen: each use of the action in a pull request has a comment."""
    return f"<!-- portfolio-auditor {use} -->"


def keep_comment(client: Client, repository: str, number: int, use: str, text: str) -> str:
    """Write or rewrite the comment of a use and return its address. Raises HostError where the token may not."""
    body = f"{mark(use)}\n{text}"
    issues = f"/repos/{quote(repository)}/issues"
    listed = f"{issues}/{number}/comments"
    ours = _ours(client, listed, mark(use))
    if ours is None:
        made = _sent(client, "POST", f"{client.hosts.api}{listed}", body, _CREATED)
        ours = _ours(client, listed, mark(use)) or made
        if ours["id"] == made["id"]:
            return str(made.get("html_url", ""))
        # a parallel job's stays
        _ask(client, "DELETE", f"{client.hosts.api}{issues}/comments/{made['id']}", None, _GONE)
    if ours.get("body") != body:
        _sent(client, "PATCH", f"{client.hosts.api}{issues}/comments/{ours['id']}", body, _OK)
    return str(ours.get("html_url", ""))


def _ours(client: Client, path: str, begins: str) -> dict[str, Any] | None:
    """Find the comment that begins with our mark and that a bot or we ourselves wrote: nobody else's is overwritten."""
    people = []
    for page in client.pages(path, {"per_page": "100"}):
        for comment in page.data:
            if str(comment.get("body", "")).startswith(begins):
                if (comment.get("user") or {}).get("type") == "Bot":
                    return dict(comment)
                people.append(comment)
    own = _login(client) if people else None
    return next((dict(each) for each in people if own and (each.get("user") or {}).get("login") == own), None)


def _login(client: Client) -> str | None:
    """Return whose token this is; a workflow's own token is nobody's."""
    try:
        found = client.get("/user").data
    except HostError:
        return None
    return found.get("login") if isinstance(found, dict) else None


def _sent(client: Client, method: str, address: str, body: str, expected: int) -> dict[str, Any]:
    return dict(json.loads(_ask(client, method, address, {"body": body}, expected).body))


def _ask(client: Client, method: str, address: str, asked: object, expected: int) -> Reply:
    reply = client.exchange.ask(method, address, {}, asked)
    if reply.status != expected:
        raise HostError(f"the comment could not be written: {_reason(reply)}", reply.status)
    return reply


def _reason(reply: Reply) -> str:
    try:
        return f"{reply.status} {json.loads(reply.body).get('message', '')}".strip()
    except (ValueError, AttributeError):
        return str(reply.status)
