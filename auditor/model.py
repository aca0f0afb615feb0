"""The words of the product as values: verdict, finding, report. No reading, no judging, no wording.

The structs below `Report` are the JSON report of `reports/templates/report.schema.json`, name by name; the few
fields that only the pictures and the explanations need are listed in `NOT_IN_JSON`.
"""

from enum import StrEnum

import msgspec


class AuditorError(Exception):
    """What the user got wrong and what to do about it, in one sentence; `cli` prints it."""

    def __init__(self, message: str, *, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Status(StrEnum):
    """How a rule came out for one repository."""

    MET = "met"
    PARTLY = "partly"
    UNMET = "unmet"
    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How sure the verdict is: `high` needs no second look."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Effort(StrEnum):
    """The order of magnitude of the work that a fix takes."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


class ScreenVerdict(StrEnum):
    """Whether a gate of the technical screen would be passed."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    BORDERLINE = "borderline"
    FAIL = "fail"


class SkillStatus(StrEnum):
    """How far a skill is shown: in code, in a dependency list, in prose, nowhere."""

    DEMONSTRATED = "demonstrated"
    DECLARED = "declared"
    MENTIONED = "mentioned"
    ABSENT = "absent"


class Frozen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that leaves the program or goes from one process to another."""


class Evidence(msgspec.Struct, frozen=True):
    """Where a verdict can be seen. Lines count from 1, cells from 0 as Jupyter's own JSON does.

    For an absence `path` is the place that was looked at and `excerpt` says what was looked for.
    """

    path: str
    line: int | None = None
    end_line: int | None = None
    cell: int | None = None
    excerpt: str = ""
    url: str | None = None


class Verdict(msgspec.Struct, frozen=True):
    """A probe's answer. `score` is 0-1, None where there is nothing to score; `fix` replaces the rule's own words."""

    status: Status
    summary: str
    evidence: tuple[Evidence, ...] = ()
    score: float | None = None
    confidence: Confidence = Confidence.HIGH
    fix: str | None = None


def met(summary: str, *evidence: Evidence, confidence: Confidence = Confidence.HIGH) -> Verdict:
    """Answer yes."""
    return Verdict(Status.MET, summary, evidence, 1.0, confidence)


def partly(
    summary: str,
    *evidence: Evidence,
    score: float = 0.5,
    confidence: Confidence = Confidence.HIGH,
    fix: str | None = None,
) -> Verdict:
    """Answer partly; `score` is clamped between 0.05 and 0.95 so that partly never equals met or unmet."""
    return Verdict(Status.PARTLY, summary, evidence, min(max(score, 0.05), 0.95), confidence, fix)


def unmet(
    summary: str, *evidence: Evidence, confidence: Confidence = Confidence.HIGH, fix: str | None = None
) -> Verdict:
    """Answer no."""
    return Verdict(Status.UNMET, summary, evidence, 0.0, confidence, fix)


def not_applicable(summary: str, *evidence: Evidence) -> Verdict:
    """Say that the question does not arise here."""
    return Verdict(Status.NOT_APPLICABLE, summary, evidence)


def unknown(summary: str, *evidence: Evidence) -> Verdict:
    """Say that the question could not be answered, and why."""
    return Verdict(Status.UNKNOWN, summary, evidence)


class RuleText(Frozen, frozen=True):
    """What a report says about a rule beside its findings."""

    id: str
    title: str
    criterion: str
    weight: float
    guide: str
    why: str
    fix: str
    effort: Effort


class Finding(Frozen, frozen=True):
    """A rule with its verdict. `gain`: points that the portfolio's score would rise if this alone became met."""

    rule: str
    criterion: str
    status: Status
    score: float | None
    weight: float
    confidence: Confidence
    summary: str
    evidence: tuple[Evidence, ...]
    fix: str
    effort: Effort
    gain: float = 0.0


class CriterionScore(Frozen, frozen=True):
    """A criterion of one repository; `score` is 0-100, None where nothing of it could be assessed."""

    id: str
    title: str
    score: float | None
    weight: float


class RepositoryStatus(StrEnum):
    """What became of a repository in this run."""

    AUDITED = "audited"
    SKIPPED = "skipped"
    FAILED = "failed"


class RepositoryReport(Frozen, frozen=True):
    """One repository's part of the report; `months` maps "2026-03" to commits (for the activity picture).

    `caps` are the rules that keep the score from rising above so many points until they are met.
    """

    name: str
    url: str | None
    commit: str | None
    kind: str | None
    status: RepositoryStatus
    reason: str | None = None
    score: float | None = None
    grade: str | None = None
    coverage: float = 0.0
    criteria: tuple[CriterionScore, ...] = ()
    findings: tuple[Finding, ...] = ()
    months: tuple[tuple[str, int], ...] = ()
    description: str | None = None
    caps: tuple[tuple[str, float], ...] = ()


class Gate(Frozen, frozen=True):
    """One reason for rejection, judged; `verdict` is None where nothing could be assessed.

    `criteria` are the ids of the criteria that it rests on, which the pictures mark.
    """

    id: str
    verdict: ScreenVerdict | None
    summary: str
    title: str = ""
    criteria: tuple[str, ...] = ()


class Screen(Frozen, frozen=True):
    """The technical screen: the guide's three reasons for rejection."""

    verdict: ScreenVerdict | None
    gates: tuple[Gate, ...]


class Skill(Frozen, frozen=True):
    """One skill of the ledger; `claimed` is None where no claims were given to check."""

    id: str
    area: str
    status: SkillStatus
    claimed: bool | None
    evidence: tuple[Evidence, ...] = ()
    title: str = ""


class FixFirst(Frozen, frozen=True):
    """One step of the plan; `score_after` is the portfolio's score with this and all earlier steps done."""

    rule: str
    repository: str | None
    gain: float
    effort: Effort
    score_after: float


class Problem(Frozen, frozen=True):
    """Something of ours, or of the network's, that kept a part from being assessed; at stage "note", a mere remark."""

    repository: str | None
    stage: str
    message: str


class RulebookName(Frozen, frozen=True):
    """Which guide judged; `digest` is the SHA-256 of its tables, so that two reports can be compared."""

    name: str
    version: str
    digest: str


class Tool(Frozen, frozen=True):
    """Which program judged."""

    name: str
    version: str
    rulebook: RulebookName


class Candidate(Frozen, frozen=True):
    """Who was audited."""

    name: str
    login: str | None = None
    url: str | None = None


class Report(Frozen, frozen=True):
    """One candidate's scorecard."""

    schema_version: int
    tool: Tool
    generated_at: str
    candidate: Candidate
    score: float | None
    grade: str | None
    coverage: float
    screen: Screen
    repositories: tuple[RepositoryReport, ...]
    findings: tuple[Finding, ...]
    skills: tuple[Skill, ...]
    fix_first: tuple[FixFirst, ...]
    problems: tuple[Problem, ...]
    catalogue: tuple[RuleText, ...] = ()
    criteria: tuple[CriterionScore, ...] = ()


NOT_IN_JSON = {
    Report: ("catalogue", "criteria"),
    RepositoryReport: ("months", "description", "caps"),
    Gate: ("title", "criteria"),
    Skill: ("title",),
}
"""Fields that formats may use but that the published JSON contract does not have."""
