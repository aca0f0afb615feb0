"""Reports built by hand for the tests of the forms and for `reports/examples/`: good, poor, empty, huge and hostile."""

import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec
import pytest

from auditor.model import (
    Candidate,
    Confidence,
    CriterionScore,
    Effort,
    Evidence,
    Finding,
    FixFirst,
    Gate,
    Problem,
    Report,
    RepositoryReport,
    RepositoryStatus,
    RulebookName,
    RuleText,
    Screen,
    ScreenVerdict,
    Skill,
    SkillStatus,
    Status,
    Tool,
)

M, P, U, X, N = Status.MET, Status.PARTLY, Status.UNMET, Status.UNKNOWN, Status.NOT_APPLICABLE
TOOL = Tool(
    name="portfolio-auditor",
    version="1.0.0",
    rulebook=RulebookName(
        name="AI engineer hiring guide", version="1.0", digest=hashlib.sha256(b"sample rulebook").hexdigest()
    ),
)
CRITERIA = {
    "readme": ("README", 22.0),
    "notebooks": ("Notebooks", 8.0),
    "code": ("Code", 14.0),
    "tests": ("Tests", 12.0),
    "packaging": ("Packaging", 10.0),
    "typing": ("Types and docstrings", 6.0),
    "deploy": ("Deployment", 14.0),
    "ml": ("Machine learning", 10.0),
    "genai": ("Generative AI", 4.0),
    "hygiene": ("Repository", 8.0),
    "portfolio": ("Portfolio", 20.0),
}


def rule(identifier: str, weight: float, title: str, why: str, fix: str, effort: Effort = Effort.HOURS) -> RuleText:
    criterion = identifier.split("-", maxsplit=1)[0]
    guide = "Portfolio Building Strategy: quality over quantity"
    return RuleText(
        id=identifier,
        title=title,
        criterion=criterion,
        weight=float(weight),
        guide=guide,
        why=why,
        fix=fix,
        effort=effort,
    )


