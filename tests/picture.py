"""Take the README's picture of the scorecard from the example page, with headless Chromium: `make picture`."""

from pathlib import Path

from playwright.sync_api import sync_playwright

_EXAMPLES = Path(__file__).resolve().parent.parent / "reports" / "examples"

if __name__ == "__main__":
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1120, "height": 980})
        page.goto((_EXAMPLES / "asha-example.html").as_uri())
        page.screenshot(path=str(_EXAMPLES / "scorecard.png"))
        browser.close()
