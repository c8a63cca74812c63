"""The means that a stream may have had all along, in bands, and what is bet against each. Pure arithmetic on arrays.

A stream of numbers from 0 to 1 has not changed if some band has held its mean at every step. Against each band two
kinds of bets are laid, both fair or worse as long as the band does hold the mean:

- `below`: since the start, that the mean lies under the band. It multiplies a capital by 1 - f (x - low).
- `above`: since any later moment, that the mean lies over the band. It multiplies a capital by 1 + f (x - high).

Each observation brings a stake. Half of it goes to the bets `above` as it is, half multiplied by the capital that
`below` has by then: so a band just over the old mean, which the past refutes and the present does not alone, falls to
both together. The capital of `above` less all that was staked is then a supermartingale at worst: the expected number
of times that it reaches 1 and starts anew is no more than the sum of the stakes, however long one watches, whatever the
distribution, whatever depends on what. (Shin, Ramdas and Rinaldo, E-detectors, NEJSDS 2023; the stake that is
multiplied by what the past has won is ours.)
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BANDS: Final = 128
SHIFTS: Final = (0.03, 0.06, 0.12, 0.24)  # bet on, in the angle asin(sqrt(mean)): small ones for small changes
CASH: Final = 0.5  # of a stake, that no luck of the bets `below` can take away
RICH: Final = 1e12  # a capital is not counted beyond this
POOR: Final = 1e-200  # nor under this: numbers without full digits are slow, and so little is nothing

ALL: Final = np.ones(len(SHIFTS))
EACH: Final = ALL / len(SHIFTS)


@dataclass(frozen=True, slots=True)
class Bets:
    """A bet multiplies its capital by `…_at_0` + `…_slope` · x. Shapes: (bands, shifts); of `cash` (bands,)."""

    above_at_0: Floats
    above_slope: Floats
    below_at_0: Floats
    below_slope: Floats
    cash: Floats  # of a stake: none where nothing can lie above the band, and so nothing is bet

    def only(self, kept: NDArray[np.int64] | Bools) -> "Bets":
        return Bets(
            self.above_at_0[kept],
            self.above_slope[kept],
            self.below_at_0[kept],
            self.below_slope[kept],
            self.cash[kept],
        )


@lru_cache(maxsize=16)
def bets(tolerance: float) -> Bets:
    """`tolerance`: how far a mean may wander without having changed. Every interval as wide lies within a band."""
    if not 0 <= tolerance < 1:
        raise ValueError(f"The tolerance is {tolerance}: how far a mean may wander lies between 0 and 1.")
    edges = np.sin(np.linspace(0, np.pi / 2, BANDS + 1)) ** 2
    low, high = edges[:-1, None], np.minimum(edges[1:, None] + tolerance, 1.0)
    above, below = _fractions(high), _fractions(1 - low)
    return Bets(1 - above * high, above, 1 + below * low, -below, np.where(high[:, 0] < 1, CASH, 0.0))


def _fractions(bound: Floats) -> Floats:
    """By which a bet that the mean exceeds `bound` by a shift grows fastest, for answers of 0 and 1: its odds ratio."""
    beyond = np.sin(np.minimum(np.arcsin(np.sqrt(bound)) + np.array(SHIFTS), np.pi / 2)) ** 2
    fractions: Floats = np.divide(
        beyond - bound, bound * (1 - bound), out=np.zeros_like(beyond), where=(bound > 0) & (bound < 1)
    )
    return fractions


def grown(above: Floats, below: Floats, x: float | Floats, stake: float, laid: Bets) -> tuple[Floats, Floats]:
    """Both capitals after an observation. Shapes: (…, bands, shifts); `x`: a number, or (…, 1, 1) for many streams."""
    won = below @ EACH  # before this observation: a stake must not know what it is laid on
    stakes = stake / len(SHIFTS) * (laid.cash + (1 - CASH) * won)
    above = (above + stakes[..., None]) * (laid.above_at_0 + laid.above_slope * x)
    below = below * (laid.below_at_0 + laid.below_slope * x)
    return above, np.maximum(np.minimum(below, RICH), POOR)


def refuted(above: Floats) -> Bools:
    won: Bools = above @ ALL >= 1
    return won
