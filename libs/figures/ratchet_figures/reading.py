"""Prices from a CSV file: a column `date`, and one for each instrument; an empty cell where there is no price.

Cells are parted by commas; or by semicolons or tabs, as the first line is, and 1.234,5 is a number then.
"""

import csv
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from itertools import chain
from math import isnan
from typing import Any, Final

from ratchet_figures.figure import CannotComputeError
from ratchet_figures.series import MOST_PRICES, Series

DAY = "date"
_MIDNIGHT: Final = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:?00)?\Z")
_WITH_POINTS: Final = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})")
_DECIMAL_COMMA: Final = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+")
_BEGINS: Final = re.compile(rf'\ufeff?\s*"?{DAY}"?\s*(?P<mark>[;\t])', re.I)  # the first column and what parts it
_EITHER: Final = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+")


def read_prices(lines: Iterable[str]) -> dict[str, Series]:
    """By instrument. Raises CannotComputeError, which names the line."""
    left = iter(lines)
    first = next(left, "")
    begins = _BEGINS.match(first)
    parted = begins["mark"] if begins else ","
    rows = csv.reader(chain((first,), left), delimiter=parted, strict=True)
    try:
        return _read(rows, decimal_comma=parted != ",")
    except csv.Error:
        raise CannotComputeError(f"Line {rows.line_num} is no CSV: is a quotation mark left open?") from None


def _read(rows: Any, *, decimal_comma: bool) -> dict[str, Series]:
    names = [name.strip() for name in next(rows, [])]
    if len(names) < 2 or names[0].lstrip("\ufeff").casefold() != DAY:
        raise CannotComputeError(f"The first line names the columns: `{DAY}` first, then each instrument.")
    if "" in names:
        raise CannotComputeError(f"Column {names.index('') + 1} has no name.")
    if twice := {name for name in names if names.count(name) > 1}:
        raise CannotComputeError(f"The column {', '.join(sorted(twice))} is there twice.")
    series: dict[str, dict[date, float | None]] = {name: {} for name in names[1:]}
    read = 0
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(names):
            raise CannotComputeError(f"Line {rows.line_num} has {len(row)} cells, and there are {len(names)} columns.")
        if (read := read + len(row)) > MOST_PRICES:
            raise CannotComputeError(f"Line {rows.line_num}: at most {MOST_PRICES:,} prices are taken.")
        day = _day(row[0], rows.line_num)
        for name, cell in zip(names[1:], row[1:], strict=True):
            if day in series[name]:
                raise CannotComputeError(f"Line {rows.line_num}: the day {day} is there twice.")
            series[name][day] = _price(cell, name, rows.line_num, decimal_comma=decimal_comma)
    return dict(series)


def _day(cell: str, line: int) -> date:
    """`2026-11-23`, at midnight where there is a time, and `23.11.2026`; 11/12/2026 is of November or of December."""
    said = _MIDNIGHT.sub("", cell.strip())
    try:
        if its := _WITH_POINTS.fullmatch(said):
            return date(int(its["year"]), int(its["month"]), int(its["day"]))
        return date.fromisoformat(said)
    except ValueError:
        raise CannotComputeError(f"Line {line} begins with no day as 2026-11-23.") from None


def _price(cell: str, name: str, line: int, *, decimal_comma: bool) -> float | None:
    said = cell.strip()
    if not said:
        return None
    if decimal_comma and _EITHER.fullmatch(said):
        raise CannotComputeError(
            f"Line {line}: the price of {name} may be a thousand times the other: write it as 1234,0."
        )
    if decimal_comma and _DECIMAL_COMMA.fullmatch(said):
        said = said.replace(".", "").replace(",", ".")
    with suppress(ValueError):
        if "_" not in said and not isnan(price := float(said)):  # `_` is a mark between digits to Python
            return price
    raise CannotComputeError(f"Line {line}: the price of {name} is no number, such as 1234.5.")
