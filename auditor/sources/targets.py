"""Turn what the user typed into candidates and their repositories, with what was left out and why."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from auditor.model import AuditorError
from auditor.repository import LeftOut, Origin, Target
from auditor.sources import local, names
from auditor.sources.answers import Answers
from auditor.sources.hosts import Hosts
from auditor.sources.names import Address, Login, Named
from auditor.sources.patience import Patience
from auditor.sources.selection import Selection, choose

if TYPE_CHECKING:
    from auditor.sources.client import Client

Meant = Login | Named | Address | Path


@dataclass(slots=True)
class _Reader:
    """What all targets of one run share."""

    selection: Selection
    token: str | None
    hosts: Hosts
    patience: Patience
    answers: Answers
    clients: dict[Hosts, "Client"] = field(default_factory=dict)

    def client(self, hosts: Hosts) -> "Client":
        """Return the one client of a host; the token is for the configured host only."""
        from auditor.sources.client import Client  # noqa: PLC0415 - a folder needs no GitHub

        token = self.token if hosts == self.hosts else None
        return self.clients.setdefault(hosts, Client(hosts, token, self.patience, self.answers))


@dataclass(slots=True)
class _Portfolio:
    """Repositories that were named together."""

    origins: list[Origin] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    owners: list[str | None] = field(default_factory=list)


def resolve(
    texts: Sequence[str],
    selection: Selection,
    *,
    token: str | None,
    hosts: Hosts,
    offline: bool,
    report: Callable[[str], None],
    patience: Patience | None = None,
    cache: Path | None = None,
) -> tuple[Target, ...]:
    """Return one target for each account and each folder of repositories, and one for all that were named singly.

    With a candidate's name in the selection everything local or named singly becomes one portfolio. A target that
    cannot be had is told as a problem beside others; alone, it raises AuditorError.
    """
    meant = [_meant(text, selection, hosts, token=token, offline=offline) for text in dict.fromkeys(texts)]
    if not meant:
        raise AuditorError("Nothing was named; name a GitHub login, owner/repository, an address or a folder.")
    reader = _Reader(selection, token, hosts, patience or Patience(report), Answers.of(cache))
    targets: list[Target] = []
    failures: list[AuditorError] = []
    portfolio = _Portfolio()
    try:
        for each in meant:
            try:
                targets.extend(_read(each, reader, portfolio))
            except AuditorError as failure:
                if failure.exit_code == 2:  # noqa: PLR2004 - wrong usage is told at once
                    raise
                failures.append(failure)
                _note_failure(each, failure, targets, portfolio)
    finally:
        for client in reader.clients.values():
            client.exchange.close()
    if len(failures) == len(meant):
        raise failures[0] if len(failures) == 1 else AuditorError("\n".join(map(str, failures)), exit_code=3)
    return tuple(map(_legible, (*targets, *_together(portfolio, selection))))


def _legible(target: Target) -> Target:
    return msgspec.structs.replace(
        target,
        name=local.legible(target.name),
        repositories=tuple(msgspec.structs.replace(o, name=local.legible(o.name)) for o in target.repositories),
        problems=tuple(map(local.legible, target.problems)),
    )


def _meant(text: str, selection: Selection, hosts: Hosts, *, token: str | None, offline: bool) -> Meant:
    """Understand one text; what exists on disk wins over a login of the same name."""
    path = local.path_of(text.strip() if "://" in text else text)
    if path is not None:
        return path
    meant = names.understand(text.strip(), hosts)
    if offline:
        near = local.nearest(Path(text)) if isinstance(meant, Login | Named) else None
        raise AuditorError(
            f"--offline reads this machine only, and there is no folder {text}" + (f"; {near}?" if near else ".")
        )
    if isinstance(meant, Login) and not token:
        for wish, option in ((selection.pinned, "--pinned"), (selection.include_private, "--include-private")):
            if wish:
                raise AuditorError(f"{option} needs a token: set GITHUB_TOKEN, or sign in with `gh auth login`.")
    return meant


def _read(meant: Meant, reader: _Reader, portfolio: _Portfolio) -> Iterable[Target]:
    match meant:
        case Login():
            return (_account(meant, reader),)
        case Path():
            return _local(meant, reader.selection, portfolio)
        case Named():
            _named(meant, reader, portfolio)
        case Address():
            origin = Origin(name=meant.name, location=meant.clone_url, remote=True, url=meant.web)
            _add(portfolio, origin, None)
    return ()


def _account(meant: Login, reader: _Reader) -> Target:
    from auditor.sources import github  # noqa: PLC0415 - a folder needs no GitHub

    client, selection = reader.client(meant.hosts), reader.selection
    try:
        found = github.account(client, meant.login, private=selection.include_private)
    except AuditorError as failure:
        near = local.nearest(Path(meant.login))
        if near is None or "no user" not in str(failure):
            raise
        raise AuditorError(f"{failure} Or did you mean the folder {near}?", exit_code=failure.exit_code) from None
    read, left_out = choose(found, selection)
    profile = found.profile
    return Target(
        name=selection.candidate or profile.login,
        login=profile.login,
        url=profile.url,
        whole=True,
        profile=profile,
        repositories=tuple(github.origin(client, hosted) for hosted in read),
        left_out=left_out,
        problems=found.problems,
    )


def _local(path: Path, selection: Selection, portfolio: _Portfolio) -> Iterable[Target]:
    origins, left_out = local.repositories(path, selection)
    if selection.candidate is None and Path(origins[0].location if origins else path) != path.resolve():
        return (Target(name=path.resolve().name, repositories=origins, left_out=left_out),)
    for origin in origins:
        _add(portfolio, origin, None)
    portfolio.left_out.extend(left_out)
    return ()


def _named(meant: Named, reader: _Reader, portfolio: _Portfolio) -> None:
    from auditor.sources import github  # noqa: PLC0415 - a folder needs no GitHub
    from auditor.sources.client import RateLimitedError  # noqa: PLC0415 - the same

    client = reader.client(meant.hosts)
    owner, _, name = meant.full_name.partition("/")
    address = meant.clone_url or f"{meant.hosts.server}/{meant.full_name}.git"
    bare = Origin(name=name, location=address, remote=True, url=f"{meant.hosts.server}/{meant.full_name}")
    try:
        origin = github.origin(client, github.repository(client, meant.full_name))
        if meant.clone_url:
            origin = msgspec.structs.replace(origin, location=meant.clone_url)
    except RateLimitedError as limit:
        portfolio.problems.append(f"what {meant.hosts.name} says of {meant.full_name} could not be read: {limit}")
        origin = bare
    except AuditorError:
        if meant.clone_url is None:
            raise
        origin = bare  # an ssh key may open what the API does not show
    _add(portfolio, origin, owner)


def _add(portfolio: _Portfolio, origin: Origin, owner: str | None) -> None:
    if all(origin.location != known.location for known in portfolio.origins):
        portfolio.origins.append(origin)
        portfolio.owners.append(owner)


def _note_failure(meant: Meant, failure: AuditorError, targets: list[Target], portfolio: _Portfolio) -> None:
    """Keep a target that could not be had in the report of the others."""
    match meant:
        case Login():
            targets.append(Target(name=meant.login, login=meant.login, whole=True, problems=(str(failure),)))
        case Named():
            page = f"{meant.hosts.server}/{meant.full_name}"
            portfolio.left_out.append(LeftOut(meant.full_name, str(failure), page))
        case _:
            portfolio.problems.append(str(failure))


def _together(portfolio: _Portfolio, selection: Selection) -> tuple[Target, ...]:
    """Make one target of the repositories that were named together, with names that tell them apart."""
    if not (portfolio.origins or portfolio.left_out or portfolio.problems):
        return ()
    owners = set(portfolio.owners)
    owner = portfolio.owners[0] if len(owners) == 1 else None
    name = selection.candidate or _portfolio_name(portfolio.origins, owner)
    target = Target(
        name=name,
        login=owner,
        repositories=_told_apart(portfolio.origins),
        left_out=tuple(portfolio.left_out),
        problems=tuple(portfolio.problems),
    )
    return (target,)


def _portfolio_name(origins: Sequence[Origin], owner: str | None) -> str:
    if len(origins) == 1:
        return origins[0].name
    if owner:
        return owner
    folders = {str(Path(origin.location).parent) for origin in origins if not origin.remote}
    alone = len(folders) == 1 and not any(origin.remote for origin in origins)
    return Path(folders.pop()).name or "portfolio" if alone else "portfolio"


def _told_apart(origins: Sequence[Origin]) -> tuple[Origin, ...]:
    """Give repositories of the same name their owner's or folder's name too, and a number where that is not enough."""
    seen = Counter(origin.name.lower() for origin in origins)
    longer = [_longer_name(origin) if seen[origin.name.lower()] > 1 else origin.name for origin in origins]
    given: Counter[str] = Counter()
    told = []
    for origin, name in zip(origins, longer, strict=True):
        given[name.lower()] += 1
        count = given[name.lower()]
        told.append(msgspec.structs.replace(origin, name=name if count == 1 else f"{name} ({count})"))
    return tuple(told)


def _longer_name(origin: Origin) -> str:
    parts = [part for part in origin.location.replace(":", "/").split("/") if part]
    return "/".join([*parts[-2:-1], origin.name])
