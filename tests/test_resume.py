"""A résumé is read as text whatever it is, and refused in one sentence where it can't be."""

from pathlib import Path

import pytest

from auditor import rulebook
from auditor.model import AuditorError
from auditor.sources import resume
from auditor.views.claims import claims_in

_SKILLS = rulebook.load().data["skills"]


def _pdf(text: str) -> bytes:
    """Write the smallest PDF that shows a line."""
    content = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + (
        b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (table, len(body))
    )


@pytest.mark.parametrize(
    "data",
    [
        b"# Ada\n\n- pandas, PyTorch\n",
        "Ada\r\npandas\r\nPyTorch".encode("utf-16"),
        "pandas, PyTorch, Résumé".encode("latin-1"),
    ],
    ids=["markdown", "utf-16", "latin-1"],
)
def test_text_is_read_in_any_encoding(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "resume.txt"
    path.write_bytes(data)
    assert {"pandas", "pytorch"} <= claims_in(resume.read(path), _SKILLS)


def test_pdf_is_read(tmp_path: Path) -> None:
    pytest.importorskip("pypdf")
    path = tmp_path / "resume.pdf"
    path.write_bytes(_pdf("Built models with pandas and PyTorch"))
    assert resume.read(path).strip() == "Built models with pandas and PyTorch"


def test_damaged_pdf_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pypdf")
    path = tmp_path / "resume.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"\xff\x00garbage" * 50)
    with pytest.raises(AuditorError, match=r"can't be read as PDF"):
        resume.read(path)


def test_pdf_without_the_extra_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "resume.pdf"
    path.write_bytes(_pdf("pandas"))
    monkeypatch.setattr(resume, "find_spec", lambda _: None)
    with pytest.raises(AuditorError, match=r"portfolio-auditor\[resume\]"):
        resume.read(path)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no text"),
        (b" \n", "no text"),
        (b"PK\x03\x04word/document.xml", "Word or OpenDocument"),
        (b"\x89PNG\r\n", "picture"),
        (b"\x00\x01\x02\x03" * 9, "not text"),
        (b"a" * 10_000_001, "larger than 10 MB"),
    ],
)
def test_what_is_no_resume_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "resume"
    path.write_bytes(data)
    with pytest.raises(AuditorError, match=says):
        resume.read(path)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(AuditorError, match=r"can't be read"):
            resume.read(path)


def test_a_skill_is_claimed_by_whole_words_only() -> None:
    table = {"r": {"title": "R", "mentions": ["rstats"]}, "go": {"title": "Go"}}
    assert claims_in("Good at drstats", table) == frozenset()
    assert claims_in("RStats and Go", table) == {"r", "go"}
