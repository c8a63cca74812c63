"""PDF by PDFium. First some pages are looked at, for what is text and what is heading; then all are read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from ratchet_documents.collecting import Collected, cleaned
from ratchet_documents.pdf.directions import said_of
from ratchet_documents.pdf.flow import read_rows
from ratchet_documents.pdf.rows import Row, rows_of
from ratchet_documents.pdf.segments import segments_of
from ratchet_documents.pdf.survey import EDGE, Look, edge_rows, heads_of_tables, is_page_number, look_of
from ratchet_documents.refusal import RefusedError

SAMPLED = 40  # pages
_END = b"%%EOF"
_END_WITHIN = 4096  # bytes
Parts = list[list[Row]]


def read_pdf(path: Path, found: Collected) -> str:
    """The title. Raises RefusedError."""
    with _opened(path) as document:
        count = len(document)
        if count > found.account.limits.pages:
            raise RefusedError(
                "too_large",
                f"The document has {count:,} pages, and at most {found.account.limits.pages:,} are taken: split it.",
            )
        if count == 0:
            raise RefusedError("empty", "The document has no pages.")
        _pages(document, count, found)
        if pdfium.FPDF_GetSecurityHandlerRevision(document) >= 0:
            found.assume("The PDF is encrypted under an owner's password and opens without one: it is read.")
        if not _is_whole(path):
            found.assume("The file does not end as a PDF does: it may be cut off, and what is left is read.")
        title = cleaned(str(document.get_metadata_dict().get("Title", ""))[:1000])
        return "" if title.casefold() in ("", "untitled") else title


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise RefusedError("encrypted", "The PDF is encrypted: save it without a password.") from None
        raise RefusedError("broken", "The file begins as a PDF and cannot be read as one: make it anew.") from None
    try:
        yield document
    finally:
        document.close()


def _pages(document: Any, count: int, found: Collected) -> None:
    step = max(1, count // SAMPLED)
    sampled = {number: _parts(document, number, found) for number in range(0, count, step)}
    look = look_of((number, [row for part in parts for row in part]) for number, parts in sampled.items())
    empty = bare = left_out = letters = 0
    for number in range(count):
        parts = sampled.pop(number, None) or _parts(document, number, found)
        kept, gone = _without_running(parts, look, number)
        left_out += gone
        empty += not any(parts)
        rows = [row for part in parts for row in part]
        numbered = len(rows) <= EDGE and all(map(is_page_number, rows))
        bare += bool(rows) and (numbered or all(_running(rows, look, number)))
        letters += 0 if numbered else sum(len(row.text) for row in rows)
        if said := said_of([segment for part in kept for row in part for segment in row.segments]):
            found.assume_here(said)
        for part in kept:
            read_rows(part, look, found)
        found.end_page()
    if letters == 0:
        raise RefusedError(
            "no_text",
            f"The PDF has no text{' but numbers of pages' if bare else ''}, as scans have none: "
            "recognise its text (OCR) and send it again.",
        )
    _say(empty, bare, left_out, count, found)


def _parts(document: Any, number: int, found: Collected) -> Parts:
    found.account.in_time()
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        raise RefusedError("broken", f"Page {number + 1} of the PDF cannot be read: make the file anew.") from None
    try:
        return rows_of(segments_of(page, found.account))
    finally:
        page.close()


def _without_running(parts: Parts, look: Look, page: int) -> tuple[Parts, int]:
    """And how many rows were left out."""
    all_rows = [row for part in parts for row in part]
    runs = _running(all_rows, look, page)
    running = {id(row) for row, its in zip(all_rows, runs, strict=True) if its}
    if len(running) == len(all_rows):  # a page that is the same as others all over
        return parts, 0
    return [[row for row in part if id(row) not in running] for part in parts], len(running)


def _running(rows: Sequence[Row], look: Look, page: int) -> list[bool]:
    """Of each, whether it runs along from page to page."""
    top, bottom = edge_rows(rows)
    running = {id(row) for row in top if look.runs_along(row, page, at_top=True)}
    running |= {id(row) for row in bottom if look.runs_along(row, page, at_top=False)}
    running -= {id(row) for row in heads_of_tables(rows)}
    return [id(row) in running for row in rows]


def _say(empty: int, bare: int, left_out: int, count: int, found: Collected) -> None:
    if empty:
        found.assume(f"{empty:,} of {count:,} pages have no text, as scans have none: nothing of them is read.")
    if bare:
        found.assume(
            f"{bare:,} of {count:,} pages have nothing but their numbers or lines that are the same from page to page: "
            "where they are scans, recognise their text (OCR) and send them again."
        )
    if left_out:
        found.assume(f"{left_out:,} lines at the edges of pages are left out: they run along from page to page.")


def _is_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _END_WITHIN))
        return _END in file.read()
