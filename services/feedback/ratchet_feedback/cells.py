"""A correction of single cells of a table becomes the whole answer as it should have been. Pure.

Tables are found as Markdown has them: a line of cells between bars, a line of dashes, and the rows below.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

DASHES: Final = re.compile(r":?-+:?")  # of one column
BAR: Final = re.compile(r"(?<!\\)\|")
MOST_TABLES: Final = 100

Name = str | int  # of a row or a column: what stands at its head, or its number from 1


@dataclass(frozen=True, slots=True)
class Cell:
    """`row` by its first cell or else its number below the head, `column` by its head or else its number, from 1."""

    row: Name
    column: Name
    value: str
    table: int = 1


Places = Mapping[str, Sequence[int]]  # by what is read there


@dataclass
class Table:
    """Names are those of the table as it was when one was first asked for."""

    lines: list[int]  # of the rows, in the text
    head: list[str]
    rows: list[list[str]] = field(default_factory=list)

    @cached_property
    def rows_named(self) -> Places:
        return _by_name([one[0] if one else "" for one in self.rows])

    @cached_property
    def columns_named(self) -> Places:
        return _by_name(self.head)


def with_cells(text: str, cells: Sequence[Cell]) -> str | None:
    """The text with these cells in place of its own, each found in the table as it was. None where one of them names no
    single cell of it."""
    lines = text.split("\n")
    tables = _tables(lines)
    places = [_cell_in(tables, cell) for cell in cells]
    for cell, found in zip(cells, places, strict=True):
        if found is None:
            return None
        table, row, column = found
        table.rows[row][column] = cell.value.replace("\n", " ").replace("|", "\\|")
        lines[table.lines[row]] = f"| {' | '.join(table.rows[row])} |"
    return "\n".join(lines)


def unplaced(text: str, cells: Sequence[Cell]) -> list[Cell]:
    """Those that name no single cell of it."""
    tables = _tables(text.split("\n"))
    return [cell for cell in cells if _cell_in(tables, cell) is None]


def as_correction(cells: Sequence[Cell]) -> list[Mapping[str, Name]]:
    """As a correction of a part, for whoever cannot put it into the answer."""
    return [{"table": cell.table, "row": cell.row, "column": cell.column, "value": cell.value} for cell in cells]


def _tables(lines: Sequence[str]) -> list[Table]:
    found: list[Table] = []
    number = 1
    while number < len(lines) and len(found) < MOST_TABLES:
        if "|" in lines[number - 1] and _are_dashes(lines[number]):
            table = Table([], _cells(lines[number - 1]))
            number += 1
            while number < len(lines) and "|" in lines[number]:
                table.lines.append(number)
                table.rows.append(_cells(lines[number]))
                number += 1
            found.append(table)
        number += 1
    return found


def _are_dashes(line: str) -> bool:
    """Column by column: one expression for all of it takes the square of a line of blanks."""
    columns = line.strip().removeprefix("|").removesuffix("|").split("|")
    return all(DASHES.fullmatch(column.strip()) for column in columns)


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    parts = BAR.split(inner)
    if parts and not parts[-1].strip():
        parts.pop()  # after the closing bar
    return [part.strip() for part in parts]


def _cell_in(tables: Sequence[Table], cell: Cell) -> tuple[Table, int, int] | None:
    if not 1 <= cell.table <= len(tables):
        return None
    table = tables[cell.table - 1]
    row = _place(cell.row, table.rows_named, len(table.rows))
    column = _place(cell.column, table.columns_named, len(table.head))
    if row is None or column is None or column >= len(table.rows[row]):
        return None
    return table, row, column


def _place(name: Name, named: Places, count: int) -> int | None:
    """Where it stands, by its name (2023 is one, too), and a number that is no name by its place from 1, of so many.
    None: nowhere, or in several places."""
    if places := named.get(_folded(str(name))):
        return places[0] if len(places) == 1 else None
    return name - 1 if isinstance(name, int) and 1 <= name <= count else None


def _by_name(names: Sequence[str]) -> Places:
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        found.setdefault(_folded(name), []).append(place)
    return found


def _folded(name: str) -> str:
    """As it is read: a bar within a cell is written with a backslash before it."""
    return name.replace("\\|", "|").strip().casefold()
