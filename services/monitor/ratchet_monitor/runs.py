"""Hours or days of a task in a row as whole kinds of answers, counted once and then added to what is asked for. Pure.

What is told by block of time stays told by hour or day, so blocks may be any that no hour or day reaches over. What is
nothing is not kept: of the rest, its place in `Counted` and the number there.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import prod
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ratchet_monitor.buckets import Kind
from ratchet_monitor.kinds import Floats, Integers

SIZE_OF_KIND: Final = 1_000  # bytes, at most about
Places = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Sparse:
    """Numbers of an array of cells of one width, without those that are 0, in their order."""

    width: int
    each: Places  # how many there are of each cell
    at: Places  # in the array, flat
    n: Floats | Integers

    @property
    def size(self) -> int:
        return self.each.nbytes + self.at.nbytes + self.n.nbytes

    def moved(self, cells: Integers) -> tuple[Integers, Floats | Integers]:
        """Places in another array of cells of this width, and the numbers. `cells`: where each stands there; below 0:
        nowhere."""
        at = self.at.astype(np.int64) + np.repeat((cells - np.arange(len(cells))) * self.width, self.each)
        if len(cells) and cells.min() < 0:
            wanted = np.repeat(cells >= 0, self.each)
            return at[wanted], self.n[wanted]
        return at, self.n


@dataclass(frozen=True, slots=True)
class Run:
    """`starts`: of the hours or days; the rest as in `Counted`, where these are the blocks. `folded`: there were more
    kinds than are told apart. `seen`: between which places there are latencies, from and before."""

    kinds: Sequence[Kind]
    starts: Sequence[datetime]
    folded: bool
    sums: Floats
    first: Integers
    last: Integers
    strata: Sparse
    by_start: Sparse
    said: Sparse
    latencies: Sparse
    latencies_by_start: Sparse
    seen: tuple[int, int]

    @property
    def size(self) -> int:
        """Bytes."""
        sparse = (self.strata, self.by_start, self.said, self.latencies, self.latencies_by_start)
        dense = self.sums.nbytes + self.first.nbytes + self.last.nbytes
        return len(self.kinds) * SIZE_OF_KIND + dense + sum(one.size for one in sparse)


class RunOf(NamedTuple):
    """Of a task. `marks`: of what it was made, as often as each was built. It stands `until` then."""

    task_type: str
    start: datetime
    counted: Run
    marks: Hashable
    until: datetime


def sparse(numbers: Floats | Integers, axes: int = 1) -> Sparse:
    """Each place on the first `axes` is a cell."""
    flat, width = numbers.reshape(-1), prod(numbers.shape[axes:])
    (at,) = np.nonzero(flat)
    each = np.bincount(at // width, minlength=prod(numbers.shape[:axes]))
    return Sparse(width, each.astype(np.int32), at.astype(np.int32), flat[at])
