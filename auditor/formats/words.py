"""The words that all forms share: numbers with their unit, singular and plural, names of states. No markup."""

from collections.abc import Mapping
from datetime import UTC, datetime

from auditor.model import Confidence, Effort, RepositoryStatus, ScreenVerdict, SkillStatus, Status

STATUS: Mapping[Status, str] = {
    Status.UNMET: "Not met",
    Status.PARTLY: "Partly met",
    Status.MET: "Met",
    Status.UNKNOWN: "Not assessed",
    Status.NOT_APPLICABLE: "Does not apply",
}
SCREEN: Mapping[ScreenVerdict | None, str] = {
    ScreenVerdict.PASS: "Pass",
    ScreenVerdict.BORDERLINE: "Borderline",
    ScreenVerdict.FAIL: "Fail",
    None: "Not assessed",
}
SKILL: Mapping[SkillStatus, str] = {
    SkillStatus.DEMONSTRATED: "Demonstrated",
    SkillStatus.DECLARED: "Declared",
    SkillStatus.MENTIONED: "Mentioned",
    SkillStatus.ABSENT: "Not seen",
}
SKILL_GLOSS: Mapping[SkillStatus, str] = {
    SkillStatus.DEMONSTRATED: "used in code",
    SkillStatus.DECLARED: "only in a dependency list",
    SkillStatus.MENTIONED: "only in prose",
    SkillStatus.ABSENT: "nothing found",
}
CONFIDENCE: Mapping[Confidence, str] = {
    Confidence.HIGH: "",
    Confidence.MEDIUM: "fairly sure",
    Confidence.LOW: "worth a second look",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
EFFORT: Mapping[Effort, str] = {Effort.MINUTES: "minutes", Effort.HOURS: "hours", Effort.DAYS: "days"}
REPOSITORY: Mapping[RepositoryStatus, str] = {
    RepositoryStatus.AUDITED: "Audited",
    RepositoryStatus.SKIPPED: "Left out",
    RepositoryStatus.FAILED: "Could not be read",
}


def number(value: float) -> str:
    """Return the number with at most one decimal, and no `-0`."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def score(value: float | None) -> str:
    """Return a score out of 100 as a number, or say that there is none."""
    return "not assessed" if value is None else number(value)


def count(amount: int, singular: str, plural: str | None = None) -> str:
    """Return `1 file`, `2 files`, `3,000 files`."""
    return f"{amount:,} {singular if amount == 1 else plural or singular + 's'}"


def points(value: float) -> str:
    """Return a change of the score with its sign and unit."""
    if 0 < abs(value) < 0.05:  # noqa: PLR2004 - what one decimal cannot show
        return "under 0.1 points"
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    text = number(abs(value))
    return f"{sign}{text} {'point' if text == '1' else 'points'}"


def percent(share: float) -> str:
    """Return a share of 0-1 as whole per cent; only all is 100 and only nothing is 0."""
    whole = round(share * 100)
    if share < 1:
        whole = min(whole, 99)
    return f"{max(whole, 1) if share > 0 else 0} %"


def day(moment: str) -> str:
    """Return an ISO time as `24 November 2026`, or as it is where it is none."""
    try:
        when = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    when = when.astimezone(UTC) if when.tzinfo else when
    return f"{when.day} {when:%B %Y}"


def joined(parts: list[str], last: str = "and") -> str:
    """Return `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


def kind(name: str) -> str:
    """Return what a repository is, in words: `ml-project` → `ML project`; nothing for one of no kind."""
    if name == "other":
        return ""
    return humane(name).replace("Ml ", "ML ").replace("Genai ", "Generative AI ").replace("Llm ", "LLM ")


def humane(identifier: str) -> str:
    """Return an id as words, for want of a title: `readme-results` → `Readme results`."""
    return sentence(identifier.replace("-", " ").replace("_", " ").strip())


def sentence(text: str) -> str:
    """Return words that stand alone: `looked for tests` → `Looked for tests`; a name or a number stays as it is."""
    word = text.partition(" ")[0].rstrip(".,:;")
    return text if any(c.isdigit() or c in "._/" for c in word) else text[:1].upper() + text[1:]
