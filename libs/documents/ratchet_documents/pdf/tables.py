"""Tables, with lines or without: rows whose segments stand one under the other are cells of columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from ratchet_documents.parsed import Merged
from ratchet_documents.pdf.cells import Cells, all_drawn, cells_of
from ratchet_documents.pdf.drawn_below import TOUCHES, begins_another, is_drawn_under
from ratchet_documents.pdf.gaps import split
from ratchet_documents.pdf.rows import Row
from ratchet_documents.pdf.segments import Segment
from ratchet_documents.pdf.wrapped import is_near, lines_joined, nearer_than
from ratchet_documents.tidying import is_number

NEAR = 2.2  # times the size of the letters, from one row to the next of a table
_EDGE = 0.3  # times the size of the letters: such a difference has the left edge of a letter from that of another
_CENTRED = 0.3  # times the size of the letters
_APART = 6.0  # points
_LONG = 0.75  # of the width of the rows: a single segment wider than that is text, and no label of a row


Columns = Sequence[tuple[float, float]]  # from left to right, where each begins and ends


@dataclass(frozen=True, slots=True)
class Found:
    first: int  # row of the page
    last: int
    rows: Sequence[tuple[str, ...]]
    merged: Sequence[Merged]


def tables_in(rows: Sequence[Row]) -> list[Found]:
    """In order; those that stand side by side have the same rows. Rows between them are none of theirs."""
    found: list[Found] = []
    at = 0
    while at < len(rows):
        if len(rows[at].segments) < 2:
            at += 1
            continue
        last = _last(rows, at)
        found += _table(rows, found[-1].last + 1 if found else 0, at, last)
        at = last + 1
    return found


def _last(rows: Sequence[Row], first: int) -> int:
    """The last row with cells that goes on with the first; labels between rows belong to them."""
    width = max(row.right for row in rows) - min(row.left for row in rows)
    last = at = first
    edges = {round(one.left) for one in rows[first].segments if one.in_cell}
    while at + 1 < len(rows) and _near(rows[at], rows[at + 1]) and not _has_others(rows[at], rows[at + 1]):
        at += 1
        row = rows[at]
        if begins_another(rows[first : last + 1], rows[at:]):
            break
        in_edges = row.segments[0].in_cell and round(row.left) in edges
        if len(row.segments) > 1 or in_edges or is_drawn_under(rows[last], row):
            last = at
            edges |= {round(one.left) for one in row.segments if one.in_cell}
        elif row.right - row.left > _LONG * width or at - last > 3:
            break
    return last


def _near(row: Row, below: Row) -> bool:
    """Whether the one below may go on with a table: it is near, or in a cell that is drawn right under the other's."""
    if row.bottom - below.top < NEAR * row.size:
        return True
    ends = [one.cell[0] for one in row.segments if one.cell]
    begins = [one.cell[1] for one in below.segments if one.cell]
    return bool(ends and begins) and min(ends) <= max(begins) + TOUCHES


def _has_others(row: Row, below: Row) -> bool:
    """Whether the one below has other drawn columns: some cells of both lie half over one another."""
    ours, others = ([(one.left, one.right) for one in its.segments if one.in_cell] for its in (row, below))
    return any(
        left + TOUCHES < its_left < right - TOUCHES < right + TOUCHES < its_right
        or its_left + TOUCHES < left < its_right - TOUCHES < its_right + TOUCHES < right
        for left, right in ours
        for its_left, its_right in others
    )


def _table(rows: Sequence[Row], above: int, first: int, last: int) -> list[Found]:
    """None where the rows have nothing under one another. `above`: the first row that is no other table's."""
    its = rows[first : last + 1]
    with_cells = [row for row in its if len(row.segments) > 1]
    if len(with_cells) < 2:
        return []
    body = [row for row in with_cells if any(is_number(one.text) for one in row.segments)] or with_cells
    columns = _columns(body)
    if len(columns) < 2 or not _stands_under(with_cells, columns):
        return []
    first = _first_head(rows, above, first, columns)
    nearer = nearer_than(rows[first : last + 1], columns[0][1])
    while last + 1 < len(rows) and _ends_cell(rows[last], rows[last + 1], columns, nearer):
        last += 1
    its = rows[first : last + 1]
    if all_drawn(its):
        return [Found(first, last, *_drawn(its, beside)) for beside in _side_by_side(columns)]
    return [Found(first, last, *_undrawn(its, columns, nearer))]


