"""What a stream was, in pieces that are the coarser the longer ago: where it changed, and from what to what.

Sums of 1, 2, 4, … observations, a few of each size: of n observations some 5·log2(n) pieces are kept. (The windows of
ADWIN, Bifet and Gavaldà 2007, are kept alike.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

OF_A_SIZE: Final = 6  # pieces; one more and the two eldest become one of the next size


@dataclass(frozen=True, slots=True)
class Cut:
    """The most likely place of a change of the mean. `since`: observations after it."""

    before: float
    after: float
    since: int


class History:
    def __init__(self, sums: Sequence[Sequence[float]] = ()) -> None:
        """`sums`: of each size, from the smallest on, the sums of its pieces, the eldest first."""
        self._sums = [list(one) for one in sums]

    @property
    def sums(self) -> list[list[float]]:
        return [list(one) for one in self._sums]

    def add(self, x: float) -> None:
        level, piece = 0, x
        while True:
            if level == len(self._sums):
                self._sums.append([])
            pieces = self._sums[level]
            pieces.append(piece)
            if len(pieces) <= OF_A_SIZE:
                return
            piece = pieces.pop(0) + pieces.pop(0)
            level += 1

    def cut(self) -> Cut | None:
        """None of fewer than two observations."""
        pieces = [(2**level, piece) for level, ours in reversed(list(enumerate(self._sums))) for piece in ours]
        n, total = sum(size for size, _ in pieces), sum(piece for _, piece in pieces)
        seen, summed, best, most = 0, 0.0, None, -1.0
        for size, piece in pieces[:-1]:
            seen, summed = seen + size, summed + piece
            before, after = summed / seen, (total - summed) / (n - seen)
            apart = seen * (n - seen) * (after - before) ** 2
            if apart > most:
                best, most = Cut(before, after, n - seen), apart
        return best
