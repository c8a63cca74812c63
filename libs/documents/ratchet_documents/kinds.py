"""What a file is, by its content; its name decides only among the kinds of plain text."""

import re
from pathlib import Path, PurePath

from ratchet_documents.decoding import SAMPLE
from ratchet_documents.limits import Account
from ratchet_documents.parsed import Kind
from ratchet_documents.refusal import RefusedError
from ratchet_documents.zips import entries_of

BY_SUFFIX: dict[str, Kind] = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".csv": "csv",
    ".tsv": "csv",
}
SHOWN: dict[Kind, str] = {
    "pdf": "a PDF",
    "docx": "a DOCX",
    "xlsx": "an XLSX",
    "html": "HTML",
    "markdown": "Markdown",
    "text": "plain text",
    "csv": "CSV",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS = (
    (b"{\\rtf", "RTF", "save it as DOCX"),
    (b"\x89PNG", "a picture (PNG)", "recognise its text first"),
    (b"\xff\xd8\xff", "a picture (JPEG)", "recognise its text first"),
    (b"GIF8", "a picture (GIF)", "recognise its text first"),
    (b"II*\x00", "a picture (TIFF)", "recognise its text first"),
    (b"MM\x00*", "a picture (TIFF)", "recognise its text first"),
    (b"\x1f\x8b", "compressed (gzip)", "send what is inside"),
    (b"7z\xbc\xaf", "an archive (7z)", "send what is inside"),
    (b"Rar!", "an archive (RAR)", "send what is inside"),
    (b"PAR1", "a table (Parquet)", "save it as CSV"),
)
# Possessive and atomic: what stands before the first element is read once, however often one could read it otherwise.
_HTML = re.compile(
    r"^(?>\s|<\?xml[^>]{0,200}\?>|<!--.{0,20000}?-->)*+<(?:!doctype\s+html|html|head|body)[\s>]", re.I | re.S
)
_TAGS = re.compile(r"<(?:p|div|table|h[1-6]|ul|br|span|title)[\s/>]", re.I)
_XML = re.compile(r"^\s*<\?xml", re.I)


def kind_of(path: Path, name: str, account: Account) -> tuple[Kind, str]:
    """The kind, and what is to be said where the name says another. Raises RefusedError for what is none of them."""
    size = path.stat().st_size
    if size > account.limits.bytes:
        raise RefusedError("too_large", f"The file has {size:,} bytes, and at most {account.limits.bytes:,} are taken.")
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    if not sample.strip(b"\x00\t\n\r \xef\xbb\xbf\xff\xfe"):
        raise RefusedError("empty", "The file is empty.")
    named = BY_SUFFIX.get(PurePath(name).suffix.casefold())
    kind = _binary(path, sample, account) or _textual(sample, named)
    if named is None or named == kind:
        return kind, ""
    return kind, f"The file is named as {SHOWN[named]} and holds {SHOWN[kind]}: it is read as that."


def _binary(path: Path, sample: bytes, account: Account) -> Kind | None:
    if b"%PDF-" in sample[:1024]:
        return "pdf"
    if sample.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _office(path, account)
    if sample.startswith(_OLE):
        raise _old_office(path)
    for mark, what, do in _OTHERS:
        if sample.startswith(mark):
            raise RefusedError("unknown_kind", f"The file is {what}, which is not read here: {do}.")
    return None


def _office(path: Path, account: Account) -> Kind:
    names = entries_of(path, account)
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    raise RefusedError("unknown_kind", "The file is a zip archive and neither DOCX nor XLSX: send what is inside.")


def _old_office(path: Path) -> RefusedError:
    """Word and Excel wrap what they encrypt in the container of their old formats."""
    held = b""
    with path.open("rb") as file:
        while data := file.read(1 << 20):
            if _ENCRYPTED in held + data:
                return RefusedError("encrypted", "The file is encrypted: save it without a password.")
            held = data[-len(_ENCRYPTED) :]
    return RefusedError("unknown_kind", "The file is in an old format of Office: save it as DOCX or XLSX.")


def _textual(sample: bytes, named: Kind | None) -> Kind:
    text = sample.replace(b"\x00", b"").decode("latin-1").removeprefix("ï»¿").removeprefix("ÿþ").removeprefix("þÿ")
    if _HTML.match(text):
        return "html"
    if _XML.match(text):
        raise RefusedError("unknown_kind", "The file is XML and not HTML: it is of no kind that is read here.")
    if named in ("markdown", "csv", "text"):
        return named
    if named == "html" and _TAGS.search(text):
        return "html"
    return "html" if named is None and len(_TAGS.findall(text)) >= 5 else "text"
