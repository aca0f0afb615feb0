"""Ask a GitHub for a REST address or a GraphQL document and get data or a reason. Waits and retries; lists nothing."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from auditor.sources.answers import Answers, Stored
from auditor.sources.exchange import PASSING, Exchange, HostError, Reply
from auditor.sources.hosts import Hosts
from auditor.sources.patience import Patience, retry_after, spoken

_SECONDARY_SECONDS = 60.0
_OK, _NOT_MODIFIED, _UNAUTHORISED, _LEGAL, _SERVER_FAULT = 200, 304, 401, 451, 500
_LIMITED = (403, 429)


class RateLimitedError(HostError):
    """The host's rate limit lasts longer than the user will wait."""


class RefusedTokenError(HostError):
    """The host does not accept the token."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `data` is the decoded JSON; `errors` are GraphQL's, beside which `data` may be partial."""

    data: Any
    headers: Mapping[str, str]
    errors: tuple[Mapping[str, Any], ...] = ()


@dataclass(slots=True)
class Client:
    """One GitHub, asked politely."""

    hosts: Hosts
    token: str | None
    patience: Patience
    answers: Answers = field(default_factory=lambda: Answers(None))
    exchange: Exchange = field(init=False)

    def __post_init__(self) -> None:
        self.exchange = Exchange(self.hosts, self.token)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Read a REST address, from memory where the host says that it has not changed. Raises HostError."""
        address = path if "://" in path else f"{self.hosts.api}{quote(path)}"
        if query:
            address += f"?{urlencode(sorted(query.items()))}"
        known = self.answers.recall(address)
        reply, data = self._patiently("GET", address, {"If-None-Match": known.etag} if known else {})
        if reply.status == _NOT_MODIFIED and known:
            return Answer(json.loads(known.body), {"link": known.link})
        if reply.status != _OK:
            raise self._failure(reply, address)
        if etag := reply.headers.get("etag"):
            self.answers.keep(Stored(address, etag, reply.body, reply.headers.get("link", "")))
        return Answer(data, reply.headers)

    def pages(self, path: str, query: Mapping[str, str]) -> Iterator[Answer]:
        """Read a REST list page by page, following the host's own links."""
        answer = self.get(path, query)
        yield answer
        while following := _next_page(answer.headers.get("link", "")):
            answer = self.get(urljoin(f"{self.hosts.api}/", following))
            yield answer

    def query(self, document: str, variables: Mapping[str, Any]) -> Answer:
        """Ask GraphQL; what did arrive is returned beside the errors. Raises HostError when nothing did.

        Limits are sat out, faults are not: asking again for less is the caller's choice.
        """
        asked = {"query": document, "variables": dict(variables)}
        reply, answer = self._patiently("POST", self.hosts.graphql, {}, asked, retry=False)
        if reply.status != _OK:
            raise self._failure(reply, self.hosts.graphql)
        errors = graphql_errors(answer)
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), dict):
            said = "; ".join(dict.fromkeys(str(error.get("message", "")) for error in errors))
            raise HostError(f"{self.hosts.name}: {said or 'GraphQL gave no data'}", reply.status)
        return Answer(answer["data"], reply.headers, errors)

    def _patiently(
        self, method: str, address: str, headers: Mapping[str, str], asked: object = None, *, retry: bool = True
    ) -> tuple[Reply, Any]:
        """Ask until there is an answer that waiting would not change."""
        limited = attempt = 0
        while True:
            try:
                reply = self.exchange.ask(method, address, headers, asked)
                data = _decoded(reply, self.hosts.name)
            except HostError as problem:
                attempt += 1
                if not retry or problem.status != PASSING or not self.patience.back_off(attempt, str(problem)):
                    raise
                continue
            pause = _pause(reply, data, self.patience.now())
            if pause is not None:
                self._sit_out(max(pause, _SECONDARY_SECONDS * (2**limited - 1)), reply.status)
                limited += 1
                continue
            attempt += 1
            if not retry or reply.status < _SERVER_FAULT or not self._worth_another(attempt, reply):
                return reply, data

    def _worth_another(self, attempt: int, reply: Reply) -> bool:
        least = retry_after(reply.headers.get("retry-after"), self.patience.now()) or 0.0
        return self.patience.back_off(attempt, f"{self.hosts.name} answered {reply.status}", least)

    def _sit_out(self, pause: float, status: int) -> None:
        if self.patience.wait(pause, f"Rate limit of {self.hosts.name} reached"):
            return
        hint = "" if self.token else "; with a token (GITHUB_TOKEN) it is 5,000 requests an hour instead of 60"
        raise RateLimitedError(
            f"the rate limit of {self.hosts.name} is used up until {self.patience.at(pause)} (in {spoken(pause)}), "
            f"longer than --max-wait allows; started again then, the audit continues where it was{hint}",
            status,
        )

    def _failure(self, reply: Reply, address: str) -> HostError:
        """Put a status into a sentence that says what to do."""
        host, path, said = self.hosts.name, urlsplit(address).path, _message(reply.body)
        if reply.status == _UNAUTHORISED:
            return RefusedTokenError(
                f"{host} does not accept the token ({said or 'Bad credentials'}): it is mistyped, expired or "
                "withdrawn; renew it, or unset GITHUB_TOKEN and GH_TOKEN (`gh auth logout`) to go on without one",
                reply.status,
            )
        if "x-github-sso" in reply.headers:
            return HostError(f"{host}: authorise the token for this organisation's single sign-on", reply.status)
        if reply.status == _LEGAL:
            return HostError(f"{host} has blocked {path} for legal reasons (451)", reply.status)
        if reason := _field(reply.body, "block", "reason"):
            return HostError(f"{host} has blocked {path} ({reason})", reply.status)
        return HostError(f"{host} answered {reply.status} for {path}" + (f": {said}" if said else ""), reply.status)


