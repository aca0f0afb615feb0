"""Every portfolio rule gives each verdict that it can give, shows evidence, and says so where it can't tell."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from portfolios import ADA, book, finding, judged, portfolio_rules, project, skill

from auditor.model import Evidence, Finding, Status
from auditor.views.portfolio import Project

_STORY: dict[str, Any] = {f"readme_{part}": "met" for part in ("problem", "method", "results", "concise")}
_BUILT: dict[str, Any] = {
    "tests_present": "met",
    "typing_hints": "partly",
    "packaging_installable": "met",
    "code_modular": "met",
}
_SOUND: dict[str, Any] = {"code_modular": "met", "code_vectorised": "met", "tests_present": "met", "ml_metrics": "met"}
_YEAR = [f"2025-{month:02}" for month in range(6, 13)]
_AREAS = ("Python", "ML", "Deep learning", "GenAI", "Cloud", "Engineering")
_LEDGER = [skill(f"{area}{n}", area) for area in _AREAS for n in range(2)]
_ARTICLE = "https://medium.com/@ada/how-churn-was-predicted-0a1b2c3d4e5f"
_OTHERS = "https://medium.com/@somebody/how-trees-grow-0a1b2c3d4e5f"
_BLOG = "https://ada.substack.com"


class Example(NamedTuple):
    """A portfolio, the expected status, and a piece of the summary."""

    rule: str
    expect: str
    says: str
    ask: Callable[[str], Finding]


def _link(url: str, said: str = "more here") -> Project:
    return project("churn", outward=[Evidence("README.md", 4, excerpt=said, url=url)])


def _skilled(*areas: str, score: float = 80) -> Project:
    return project("churn", score, skills=[f"{area}{n}" for area in areas for n in range(2)])


def _claimed(*statuses: str, claimed: bool | None = True) -> Callable[[str], Finding]:
    ledger = [skill(f"skill{n}", status=status, claimed=claimed) for n, status in enumerate(statuses)]
    return lambda rule: judged(rule, project("churn"), skills=ledger)


_bare = msgspec.structs.replace(ADA, bio=None, readme=None, pinned=())
_untold = msgspec.structs.replace(ADA, readme=None, pinned=None)
_firm = msgspec.structs.replace(ADA, organisation=True)
_writer = msgspec.structs.replace(ADA, links=(_ARTICLE,))
_blogger = msgspec.structs.replace(ADA, blog=_BLOG)
_dead: dict[str, Any] = {"deploy_demo": "met", "deploy_alive": "unmet"}

_EXAMPLES = [
    Example(rule, expect, says, ask)
    for rule, cases in {
        "portfolio-best": [
            ("met", "a and b", lambda r: judged(r, project("a", **_STORY), project("b", 75, **_STORY))),
            ("partly", "README: b.", lambda r: judged(r, project("a", **_STORY), project("b", 60, **_STORY))),
            ("partly", "Closest in points and README: a.", lambda r: judged(r, project("a", 60, **_STORY))),
            ("partly", "exceptional: a.", lambda r: judged(r, project("a", **_STORY))),
            (
                "partly",
                "README: a and b.",
                lambda r: judged(r, project("a", 68, **_STORY), project("b", 68, **_STORY), project("c", 51, **_STORY)),
            ),
            ("unmet", "No project is exceptional yet", lambda r: judged(r, project("a", readme_results="unmet"))),
            ("unmet", "Nothing exceptional", lambda r: judged(r, project("a", 49, **_STORY))),
        ],
        "portfolio-weakest": [
            ("met", "lowest has 55", lambda r: judged(r, project("a"), project("b", 55))),
            ("partly", "improve c", lambda r: judged(r, project("a"), project("b"), project("c", 45))),
            ("partly", "hide c", lambda r: judged(r, project("a"), project("b"), project("c", content="a"))),
            ("unmet", "hide b", lambda r: judged(r, project("a"), project("b", 45, kind="course-work"))),
            ("unmet", "archive b", lambda r: judged(r, project("a"), project("b", 5, kind="empty"))),
            ("unmet", "archive b", lambda r: judged(r, project("a"), project("b", 20, days=900))),
            ("unmet", "improve a", lambda r: judged(r, project("a", 10))),
            ("met", "lowest has 80", lambda r: judged(r, project("a"), project("b", None))),
            ("unknown", "could be assessed", lambda r: judged(r, project("a", None))),
        ],
        "portfolio-deployed": [
            ("met", "Deployed: a", lambda r: judged(r, project("a", 20, deploy_demo="met", deploy_alive="met"))),
            ("met", "Deployed: a", lambda r: judged(r, project("a", deploy_demo="met", deploy_alive="unknown"))),
            ("partly", "deploy-alive is unmet", lambda r: judged(r, project("a", **_dead))),
            ("partly", "deploy-demo is partly", lambda r: judged(r, project("a", deploy_demo="partly"))),
            (
                "partly",
                "Ready to be deployed",
                lambda r: judged(r, project("a", deploy_demo="unmet", deploy_container="met", deploy_serving="partly")),
            ),
            ("unmet", "Nothing is deployed", lambda r: judged(r, project("a", deploy_demo="unmet"))),
            ("unmet", "Nothing", lambda r: judged(r, project("a", kind="docs-only", deploy_demo="met"))),
            ("unmet", "Nothing", lambda r: judged(r, *map(project, "abc"), project("d", 5, deploy_demo="unmet"))),
            ("unknown", "could not", lambda r: judged(r, project("a", deploy_demo="unknown"))),
            ("unknown", "could not", lambda r: judged(r, project("a"))),
        ],
        "portfolio-engineered": [
            ("met", "a is tested, typed", lambda r: judged(r, project("a", **_BUILT))),
            ("met", "a is tested", lambda r: judged(r, project("a", **_BUILT), alone=True)),
            ("partly", "not fully tested", lambda r: judged(r, project("a", **_BUILT | {"tests_present": "partly"}))),
            ("unmet", "the closest, a", lambda r: judged(r, project("a", code_modular="met"))),
            ("unmet", "worth showing", lambda r: judged(r, project("a", 40, **_BUILT))),
            ("unknown", "could not", lambda r: judged(r, project("a", code_modular="met", tests_present="unknown"))),
        ],
        "portfolio-fundamentals": [
            ("met", "Fundamentals show", lambda r: judged(r, project("a", 20, **_SOUND))),
            ("partly", "tests", lambda r: judged(r, project("a", **_SOUND | {"tests_present": "unmet"}))),
            ("unmet", "Not yet well shown", lambda r: judged(r, project("a", code_modular="unmet"))),
            ("unmet", "no code", lambda r: judged(r, project("a", tests_present="not-applicable"))),
            ("unknown", "No code could be read", lambda r: judged(r, project("a", tests_present="unknown"))),
        ],
        "portfolio-claims": [
            ("met", "4 of 4 skills that the résumé claims", _claimed(*["demonstrated"] * 4)),
            ("partly", "1 of 2", _claimed("demonstrated", "absent")),
            ("unmet", "0 of 2", _claimed("mentioned", "absent")),
            ("met", "READMEs", _claimed(*["demonstrated"] * 3, "absent", claimed=None)),
            ("unmet", "0 of 3", _claimed(*["mentioned"] * 3, claimed=None)),
            ("unknown", "Too little", _claimed("mentioned", "demonstrated", claimed=None)),
            ("unknown", "résumé claims 0", _claimed("demonstrated", claimed=False)),
        ],
        "portfolio-breadth": [
            ("met", "Not yet: Cloud", lambda r: judged(r, _skilled(*_AREAS[:4]), skills=_LEDGER)),
            ("partly", "skills or more: ML", lambda r: judged(r, _skilled("ML"), skills=_LEDGER)),
            ("unmet", "No area", lambda r: judged(r, project("a", skills=["ML0"]), skills=_LEDGER)),
            ("unmet", "No area", lambda r: judged(r, _skilled(*_AREAS, score=40), skills=_LEDGER)),
            ("unknown", "no skills", lambda r: judged(r, _skilled("ML"))),
        ],
        "portfolio-writing": [
            ("met", "one article", lambda r: judged(r, _link(_ARTICLE, "my article"))),
            ("met", "one article", lambda r: judged(r, _link(_ARTICLE), profile=ADA)),
            ("met", "one article", lambda r: judged(r, project("a", 10), profile=_writer)),
            ("partly", "A blog", lambda r: judged(r, project("a"), profile=_blogger)),
            ("partly", "own does not show", lambda r: judged(r, _link(_OTHERS), profile=ADA)),
            ("unmet", "No article", lambda r: judged(r, project("a"), profile=ADA)),
            ("unmet", "No article", lambda r: judged(r, project("a", 10))),
            ("unknown", "the profile was not read", lambda r: judged(r, project("a"))),
            ("unknown", "the profile was not read", lambda r: judged(r, _link(_OTHERS))),
        ],
        "portfolio-focus": [
            ("met", "finance", lambda r: judged(r, project("a", sectors={"finance": ["title: loans"]}))),
            ("met", "2 projects", lambda r: judged(r, *(project(n, sectors={"finance": ["x", "y"]}) for n in "ab"))),
            ("partly", "only in passing", lambda r: judged(r, project("a", sectors={"finance": ["a loan"]}))),
            ("unmet", "particular sector", lambda r: judged(r, project("a"))),
            ("unmet", "particular sector", lambda r: judged(r, project("a", 40, sectors={"finance": ["x", "y"]}))),
        ],
        "portfolio-profile": [
            ("met", "a bio, a profile README", lambda r: judged(r, project("churn"), project("bot"), profile=ADA)),
            ("partly", "pins", lambda r: judged(r, project("churn"), project("bot", 20), profile=ADA)),
            ("met", "has a bio", lambda r: judged(r, project("churn"), profile=_untold)),
            ("unmet", "lacks a bio", lambda r: judged(r, project("churn"), profile=_bare)),
            ("not-applicable", "organisation", lambda r: judged(r, project("churn"), profile=_firm)),
            ("not-applicable", "profile", lambda r: judged(r, project("churn"))),
        ],
        "portfolio-active": [
            ("met", "7 of the last twelve", lambda r: judged(r, project("a", days=10, months=_YEAR))),
            ("partly", "in 1 of", lambda r: judged(r, project("a", days=20, months=_YEAR[-1:]))),
            ("partly", "9 months ago", lambda r: judged(r, project("a", days=300))),
            ("unmet", "2 years ago", lambda r: judged(r, project("a", days=900))),
            ("unmet", "being worked on", lambda r: judged(r, project("a", 20, days=1, months=_YEAR))),
            ("unknown", "No history", lambda r: judged(r, project("a"))),
        ],
    }.items()
    for expect, says, ask in cases
]


@pytest.mark.parametrize("example", [pytest.param(e, id=f"{e.rule}-{e.expect}-{e.says}") for e in _EXAMPLES])
def test_example(example: Example) -> None:
    found = example.ask(example.rule)
    assert (found.status, found.summary) == (example.expect, found.summary)
    assert example.says in found.summary
    assert (found.score is None) == (found.status in (Status.UNKNOWN, Status.NOT_APPLICABLE))
    if found.score is not None:
        assert found.evidence, "a verdict shows where it was seen, or where it looked"
        assert all(piece.path or piece.excerpt for piece in found.evidence)


@pytest.mark.parametrize("rule", sorted(portfolio_rules()))
def test_rule_has_examples_of_met_and_unmet(rule: str) -> None:
    assert {"met", "unmet"} <= {example.expect for example in _EXAMPLES if example.rule == rule}


@pytest.mark.parametrize("rule", ["best", "weakest", "breadth", "writing", "focus", "active"])
def test_one_repository_alone_is_no_portfolio(rule: str) -> None:
    found = judged(f"portfolio-{rule}", project("a", days=900), alone=True, profile=ADA, skills=_LEDGER)
    assert found.status is Status.NOT_APPLICABLE
    assert "by itself" in found.summary


@pytest.mark.parametrize("rule", sorted(portfolio_rules()))
def test_without_an_audited_repository_nothing_is_held_against_anybody(rule: str) -> None:
    assert judged(rule, profile=ADA).status is Status.NOT_APPLICABLE


def test_the_repository_of_the_profile_is_no_project() -> None:
    found = judged("portfolio-weakest", project("churn"), project("Ada", 10), profile=ADA)
    assert found.status is Status.MET


def test_the_profiles_readme_counts_as_a_claim() -> None:
    ledger = [skill(name, status="absent") for name in ("numpy", "pandas", "polars")]
    praised = msgspec.structs.replace(ADA, readme="I know NumPy, pandas and Polars.")
    assert judged("portfolio-claims", project("a"), skills=ledger, profile=praised).status is Status.UNMET
    assert judged("portfolio-claims", project("a"), skills=ledger, profile=ADA).status is Status.UNKNOWN


def test_the_fix_names_the_project_and_what_it_lacks() -> None:
    weak = project("b", 72, **_STORY | {"readme_results": "unmet"})
    assert (
        judged("portfolio-best", project("a", **_STORY), weak).fix == "Bring b up to the mark. readme-results is unmet."
    )
    low = judged("portfolio-best", project("a", **_STORY), project("b", 52, **_STORY))
    assert low.fix == "Bring b from 52 up to 70 points; its own findings say how."
    assert [piece.excerpt for piece in low.evidence] == ["80 points", "52 of 70 points"]
    built = project("a", **_BUILT | {"tests_present": "partly", "typing_hints": "unmet"})
    assert judged("portfolio-engineered", built).fix == "Make a tested and typed."


def test_what_several_rules_can_show_is_shown_by_the_best_of_them() -> None:
    built = project("a", **_BUILT | {"packaging_reproducible": "unmet", "packaging_installable": "met"})
    found = judged("portfolio-engineered", built)
    assert found.status is Status.MET
    assert "packaged: packaging-installable is met." in [piece.excerpt for piece in found.evidence]


def test_the_fix_is_the_advice_of_the_finding_that_decides() -> None:
    advised = msgspec.structs.replace(finding("tests-present", "unmet"), fix="Add tests/test_model.py.")
    bare = project("a", code_modular="met")
    bare = msgspec.structs.replace(bare, findings={**bare.findings, "tests-present": advised})
    assert judged("portfolio-fundamentals", bare).fix == "Begin with tests, in a: Add tests/test_model.py."
    built = project("a", **_BUILT)
    built = msgspec.structs.replace(built, findings={**built.findings, "tests-present": advised})
    assert judged("portfolio-engineered", built).fix == "In a: Add tests/test_model.py."


@pytest.mark.parametrize(
    ("projects", "said"),
    [
        ([project("a"), project("b", 45)], "1 of 2 projects is below 50 points: improve b."),
        ([project("a"), project("b", content="a")], "1 of 2 projects is a copy: hide b."),
        ([project("a"), project("b", content="a"), project("c", 45)], "2 of 3 projects are copies or below 50 points"),
    ],
)
def test_the_weak_are_counted_in_words_that_fit(projects: list[Project], said: str) -> None:
    assert said in judged("portfolio-weakest", *projects).summary


def test_claims_are_counted_in_words_that_fit() -> None:
    ledger = [skill("numpy", claimed=True), skill("sql", status="declared", claimed=True)]
    found = judged("portfolio-claims", project("a"), skills=ledger)
    assert "1 of 2 skills that the résumé claims is demonstrated in code, the other is only installed" in found.summary
    many = [skill(f"s{n}", status="absent", claimed=True) for n in range(11)]
    assert judged("portfolio-claims", project("a"), skills=many).summary.endswith("S7 and 3 more.")


def test_a_link_that_answered_is_surer_than_one_not_asked() -> None:
    asked = judged("portfolio-deployed", project("a", deploy_demo="met", deploy_alive="met"))
    unasked = judged("portfolio-deployed", project("a", deploy_demo="met"))
    assert (asked.confidence, unasked.confidence) == ("high", "medium")


def test_every_rule_that_the_rulebook_names_exists() -> None:
    header = book().header
    ids = {rule.id for rule in book().rules}
    named = {
        "roles": {rule for weights in header.roles.values() for rule in weights},
        "caps": {cap.rule for cap in header.caps},
        "gates": {gate.rule for gate in header.gates.values()},
        "parameters": _named_in_parameters(),
    }
    assert {place: sorted(names - ids) for place, names in named.items() if names - ids} == {}


def _named_in_parameters() -> set[str]:
    """Find rule ids among the parameters of portfolio rules: "tests-present", not "course-work"."""
    folder = Path(__file__).parents[1] / "rules" / "portfolio.toml"
    criteria = "|".join(book().header.criteria)
    return set(re.findall(rf'"((?:{criteria})-[a-z-]+)"', folder.read_text(encoding="utf-8")))
