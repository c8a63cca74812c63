"""Which narrow gaps of a line part cells: those that more rows share, with figures behind them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ratchet_documents.pdf.segments import Segment
from ratchet_documents.tidying import is_number

_WITHIN = 8  # rows above and below
_SHARED = 0.25  # times the size of the letters
_ROWS = 2  # others that share the gap
_ENDS = frozenset("0123456789)%-−⁰¹²³⁴⁵⁶⁷⁸⁹")
_LEADS = re.compile(r"[$€£¥(+\-−]*\d{1,3}")  # with what follows it may be one figure
_GROUPED = re.compile(r"\d{3}(?!\d|,\d{3})")


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
        gaps=(*first.gaps, (first.right, second.left), *second.gaps),
    )


def split(segment: Segment, behind: Sequence[int]) -> list[Segment]:
    """Into pieces that end behind these words, counted from 0."""
    words = segment.text.split(" ")
    pieces: list[Segment] = []
    first = 0
    for last in (*behind, len(words) - 1):
        left = segment.gaps[first - 1][1] if first else segment.left
        right = segment.gaps[last][0] if last < len(segment.gaps) else segment.right
        inner = segment.gaps[first:last]
        pieces.append(replace(segment, text=" ".join(words[first : last + 1]), left=left, right=right, gaps=inner))
        first = last + 1
    return pieces


def figures_parted(lines: Sequence[Sequence[Segment]]) -> list[list[Segment]]:
    """Figures that stand side by side in columns with gaps as between words, parted where other rows have the gaps too.

    What may be one figure with blanks in it (`12 500`) is left as it is.
    """
    within = [[_figure_gaps(segment) for segment in line] for line in lines]
    if not any(map(any, within)):
        return [list(line) for line in lines]
    between = [
        [_Gap(one.right, two.left) for one, two in pairwise(line) if _begins_figure(two.text)]
        + [_Gap(*segment.gaps[at]) for segment, its in zip(line, of_line, strict=True) for at in its]
        for line, of_line in zip(lines, within, strict=True)
    ]
    return [
        [
            piece
            for segment, its in zip(line, of_line, strict=True)
            for piece in (_parted(segment, its, number, between) if its else [segment])
        ]
        for number, (line, of_line) in enumerate(zip(lines, within, strict=True))
    ]


def _parted(segment: Segment, its: Sequence[int], line: int, gaps: Sequence[Sequence[_Gap]]) -> list[Segment]:
    """`its`: the words with figures behind them."""
    cuts = [at for at in its if _is_shared(_Gap(*segment.gaps[at]), line, gaps, segment.size)]
    label = cuts[0] - 1 if cuts else -1
    if label >= 0 and not is_number(segment.text.split(" ")[label]):
        cuts[:0] = [label] if _is_shared(_Gap(*segment.gaps[label]), line, gaps, segment.size) else []
    return split(segment, cuts) if cuts else [segment]


def _figure_gaps(segment: Segment) -> list[int]:
    """The words that are figures and have one behind them."""
    words = segment.text.split(" ")
    return _between_figures(words) if 1 < len(words) == len(segment.gaps) + 1 else []


def _begins_figure(text: str) -> bool:
    return is_number(text.split(" ", 1)[0])


def _between_figures(words: Sequence[str]) -> list[int]:
    return [
        at
        for at, (one, two) in enumerate(pairwise(words))
        if one[-1:] in _ENDS and is_number(one) and is_number(two) and not may_be_one(one, two)
    ]


def may_be_one(first: str, second: str) -> bool:
    """Figure, with a blank in it."""
    return bool(_GROUPED.match(second) and _LEADS.fullmatch(first))


def _parts(first: Segment, second: Segment, gaps: Sequence[Sequence[_Gap]], line: int) -> bool:
    if is_number(first.text) and is_number(second.text):
        return True
    return _is_shared(_Gap(first.right, second.left), line, gaps, first.size)


def _is_shared(gap: _Gap, line: int, gaps: Sequence[Sequence[_Gap]], size: float) -> bool:
    """Whether rows near `line` have it too."""
    near = range(max(0, line - _WITHIN), min(len(gaps), line + _WITHIN + 1))
    least = min(_SHARED * size, 0.7 * (gap.right - gap.left))
    shared = sum(
        1
        for at in near
        if at != line and any(min(one.right, gap.right) - max(one.left, gap.left) > least for one in gaps[at])
    )
    return shared >= _ROWS
