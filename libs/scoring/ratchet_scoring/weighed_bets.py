"""Two arms of known shares, watched as often as one likes: a confidence sequence for the difference of mean scores.

Units are assigned by a hash that gives the treated arm a known share p. Each unit then says something by itself:

    g = (y - c) / p  if it is treated,  g = -(y - c) / (1 - p)  if not

has, over the coin that assigned it, the mean of treated minus control at that moment, whatever the moment is like and
whatever c was fixed beforehand. So no drift, jump or burst, however wild, can fake a difference: no unit is compared
with another of another time. c takes out what both arms have in common; near the arms' means, the treated one's with
weight 1 - p, g varies as little as an unbiased number can. (Horvitz and Thompson, A generalization of sampling without
replacement from a finite universe, JASA 1952.)

If the difference is no more than m, then whoever bets a share f of a capital on each unit at the worst fair odds, which
is to multiply it by

    1 + f (g - m) / (G + m),   -G the least that g can be,

holds a nonnegative supermartingale: the chance that it ever reaches 1/a is at most a (Ville). m is refuted once the
capital has. Each share of FRACTIONS plays on its own with its part of the starting capital (WEIGHTS); the same on -g
bounds the difference from above; each side has half of alpha. What is refuted stays refuted. (Waudby-Smith and Ramdas,
Estimating means of bounded random variables by betting, JRSS-B 2024.)

What it takes: one score a unit, from 0 to 1, and shares that are kept among the units that are scored (`shares.py`
watches that). Where they are off by e, g is off by e (y - c) / (p (1 - p)) on average, next to nothing as long as c
follows the scores. Where the difference itself changes, `low` > 0 means that it was above 0 at some time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, NamedTuple, Self, TypeVar

import numpy as np

from ratchet_scoring.sequential import DIFFERENCES, FRACTIONS, RICH, Bools, Comparison, Floats

Number = TypeVar("Number", float, Floats)

# The best fraction is about G times the difference over the variance of g: .05 to .25 for .05 at rates of .5 to .9.
WEIGHTS = np.array([2, 4, 6, 4, 3, 2, 2, 2]) / 25
NONE = int(np.searchsorted(DIFFERENCES, 0.0))  # the place of the hypothesis that there is no difference
KEPT = 1 - 1 / 200  # c follows the scores of about the last 200 units: of fewer it would be noise
ALIKE = 20.0  # made-up units that score as both arms do, in each arm


class Recent(NamedTuple, Generic[Number]):
    """Units and sums of scores, the older ones counting less; of one comparison, or of many side by side."""

    control: Number
    treated: Number
    of_control: Number
    of_treated: Number


@dataclass(frozen=True, slots=True)
class Kept:
    """What a comparer holds, in plain numbers: it can be stored, and goes on as if it had never stopped."""

    share: float
    alpha: float
    units: tuple[int, int]  # control, treated, as in all pairs here
    sums: tuple[float, float]
    recent: Recent[float]
    squares: float  # of g, summed
    low: tuple[float, float]  # of the difference, of its opposite
    capital: tuple[float, ...]  # (2, DIFFERENCES, FRACTIONS), in that order: some 6,000


class WeighedComparer:
    """Holds some 50 kB however much it sees; adding takes some tens of microseconds."""

    def __init__(self, *, share: float, alpha: float = 0.05) -> None:
        """`share`: of the treated arm, of both. Raises ValueError where it or alpha does not lie between 0 and 1."""
        if not 0 < alpha < 1:
            raise ValueError(f"alpha is {alpha}: the chance of a false verdict lies between 0 and 1.")
        self._share, self._alpha = _checked(share), alpha
        self._units, self._sums = [0, 0], [0.0, 0.0]
        self._recent = Recent(0.0, 0.0, 0.0, 0.0)
        self._squares = 0.0
        self._low = [-1.0, -1.0]
        self._capital = np.ones((2, len(DIFFERENCES), len(FRACTIONS)))

    @classmethod
    def resumed(cls, kept: Kept) -> Self:
        comparer = cls(share=kept.share, alpha=kept.alpha)
        comparer._units, comparer._sums, comparer._low = list(kept.units), list(kept.sums), list(kept.low)
        comparer._recent = kept.recent
        comparer._squares = kept.squares
        comparer._capital = np.array(kept.capital).reshape(comparer._capital.shape)
        return comparer

    def kept(self) -> Kept:
        return Kept(
            share=self._share,
            alpha=self._alpha,
            units=(self._units[0], self._units[1]),
            sums=(self._sums[0], self._sums[1]),
            recent=self._recent,
            squares=self._squares,
            low=(self._low[0], self._low[1]),
            capital=tuple(self._capital.ravel().tolist()),
        )

    def add(self, is_treated: bool, score: float) -> None:
        """Raises ValueError on a score outside 0…1: the guarantee rests on that range."""
        if not 0 <= score <= 1:
            raise ValueError(f"The score {score} lies outside 0 to 1: scale scores before they are compared.")
        middle = center(self._recent, self._share)
        said = weighed(is_treated, score, middle, self._share)
        lowest = np.array(least(middle, self._share))
        won = lowest + np.array((said, -said))
        self._bet(won[:, None] / (lowest[:, None] + DIFFERENCES))
        self._squares += said**2
        self._units[is_treated] += 1
        self._sums[is_treated] += score
        self._recent = remembered(self._recent, is_treated, score)

    def change_share(self, share: float) -> None:
        """From the next unit on. A unit is weighed by the share that assigned it, so the comparison goes on."""
        self._share = _checked(share)

    def comparison(self) -> Comparison:
        """`blocks`: the units, each of which was bet on."""
        means = [total / n if n else None for total, n in zip(self._sums, self._units, strict=True)]
        return Comparison(
            n_canary=self._units[1],
            n_control=self._units[0],
            blocks=sum(self._units),
            mean_canary=means[1],
            mean_control=means[0],
            low=self._low[0],
            high=-self._low[1],
        )

    def _bet(self, odds: Floats) -> None:
        self._capital = grown(self._capital, odds)
        refuted = refutes(self._capital, self._alpha).sum(axis=1)  # the lower ones first: more is to be won on them
        for side, n in enumerate(refuted):
            if n:
                self._low[side] = max(self._low[side], float(DIFFERENCES[n - 1]))


def compare_weighed(observations: Iterable[tuple[bool, float]], *, share: float, alpha: float = 0.05) -> Comparison:
    """Of (is it treated, score from 0 to 1), in the order in which they arrived."""
    comparer = WeighedComparer(share=share, alpha=alpha)
    for is_treated, score in observations:
        comparer.add(is_treated, score)
    return comparer.comparison()


def _checked(share: float) -> float:
    if not 0 < share < 1:
        raise ValueError(f"The share of the treated arm is {share}: it lies between 0 and 1.")
    return share


def center(recent: Recent[Number], share: float) -> Number:
    """c, from 0 to 1. Both arms together begin with a made-up unit that scored 0 and one that scored 1."""
    both = (recent.of_control + recent.of_treated + 1) / (recent.control + recent.treated + 2)
    control = (recent.of_control + ALIKE * both) / (recent.control + ALIKE)
    treated = (recent.of_treated + ALIKE * both) / (recent.treated + ALIKE)
    return (1 - share) * treated + share * control


def remembered(recent: Recent[Number], is_treated: Number, score: Number) -> Recent[Number]:
    return Recent(
        control=recent.control * KEPT + (1 - is_treated),
        treated=recent.treated * KEPT + is_treated,
        of_control=recent.of_control * KEPT + (1 - is_treated) * score,
        of_treated=recent.of_treated * KEPT + is_treated * score,
    )


def weighed(is_treated: Number, score: Number, middle: Number, share: float) -> Number:
    """g of each unit, of which 1 is treated and 0 is not."""
    return (score - middle) * (is_treated / share - (1 - is_treated) / (1 - share))


def least(middle: Number, share: float) -> tuple[Number, Number]:
    """G, how far below 0 g can fall, and how far -g can; 1 at least."""
    falls = np.maximum(middle / share, (1 - middle) / (1 - share))
    rises = np.maximum((1 - middle) / share, middle / (1 - share))
    return falls, rises


def grown(capital: Floats, odds: Floats) -> Floats:
    """The capital after a unit. Shapes: capital (…, fractions), odds (…): (G + g) / (G + m)."""
    growth = odds[..., None] * FRACTIONS
    growth += 1 - FRACTIONS
    growth *= capital
    return np.asarray(np.minimum(growth, RICH, out=growth), float)


def refutes(capital: Floats, alpha: float) -> Bools:
    """Is the hypothesis that this capital was betting against refuted, on one side, by now?"""
    refuted: Bools = capital @ WEIGHTS >= 2 / alpha
    return refuted
