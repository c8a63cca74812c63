"""Where spans begin and end: the likeliest row of tags, of which only some make sense."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_student.reading import Floats, Ints
from ratchet_student.tokens import ABSENT, Cells, mixed

OUTSIDE, BEGINS, GOES_ON = 0, 1, 2
TAGS = 3
INSIDE = 5  # tokens of a span whose words count for its kind, wherever they stand in it
_NEVER = -1e9
_FIRST = np.array([0.0, 0.0, _NEVER])  # nothing goes on that has not begun in the same line
_STEPS = np.array([_FIRST, [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])  # (from, to)


@dataclass(frozen=True, slots=True)
class Span:
    first: int  # token
    last: int
    chance: float  # mean over its tokens of not being outside


def spans(likely: Floats, line: Ints, caution: float) -> list[Span]:
    """`likely`: (tokens, tags), logarithms. `caution` is taken from every tag but outside."""
    row = _row(likely - caution * (np.arange(TAGS) != OUTSIDE), line)
    inside = 1 - np.exp(likely[:, OUTSIDE])
    ends = np.append(row[1:] != GOES_ON, True)
    found = []
    for first in np.flatnonzero(row == BEGINS):
        last = int(first + ends[first:].argmax())
        found.append(Span(int(first), last, float(inside[first : last + 1].mean())))
    return found


def span_cells(cells: Cells, found: Sequence[Span]) -> Cells:
    """Names of what tells a span's kind: its first and its last token with what is around them, the words inside."""
    first, last = cells[[span.first for span in found]], cells[[span.last for span in found]]
    inside = np.full((len(found), 2 * INSIDE), ABSENT)
    for row, span in enumerate(found):
        own = cells[span.first : min(span.last + 1, span.first + INSIDE), :2].ravel()
        inside[row, : len(own)] = own
    lengths = np.array([[min(span.last - span.first, 9) + 1] for span in found], np.uint64)
    ones = np.ones_like(lengths)
    return np.hstack([mixed(first, ones, 21), mixed(last, ones, 22), inside, mixed(lengths, ones, 23)])


def _row(scores: Floats, line: Ints) -> Ints:
    """Viterbi's."""
    count = len(scores)
    back, best = np.zeros((count, TAGS), np.int64), np.zeros(TAGS)
    for place in range(count):
        if place == 0 or line[place] != line[place - 1]:
            back[place], best = int(best.argmax()), best.max() + _FIRST + scores[place]
            continue
        reached = best[:, None] + _STEPS
        back[place], best = reached.argmax(axis=0), reached.max(axis=0) + scores[place]
    row = np.zeros(count, np.int64)
    last = int(best.argmax())
    for place in range(count - 1, -1, -1):
        row[place], last = last, int(back[place, last])
    return row