CATALOGUE = (
    rule(
        "readme-results",
        3,
        "The README reports a measured result",
        "A reviewer gives a README minutes. A number says what the work achieved.",
        "Add a Results section: metric, value, and the baseline that it beats.",
    ),
    rule(
        "readme-problem",
        2,
        "The README says which problem is solved, and for whom",
        "Without the problem, a panel cannot judge whether the solution is any good.",
        "Open the README with two sentences: who has which problem, and what this project changes for them.",
        Effort.MINUTES,
    ),
    rule(
        "readme-usage",
        2,
        "A stranger can install and run it from the README",
        "A project that nobody can start is taken on trust, and panels do not take on trust.",
        "Write the commands from clone to first result, and try them in an empty folder.",
        Effort.MINUTES,
    ),
    rule(
        "readme-visuals",
        1,
        "The README shows a picture of the work",
        "A diagram or a plot is understood before the first paragraph is.",
        "Commit one plot of the result or a diagram of the pipeline, and show it in the README.",
        Effort.MINUTES,
    ),
    rule(
        "notebooks-executed",
        2,
        "Notebooks are committed with their outputs",
        "Notebooks on GitHub with no output are not portfolio items; they are source files.",
        "Restart the kernel, run all cells, and commit the notebook with its outputs.",
        Effort.MINUTES,
    ),
    rule(
        "notebooks-order",
        1,
        "Notebooks ran from top to bottom",
        "Cells that ran out of order show results that the code as it stands may not give.",
        "Restart the kernel, run all cells in order, and commit.",
        Effort.MINUTES,
    ),
    rule(
        "code-modular",
        3,
        "Logic lives in importable modules",
        "A portfolio of notebooks only does not show that its author can write software.",
        "Move the functions that more than one cell needs into a package, and import them.",
        Effort.DAYS,
    ),
    rule(
        "code-vectorised",
        2,
        "DataFrames are not looped over row by row",
        "Row loops are slow and are read as a gap in pandas fluency.",
        "Replace the loop by column arithmetic, `np.where` or a merge.",
    ),
    rule(
        "tests-present",
        3,
        "There are tests with assertions on the project's own code",
        "ML code is rarely tested; engineers who test theirs stand out.",
        "Write three tests for the feature code with pytest: one usual case, one edge, one error.",
    ),
    rule(
        "tests-ci",
        2,
        "A workflow runs the tests on each push",
        "Tests that nobody runs rot.",
        "Add a GitHub Actions workflow that installs the project and runs pytest.",
        Effort.MINUTES,
    ),
    rule(
        "packaging-dependencies",
        2,
        "Each import is a declared dependency",
        "A missing dependency is the first thing that a reviewer hits.",
        "Add the missing names to pyproject.toml or requirements.txt.",
        Effort.MINUTES,
    ),
    rule(
        "packaging-reproducible",
        2,
        "Versions are locked or pinned",
        "A project that ran last year may not run today.",
        "Commit a lock file (uv lock, pip-compile, conda-lock).",
        Effort.MINUTES,
    ),
    rule(
        "typing-hints",
        2,
        "Function signatures carry type hints",
        "Type annotations are expected in production code.",
        "Annotate the public functions first, then let mypy find the rest.",
    ),
    rule(
        "deploy-demo",
        4,
        "A running demo is linked",
        "No deployed project is the first reason for rejection.",
        "Put a Gradio or Streamlit app on Hugging Face Spaces, and link it at the top of the README.",
        Effort.DAYS,
    ),
    rule(
        "deploy-container",
        2,
        "The app comes with a container",
        "A container shows that the work runs on another machine.",
        "Add a Dockerfile with a pinned base image and a user that is not root.",
    ),
    rule(
        "ml-metrics",
        2,
        "Evaluation goes beyond accuracy",
        "On unbalanced classes accuracy says little.",
        "Report precision, recall, F1 and ROC-AUC, and say which one matters here.",
    ),
    rule(
        "ml-leakage",
        3,
        "Nothing is fitted before the split",
        "A scaler that has seen the test set makes each figure after it too good.",
        "Split first; put the scaler and the model into one sklearn Pipeline.",
    ),
    rule(
        "genai-resilient",
        2,
        "Model calls handle limits and errors",
        "Rate limits are certain in production.",
        "Wrap the call with retries, a timeout and a fallback.",
    ),
    rule(
        "hygiene-secrets",
        3,
        "No credentials are committed",
        "A committed key is public for good, and panels look for them.",
        "Revoke the key, remove it from the history, and read it from the environment.",
    ),
    rule(
        "hygiene-license",
        1,
        "There is a licence",
        "Without a licence nobody may use the work.",
        "Add a LICENSE file; MIT suits most portfolios.",
        Effort.MINUTES,
    ),
    rule(
        "portfolio-best",
        4,
        "Two projects are exceptional",
        "Two exceptional projects outperform eight mediocre ones.",
        "Put the next month's work into your best two projects.",
        Effort.DAYS,
    ),
    rule(
        "portfolio-deployed",
        4,
        "Something is deployed",
        "No deployed project is the first reason for rejection.",
        "Deploy your best project.",
        Effort.DAYS,
    ),
    rule(
        "portfolio-writing",
        2,
        "An article about a project is linked",
        "Writing shows that you understand the work and can explain it.",
        "Write a post about the most interesting decision in your best project.",
        Effort.DAYS,
    ),
)
_BY_ID = {text.id: text for text in CATALOGUE}


class Answer(NamedTuple):
    """A verdict, told briefly: rule, status, summary, evidence, gain."""

    rule: str
    status: Status
    summary: str
    evidence: tuple[Evidence, ...] = ()
    gain: float = 0.0
    score: float = 0.5
    confidence: Confidence = Confidence.HIGH


def finding(answer: Answer) -> Finding:
    text = _BY_ID[answer.rule]
    scored = {M: 1.0, U: 0.0, P: answer.score, X: None, N: None}[answer.status]
    return Finding(
        rule=text.id,
        criterion=text.criterion,
        status=answer.status,
        score=scored,
        weight=text.weight,
        confidence=answer.confidence,
        summary=answer.summary,
        evidence=answer.evidence,
        fix=text.fix,
        effort=text.effort,
        gain=answer.gain,
    )


