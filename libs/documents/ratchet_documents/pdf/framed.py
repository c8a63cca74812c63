"""Which drawn lines are around cells: what has columns of its own between two of them is a frame, and no cell."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from ratchet_documents.pdf.gaps import may_be_one, together
from ratchet_documents.pdf.segments import Segment
from ratchet_documents.tidying import is_number

_FRAMES_FROM = 2  # rows that have columns in it
_SIGNS = frozenset("$€£¥)%")


def in_cells(segments: Sequence[Segment], rows: Sequence[Sequence[Segment]]) -> list[Segment]:
    """`segments` in the order of the text, those in a drawn cell as wide as that, and one where they share a row.

    `rows`: the same, each from left to right.
    """
    groups = [list(its) for row in rows for sides, its in groupby(row, lambda one: one.sides) if sides]
    apart = Counter(its[0].sides for its in groups if any(_are_apart(*two) for two in pairwise(its)))
    frames = {sides for sides, times in apart.items() if times >= _FRAMES_FROM}
    cells = {id(its[0]): _cell(its) for its in groups if its[0].sides not in frames}
    within = {id(one) for its in groups if its[0].sides not in frames for one in its}
    return [
        cells.get(id(one)) or replace(one, cell=None) for one in segments if id(one) in cells or id(one) not in within
    ]


def _are_apart(first: Segment, second: Segment) -> bool:
    if _SIGNS.issuperset(first.text) or _SIGNS.issuperset(second.text):
        return False
    if not first.goes_on:
        return True
    return is_number(first.text) and is_number(second.text) and not may_be_one(first.text, second.text)


def _cell(its: Sequence[Segment]) -> Segment:
    whole = its[0]
    for one in its[1:]:
        whole = together(whole, one)
    left, right = whole.sides or (whole.left, whole.right)
    return replace(whole, left=left, right=right, in_cell=True, goes_on=False)
