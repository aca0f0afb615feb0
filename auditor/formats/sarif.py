"""The report as SARIF 2.1.0, for code scanning and for whatever else reads it.

`render` has what a reader must act on: code scanning shows every result as an alert, whatever its `kind`, so results
that passed would bury the others and are left out. Every rule is described.
"""

import hashlib
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from auditor.compare import ChangeKind, Comparison
from auditor.formats import escape, gist, json, words
from auditor.model import Evidence, Finding, Report, RepositoryReport, RuleText, Status
from auditor.views.words import place

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_RESULTS, _RULES, _NAME = 5_000, 25_000, 255
_LOCATIONS = 10
_COMPRESSED = 10_000_000
"""Code scanning shows 5,000 results a run; it takes 1,000 locations a result, of which a reader wants few.

It refuses a run of more than 25,000 rules and a file that gzip leaves above 10 MB, and cuts a rule's name at 255
characters and its descriptions at 1,024.
"""

_KIND = {
    Status.MET: "pass",
    Status.PARTLY: "fail",
    Status.UNMET: "fail",
    Status.UNKNOWN: "open",
    Status.NOT_APPLICABLE: "notApplicable",
}
_HEAVY, _LIGHT = 3.0, 1.0
_WHOLE = "README.md"
"""Where a result without a place is shown: code scanning refuses results without a location."""