def seen(path: str, line: int | None = None, excerpt: str = "", *, cell: int | None = None) -> Evidence:
    url = f"https://github.com/asha-example/churn-prediction/blob/0123456789abcdef0123456789abcdef01234567/{path}"
    return Evidence(path, line, None, cell, excerpt, f"{url}#L{line}" if line else url)


def criteria(scores: dict[str, float | None]) -> tuple[CriterionScore, ...]:
    return tuple(
        CriterionScore(id=name, title=CRITERIA[name][0], score=value, weight=CRITERIA[name][1])
        for name, value in scores.items()
    )


def repository(
    name: str, score: float, grade: str, scores: Iterable[float | None], answers: Iterable[Answer], description: str
) -> RepositoryReport:
    names = [key for key in CRITERIA if key != "portfolio"]
    commit = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
    months = tuple((f"2026-{month:02}", (month * len(name)) % 17) for month in range(2, 12))
    return RepositoryReport(
        name=name,
        url=f"https://github.com/asha-example/{name}",
        commit=commit,
        kind="machine-learning project",
        status=RepositoryStatus.AUDITED,
        score=score,
        grade=grade,
        coverage=0.96,
        criteria=criteria(dict(zip(names, scores, strict=True))),
        findings=tuple(finding(answer) for answer in answers),
        months=months,
        description=description,
    )