def _side_by_side(columns: Columns) -> list[Columns]:
    """The columns of each drawn table: where one ends at another's side there is room between their lines."""
    parts = [[columns[0]]]
    for column in columns[1:]:
        if column[0] - parts[-1][-1][1] > _APART:
            parts.append([])
        parts[-1].append(column)
    return [*parts]


def _drawn(rows: Sequence[Row], columns: Columns) -> tuple[Cells, list[Merged]]:
    left, right = columns[0][0], columns[-1][1]
    own = [[one for one in row.segments if one.left < right and one.right > left] for row in rows]
    return cells_of([Row(tuple(segments)) for segments in own], len(columns), lambda one: _place(one, columns))


def _undrawn(rows: Sequence[Row], columns: Columns, nearer: float) -> tuple[Cells, list[Merged]]:
    cells: Cells = []
    merged: list[Merged] = []
    for at, row in enumerate(rows):
        line = [""] * len(columns)
        for segment in [piece for one in row.segments for piece in _over_each(one, columns)]:
            place = _place(segment, columns, alone=len(row.segments) == 1 and not segment.in_cell)
            if len(place) > 1 and not any(line[column] for column in place):
                merged.append(Merged(at, place.start, 1, len(place)))
            for column in place:
                line[column] = f"{line[column]} {segment.text}".strip()
        cells.append(tuple(line))
    over = max((one.row for one in merged), default=-1)  # heads: down to them all lines stay as they are
    if nearer and 2 * over < len(rows):
        cells = [*cells[: over + 1], *lines_joined(rows[over + 1 :], cells[over + 1 :], nearer)]
    return cells, merged


def _over_each(segment: Segment, columns: Columns) -> list[Segment]:
    """Names of columns that stand as near one another as words do: one over each, all of as many words (`Q1 2025`) and
    with a number in it.
    """
    words = segment.text.split(" ")
    place = _place(segment, columns)
    if segment.in_cell or len(words) != len(segment.gaps) + 1 or len(place) < 2 or len(words) % len(place):
        return [segment]
    of_one = len(words) // len(place)
    pieces = split(segment, range(of_one - 1, len(words) - 1, of_one))
    each = all(_place(piece, columns) == range(at, at + 1) for at, piece in zip(place, pieces, strict=True))
    return pieces if each and all(any(map(str.isdigit, piece.text)) for piece in pieces) else [segment]


def _ends_cell(above: Row, row: Row, columns: Columns, nearer: float) -> bool:
    """Whether its one segment is the last line of a cell."""
    begins = any(abs(row.left - left) < _EDGE * row.size for left, _ in columns)
    return len(row.segments) == 1 and begins and is_near(above, row, nearer)


def _first_head(rows: Sequence[Row], above: int, first: int, columns: Columns) -> int:
    """The highest of the heads over the first row; a drawn label of the rows below may stand between."""
    at = first
    while at > above:
        is_head = _is_head(rows[at - 1], rows[at], columns)
        if not is_head and not is_drawn_under(rows[at - 1], rows[at]):
            break
        at -= 1
        first = at if is_head else first
    return first


def _is_head(row: Row, below: Row, columns: Columns) -> bool:
    """Whether its one segment stands over columns, and not over the labels of the rows."""
    near = row.bottom - below.top < NEAR * row.size
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


def _stands_under(rows: Sequence[Row], columns: Columns) -> bool:
    """Whether more than one row has something in two of the columns at least."""
    return sum(1 for row in rows if len({_place(one, columns).start for one in row.segments}) > 1) > 1


def _place(segment: Segment, columns: Columns, *, alone: bool = False) -> range:
    """The columns that it stands over; of a label that is alone in its row, the one where it begins."""
    over = [at for at, (left, right) in enumerate(columns) if segment.left < right and segment.right > left]
    if not over:
        middle = (segment.left + segment.right) / 2
        nearest, next_to_it = sorted(range(len(columns)), key=lambda at: abs(sum(columns[at]) / 2 - middle))[:2]
        if abs((sum(columns[nearest]) + sum(columns[next_to_it])) / 4 - middle) < _CENTRED * segment.size:
            return range(min(nearest, next_to_it), max(nearest, next_to_it) + 1)  # in the middle over both
        return range(nearest, nearest + 1)
    if alone and over[0] == 0:
        return range(1)
    return range(over[0], over[-1] + 1)
