"""Tables, with lines or without: rows whose segments stand one under the other are cells of columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from ratchet_documents.parsed import Merged
from ratchet_documents.pdf.gaps import split
from ratchet_documents.pdf.rows import Row
from ratchet_documents.pdf.segments import Segment
from ratchet_documents.tidying import is_number

_NEAR = 2.2  # times the size of the letters, from one row to the next of a table
_EDGE = 1.0  # points
_LONG = 0.75  # of the width of the rows: a single segment wider than that is text, and no label of a row


@dataclass(frozen=True, slots=True)
class Found:
    first: int  # row of the page
    last: int
    rows: tuple[tuple[str, ...], ...]
    merged: tuple[Merged, ...]


def tables_in(rows: Sequence[Row]) -> list[Found]:
    """In order. Rows between them are none of theirs."""
    found: list[Found] = []
    at = 0
    while at < len(rows):
        if len(rows[at].segments) < 2:
            at += 1
            continue
        last = _last(rows, at)
        table = _table(rows, found[-1].last + 1 if found else 0, at, last)
        if table is not None:
            found.append(table)
        at = last + 1
    return found


def _last(rows: Sequence[Row], first: int) -> int:
    """The last row with cells that goes on with the first; labels between rows belong to them."""
    width = max(row.right for row in rows) - min(row.left for row in rows)
    last = at = first
    while at + 1 < len(rows) and rows[at].bottom - rows[at + 1].top < _NEAR * rows[at].size:
        at += 1
        row = rows[at]
        if len(row.segments) > 1 or (row.segments[0].in_cell and abs(row.left - rows[first].left) < _EDGE):
            last = at
        elif row.right - row.left > _LONG * width or at - last > 3:
            break
    return last


def _table(rows: Sequence[Row], above: int, first: int, last: int) -> Found | None:
    """None where the rows have nothing under one another. `above`: the first row that is no other table's."""
    its = rows[first : last + 1]
    with_cells = [row for row in its if len(row.segments) > 1]
    if len(with_cells) < 2:
        return None
    body = [row for row in with_cells if any(is_number(one.text) for one in row.segments)] or with_cells
    columns = _columns(body)
    if len(columns) < 2 or not _stands_under(with_cells, columns):
        return None
    while first > above and _is_head(rows[first - 1], rows[first], columns):
        first -= 1
    its = rows[first : last + 1]
    cells: list[tuple[str, ...]] = []
    merged: list[Merged] = []
    for at, row in enumerate(its):
        line = [""] * len(columns)
        for segment in [piece for one in row.segments for piece in _over_each(one, columns)]:
            place = _place(segment, columns, alone=len(row.segments) == 1 and not segment.in_cell)
            if len(place) > 1 and not any(line[column] for column in place):
                merged.append(Merged(at, place.start, 1, len(place)))
            for column in place:
                line[column] = f"{line[column]} {segment.text}".strip()
        cells.append(tuple(line))
    return Found(first, last, tuple(cells), tuple(merged))


def _over_each(segment: Segment, columns: Sequence[tuple[float, float]]) -> list[Segment]:
    """Names of columns that stand as near one another as words do: as many as columns, each with a number in it."""
    words = segment.text.split(" ")
    place = _place(segment, columns)
    if segment.in_cell or len(words) != len(segment.gaps) + 1 or len(words) != len(place) or len(words) < 2:
        return [segment]
    pieces = split(segment, range(len(words) - 1))
    each = all(_place(piece, columns) == range(at, at + 1) for at, piece in zip(place, pieces, strict=True))
    return pieces if each and all(any(map(str.isdigit, word)) for word in words) else [segment]


def _is_head(row: Row, below: Row, columns: Sequence[tuple[float, float]]) -> bool:
    """Whether its one segment stands over columns, and not over the labels of the rows."""
    near = row.bottom - below.top < _NEAR * row.size
    return near and len(row.segments) == 1 and row.left > columns[0][1] and row.right <= columns[-1][1] + row.size * 3


def _columns(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """From left to right, where each begins and ends: what overlaps is one, but for drawn cells over several others."""
    drawn = {(one.left, one.right) for row in rows for one in row.segments if one.in_cell}
    over = {place for place in drawn if _spans_others(*place, rows)}
    spans = sorted(place for row in rows for one in row.segments if (place := (one.left, one.right)) not in over)
    columns: list[tuple[float, float]] = []
    for left, right in spans:
        if columns and left < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], right))
        else:
            columns.append((left, right))
    return columns


def _spans_others(left: float, right: float, rows: Sequence[Row]) -> bool:
    """Whether two drawn cells of one row at least are within these edges."""
    return any(
        len({one.left for one in row.segments if one.in_cell and one.left < right and one.right > left}) > 1
        for row in rows
    )


def _stands_under(rows: Sequence[Row], columns: Sequence[tuple[float, float]]) -> bool:
    """Whether more than one row has something in two of the columns at least."""
    return sum(1 for row in rows if len({_place(one, columns).start for one in row.segments}) > 1) > 1


def _place(segment: Segment, columns: Sequence[tuple[float, float]], *, alone: bool = False) -> range:
    """The columns that it stands over; of a label that is alone in its row, the one where it begins."""
    over = [at for at, (left, right) in enumerate(columns) if segment.left < right and segment.right > left]
    if not over:
        middle = (segment.left + segment.right) / 2
        nearest = min(range(len(columns)), key=lambda at: abs(sum(columns[at]) / 2 - middle))
        return range(nearest, nearest + 1)
    if alone and over[0] == 0:
        return range(1)
    return range(over[0], over[-1] + 1)