CHURN = repository(
    "churn-prediction",
    63.4,
    "C",
    (78.0, 60.0, 71.0, 20.0, 55.0, 40.0, 30.0, 66.0, None, 90.0),
    (
        Answer(
            "readme-results",
            M,
            "F1 0.67 → 0.84 over logistic regression",
            (seen("README.md", 41, "F1 rose from 0.67 (logistic regression) to 0.84"),),
        ),
        Answer("readme-problem", M, "Says in the first paragraph who loses which customers", (seen("README.md", 3),)),
        Answer(
            "readme-usage",
            P,
            "Install commands, but none that runs the training",
            (seen("README.md", 52, "pip install -r requirements.txt"),),
            1.1,
        ),
        Answer("readme-visuals", M, "1 picture of the work", (seen("README.md", 12, "![ROC curve](docs/roc.png)"),)),
        Answer(
            "notebooks-executed",
            P,
            "2 of 3 notebooks carry outputs",
            (seen("notebooks/02-model.ipynb", excerpt="18 code cells, none executed", cell=4),),
            0.6,
            0.66,
        ),
        Answer("notebooks-order", M, "2 of 2 executed notebooks ran top to bottom", (seen("notebooks/01-eda.ipynb"),)),
        Answer("code-modular", M, "6 modules with 34 functions", (seen("src/churn/features.py", 1),)),
        Answer(
            "code-vectorised",
            U,
            "2 row loops over DataFrames",
            (
                seen("src/churn/features.py", 88, "for _, row in frame.iterrows():"),
                seen("notebooks/01-eda.ipynb", 3, "for i in range(len(df)):", cell=11),
            ),
            1.4,
        ),
        Answer(
            "tests-present", U, "No tests found", (seen("tests/", excerpt="looked for test_*.py and *_test.py"),), 4.2
        ),
        Answer(
            "tests-ci", U, "No workflow runs tests", (seen(".github/workflows/", excerpt="looked for CI files"),), 2.1
        ),
        Answer("packaging-dependencies", M, "14 of 14 imports are declared", (seen("requirements.txt", 1),)),
        Answer(
            "packaging-reproducible",
            U,
            "9 of 14 requirements have no version",
            (seen("requirements.txt", 4, "scikit-learn"), seen("requirements.txt", 5, "xgboost")),
            1.6,
        ),
        Answer(
            "typing-hints",
            P,
            "11 of 34 functions carry full type hints",
            (seen("src/churn/train.py", 17, "def train(frame, target):"),),
            0.9,
            0.32,
        ),
        Answer(
            "deploy-demo",
            U,
            "No link to a running demo",
            (seen("README.md", excerpt="looked at 6 links and the homepage field"),),
            5.3,
        ),
        Answer(
            "deploy-container",
            M,
            "Dockerfile with a pinned base image",
            (seen("Dockerfile", 1, "FROM python:3.12.4-slim"),),
        ),
        Answer("ml-metrics", M, "Precision, recall and ROC-AUC beside accuracy", (seen("src/churn/evaluate.py", 22),)),
        Answer(
            "ml-leakage",
            U,
            "A scaler is fitted before the split",
            (seen("src/churn/train.py", 31, "X = StandardScaler().fit_transform(X)"),),
            2.4,
            confidence=Confidence.MEDIUM,
        ),
        Answer("genai-resilient", N, "No calls of language models"),
        Answer("hygiene-secrets", M, "No credentials in 84 files", (seen(".gitignore", 1),)),
        Answer("hygiene-license", M, "MIT", (seen("LICENSE", 1),)),
    ),
    "Predicts which subscribers of a telecom will leave within the next quarter",
)
BIKES = repository(
    "bike-share-forecast",
    48.9,
    "D",
    (52.0, 35.0, 58.0, 30.0, 60.0, 25.0, 50.0, 48.0, None, 75.0),
    (
        Answer(
            "readme-results",
            P,
            "A figure, but only in a picture",
            (seen("README.md", 28, "![rmse](img/rmse.png)"),),
            1.2,
        ),
        Answer("readme-problem", M, "Forecasts hourly demand for docking stations", (seen("README.md", 1),)),
        Answer(
            "readme-usage",
            U,
            "No commands to install or run",
            (seen("README.md", excerpt="looked for code blocks"),),
            1.3,
        ),
        Answer("notebooks-executed", U, "4 notebooks, none with outputs", (seen("forecast.ipynb", cell=0),), 0.9),
        Answer("code-modular", P, "1 module, 5 notebooks", (seen("utils.py", 1),), 1.0),
        Answer("tests-present", P, "2 tests, both `assert True`", (seen("tests/test_all.py", 4, "assert True"),), 1.5),
        Answer("packaging-dependencies", M, "8 of 8 imports are declared", (seen("environment.yml", 5),)),
        Answer("deploy-demo", X, "The demo's host did not answer within 10 seconds", (seen("README.md", 7),)),
        Answer("ml-metrics", M, "RMSE and MAE on a held-out year", (seen("forecast.ipynb", cell=31),)),
        Answer("ml-leakage", M, "The split comes first", (seen("forecast.ipynb", cell=12),)),
        Answer("genai-resilient", N, "No calls of language models"),
        Answer("hygiene-secrets", M, "No credentials in 23 files"),
        Answer(
            "hygiene-license", U, "No licence", (seen("", excerpt="looked for LICENSE, COPYING, pyproject.toml"),), 0.4
        ),
    ),
    "Hourly demand for shared bikes in Lisbon",
)
TITANIC = repository(
    "titanic",
    22.0,
    "F",
    (20.0, 30.0, 18.0, 0.0, 15.0, 0.0, 0.0, 40.0, None, 45.0),
    (
        Answer("readme-results", U, "No figures", (seen("README.md", excerpt="looked at 40 words"),), 0.2),
        Answer("readme-problem", U, "The README is the course's own", (seen("README.md", 1, "# Week 3 lab"),), 0.2),
        Answer("notebooks-executed", M, "1 of 1 notebook carries outputs", (seen("titanic.ipynb"),)),
        Answer("code-modular", U, "Only a notebook", (seen("titanic.ipynb", excerpt="1 notebook, 0 modules"),), 0.1),
        Answer("tests-present", U, "No tests found", (seen("tests/", excerpt="looked for test_*.py"),), 0.1),
        Answer("hygiene-secrets", M, "No credentials in 3 files"),
        Answer("genai-resilient", N, "No calls of language models"),
    ),
    "Course lab",
)
LEFT = RepositoryReport(
    name="fork-of-sklearn",
    url="https://github.com/asha-example/fork-of-sklearn",
    commit=None,
    kind=None,
    status=RepositoryStatus.SKIPPED,
    reason="an unmodified fork",
)
SKILLS = tuple(
    Skill(id=name, area=area, status=status, claimed=claimed, evidence=places, title=title)
    for name, title, area, status, claimed, places in (
        ("pandas", "pandas", "Python", SkillStatus.DEMONSTRATED, True, (seen("src/churn/features.py", 3),)),
        ("testing", "Testing", "Python", SkillStatus.DECLARED, True, (seen("requirements.txt", 9),)),
        ("packaging", "Packaging", "Python", SkillStatus.DEMONSTRATED, None, (seen("pyproject.toml", 1),)),
        (
            "ensembles",
            "Gradient boosting",
            "ML fundamentals",
            SkillStatus.DEMONSTRATED,
            True,
            (seen("src/churn/train.py", 9),),
        ),
        ("cross-validation", "Cross-validation", "ML fundamentals", SkillStatus.ABSENT, True, ()),
        ("pytorch", "PyTorch", "Deep learning", SkillStatus.MENTIONED, True, (seen("README.md", 60),)),
        ("rag", "Retrieval-augmented generation", "Generative AI", SkillStatus.ABSENT, False, ()),
        ("docker", "Docker", "Cloud", SkillStatus.DEMONSTRATED, True, (seen("Dockerfile", 1),)),
        ("sagemaker", "SageMaker", "Cloud", SkillStatus.ABSENT, True, ()),
        ("ci", "Continuous integration", "Engineering", SkillStatus.ABSENT, False, ()),
    )
)
AVERAGE = Report(
    schema_version=1,
    tool=TOOL,
    generated_at="2026-11-24T09:30:00Z",
    candidate=Candidate(name="Asha Example", login="asha-example", url="https://github.com/asha-example"),
    score=51.3,
    grade="D",
    coverage=0.94,
    screen=Screen(
        verdict=ScreenVerdict.FAIL,
        gates=(
            Gate(
                id="deployed",
                verdict=ScreenVerdict.FAIL,
                summary="None of 3 repositories links to a running demo",
                title="Something is deployed",
                criteria=("deploy",),
            ),
            Gate(
                id="fundamentals",
                verdict=ScreenVerdict.PASS,
                summary="Held-out evaluation and suitable metrics in 2 of 3 repositories",
                title="Fundamentals show in the code",
                criteria=("ml", "code"),
            ),
            Gate(
                id="claims",
                verdict=ScreenVerdict.BORDERLINE,
                summary="3 of 7 claimed skills are demonstrated in code",
                title="Listed skills are demonstrated",
            ),
        ),
    ),
    repositories=(CHURN, BIKES, TITANIC, LEFT),
    findings=tuple(
        finding(answer)
        for answer in (
            Answer("portfolio-best", P, "1 of 2 projects comes near 70 points", (Evidence("churn-prediction"),), 3.0),
            Answer("portfolio-deployed", U, "Nothing is deployed", (Evidence("churn-prediction"),), 4.0),
            Answer(
                "portfolio-writing",
                U,
                "No article is linked",
                (Evidence("profile", excerpt="bio and blog field"),),
                2.0,
            ),
        )
    ),
    skills=SKILLS,
    fix_first=(
        FixFirst(rule="deploy-demo", repository="churn-prediction", gain=5.3, effort=Effort.DAYS, score_after=56.6),
        FixFirst(rule="tests-present", repository="churn-prediction", gain=4.2, effort=Effort.HOURS, score_after=60.8),
        FixFirst(rule="ml-leakage", repository="churn-prediction", gain=2.4, effort=Effort.HOURS, score_after=63.2),
        FixFirst(rule="tests-ci", repository="churn-prediction", gain=2.1, effort=Effort.MINUTES, score_after=65.3),
        FixFirst(rule="portfolio-writing", repository=None, gain=2.0, effort=Effort.DAYS, score_after=67.3),
    ),
    problems=(
        Problem(
            repository="bike-share-forecast", stage="links", message="timed out after 10 seconds: demo.example.org"
        ),
    ),
    catalogue=CATALOGUE,
    criteria=criteria(
        {
            "readme": 68.0,
            "notebooks": 50.0,
            "code": 64.0,
            "tests": 24.0,
            "packaging": 57.0,
            "typing": 34.0,
            "deploy": 38.0,
            "ml": 59.0,
            "genai": None,
            "hygiene": 84.0,
            "portfolio": 31.0,
        }
    ),
)


