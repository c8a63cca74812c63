"""Rows of a page as headings, paragraphs, items of lists and tables."""

import re
from collections.abc import Sequence

from ratchet_documents.collecting import Collected
from ratchet_documents.of_text import LONGEST_HEADING, heading_level
from ratchet_documents.pdf.rows import Row
from ratchet_documents.pdf.survey import Look
from ratchet_documents.pdf.tables import tables_in
from ratchet_documents.tidying import heads_of, joined

# As in plain text: bullets are taken off, numbers are kept, and a dash before a figure.
_ITEM = re.compile(
    r"^(?:[•‣▪●○■◦·*]\s+(?=\S)|–\s+(?![$€£¥]?\d)(?=\S)"
    r"|(?=–\s+[$€£¥]?\d|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+\S))"
)
_SEVERAL = re.compile(r"(?:[$€£¥]?\(?\d[\d,.]*\)?%?\s+)+[$€£¥]?\(?\d[\d,.]*\)?%?")
_PAGE = re.compile(r"(?:[A-Z]{1,2}-)?(?:\d{1,4}|[ivxlcIVXLC]{1,6})")
_ENDS_ENTRY = tuple("0123456789ivxlcIVXLC")
_DOTS = 3  # lead somewhere
_UNSURE = "some cells of tables hold several figures: they may be columns that could not be told apart."
_APART = 0.9  # times the size of the letters between two rows: a new paragraph
_BROKEN = "\xad"  # a word goes on in the next row


def read_rows(rows: Sequence[Row], look: Look, found: Collected) -> None:
    """One part of a page, from top to bottom. Raises RefusedError."""
    at = 0
    for table in tables_in(rows):
        _read_text(rows[at : table.first], look, found)
        cells = joined(table.rows)
        if any(_SEVERAL.fullmatch(cell) for row in cells for cell in row):
            found.assume_here(_UNSURE)
        found.table(cells, heads_of(cells), table.merged)
        at = table.last + 1
    _read_text(rows[at:], look, found)


def _read_text(rows: Sequence[Row], look: Look, found: Collected) -> None:
    held: list[Row] = []
    for row in rows:
        found.account.in_time()
        if held and _begins(row, held, look):
            _take(held, look, found)
            held = []
        held.append(row)
    if held:
        _take(held, look, found)


def _begins(row: Row, held: Sequence[Row], look: Look) -> bool:
    """Whether the row is no part of the paragraph that is held."""
    last = held[-1]
    if last.bottom - row.top > _APART * last.size or abs(last.size - row.size) > 0.6 or last.bold != row.bold:
        return True
    if row.top > last.top + last.size:  # back to the top: another column
        return True
    if _ITEM.match(row.text) or _entry(last.text):
        return True
    return bool(look.level(last)) and bool(_named(row.text))


def _entry(text: str) -> str:
    """Of a table of contents, where dots lead to the number of a page at its end; nothing for another text."""
    if not text.endswith(_ENDS_ENTRY):
        return ""
    before, _, page = text.rpartition(".")
    name = before.rstrip(". ")
    if not name or before.count(".", len(name)) < _DOTS or not _PAGE.fullmatch(page.strip()):
        return ""
    return f"{name} … {page.strip()}"


def _named(text: str) -> int:
    return heading_level(text) if len(text) <= LONGEST_HEADING else 0


def _take(rows: Sequence[Row], look: Look, found: Collected) -> None:
    text = ""
    for row in rows:
        text = text.removesuffix(_BROKEN) + row.text if text.endswith(_BROKEN) else f"{text} {row.text}"
    text = text.strip()
    if entry := _entry(text):
        found.item(0, entry)
        return
    level = look.level(rows[0])
    if not level and (mark := _ITEM.match(text)):
        found.item(0, text[mark.end() :])
    elif level and len(text) <= 2 * LONGEST_HEADING and not text.endswith((".", ",", ";")):
        found.heading(level, text)
    else:
        found.paragraph(text)
