"""Watches one stream of numbers from 0 to 1 as they come, and says when its mean has changed.

Nothing has to be known of the stream beforehand, and nothing is assumed but its range: neither independence nor a
distribution. What is promised is a bound on false alarms (bands.py): of a stream whose mean, as it could be foretold at
each step, stays within some interval as wide as the tolerance, the expected number of alarms up to any moment is no
more than the sum of the stakes laid until then (budget.py). Over many streams, both add up.
It is made to find rises; a fall is found too, later. So feed it what is bad: an error, a refusal, 1 - score.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from ratchet_monitor.drift.bands import BANDS, SHIFTS, Floats, bets, grown, refuted
from ratchet_monitor.drift.history import History

Rows = list[list[float]]


@dataclass(frozen=True, slots=True)
class Change:
    before: float  # means
    after: float
    since: int  # observations since it happened, about
    seen: int  # observations since the start or the last change

    @property
    def rose(self) -> bool:
        return self.after > self.before


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Plain numbers: what another process needs to go on. The longer nothing changes, the fewer bands are left."""

    tolerance: float
    seen: int = 0
    left: list[int] | None = None  # the bands that may yet hold the mean; None: all, and nothing has been seen
    above: Rows = msgspec.field(default_factory=list)
    below: Rows = msgspec.field(default_factory=list)
    history: Rows = msgspec.field(default_factory=list)


class Detector:
    def __init__(self, state: State) -> None:
        """Raises ValueError on a tolerance outside 0 to 1, or a state of another number of bands or bets."""
        self._tolerance = state.tolerance
        self._bets = bets(state.tolerance)
        self._start()
        if state.left is not None:
            self._left = np.array(state.left, dtype=np.int64)
            self._above, self._below = (_rows(rows, len(self._left)) for rows in (state.above, state.below))
            self._bets = self._bets.only(self._left)
            self._seen, self._history = state.seen, History(state.history)

    @property
    def state(self) -> State:
        if not self._seen:
            return State(tolerance=self._tolerance)
        return State(
            tolerance=self._tolerance,
            seen=self._seen,
            left=self._left.tolist(),
            above=self._above.tolist(),
            below=self._below.tolist(),
            history=self._history.sums,
        )

    def add(self, x: float, stake: float) -> Change | None:
        """A change ends the run: the next observation is the first of a new one, of another mean.

        Raises ValueError where x or the stake lies outside 0 to 1: the promise rests on that range.
        """
        if not 0 <= x <= 1:
            raise ValueError(f"{x} lies outside 0 to 1: scale what is watched, or watch whether it exceeds a bound.")
        if not 0 <= stake <= 1:
            raise ValueError(f"The stake is {stake}: one observation adds 0 to 1 false alarms.")
        self._seen += 1
        self._history.add(x)
        self._above, self._below = grown(self._above, self._below, x, stake, self._bets)
        out = refuted(self._above)
        return self._without(out) if out.any() else None

    def _without(self, out: np.typing.NDArray[np.bool_]) -> Change | None:
        kept = ~out
        if kept.any():
            self._left, self._bets = self._left[kept], self._bets.only(kept)
            self._above, self._below = self._above[kept], self._below[kept]
            return None
        cut, seen = self._history.cut(), self._seen
        self._start()
        return Change(cut.before, cut.after, cut.since, seen) if cut else None

    def _start(self) -> None:
        self._seen, self._history, self._left = 0, History(), np.arange(BANDS)
        self._bets = bets(self._tolerance)
        self._above, self._below = np.zeros((BANDS, len(SHIFTS))), np.ones((BANDS, len(SHIFTS)))


def _rows(rows: Sequence[Sequence[float]], n: int) -> Floats:
    found = np.array(rows, dtype=np.float64)
    if found.shape != (n, len(SHIFTS)):
        raise ValueError(f"A state of {found.shape} capitals fits no {n} bands of {len(SHIFTS)} bets: start anew.")
    return found
