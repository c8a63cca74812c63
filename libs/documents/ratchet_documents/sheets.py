"""A sheet of an XLSX, looked over before it is read: how much there is, what is merged, formulas without a value."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from ratchet_documents.limits import Account
from ratchet_documents.parsed import Merged
from ratchet_documents.refusal import RefusedError
from ratchet_documents.zips import BROKEN, elements

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_LETTERS = re.compile(r"[A-Z]{1,3}")
_WANTED = frozenset(name + tag for name in (_S, _STRICT) for tag in ("row", "mergeCell"))
MOST_ROWS = 1_048_576  # that a spreadsheet program has
_ADVICE = "split it, or send it as CSV in parts"


@dataclass(frozen=True, slots=True)
class Survey:
    """`merged`: rows count from 1 here, columns from 0, cut to where there are cells."""

    first_row: int
    last_row: int
    columns: int
    without_value: int
    merged: tuple[Merged, ...]


def survey(archive: zipfile.ZipFile, part_name: str, account: Account) -> Survey:
    """Raises RefusedError beyond the limits on rows, columns and cells."""
    limits = account.limits
    rows = cells = first = last = columns = without = 0
    ranges: list[str] = []
    with archive.open(part_name) as part:
        for element in elements(part, account, lambda element, _: element.tag in _WANTED):
            if element.tag.endswith("mergeCell"):
                ranges.append(element.get("ref", ""))
                continue
            rows += 1
            last = _next(last, element.get("r"), _whole)
            first = first or last
            column = 0
            for cell in element:
                column = _next(column, cell.get("r"), _column)
                without += _lacks_value(cell)
            cells += column  # those that are left out between others are there once it is read
            columns = max(columns, column)
            if rows > limits.rows or cells > limits.cells or columns > limits.columns:
                raise RefusedError("too_large", _too_large(limits.rows, limits.columns, limits.cells))
    return Survey(first, last, columns, without, _merged(ranges, last, columns, limits.cells))


def _next(last: int, written: str | None, place: Callable[[str], int]) -> int:
    """The row or column after the last one, or the later one that is written. Of one twice, openpyxl would lose one."""
    at = last + 1 if written is None else place(written)
    if not last < at <= MOST_ROWS:
        raise RefusedError("broken", BROKEN)
    return at


def _too_large(rows: int, columns: int, cells: int) -> str:
    return (
        f"A sheet is larger than is taken, which is {rows:,} rows, {columns:,} columns and {cells:,} cells: {_ADVICE}."
    )


def _lacks_value(cell: object) -> bool:
    tags = {str(child.tag).rpartition("}")[2]: child for child in cell}  # type: ignore[attr-defined]
    return "f" in tags and not ("v" in tags and tags["v"].text) and "is" not in tags


def _merged(ranges: list[str], last: int, columns: int, most: int) -> tuple[Merged, ...]:
    found = []
    area = 0
    for written in ranges:
        if not (parts := _RANGE.fullmatch(written)):
            continue
        left, top, right, bottom = _column(parts[1]) - 1, int(parts[2]), _column(parts[3]), int(parts[4])
        one = Merged(top, left, min(bottom, last) - top + 1, min(right, columns) - left)
        if one.rows < 1 or one.columns < 1 or one.rows * one.columns < 2:
            continue
        area += one.rows * one.columns
        if area > most:
            raise RefusedError("too_large", f"A sheet has more than {most:,} merged cells: {_ADVICE}.")
        found.append(one)
    return tuple(found)


def _column(reference: str) -> int:
    """Of `AB12`, or of its letters: 28. 0 where there are none."""
    letters = _LETTERS.match(reference.upper())
    count = 0
    for letter in letters[0] if letters else "":
        count = count * 26 + ord(letter) - 64
    return count


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