def render(report: Report, comparison: Comparison | None = None, template: Path | None = None) -> str:
    """Return what is not met or partly met, as SARIF that code scanning accepts."""
    del template
    found = [(name, finding) for name, finding in gist.all_findings(report) if finding.status in gist.OPEN]
    found.sort(key=lambda pair: (-pair[1].gain, -pair[1].weight, pair[0] or "", pair[1].rule))
    del found[_RESULTS:]
    while _too_large(text := _written(report, comparison, found)) and found:
        del found[len(found) // 2 :]
    return text


def _too_large(text: str) -> bool:
    """Tell what code scanning would refuse; the quickest compression leaves more than the one of the upload."""
    written = text.encode()
    return len(written) > _COMPRESSED and len(zlib.compress(written, 1)) > _COMPRESSED


def _written(report: Report, comparison: Comparison | None, found: list[tuple[str | None, Finding]]) -> str:
    rules = _rules(report, [finding for _, finding in found])
    places = {rule["id"]: place for place, rule in enumerate(rules)}
    bases = _bases(report)
    states = _states(comparison)
    run: dict[str, Any] = {
        "tool": {"driver": _driver(report, rules)},
        "automationDetails": {"id": f"portfolio-audit/{quote(escape.whole(report.candidate.name[:100]), safe='')}/"},
        "originalUriBaseIds": {base: _base(repository) for base, repository in bases.items()},
        "columnKind": "unicodeCodePoints",
        "results": [_result(name, f, places[f.rule], bases, states) for name, f in found],
        "properties": {"score": report.score, "grade": report.grade, "coverage": report.coverage},
    }
    origins = [_origin(base, repository) for base, repository in bases.items() if escape.link(repository.url)]
    if origins:
        run["versionControlProvenance"] = origins
    return json.encoded({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _driver(report: Report, rules: list[dict[str, Any]]) -> dict[str, Any]:
    book = report.tool.rulebook
    return {
        "name": report.tool.name,
        "version": report.tool.version,
        "semanticVersion": report.tool.version,
        "rules": rules,
        "properties": {"rulebook": book.name, "rulebookVersion": book.version, "rulebookDigest": book.digest},
    }


def _rules(report: Report, shown: list[Finding]) -> list[dict[str, Any]]:
    """Describe the rules of what is shown and of the catalogue; what has no words there, by a finding."""
    known = gist.rule_texts(report)
    used = {finding.rule: finding for _, finding in gist.all_findings(report)}
    names = list(dict.fromkeys([*(finding.rule for finding in shown), *sorted(known.keys() | used.keys())]))
    return [_rule(name, known.get(name), used.get(name)) for name in sorted(names[:_RULES])]


def _rule(identifier: str, text: RuleText | None, finding: Finding | None) -> dict[str, Any]:
    title = text.title if text else words.humane(identifier)
    why = text.why if text else title
    fix = text.fix if text else finding.fix if finding else ""
    criterion = text.criterion if text else finding.criterion if finding else ""
    weight = text.weight if text else finding.weight if finding else 0.0
    guide = f"\n\n_{escape.markdown(text.guide)}_" if text and text.guide else ""
    return {
        "id": identifier,
        "name": ("".join(map(str.capitalize, re.split(r"[^A-Za-z0-9]+", identifier))) or identifier)[:_NAME],
        "shortDescription": {"text": escape.line(title, 250)},
        "fullDescription": {"text": escape.line(why, 1000)},
        "help": {
            "text": escape.line(f"{why} {fix}", 2000),
            "markdown": f"**Why:** {escape.prose(why)}\n\n**How:** {escape.prose(fix)}{guide}",
        },
        "defaultConfiguration": {"level": _level(Status.UNMET, weight)},
        "properties": {
            "tags": [tag for tag in ("portfolio-audit", criterion) if tag],
            "precision": "high",
            "problem.severity": "warning" if weight >= _HEAVY else "recommendation",
            "weight": weight,
        },
    }


def _level(status: Status, weight: float) -> str:
    """Return `warning` for what weighs much and `note` for the rest; nothing in a portfolio is a build error."""
    if status not in gist.OPEN:
        return "none"
    return "warning" if status is Status.UNMET and weight > _LIGHT else "note"


def _result(
    name: str | None,
    finding: Finding,
    position: int,
    bases: Mapping[str, RepositoryReport],
    states: Mapping[tuple[str | None, str], str] | None,
) -> dict[str, Any]:
    base = next((key for key, repository in bases.items() if repository.name == name), None)
    said = f"{finding.summary} {finding.fix}" if finding.status in gist.OPEN else finding.summary
    where = f"{escape.line(name, 100)}: " if name and len(bases) > 1 else ""
    properties = {"status": finding.status.value, "gain": finding.gain, "effort": finding.effort.value}
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": position,
        "kind": _KIND[finding.status],
        "level": _level(finding.status, finding.weight),
        "message": {"text": f"{where}{escape.line(said, 900)}" or finding.rule},
        "locations": [_location(evidence, base) for evidence in finding.evidence[:_LOCATIONS]]
        or [_location(Evidence(_WHOLE), base)],
        "partialFingerprints": {"portfolioAuditFinding/v1": _fingerprint(name, finding)},
        "properties": properties if finding.score is None else {**properties, "score": finding.score},
    }
    if states is not None:
        result["baselineState"] = states.get((name, finding.rule)) or states.get((name, ""), "unchanged")
    return result


def _fingerprint(name: str | None, finding: Finding) -> str:
    """Return what stays the same when lines move: a rule has one finding in a repository."""
    return hashlib.sha256(f"{escape.whole(name or '')}\0{escape.whole(finding.rule)}".encode()).hexdigest()


def _location(evidence: Evidence, base: str | None) -> dict[str, Any]:
    artifact: dict[str, Any] = {"uri": _path(evidence.path)}
    if base:
        artifact["uriBaseId"] = base
    region: dict[str, Any] = {"startLine": max(evidence.line or 1, 1)} if evidence.cell is None else {"startLine": 1}
    if evidence.cell is None and evidence.line and evidence.end_line and evidence.end_line >= evidence.line:
        region["endLine"] = evidence.end_line
    if evidence.excerpt:
        region["snippet"] = {"text": escape.line(evidence.excerpt, 200)}
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": artifact, "region": region}}
    if evidence.cell is not None:
        location["message"] = {"text": escape.line(place(evidence), 300)}
    return location


def _path(path: str) -> str:
    """Return a relative address that stays within its repository, whatever the path says."""
    parts = [part for part in re.split(r"[/\\]+", escape.whole(path)) if part not in ("", ".", "..")]
    return quote("/".join(parts), safe="/") or _WHOLE


def _bases(report: Report) -> dict[str, RepositoryReport]:
    """Return a base for each repository; a single one is the root of the sources, where code scanning looks."""
    done = gist.audited(report)
    return {"%SRCROOT%" if len(done) == 1 else f"REPOSITORY{place}": r for place, r in enumerate(done, start=1)}


def _base(repository: RepositoryReport) -> dict[str, Any]:
    """Say which repository the paths belong to; code scanning would hold an address against its checkout."""
    return {"description": {"text": f"The repository {escape.line(repository.name, 200)}"}}


def _origin(base: str, repository: RepositoryReport) -> dict[str, Any]:
    origin: dict[str, Any] = {"repositoryUri": escape.link(repository.url), "mappedTo": {"uriBaseId": base}}
    if repository.commit:
        origin["revisionId"] = escape.line(repository.commit, 100)
    return origin


def _states(comparison: Comparison | None) -> Mapping[tuple[str | None, str], str] | None:
    if comparison is None:
        return None
    state = {ChangeKind.NEW: "new", ChangeKind.UNCLEAR: "new"}
    added: dict[tuple[str | None, str], str] = {(name, ""): "new" for name in comparison.repositories_added}
    return added | {(c.repository, c.rule): state.get(c.kind, "updated") for c in comparison.changes}
