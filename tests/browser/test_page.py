"""The page in a browser: what a parser cannot see. Needs Chromium and Playwright; skipped, saying so, without them."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import sample_reports

from auditor.compare import compare
from auditor.formats import html
from auditor.model import Report

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed (pip install playwright)")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path (apt-get install chromium)"),
]
AVERAGE = sample_reports.AVERAGE
SAMPLES: dict[str, Callable[[], Report]] = {
    "average": lambda: AVERAGE,
    "excellent": sample_reports.excellent,
    "poor": sample_reports.poor,
    "empty": sample_reports.empty,
    "hostile": sample_reports.hostile,
    "long": lambda: sample_reports.large(repositories=18),
    "large": sample_reports.large,
}
every = pytest.mark.parametrize("name", [name for name in SAMPLES if name != "large"])
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    written = {}
    for name, sample in SAMPLES.items():
        report = sample()
        comparison = compare(sample_reports.poor(), report) if name == "average" else None
        written[name] = folder / f"{name}.html"
        written[name].write_text(html.render(report, comparison), encoding="utf-8")
    return written


@pytest.fixture
def opened(browser: Any, pages: dict[str, Path]) -> Iterator[Callable[..., Any]]:
    contexts = []

    def open_page(name: str, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("dialog", lambda dialog: (page.said.append("dialog"), dialog.dismiss()))
        address: str = pages[name].as_uri()
        page.on("request", lambda request: page.said.append(request.url) if request.url != address else None)
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


@every
def test_the_page_asks_for_nothing_and_complains_of_nothing(opened: Callable[..., Any], name: str) -> None:
    page = opened(name)
    page.evaluate(OPEN_ALL)

    assert [told for told in page.said if not told.startswith("data:")] == []


@every
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened: Callable[..., Any], name: str, scheme: str) -> None:
    axe = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page = opened(name, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    if name != "long":
        page.evaluate(OPEN_ALL)
    page.evaluate("text => { (0, eval)(text) }", axe)
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", AXE_TAGS)

    assert {rule["id"]: rule["nodes"][0]["html"][:200] for rule in found["violations"]} == {}


@every
def test_nothing_scrolls_sideways(opened: Callable[..., Any], name: str) -> None:
    page = opened(name)
    page.evaluate(OPEN_ALL)
    over = {}
    for width in (320, 360, 768, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        over[width] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert over == dict.fromkeys(over, 0)


def test_everything_can_be_read_without_script(opened: Callable[..., Any]) -> None:
    told = []
    for scripts in (True, False):
        page = opened("average", java_script_enabled=scripts)
        told.append(page.locator("main").inner_text())

    assert re.sub(r"Open all|Close all|#", "", told[0]).split() == told[1].replace("#", "").split()


def test_the_filter_works_without_script(opened: Callable[..., Any]) -> None:
    page = opened("average", java_script_enabled=False)
    finding = page.locator("#in-churn-prediction-tests-present")

    assert finding.is_visible()
    page.uncheck("#show-unmet")
    assert not finding.is_visible()


def test_the_script_opens_closes_and_leads_to_a_folded_finding(opened: Callable[..., Any]) -> None:
    page = opened("average")
    page.click("text=Close all")
    assert page.locator("details[open]").count() == 0

    page.evaluate("location.hash = 'in-churn-prediction-tests-present'")
    page.wait_for_selector("#in-churn-prediction-tests-present", state="visible")
    page.click("text=Open all")
    assert page.locator("details:not([open])").count() == 0


def test_the_keyboard_reaches_every_control_and_shows_where_it_is(opened: Callable[..., Any]) -> None:
    page = opened("average")
    controls = "a[href], button, input, textarea, summary, [tabindex='0']"
    expected = page.evaluate("s => [...document.querySelectorAll(s)].filter(e => e.checkVisibility()).length", controls)
    reached = 0
    for _ in range(expected + 5):
        page.keyboard.press("Tab")
        state = page.evaluate(
            "(() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " return [e === document.body, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0]; })()"
        )
        if state[0]:
            break
        assert state[1]
        reached += 1

    assert reached == expected


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_paper_is_white_loses_nothing_and_cuts_nothing(opened: Callable[..., Any], tmp_path: Path, paper: str) -> None:
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("no pdftotext (apt-get install poppler-utils)")
    page = opened("average", color_scheme="dark")
    file = tmp_path / "page.pdf"
    page.pdf(path=str(file), format=paper, print_background=True)
    page.evaluate(OPEN_ALL)
    words = set(page.locator("main").inner_text().split())
    text = subprocess.run([reader, "-raw", file, "-"], capture_output=True, text=True, check=True).stdout
    printed = "".join(text.split())
    missing = {word for word in words if word not in printed} - {"Open", "Close", "Show"}

    assert len(missing) <= len(words) * 0.02
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize(("name", "most"), [("average", 13), ("poor", 6)])
def test_few_sheets_are_printed_and_none_ends_with_a_heading(
    opened: Callable[..., Any], tmp_path: Path, name: str, most: int, paper: str
) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed (pip install --group dev)")
    page = opened(name)
    headings = {" ".join(text.split()) for text in page.locator("h1, h2, h3, h4, h5").all_inner_texts()} - {""}
    file = tmp_path / "page.pdf"
    page.pdf(path=str(file), format=paper, print_background=True)
    sheets = [sheet.extract_text().strip().splitlines() for sheet in pypdf.PdfReader(file).pages]

    assert len(sheets) <= most
    assert [sheet[-1] for sheet in sheets if " ".join(sheet[-1].split()) in headings] == []


def test_three_thousand_findings_stay_light_to_lay_out(opened: Callable[..., Any]) -> None:
    page = opened("large")

    assert page.evaluate("document.querySelectorAll('*').length") < 40_000
    assert page.said == []
