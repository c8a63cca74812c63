"""A table as rows under what heads their columns.

The first rows that hold no figures, but years, head the columns; a row with a label alone heads those below it. A head
over several columns stands over the first of them: those to its right that have none take it. A table whose years stand
in its first column, and not over its columns, is read the other way round.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_student.passages import has_figure
from ratchet_student.reading import Floats

TURNED_COLUMNS = 24  # a table that is read the other way round has at most so many rows
LONGEST_HEAD = 300  # characters

_NOTE = r"(?:\(\w{1,2}\)|\[\w{1,2}\]|[*\u2020\u2021\u00a7\u00b6\u00b9\u00b2\u00b3\u2070\u2074-\u2079]+)"  # its mark
_FIGURE = re.compile(
    r"(?P<minus>[-\u2212\u2013])?(?P<open>\()?(?P<minus_too>[-\u2212\u2013])?(?P<digits>\d[\d,]*(?:\.\d+)?|\.\d+)"
    rf"(?P<percent>%)?\)?%?(?:{_NOTE}|x)?"
)
_NOTE_BEHIND = re.compile(rf"(?<=[\d%)])\s?{_NOTE}\Z")
_MONEY = re.compile(r"(?:US|A|C|HK|NZ)?[$€£¥₹]|\b(?:USD|EUR|GBP|RMB|Rs)\b|\s+", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d.,$€£])(?:19|20)\d\d(?!\d|[.,]\d)")
_SPACED_YEAR = re.compile(r"\b([12]) (\d) (\d) (\d)\b")
_SHORT_YEAR = re.compile(r"\bFY\s?['\u2019]?(\d\d)\b", re.IGNORECASE)
_THOUSANDS = (
    r"thousands?\b|(?:[$€£¥]\s?)?['\u2018\u2019]\s?000s?\b|[$€£¥]\s?000s?\b|\b(?:in|USD|EUR|RMB) ?000s\b|\b€k\b"
)
_SHARES = re.compile(r"(?<![\d\s])\s?%|\A%")
_SCALE_NOTES = (
    ("thousand", re.compile(_THOUSANDS, re.IGNORECASE)),
    ("million", re.compile(r"millions?\b|[$€£¥]\s?(?:m|mn|mm|mil)\b|\b(?:USD|EUR|RMB)\s?(?:m|mn)\b", re.IGNORECASE)),
    ("billion", re.compile(r"billions?\b|[$€£¥]\s?(?:b|bn)\b", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    label: str
    section: str
    cells: tuple[str, ...]  # without the label's
    values: Floats  # NaN where a cell is no figure
    heads: tuple[str, ...]  # of its cells
    years: tuple[frozenset[str], ...]  # in the heads
    place: int  # in the table as it is read

    def is_share(self, column: int) -> bool:
        """Per cent: by its own sign, or one in its head or label with no figure before it ("5% notes" are amounts)."""
        if not 0 <= column < len(self.cells):
            return False
        return "%" in self.cells[column] or bool(_SHARES.search(f"{self.heads[column]} | {self.label}"))


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    table: int
    rows: tuple[Row, ...]
    scale: str  # that a note in the table names
    turned: bool  # its rows are the table's columns

    def where(self, row: Row, column: int) -> tuple[int, int]:
        """Row and column of the table as it was given."""
        return (column + 1, row.place) if self.turned else (row.place, column + 1)

    def label_at(self, row: Row) -> tuple[int, int]:
        return (0, row.place) if self.turned else (row.place, 0)


def read_grid(table: int, rows: Sequence[Sequence[str]]) -> Grid:
    """`rows` may be ragged, and empty."""
    width = max(map(len, rows), default=0)
    cells = [[*row, *[""] * (width - len(row))] for row in rows]
    turned = _years_below(cells)
    if turned:
        cells = [list(column) for column in zip(*cells, strict=True)]
    head = " ".join(text for row in cells[:4] for text in row)
    return Grid(table, tuple(_rows(cells)), noted_scale(head), turned)


def value_of(cell: str) -> float:
    """NaN where it is no figure."""
    found = _FIGURE.fullmatch(_MONEY.sub("", cell)) if len(cell) <= 40 else None
    if not found:
        return math.nan
    value = float(found["digits"].replace(",", ""))
    return -value if found["minus"] or found["open"] or found["minus_too"] else value


def without_note(cell: str) -> str:
    """A figure without the mark of its footnote; all else as it stands."""
    bare = _NOTE_BEHIND.sub("", cell)
    return cell if math.isnan(value_of(bare)) else bare


def years_in(text: str) -> list[str]:
    """In their order; FY19 is 2019."""
    plain = _SHORT_YEAR.sub(r"20\1", _SPACED_YEAR.sub(r"\1\2\3\4", text))
    return list(dict.fromkeys(_YEAR.findall(plain)))


def noted_scale(text: str) -> str:
    """The scale that is named first; empty where none is."""
    found = [(at.start(), name) for name, pattern in _SCALE_NOTES if (at := pattern.search(text))]
    return min(found)[1] if found else ""


def _years_below(cells: Sequence[Sequence[str]]) -> bool:
    if len(cells) < 2 or len(cells) > TURNED_COLUMNS or len(cells[0]) < 2:
        return False
    heads = sum(bool(years_in(cell)) for row in cells[:3] for cell in row[1:])
    below = sum(bool(years_in(row[0])) and len(row[0]) <= 30 for row in cells[1:])
    return not heads and below >= 2


def _rows(cells: Sequence[Sequence[str]]) -> Iterator[Row]:
    heads: list[str] = []
    section, in_head = "", True
    for place, row in enumerate(cells):
        if not any(row):
            continue
        others = row[1:]
        only_label = not any(others)
        if only_label and any(heads):
            section, in_head = row[0], False
        elif _heads_columns(others, in_head=in_head):
            above = heads if in_head and heads else [""] * len(others)
            heads = [f"{over} {cell}".strip()[:LONGEST_HEAD] for over, cell in zip(above, _spread(others), strict=True)]
            in_head = True
        else:
            in_head = False
            yield _row(place, row, section, tuple(heads) or ("",) * len(others))


def _heads_columns(others: Sequence[str], *, in_head: bool) -> bool:
    if any(map(_is_figure, others)):
        return False
    return in_head or sum(bool(years_in(cell)) for cell in others) >= 2


def _is_figure(cell: str) -> bool:
    """A cell with a year in words, such as "30 June 2019", is none."""
    return has_figure(cell) and not years_in(cell) and not math.isnan(value_of(cell))


def _spread(cells: Sequence[str]) -> list[str]:
    """Empty ones take the nearest to their left; those before the first take the first."""
    last = next((cell for cell in cells if cell), "")
    spread = []
    for cell in cells:
        last = cell or last
        spread.append(last)
    return spread


def _row(place: int, row: Sequence[str], section: str, heads: tuple[str, ...]) -> Row:
    label = row[0] or f"Total {section}".strip()
    values = np.array([value_of(cell) for cell in row[1:]])
    return Row(label, section, tuple(row[1:]), values, heads, tuple(frozenset(years_in(head)) for head in heads), place)
