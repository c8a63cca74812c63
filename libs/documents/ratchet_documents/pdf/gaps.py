"""Which narrow gaps of a line part cells: those that more rows share, with figures behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ratchet_documents.pdf.segments import Segment
from ratchet_documents.tidying import is_number

_WITHIN = 8  # rows above and below
_SHARED = 0.25  # times the size of the letters
_ROWS = 2  # others that share the gap


@dataclass(frozen=True, slots=True)
class _Gap:
    left: float
    right: float


def joined(pieces: Sequence[Segment], lines: Sequence[Sequence[Segment]]) -> list[Segment]:
    """`pieces` in the order of the text, joined where one goes on; `lines`: the same from top to bottom, each from left
    to right."""
    gaps = [
        [_Gap(first.right, second.left) for first, second in pairwise(line) if is_number(second.text)] for line in lines
    ]
    line_of = {id(piece): at for at, line in enumerate(lines) for piece in line}
    whole: list[Segment] = []
    before: Segment | None = None
    for piece in pieces:
        if before is not None and before.goes_on and not _parts(before, piece, gaps, line_of[id(piece)]):
            whole[-1] = together(whole[-1], piece)
        else:
            whole.append(piece)
        before = piece
    return [replace(one, goes_on=False) if one.goes_on else one for one in whole]


def together(first: Segment, second: Segment) -> Segment:
    return replace(
        first,
        text=f"{first.text} {second.text}",
        left=min(first.left, second.left),
        right=max(first.right, second.right),
        bottom=min(first.bottom, second.bottom),
        top=max(first.top, second.top),
    )


def _parts(first: Segment, second: Segment, gaps: Sequence[Sequence[_Gap]], line: int) -> bool:
    if is_number(first.text) and is_number(second.text):
        return True
    near = range(max(0, line - _WITHIN), min(len(gaps), line + _WITHIN + 1))
    shared = sum(
        1
        for at in near
        if at != line
        and any(min(one.right, second.left) - max(one.left, first.right) > _SHARED * first.size for one in gaps[at])
    )
    return shared >= _ROWS
