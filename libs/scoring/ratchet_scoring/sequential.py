"""Canary against control, watched as often as one likes: a confidence sequence for the difference of two mean scores.

Observations come in one order and are gathered into blocks by a rule that sees which arm each belongs to and never its
score. A full block gives d = mean(canary) - mean(control), in [-1, 1]. If the difference of means is no more than m,
then whoever bets a share f of a capital on each block at the worst fair odds, which is to multiply it by

    1 + f (d - m) / (1 + m),

holds a nonnegative supermartingale: the chance that it ever reaches 1/a is at most a (Ville), however often one looks
and whenever one stops. m is refuted once the capital has. Each share of FRACTIONS plays on its own with an equal part
of the starting capital, so that all together stay within a constant factor of the best of them in hindsight; the mean
of supermartingales is one. The same on -d bounds the difference from above; each side has half of alpha. What is
refuted stays refuted. (Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting, JRSS-B 2024.)

What it takes: the arm says nothing about the score by itself (units are assigned by a hash), within a block both arms
meet the same circumstances, and one unit's answers do not come again and again (feed it one score a unit, or units that
are alike: ten answers to one easy user are no ten proofs). Since a block compares what came at about the same time, a
drift that hits both arms (harder documents, another mood of users) cancels out. Where the difference itself changes,
`low` > 0 means that it was above 0 at some time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Count = TypeVar("Count", int, NDArray[np.int64])

FRACTIONS = np.array([0.04, 0.08, 0.16, 0.28, 0.44, 0.62, 0.80, 0.95])  # small ones for small differences
RICH = 1e12  # a capital is not counted beyond this: far above any 1/alpha
STEP = 0.005
# A hair above the round values: whoever refutes 1e-9 has refuted 0, and `low` > 0 says so.
DIFFERENCES = np.round(np.arange(-0.995, 1.0, STEP), 3) + 1e-9


@dataclass(frozen=True, slots=True)
class Comparison:
    n_canary: int
    n_control: int
    blocks: int
    mean_canary: float | None  # None: no observation yet
    mean_control: float | None
    low: float  # of the difference, canary minus control; low > high: it changed while one watched
    high: float


class Comparer:
    """Holds some 50 kB however much it sees. Adding takes microseconds, some tens of them where a block fills."""

    def __init__(self, *, alpha: float = 0.05) -> None:
        if not 0 < alpha < 1:
            raise ValueError(f"alpha is {alpha}: the chance of a false verdict lies between 0 and 1.")
        self._alpha = alpha
        self._stakes = FRACTIONS / (1 + DIFFERENCES)[:, None]
        self._capital: Floats = np.ones((2, *self._stakes.shape))  # what is bet that d is higher, that -d is higher
        self._low = [-1.0, -1.0]  # of d, of -d
        self._blocks = 0
        self._seen, self._sums = [0, 0], [0.0, 0.0]  # control, canary
        self._waiting, self._waiting_sums = [0, 0], [0.0, 0.0]

    def add(self, is_canary: bool, score: float) -> None:
        """Raises ValueError on a score outside 0…1: the guarantee rests on that range."""
        if not 0 <= score <= 1:
            raise ValueError(f"The score {score} lies outside 0 to 1: scale scores before they are compared.")
        arm = int(is_canary)
        self._seen[arm] += 1
        self._sums[arm] += score
        self._waiting[arm] += 1
        self._waiting_sums[arm] += score
        if block_is_full(self._waiting[1], self._waiting[0], self._seen[1], self._seen[0]):
            self._bet(self._waiting_sums[1] / self._waiting[1] - self._waiting_sums[0] / self._waiting[0])
            self._waiting, self._waiting_sums = [0, 0], [0.0, 0.0]

    def comparison(self) -> Comparison:
        means = [total / n if n else None for total, n in zip(self._sums, self._seen, strict=True)]
        return Comparison(
            n_canary=self._seen[1],
            n_control=self._seen[0],
            blocks=self._blocks,
            mean_canary=means[1],
            mean_control=means[0],
            low=self._low[0],
            high=-self._low[1],
        )

    def _bet(self, difference: float) -> None:
        self._blocks += 1
        self._capital = grown(self._capital, np.array([[difference], [-difference]]), self._stakes)
        refuted = refutes(self._capital, self._alpha).sum(axis=1)  # the lower ones first: more is to be won on them
        for side, n in enumerate(refuted):
            if n:
                self._low[side] = max(self._low[side], float(DIFFERENCES[n - 1]))


def compare(observations: Iterable[tuple[bool, float]], *, alpha: float = 0.05) -> Comparison:
    """Of (is it the canary's, score from 0 to 1), in the order in which they arrived."""
    comparer = Comparer(alpha=alpha)
    for is_canary, score in observations:
        comparer.add(is_canary, score)
    return comparer.comparison()


def block_is_full(canary: Count, control: Count, seen_canary: Count, seen_control: Count) -> bool | Bools:
    """Both arms wait, and of the commoner one a third of what its share brings against one of the other, three at most.

    Sees counts only. At 10 % each canary answer stands against the mean of the controls since the block before, hardly
    ever against a single one; at 50 % one stands against one or two.
    """
    enough_canary = (canary >= 3) | (3 * canary * seen_control >= seen_canary)
    enough_control = (control >= 3) | (3 * control * seen_canary >= seen_control)
    return (canary >= 1) & (control >= 1) & enough_canary & enough_control


def grown(capital: Floats, difference: Floats, stakes: Floats) -> Floats:
    """The capital after a block. Shapes: capital (…, fractions), difference (…), stakes FRACTIONS / (1 + m)."""
    return np.minimum(capital * (1 - FRACTIONS + stakes * (1 + difference)[..., None]), RICH)


def refutes(capital: Floats, alpha: float) -> Bools:
    """Is the hypothesis that this capital was betting against refuted, on one side, by now?"""
    refuted: Bools = capital.mean(axis=-1) >= 2 / alpha
    return refuted