def _next_page(link: str) -> str | None:
    """Return where a Link header leads, whatever the order and quotes of what it says besides."""
    from requests.utils import parse_header_links  # noqa: PLC0415 - slow to import

    said = parse_header_links(link) if link else []
    return next((each["url"] for each in said if "next" in each.get("rel", "").lower().split()), None)


def graphql_errors(answer: object) -> tuple[Mapping[str, Any], ...]:
    """Return the errors of a GraphQL answer, each a mapping."""
    found = answer.get("errors") if isinstance(answer, dict) else None
    return tuple(error for error in found or () if isinstance(error, dict))


def _pause(reply: Reply, data: object, now: float) -> float | None:
    """Return how long a rate limit asks us to wait; None where the answer is not about one."""
    said = " ".join(str(error.get("message", "")) for error in graphql_errors(data)) or _message(reply.body)
    named = any(str(error.get("type", "")).startswith("RATE_LIMIT") for error in graphql_errors(data))
    blamed = named or "rate limit" in said.lower() or "abuse detection" in said.lower()
    if reply.status not in _LIMITED and not (reply.status == _OK and graphql_errors(data) and blamed):
        return None
    asked = retry_after(reply.headers.get("retry-after"), now)
    if asked is not None:
        return asked
    reset = reply.headers.get("x-ratelimit-reset", "")
    if reply.headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        return max(float(reset) - now, 0.0) + 1
    return _SECONDARY_SECONDS if blamed or reply.status == _LIMITED[1] else None


def _decoded(reply: Reply, host: str) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return the JSON of a good answer, None beside any other status."""
    if reply.status != _OK:
        return None
    try:
        return json.loads(reply.body)
    except ValueError:
        if reply.body.lstrip()[:1] == "<":
            raise HostError(f"{host} answered with a web page: a proxy or a sign-in page is in between") from None
        raise HostError(f"{host} sent an answer that is cut off or not JSON", PASSING) from None


def _message(body: str) -> str:
    return _field(body, "message")


def _field(body: str, *names: str) -> str:
    """Return a text that stands in JSON under some names, "" where there is none."""
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""