def excellent() -> Report:
    """Everything met, one thing left to do."""
    good = tuple(finding(Answer(text.id, M, "Seen", (seen("README.md", 1),))) for text in CATALOGUE)
    repositories = tuple(
        msgspec.structs.replace(
            CHURN,
            name=name,
            url=f"https://github.com/asha-example/{name}",
            score=score,
            grade="A",
            coverage=1.0,
            findings=tuple(f for f in good if f.criterion != "portfolio"),
            criteria=criteria({key: 95.0 for key in CRITERIA if key != "portfolio"}),
        )
        for name, score in (("churn-prediction", 96.0), ("bike-share-forecast", 93.5), ("document-search", 91.0))
    )
    gates = tuple(
        msgspec.structs.replace(gate, verdict=ScreenVerdict.PASS, summary="Seen in 3 of 3 repositories")
        for gate in AVERAGE.screen.gates
    )
    writing = finding(Answer("portfolio-writing", U, "No article is linked", (Evidence("profile"),), 1.4))
    return msgspec.structs.replace(
        AVERAGE,
        score=95.1,
        grade="A",
        coverage=1.0,
        screen=Screen(verdict=ScreenVerdict.PASS, gates=gates),
        repositories=repositories,
        findings=(writing, *(f for f in good if f.rule in ("portfolio-best", "portfolio-deployed"))),
        fix_first=(
            FixFirst(rule="portfolio-writing", repository=None, gain=1.4, effort=Effort.DAYS, score_after=96.5),
        ),
        problems=(),
        criteria=criteria(dict.fromkeys(CRITERIA, 95.0)),
    )


