"""XLSX: a sheet is a page; its tables are parted by empty rows, and a row with one cell above a table is text."""

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml.common import DefusedXmlException
from lxml.etree import LxmlError
from openpyxl.utils.exceptions import InvalidFileException

from ratchet_documents.collecting import Collected
from ratchet_documents.parsed import Merged
from ratchet_documents.refusal import RefusedError
from ratchet_documents.sheets import Survey, survey
from ratchet_documents.tidying import HEADS_ALONE, has_heads_alone, heads_of
from ratchet_documents.zips import BROKEN, UNSAFE

# What openpyxl raises where a part does not hold what it expects there.
_DAMAGED = (
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError),
    *(InvalidFileException, ParseError, LxmlError),
)
_SHEETS = "xl/worksheets/"
_OF_FORMAT = re.compile(
    r'"[^"]*"|[\\_*].|\[[^\]]*\]|.', re.S
)  # text in quotes, one sign as it stands, a colour, the rest
_LONGEST_FORMAT = 500  # characters; programs allow 255
_LONGEST_WHOLE = 1e21  # from here on a whole number is shown with its exponent
Row = tuple[int, list[str]]  # its number, from 1


def read_xlsx(path: Path, archive: zipfile.ZipFile, found: Collected) -> None:
    """Raises RefusedError."""
    # openpyxl goes through a whole sheet, slowly, before one asks for it: how much there is has to be known before.
    seen = {
        name: survey(archive, name, found.account)
        for name in archive.namelist()
        if name.startswith(_SHEETS) and name.endswith(".xml")
    }
    with path.open("rb") as file, warnings.catch_warnings():  # by its path, openpyxl would go by the name
        warnings.simplefilter("ignore")  # they quote what is in cells
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        except DefusedXmlException:
            raise RefusedError("unsafe_xml", UNSAFE) from None
        except _DAMAGED:
            raise RefusedError("broken", BROKEN) from None
        try:
            _read(book, archive, seen, found)
        finally:
            book.close()


def _read(book: Any, archive: zipfile.ZipFile, surveys: Mapping[str, Survey], found: Collected) -> None:
    hidden = without = 0
    for sheet in book.worksheets:
        part = sheet._worksheet_path
        seen = surveys.get(part) or survey(archive, part, found.account)
        without += seen.without_value
        hidden += sheet.sheet_state != "visible"
        sheet.reset_dimensions()  # what a file says of them may be wrong
        _sheet(list(_rows(sheet, seen, found)), seen, found)
        found.end_page(sheet.title)
    if not book.worksheets:
        raise RefusedError("no_text", "The file has no sheet with cells.")
    if without:
        found.assume(
            f"{_cells(without)} a formula without a computed value, and read as empty: "
            "open the file in a spreadsheet program and save it, and the values are there."
        )
    if hidden:
        found.assume("A hidden sheet is read too." if hidden == 1 else f"{hidden} hidden sheets are read too.")


def _cells(count: int) -> str:
    return "1 cell has" if count == 1 else f"{count:,} cells have"


def _rows(sheet: Any, seen: Survey, found: Collected) -> Iterator[Row]:
    """Those in which something stands, with what is merged into them."""
    above: dict[int, list[Merged]] = {}
    for one in seen.merged:
        above.setdefault(one.row, []).append(one)
    reaching: list[tuple[Merged, str]] = []
    try:
        begin = max(1, seen.first_row)
        for number, cells in enumerate(sheet.iter_rows(min_row=begin, max_row=max(begin, seen.last_row)), begin):
            if not (cells or reaching or number in above):
                continue
            found.account.in_time()
            row = [_shown(cell) for cell in cells]
            reaching = [(one, text) for one, text in reaching if number < one.row + one.rows]
            reaching += [(one, row[one.column]) for one in above.get(number, ()) if one.column < len(row)]
            for one, text in reaching:
                row += [""] * (one.column + one.columns - len(row))
                row[one.column : one.column + one.columns] = [text] * one.columns
            if any(row):
                yield number, row
    except DefusedXmlException:
        raise RefusedError("unsafe_xml", UNSAFE) from None
    except RefusedError:
        raise
    except _DAMAGED:
        raise RefusedError("broken", BROKEN) from None


def _sheet(rows: Sequence[Row], seen: Survey, found: Collected) -> None:
    merged: dict[int, list[Merged]] = {}  # by each row that they reach
    for one in seen.merged:
        for number in range(one.row, one.row + one.rows):
            merged.setdefault(number, []).append(one)
    start = 0
    for at, (row, later) in enumerate(pairwise(rows), 1):
        if later[0] - row[0] > 1:
            _region(rows[start:at], merged, found)
            start = at
    _region(rows[start:], merged, found)


def _region(rows: Sequence[Row], reached: Mapping[int, Sequence[Merged]], found: Collected) -> None:
    """Rows one under the other. Those with one text at the top are text and not table."""
    start = 0
    while start < len(rows) and (text := _only_text(rows[start], reached)):
        found.paragraph(text)
        start += 1
    if start == len(rows):
        return
    first, last = rows[start][0], rows[-1][0]
    table = [row for _, row in rows[start:]]
    merged = [
        Merged(one.row - first, one.column, one.rows, one.columns)
        for number in range(first, last + 1)
        for one in reached.get(number, ())
        if one.row == number and one.row + one.rows - 1 <= last
    ]
    if has_heads_alone(table):
        found.assume_here(HEADS_ALONE)
    found.table(table, heads_of(table), merged)


def _only_text(row: Row, reached: Mapping[int, Sequence[Merged]]) -> str:
    """Of a row with one cell, be it merged of several; none where several cells have text, be it the same."""
    number, cells = row
    used = [at for at, cell in enumerate(cells) if cell]
    over = (range(one.column, one.column + one.columns) for one in reached.get(number, ()))
    if len(used) == 1 or any(used[0] in its and used[-1] in its for its in over):
        return cells[used[0]]
    return ""


def _shown(cell: Any) -> str:
    """A value as a reader of the sheet sees it, as far as that matters: dates as dates, shares as percent."""
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _number(value, str(cell.number_format)[:_LONGEST_FORMAT])
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return str(value).strip()


def _number(value: float, written: str) -> str:
    """`written`: its format. A percent sign that stands in quotes is text, and takes nothing times a hundred."""
    if "%" not in written:
        return _digits(value)
    parts = _OF_FORMAT.findall(written)
    if "%" in parts:
        return f"{_digits(round(value * 100, 10))}%"
    is_text = any("%" in part and part[0] in '"\\' for part in parts)
    return f"{_digits(value)}%" if is_text else _digits(value)


def _digits(value: float) -> str:
    """All digits of a whole number; else the 15 that a spreadsheet keeps."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < _LONGEST_WHOLE:
        return f"{Decimal(repr(value)):.0f}"  # not `int(value)`, whose last digits come from no file
    return format(value, ".15g")
