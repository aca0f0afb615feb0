"""The guide as data, and its rules bound to their probes. No judging, no words of its own.

A rulebook is a folder of TOML: `rulebook.toml` (name, version, criteria, grades, gates) and further files whose tables
are rules. `data/*.toml` are tables that a rule's parameters may name as "data:<file>".
"""

import difflib
import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import msgspec

from auditor import resources
from auditor.binding import Binding, bind, converted
from auditor.model import AuditorError, Effort, RulebookName, RuleText, Verdict
from auditor.views.reading import ViewOf


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A probe with words, parameters and a weight.

    `absent`: what it means when a view has nothing; `looks`: what was looked for then ("a README", "notebooks").
    """

    title: str
    probe: str
    weight: float
    guide: str
    why: str
    fix: str
    effort: Effort
    absent: Literal["unmet", "not-applicable"] = "not-applicable"
    looks: str = ""
    parameters: dict[str, Any] = msgspec.field(default_factory=dict, name="with")

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise ValueError("`weight` is 0 or more")


class Bound(msgspec.Struct, frozen=True, dict=True):
    """A rule with its place in a rulebook. Its probe is imported when it is first needed: most processes need few."""

    id: str
    criterion: str
    rule: Rule
    data: Mapping[str, Any]

    @cached_property
    def binding(self) -> Binding:
        """Return the probe with all that it is asked with. Raises AuditorError where they do not fit."""
        return bind(self.id, self.rule.probe, self.rule.parameters, self.data)

    @property
    def probe(self) -> Callable[..., Verdict]:
        """Return the function that answers."""
        return self.binding.probe

    @property
    def views(self) -> tuple[ViewOf[object, Any], ...]:
        """Return the views that the probe wants."""
        return self.binding.views

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Return what the probe is asked with besides, data tables included."""
        return self.binding.parameters

    @property
    def text(self) -> RuleText:
        """Return what a report says about the rule."""
        r = self.rule
        return RuleText(
            id=self.id,
            title=r.title,
            criterion=self.criterion,
            weight=r.weight,
            guide=r.guide,
            why=r.why,
            fix=r.fix,
            effort=r.effort,
        )


class Criterion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group of rules whose ids begin with its id. `portfolio` criteria judge the candidate, not one repository."""

    title: str
    weight: float
    why: str = ""
    portfolio: bool = False


class Grade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A letter and the score (0-100) that it begins at."""

    letter: str
    at: float


class Cap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gate on a repository's score: when the rule is unmet, the score is at most `at`."""

    rule: str
    at: float


class GateRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reason for rejection: which portfolio rule decides it, and which findings it names."""

    title: str
    rule: str


class Scoring(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How repositories make a portfolio: see `score.portfolio`. Shares are 0-1, scores 0-100."""

    best: float = 0.6
    worth_showing: float = 50.0
    portfolio_share: float = 0.2


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`rulebook.toml`."""

    name: str
    version: str
    criteria: dict[str, Criterion]
    grades: tuple[Grade, ...]
    caps: tuple[Cap, ...] = ()
    gates: Mapping[str, GateRule] = msgspec.field(default_factory=dict)
    scoring: Scoring = Scoring()
    roles: Mapping[str, dict[str, float]] = msgspec.field(default_factory=dict)


class Rulebook(msgspec.Struct, frozen=True):
    """A loaded and bound rulebook; rules are in the order of the criteria, then of the files."""

    header: Header
    rules: tuple[Bound, ...]
    data: Mapping[str, Any]
    digest: str

    @property
    def name(self) -> RulebookName:
        """Return the identity that a report shows."""
        return RulebookName(name=self.header.name, version=self.header.version, digest=self.digest)

    def of(self, *, portfolio: bool) -> tuple[Bound, ...]:
        """Return the rules for repositories, or those for the portfolio."""
        return tuple(rule for rule in self.rules if self.header.criteria[rule.criterion].portfolio is portfolio)


def load(folder: Path | None = None, *, role: str | None = None) -> Rulebook:
    """Read the built-in rulebook, extended by `folder` if given.

    Raises AuditorError, naming file and rule, for anything that does not fit. Every rule is bound at once where some
    are the user's; that the built-in ones fit is what the tests hold.
    """
    tables = _tables(resources.folder("rules"))
    own = _tables(folder) if folder is not None else {}
    _merge(tables, own)
    digest = hashlib.sha256(repr((sorted(tables.items(), key=str), role)).encode()).hexdigest()
    data = {name.removeprefix("data/"): table for name, table in tables.items() if name.startswith("data/")}
    header = converted(tables.get("rulebook", {}), Header, "rulebook.toml")
    weights = _role_weights(header, role)
    rules: dict[str, Any] = {}
    for file, table in tables.items():
        if file != "rulebook" and not file.startswith("data/"):
            _merge(rules, table)
    files = {rule: f"{folder}/{file}.toml" for file, table in own.items() for rule in table}
    bound = []
    for name, rule in rules.items():
        with _told_of(files.get(name)):
            bound.append(_ranked(name, rule, header, data, weights))
    for each in bound if folder is not None else ():
        with _told_of(files.get(each.id)):
            _ = each.binding  # raises where it does not fit
    order = list(header.criteria)
    return Rulebook(header, tuple(sorted(bound, key=lambda b: order.index(b.criterion))), data, digest)


def chosen(book: Rulebook, select: tuple[str, ...], ignore: tuple[str, ...]) -> Rulebook:
    """Keep the rules that are named (by id or criterion), all without names, less those to ignore.

    Raises AuditorError for a name that no rule has.
    """
    known = {rule.id for rule in book.rules} | set(book.header.criteria)
    for name in (*select, *ignore):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "--list-rules shows them."
            raise AuditorError(f"no rule or criterion {name!r}; {hint}")
    kept = tuple(
        rule
        for rule in book.rules
        if (not select or {rule.id, rule.criterion} & set(select)) and not {rule.id, rule.criterion} & set(ignore)
    )
    return msgspec.structs.replace(book, rules=kept)


@contextmanager
def _told_of(file: str | None) -> Iterator[None]:
    """Tell what does not fit with the file of the user's that it stands in, if it is one."""
    try:
        yield
    except AuditorError as error:
        if file is None:
            raise
        raise AuditorError(f"{file}: {error}") from None


def _ranked(name: str, table: object, header: Header, data: Mapping[str, Any], weights: Mapping[str, float]) -> Bound:
    rule = converted(table, Rule, f"rule {name}")
    if name in weights:
        rule = msgspec.structs.replace(rule, weight=weights[name])
    criterion = name.partition("-")[0]
    if criterion not in header.criteria:
        raise AuditorError(f"rule {name}: no criterion {criterion!r} in rulebook.toml; a rule's id begins with one")
    return Bound(name, criterion, rule, data)


def _tables(folder: Path) -> dict[str, dict[str, Any]]:
    files = sorted(folder.glob("*.toml")) + sorted(folder.glob("data/*.toml"))
    if not files:
        raise AuditorError(f"no rulebook in {folder}: it needs at least one .toml file")
    return {file.relative_to(folder).with_suffix("").as_posix(): _parsed(file) for file in files}


def _parsed(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise AuditorError(f"{file} is not readable as TOML: {error}") from None


def _merge(base: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _merge(base[key], value)
        else:
            base[key] = value


def _role_weights(header: Header, role: str | None) -> Mapping[str, float]:
    if role is None:
        return {}
    if role not in header.roles:
        raise AuditorError(f"no role {role!r}; there are {', '.join(sorted(header.roles)) or 'none'}")
    return header.roles[role]