def poor() -> Report:
    """One course lab, each gate failed."""
    gates = tuple(msgspec.structs.replace(gate, verdict=ScreenVerdict.FAIL) for gate in AVERAGE.screen.gates)
    return msgspec.structs.replace(
        AVERAGE,
        score=14.2,
        grade="F",
        screen=Screen(verdict=ScreenVerdict.FAIL, gates=gates),
        repositories=(TITANIC,),
        skills=(),
        fix_first=AVERAGE.fix_first[:1],
        problems=(),
    )


def empty() -> Report:
    """Nothing was found and nothing assessed."""
    return Report(
        schema_version=1,
        tool=TOOL,
        generated_at="2026-11-24T09:30:00Z",
        candidate=Candidate(name="nobody"),
        score=None,
        grade=None,
        coverage=0.0,
        screen=Screen(verdict=None, gates=()),
        repositories=(),
        findings=(),
        skills=(),
        fix_first=(),
        problems=(),
    )


def large(repositories: int = 200, findings: int = 15) -> Report:
    """As many repositories and findings as the budget names, with addresses of a usual length."""
    rules = [text.id for text in CATALOGUE if text.criterion != "portfolio"][:findings]
    statuses = (M, U, M, P, M, X, U, M, N, M)
    made = []
    for number in range(repositories):
        answers = [
            Answer(
                name,
                statuses[(number + place) % len(statuses)],
                f"{place + 3} of {number + 9} files of this repository answer this question",
                (seen(f"src/package_{number}/module_{place}.py", place + 1, "frame = frame.drop_duplicates()"),),
                0.1,
            )
            for place, name in enumerate(rules)
        ]
        base = CHURN if number % 2 else BIKES
        made.append(
            msgspec.structs.replace(
                base,
                name=f"project-{number:03}",
                url=f"https://github.com/asha-example/project-{number:03}",
                score=round(80 - number * 0.37, 1),
                findings=tuple(finding(answer) for answer in answers),
            )
        )
    return msgspec.structs.replace(AVERAGE, repositories=tuple(made))


NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "[x](javascript:alert(3)) ![y](https://evil.example/pixel.png)",
    "\x1b[31mred\x1b]0;title\x07 \x9b2J",
    "\u202eevil\u202c \u2066iso\u2069 a\u200bb",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "two\nlines\r\n::error::injected",
    "| a | b |\n|---|---|",
    "`tick ``` and ~~~",
    "@octocat and octo/repo#1 and #2 and GH-3 https://evil.example www.evil.example",
    "{{ 7*7 }} {% raw %} ${7*7}",
    "</style></title></textarea></details><!-- -->",
    "\ud800half",
    "مرحبا بالعالم",
    "日本語のリポジトリ名",
    "x" * 400,
    "&lt;b&gt; &amp; &#64;octocat",
    "<details><summary>x",
    "$$\\frac{1}{0}$$ \\`",
    "_www.evil.example 0https://evil.example a@evil.example _mailto:a@evil.example",
    "GHSA-abcd-2345-wxyz CVE-2024-1234 _GH-3 octo/repo#1 @org/team :tada:",
    "<!-- portfolio-auditor -->",
    "<!-- -->-->",
    "x\n::set-output name=score::100\n##[set-output name=score;]100",
    "%0A::error::x %250A %25",
    "||",
    *("`" * length + " @octocat " + "`" * length + " `" for length in range(1, 9)),
    "title " * 12_000,
    "t" * 70_000,
)
NASTY_URLS = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://user:secret@evil.example/",
    'https://evil.example/" onclick="alert(1)',
    "https://evil.example/a b",
    "//evil.example/x",
    "vbscript:x",
    "https://good.example/ok?x=<y>",
)


def hostile(words: Iterable[str] = NASTY) -> Report:
    """Each text that a candidate can write is hostile, each text in each place at least once."""
    repositories = []
    texts = list(words)
    for number, text in enumerate(texts):
        url = NASTY_URLS[number % len(NASTY_URLS)]
        places = (Evidence(text, 3, 2, None, text, url), Evidence(f"../{text}", None, None, 7, text, url))
        answers = [Answer(rule.id, status, text, places, 0.5) for rule, status in zip(CATALOGUE, Status, strict=False)]
        repositories.append(
            RepositoryReport(
                name=text,
                url=url,
                commit=text,
                kind=text,
                status=RepositoryStatus.AUDITED,
                score=50.0,
                grade="D",
                coverage=1.0,
                findings=tuple(msgspec.structs.replace(finding(a), fix=text) for a in answers),
                months=((text, 3), ("2026-01", 2), ("2026-02", 1)),
                description=text,
            )
        )
    everything = " ".join(texts)
    left = msgspec.structs.replace(LEFT, name=texts[0], reason=everything)
    skills = tuple(
        Skill(id=text, area=text, status=SkillStatus.DECLARED, claimed=True, evidence=(Evidence(text),))
        for text in texts
    )
    return msgspec.structs.replace(
        AVERAGE,
        candidate=Candidate(name=everything, login=everything, url=NASTY_URLS[0]),
        repositories=(*repositories, left),
        screen=Screen(
            verdict=ScreenVerdict.FAIL,
            gates=tuple(Gate(id=text, verdict=ScreenVerdict.FAIL, summary=text) for text in texts),
        ),
        skills=skills,
        fix_first=tuple(
            FixFirst(rule=CATALOGUE[2].id, repository=text, gain=0.5, effort=Effort.HOURS, score_after=52.0)
            for text in texts
        ),
        problems=tuple(Problem(repository=text, stage=text, message=text) for text in texts),
    )


SAMPLES: dict[str, Callable[[], Report]] = {
    "average": lambda: AVERAGE,
    "excellent": excellent,
    "poor": poor,
    "empty": empty,
    "hostile": hostile,
    "large": large,
}
each_sample = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
"""Let a test have each of them in turn, as a function that makes it."""
