"""Hours or days of a task in a row as whole kinds of answers, counted once and then added to what is asked for. Pure.

What is told by block of time stays told by hour or day, so blocks may be any that no hour or day reaches over. What is
nothing is not kept: of the rest, its place in `Counted` and the number there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from ratchet_monitor.buckets import Kind
from ratchet_monitor.kinds import Floats, Integers

SIZE_OF_KIND: Final = 1_000  # bytes, at most about
Places = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Sparse:
    """Numbers of an array of this shape, by their places in it, flat."""

    shape: tuple[int, ...]
    at: Places
    n: Floats

    @property
    def size(self) -> int:
        return self.at.nbytes + self.n.nbytes

    def axes(self) -> tuple[Integers, ...]:
        """The places along each axis."""
        return np.unravel_index(self.at, self.shape)


@dataclass(frozen=True, slots=True)
class Run:
    """`starts`: of the hours or days; the rest as in `Counted`, where these are the blocks. `folded`: there were more
    kinds than are told apart."""

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

    @property
    def size(self) -> int:
        """Bytes."""
        sparse = (self.strata, self.by_start, self.said, self.latencies, self.latencies_by_start)
        dense = self.sums.nbytes + self.first.nbytes + self.last.nbytes
        return len(self.kinds) * SIZE_OF_KIND + dense + sum(one.size for one in sparse)


def sparse(numbers: Floats | Integers) -> Sparse:
    flat = numbers.reshape(-1)
    (at,) = np.nonzero(flat)
    return Sparse(numbers.shape, at.astype(np.int32), flat[at].astype(np.float64))
