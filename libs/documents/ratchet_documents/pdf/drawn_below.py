"""Whether drawn cells go on with the table above them: they touch it; with room between, they name no columns anew."""

from collections.abc import Sequence
from math import inf

from ratchet_documents.pdf.rows import Row
from ratchet_documents.tidying import names_columns

TOUCHES = 2.0  # points between cells that are drawn one under the other
_ROOM = 6.0  # points


def is_drawn_under(above: Row, row: Row) -> bool:
    """Whether a cell of the row touches one of the other's from below, however wide each is."""
    return any(
        abs(one.cell[0] - its.cell[1]) <= TOUCHES and one.left < its.right + TOUCHES and its.left < one.right + TOUCHES
        for one in above.segments
        for its in row.segments
        if one.in_cell and one.cell and its.in_cell and its.cell
    )


def begins_another(above: Sequence[Row], rows: Sequence[Row]) -> bool:
    """Whether the first of `rows` begins another table than that of the rows above, with columns that it names.

    Without such names it has those above: a label without lines may part the two. Nor does it where the rows above have
    room between them too.
    """
    if len(above) < 2 or _room(*above[-2:]) > TOUCHES or not _ROOM < _room(above[-1], rows[0]) < inf:
        return False
    names = next((row for row in rows if len(row.segments) > 1), None)
    # Over the labels of the rows there may be no name.
    return names is not None and names_columns(["", *(one.text for one in names.segments)])


def _room(above: Row, row: Row) -> float:
    """Between their lines; without end where some of their cells have none."""
    its = (*above.segments, *row.segments)
    if not all(one.in_cell and one.cell for one in its):
        return inf
    return min(one.cell[0] for one in above.segments if one.cell) - max(one.cell[1] for one in row.segments if one.cell)
