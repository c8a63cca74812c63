"""Prices from a CSV file: a column `date`, and one for each instrument; an empty cell where there is no price."""

import csv
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from math import isnan
from typing import Any

from ratchet_figures.figure import CannotComputeError
from ratchet_figures.series import MOST_PRICES, Series

DAY = "date"


def read_prices(lines: Iterable[str]) -> dict[str, Series]:
    """By instrument. Raises CannotComputeError, which names the line."""
    rows = csv.reader(lines, strict=True)
    try:
        return _read(rows)
    except csv.Error:
        raise CannotComputeError(f"Line {rows.line_num} is no CSV: is a quotation mark left open?") from None


def _read(rows: Any) -> dict[str, Series]:
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
            series[name][day] = _price(cell, name, rows.line_num)
    return dict(series)


def _day(cell: str, line: int) -> date:
    try:
        return date.fromisoformat(cell.strip())
    except ValueError:
        raise CannotComputeError(f"Line {line} begins with no day as 2026-11-23.") from None


def _price(cell: str, name: str, line: int) -> float | None:
    if not cell.strip():
        return None
    with suppress(ValueError):
        if "_" not in cell and not isnan(price := float(cell)):  # `_` is a mark between digits to Python
            return price
    raise CannotComputeError(f"Line {line}: the price of {name} is no number, such as 1234.5.")
