"""Rows of a table that are lines of the same cells, told by their distance: nearer than rows that are whole."""

from collections.abc import Sequence
from itertools import pairwise

from ratchet_documents.pdf.rows import Row

_NEARER = 0.85  # times the least distance between two whole rows
Line = tuple[str, ...]


def nearer_than(rows: Sequence[Row], first_column: float) -> float:
    """Points from one line to the next below which they are of one row; 0 where that cannot be told.

    `first_column`: where it ends. Whole is a row with something in it and in another column.
    """
    whole = [len(row.segments) > 1 and row.left < first_column for row in rows]
    apart = [_baseline(rows[at - 1]) - _baseline(rows[at]) for at in range(1, len(rows)) if whole[at - 1] and whole[at]]
    return _NEARER * min(apart, default=0.0)


def is_near(above: Row, below: Row, nearer: float) -> bool:
    return _baseline(above) - _baseline(below) < nearer


def lines_joined(rows: Sequence[Row], lines: Sequence[Line], nearer: float) -> list[Line]:
    """`lines`: the cells of each of `rows`. Of a row one line at most is whole."""
    groups: list[list[int]] = [[0]] if rows else []
    for above, below in pairwise(range(len(rows))):
        if is_near(rows[above], rows[below], nearer):
            groups[-1].append(below)
        else:
            groups.append([below])
    joined: list[Line] = []
    for group in groups:
        whole = sum(1 for at in group if lines[at][0] and any(lines[at][1:]))
        if whole == 1:
            joined.append(
                tuple(" ".join(filter(None, parts)) for parts in zip(*(lines[at] for at in group), strict=True))
            )
        else:
            joined += [lines[at] for at in group]
    return joined


def _baseline(row: Row) -> float:
    """Letters that reach below it are in few segments of a row."""
    return max(segment.bottom for segment in row.segments)
