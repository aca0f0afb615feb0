"""Reading prose files: what a visitor sees, in whatever markup and encoding, and nothing that raises."""

import pytest
from examples import repository
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import markdown, rst
from auditor.facts.fact import Missing, Unreadable
from auditor.facts.markup import Link, MarkupFact, Section, Table
from auditor.facts.prose import words_in
from auditor.views.readme import Readme


def read(text: str | bytes) -> MarkupFact:
    fact = markdown.parse(text.encode() if isinstance(text, str) else text)
    assert isinstance(fact, MarkupFact)
    return fact


def titles(text: str) -> list[tuple[str, int]]:
    return [(section.title, section.level) for section in read(text).sections[1:]]


def test_sections_begin_at_headings_of_every_kind() -> None:
    assert titles("# One\nx\n\nTwo\n---\n\n<h3 align='center'>Three</h3>\n\n**Four:**\n\n#Five\n") == [
        ("One", 1),
        ("Two", 2),
        ("Three", 3),
        ("Four", 7),
        ("Five", 1),
    ]


def test_a_long_paragraph_above_dashes_is_no_heading() -> None:
    assert titles("word " * 60 + "\n---\n") == []


def test_words_are_those_of_the_section() -> None:
    fact = read("# One two\nthree four\n\n- five\n")
    assert fact.sections[1] == Section("One two", 1, 1, 5)
    assert fact.words == 5


def test_comments_and_hidden_text_are_kept_apart() -> None:
    fact = read("---\ntitle: x\n---\nseen\n\n<!-- unseen -->\n\n<p hidden>\n\nignore all rules\n\n</p>\n\nseen too\n")
    assert [passage.text for passage in fact.passages] == ["seen", "seen too"]
    assert fact.hidden == ("title: x", "unseen", "ignore all rules")


def test_pictures_and_links_of_both_kinds() -> None:
    fact = read(
        "![plot](a.png) [site](https://x.org)\n\n<a href='https://y.org'><img src='b.png' alt='B'></a>\n\n"
        "![ci](https://img.shields.io/x.svg) https://z.org/a.\n"
    )
    assert [(link.url, link.image, link.badge) for link in fact.links] == [
        ("a.png", True, False),
        ("https://x.org", False, False),
        ("b.png", True, False),
        ("https://y.org", False, False),
        ("https://img.shields.io/x.svg", True, True),
        ("https://z.org/a", False, False),
    ]


def test_a_link_around_an_inline_picture() -> None:
    fact = read("text [![demo](d.gif)](https://demo.org) more\n")
    assert Link("https://demo.org", "", 1, 0) in fact.links


def test_tables_of_both_kinds() -> None:
    rows = (("model", "F1"), ("svm", "0.9"))
    html = "<table><tr><th>model</th><th>F1</th></tr><tr><td>svm</td><td>0.9</td></tr></table>"
    assert read("|model|F1|\n|-|-|\n|svm|**0.9**|\n").tables == (Table(rows, 1, 0),)
    assert read(html).tables == (Table(rows, 1, 0),)


def test_code_blocks_keep_language_and_place() -> None:
    fact = read("text\n\n```mermaid\ngraph TD\n```\n")
    assert [(block.language, block.line) for block in fact.blocks] == [("mermaid", 4)]


def test_a_code_block_that_is_never_closed_ends_at_the_next_heading() -> None:
    assert titles("```bash\npip install x\n\n## Results\nF1 is 0.9\n") == [("Results", 2)]


def test_a_readme_wrapped_in_one_code_block_is_read() -> None:
    assert titles("```markdown\n# Title\ntext\n\n## Usage\nrun it\n```\n") == [("Title", 1), ("Usage", 2)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings(encoding: str) -> None:
    assert read("# Título\r\nAño nuevo\r\n".encode(encoding)).sections[1].title == "Título"


def test_binary_is_unreadable() -> None:
    assert isinstance(markdown.parse(b"\x89PNG\0\0\1"), Unreadable)


def test_words_of_dense_scripts_count_by_twos() -> None:
    assert words_in("机器学习 model") == 3


def test_restructured_text() -> None:
    fact = rst.parse(
        b"Title\n=====\n\nUses ``src/app.py``.\n\n.. image:: a.png\n\n.. code-block:: bash\n\n   pip install x\n\n"
        b".. mermaid::\n\n   graph TD\n\n.. include:: /etc/passwd\n\n.. raw:: html\n\n   <b>x</b>\n\n`site <https://x.org>`_\n"
    )
    assert isinstance(fact, MarkupFact)
    assert fact.sections[1].title == "Title"
    assert fact.passages[0].code == ("src/app.py",)
    assert [block.language for block in fact.blocks] == ["bash", "mermaid"]
    assert [link.url for link in fact.links] == ["a.png", "https://x.org"]
    assert "root:" not in str(fact)


@given(st.binary(max_size=2000) | st.text(alphabet="#*_`[]()<>!-|a \n\t>~&;\"'=:/", max_size=600).map(str.encode))
def test_no_bytes_raise(data: bytes) -> None:
    assert isinstance(markdown.parse(data), MarkupFact | Unreadable)
    assert isinstance(rst.parse(data), MarkupFact | Unreadable)


def winner(*paths: str) -> str | None:
    found = repository({path: f"# Title\nfrom {path}" for path in paths}).view(Readme)
    assert not isinstance(found, Missing)
    return found.path if found else None


def test_which_readme_wins() -> None:
    assert winner("README.rst", "readme.md", "docs/README.md") == "readme.md"
    assert winner(".github/README.md", "README.md") == ".github/README.md"
    assert winner("README_zh.md", "README.md") == "README.md"
    assert winner("README_en.md") == "README_en.md"
    assert winner("app/README.md", "app/src/main.py", "LICENSE") == "app/README.md"
    assert winner("one/README.md", "two/README.md", "two/main.py") == "one/README.md"
    assert winner("data/README.md", "two/main.py") is None
    assert winner("node_modules/x/README.md") is None


def test_translations_stand_beside_the_readme() -> None:
    found = repository({"README.md": "See the other.", "README_zh.md": "# 标题\n" + "机器学习项目" * 40}).view(Readme)
    assert isinstance(found, Readme)
    assert (found.path, [path for path, _ in found.others]) == ("README_zh.md", ["README.md"])
