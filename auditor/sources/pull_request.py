"""Keep one comment of ours on a pull request up to date: found by its mark, changed in place, never repeated."""

import json
from typing import Any
from urllib.parse import quote

from auditor.sources.client import Client
from auditor.sources.exchange import HostError, Reply

MARK = "<!-- portfolio-auditor -->"
_CREATED, _OK = 201, 200


def keep_comment(client: Client, repository: str, number: int, text: str) -> str:
    """Write or rewrite our comment and return its address. Raises HostError where the token may not."""
    body = f"{MARK}\n{text}"
    issue = f"/repos/{quote(repository)}/issues/{number}"
    ours = _ours(client, f"{issue}/comments")
    if ours is None:
        return _sent(client, "POST", f"{client.hosts.api}{issue}/comments", body, _CREATED)
    if ours.get("body") == body:
        return str(ours.get("html_url", ""))
    return _sent(
        client, "PATCH", f"{client.hosts.api}/repos/{quote(repository)}/issues/comments/{ours['id']}", body, _OK
    )


def _ours(client: Client, path: str) -> dict[str, Any] | None:
    """Find the comment that begins with our mark; a bot wrote it, so that nobody else's text is ever overwritten."""
    for page in client.pages(path, {"per_page": "100"}):
        for comment in page.data:
            author = comment.get("user") or {}
            if str(comment.get("body", "")).startswith(MARK) and author.get("type") == "Bot":
                return dict(comment)
    return None


def _sent(client: Client, method: str, address: str, body: str, expected: int) -> str:
    reply = client.exchange.ask(method, address, {}, {"body": body})
    if reply.status != expected:
        raise HostError(f"the comment could not be written: {_reason(reply)}", reply.status)
    return str(json.loads(reply.body).get("html_url", ""))


def _reason(reply: Reply) -> str:
    try:
        return f"{reply.status} {json.loads(reply.body).get('message', '')}".strip()
    except (ValueError, AttributeError):
        return str(reply.status)
