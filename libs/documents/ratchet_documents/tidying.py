"""Tables as they are meant: signs beside their figures, nothing that only keeps others apart, the names of columns."""

import re
from collections.abc import Sequence

from ratchet_documents.parsed import Merged, Table

_BEFORE = frozenset(("$", "€", "£", "¥", "US$", "CHF", "EUR", "USD", "$("))
_AFTER = frozenset((")", "%", ")%", "%)"))
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY = re.compile(r"\d{1,2}([./-])\d{1,2}\1(?:(?:19|20)\d\d|\d\d)|(?:19|20)\d\d-\d\d-\d\d")  # over a column
# A sign may stand behind, and the raised mark of a note.
_FIGURE = re.compile(r"[\s$€£¥(+\-–—−]*\d[\d,.'\s\xa0]*[)%\s]*[-−]?[⁰¹²³⁴⁵⁶⁷⁸⁹]*(?:,[⁰¹²³⁴⁵⁶⁷⁸⁹]+)*")
MOST_HEADS = 4
HEADS_ALONE = "A table has one row without a figure and none below it: where these name columns, it has no rows."
Rows = Sequence[Sequence[str]]


def joined(rows: Rows) -> list[list[str]]:
    """A currency goes to the figure behind it, a bracket or a percent sign to the one before it."""
    return [_row_joined(list(row)) for row in rows]


def _row_joined(row: list[str]) -> list[str]:
    for at, cell in enumerate(row):
        text = cell.strip()
        if text in _BEFORE:
            target = next((later for later in range(at + 1, min(at + 4, len(row))) if row[later].strip()), None)
            if target is not None and (is_figure(row[target]) or row[target].strip() in ("-", "–", "—")):
                row[at], row[target] = "", text + row[target].strip()
        elif text in _AFTER:
            target = next((before for before in range(at - 1, max(at - 4, -1), -1) if row[before].strip()), None)
            if target is not None and any(map(str.isdigit, row[target])):
                row[at], row[target] = "", row[target].strip() + text
    return row


def is_figure(cell: str) -> bool:
    """Whether it is a number, as tables of finance write them; a year is none."""
    text = cell.strip()
    return _FIGURE.fullmatch(text) is not None and not _YEAR.fullmatch(text)


def is_number(cell: str) -> bool:
    """As `is_figure`, years too."""
    return _FIGURE.fullmatch(cell.strip()) is not None


def heads_of(rows: Rows) -> int:
    """How many rows at the top name columns: those before the first figure, up to one that labels the rows below it."""
    used = [
        at for at in range(max(map(len, rows), default=0)) if any(at < len(row) and row[at].strip() for row in rows)
    ]
    every, rows = rows, [[row[at] if at < len(row) else "" for at in used] for row in rows[: MOST_HEADS + 2]]
    count = 0
    for row in rows[: MOST_HEADS + 1]:
        if not names_columns(row):
            break
        labels = bool(row) and bool(row[0].strip()) and not any(cell.strip() for cell in row[1:])
        if labels and len(row) > 1:
            break
        if (
            _is_over_all(row)
            and not all(map(_is_over_all, rows[:count]))
            and any(map(_is_over_all, every[count + 1 :]))
        ):
            break  # as `Assets`, with `Liabilities` below; one alone is over all rows
        count += 1
    if count <= MOST_HEADS and count < len(rows):
        return count
    return 1 if len(rows) > 1 and all(cell.strip() for cell in rows[0]) else 0


def _is_over_all(row: Sequence[str]) -> bool:
    """Whether it is one text, in each of its columns."""
    texts = {cell.strip() for cell in row}
    return len(row) > 1 and len(texts) == 1 and "" not in texts


def names_columns(row: Sequence[str]) -> bool:
    """Whether none of its cells is a figure; a day is none over a column, and one in the first cell labels a row."""
    return not any(is_figure(cell) and not (at and _DAY.fullmatch(cell.strip())) for at, cell in enumerate(row))


def has_heads_alone(rows: Rows) -> bool:
    """The one row with several cells is the last and has no figure: names of columns, with nothing below them."""
    wide = [at for at, row in enumerate(rows) if sum(bool(cell.strip()) for cell in row) > 1]
    return wide == [len(rows) - 1] and not any(map(is_figure, rows[-1]))


def compact(rows: Rows, heads: int, merged: Sequence[Merged]) -> Table | None:
    """Without rows and columns in which nothing stands of its own; nothing at all is no table."""
    across, below = _reached(merged)
    width = max(map(len, rows), default=0)
    kept_rows: list[int] = []
    kept_columns: set[int] = set()
    for at, row in enumerate(rows):
        own = [column for column, cell in enumerate(row) if cell and (at, column) not in below]
        kept_columns.update(column for column in own if (at, column) not in across)
        if own:
            kept_rows.append(at)
    for one in merged:
        its = range(one.column, one.column + one.columns)
        if kept_columns.isdisjoint(its) and one.column < len(rows[one.row]) and rows[one.row][one.column]:
            kept_columns.add(one.column)
    if not kept_rows:
        return None
    columns = [column for column in range(width) if column in kept_columns]
    taken = tuple(tuple(rows[at][column] if column < len(rows[at]) else "" for column in columns) for at in kept_rows)
    new_rows = {old: new for new, old in enumerate(kept_rows)}
    new_columns = {old: new for new, old in enumerate(columns)}
    still = filter(None, (_moved(one, new_rows, new_columns) for one in merged))
    return Table(taken, sum(at < heads for at in kept_rows), tuple(still))


def _reached(merged: Sequence[Merged]) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Where cells are that reach over columns, and where those reach that begin in a row above."""
    across: set[tuple[int, int]] = set()
    below: set[tuple[int, int]] = set()
    for one in merged:
        for row in range(one.row, one.row + one.rows):
            its = [(row, column) for column in range(one.column, one.column + one.columns)]
            across.update(its if one.columns > 1 else ())
            below.update(its if row > one.row else ())
    return across, below


def _moved(one: Merged, rows: dict[int, int], columns: dict[int, int]) -> Merged | None:
    its_rows = [rows[at] for at in range(one.row, one.row + one.rows) if at in rows]
    its_columns = [columns[at] for at in range(one.column, one.column + one.columns) if at in columns]
    if len(its_rows) * len(its_columns) < 2:
        return None
    return Merged(its_rows[0], its_columns[0], len(its_rows), len(its_columns))
