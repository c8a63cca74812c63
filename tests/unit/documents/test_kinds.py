"""What a file is, by what it holds."""

import io
import zipfile
from pathlib import Path

import pytest

from ratchet_documents.parsing import parse
from ratchet_documents.refusal import RefusedError
from tests.unit.documents.conftest import Read
from tests.unit.documents.office import docx_of, xlsx_of
from tests.unit.documents.pdfs import At, pdf

PDF = pdf([[At(72, 700, "Some text of it")]])


def _docx() -> bytes:
    return docx_of(lambda document: document.add_paragraph("Some text of it"))


def _xlsx() -> bytes:
    def write(book: object) -> None:
        book.active["A1"] = "Some text of it"  # type: ignore[attr-defined]

    return xlsx_of(write)


@pytest.mark.parametrize(
    ("name", "content", "kind", "said"),
    [
        ("a.docx", PDF, "pdf", "named as a DOCX and holds a PDF"),
        ("a.txt", PDF, "pdf", "named as plain text and holds a PDF"),
        ("a.pdf", _docx(), "docx", "named as a PDF and holds a DOCX"),
        ("a.docx", _xlsx(), "xlsx", "named as a DOCX and holds an XLSX"),
        ("a.pdf", b"Some text of it", "text", "named as a PDF and holds plain text"),
        ("a.md", b"<!DOCTYPE html><html><p>Some text of it</p></html>", "html", "named as Markdown and holds HTML"),
        ("a.xml", b'<?xml version="1.0"?>\n<!-- x --><html xmlns="x"><p>Some text of it</p></html>', "html", ""),
        ("noname", PDF, "pdf", ""),
        ("a.bin", b"Some text of it", "text", ""),
    ],
)
def test_a_file_is_what_it_holds_and_another_name_is_said(
    read: Read, name: str, content: bytes, kind: str, said: str
) -> None:
    parsed = read(name, content)
    assert parsed.kind == kind
    assert any(said in one for one in parsed.assumptions) if said else not parsed.assumptions or kind == "docx"


def _zip(name: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, "x")
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\x01" * 50, "unknown_kind"),
        (b"\xff\xd8\xff\xe0" + b"\x01" * 50, "unknown_kind"),
        (b"{\\rtf1 text}", "unknown_kind"),
        (b"\x1f\x8b" + b"\x01" * 50, "unknown_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x01" * 500, "unknown_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x01" * 500 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b'<?xml version="1.0"?><invoice/>', "unknown_kind"),
        (b"text\x00\x01\x02 and bytes" * 9, "unknown_kind"),
        (_zip("a.txt"), "unknown_kind"),
        (b"PK\x03\x04 cut off", "broken"),
    ],
)
def test_what_is_of_no_kind_is_refused(read: Read, content: bytes, reason: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read("a.docx", content)
    assert refused.value.type == reason


@pytest.mark.parametrize(("last", "kind"), [("x", "text"), ("<html><p>x", "html")])
def test_thousands_of_comments_before_the_first_element_are_read_once(read: Read, last: str, kind: str) -> None:
    assert read("a.txt", "<!---->\n" * 5_000 + last).kind == kind


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_office_file_packed_as_none_is_is_refused(read: Read, method: int) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_docx())) as old, zipfile.ZipFile(held, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    with pytest.raises(RefusedError) as refused:
        read("a.docx", held.getvalue())
    assert refused.value.type == "broken"


@pytest.mark.parametrize("file", [_docx(), _xlsx()])
def test_an_archive_that_says_that_it_begins_before_the_file_is_refused(read: Read, file: bytes) -> None:
    changed = bytearray(file)
    place = file.rindex(b"PK\x05\x06") + 16
    changed[place : place + 4] = (0xFFFFFFF).to_bytes(4, "little")
    with pytest.raises(RefusedError) as refused:
        read("a.docx", bytes(changed))
    assert refused.value.type == "broken"


def test_a_file_that_is_not_there_is_no_broken_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        parse(tmp_path / "a.docx")
