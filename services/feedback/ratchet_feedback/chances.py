"""How sure are figures of so many? Intervals and a test, of counts and sums alone. Pure."""

from dataclasses import dataclass
from math import erfc, exp, lgamma, sqrt
from typing import Final, NamedTuple

Z: Final = 1.96
EXACT_UP_TO: Final = 2_000  # things that were found; of more the normal distribution is as good


class Interval(NamedTuple):
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Of so many answers, with the sums of their scores and of the squares of these."""

    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.n if self.n else 0.0

    @property
    def variance(self) -> float:
        """With two more that were made up, one as good and one as bad as can be: few that agree prove little."""
        n, total, squares = self.n + 2, self.total + 1.0, self.squares + 1.0
        return max(0.0, (squares - total * total / n) / (n - 1))

    def without(self, part: "Scores") -> "Scores":
        return Scores(self.n - part.n, self.total - part.total, self.squares - part.squares)


@dataclass(frozen=True, slots=True)
class Gain:
    mean: float
    interval: Interval


def wilson(total: float, n: float) -> Interval | None:
    """95 % interval of the mean of n numbers from 0 to 1 that add up to `total` (Wilson 1927). None: there are none.

    It is wider than need be where they are no mere 0 and 1.
    """
    if n <= 0:
        return None
    share, weight = min(1.0, max(0.0, total / n)), Z * Z / n
    middle = (share + weight / 2) / (1 + weight)
    reach = Z / (1 + weight) * sqrt(share * (1 - share) / n + weight / (4 * n))
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def gain_if_mended(touched: Scores, everything: Scores) -> Gain | None:
    """By how much the mean of all would rise if those that are touched were as good as the others.

    That is their share times the difference of the two means; its variance by the delta method. None: there are no
    others, or none is touched.
    """
    rest = everything.without(touched)
    if touched.n <= 0 or rest.n <= 0:
        return None
    share, difference = touched.n / everything.n, rest.mean - touched.mean
    spread = share**2 * (touched.variance / touched.n + rest.variance / rest.n)
    spread += difference**2 * share * (1 - share) / everything.n
    gain, reach = share * difference, Z * sqrt(spread)
    return Gain(gain, Interval(max(-1.0, gain - reach), min(1.0, gain + reach)))


def same_share(found: int, of: int, found_before: int, of_before: int) -> float:
    """p of the hypothesis that both shares are one: Fisher's exact test, two-sided; of many, the normal one."""
    both, everything = found + found_before, of + of_before
    if not of or not of_before or both in (0, everything):
        return 1.0
    if min(both, everything - both) > EXACT_UP_TO:
        share = both / everything
        error = sqrt(share * (1 - share) * (1 / of + 1 / of_before))
        return erfc(abs(found / of - found_before / of_before) / error / sqrt(2))
    if both > everything - both:
        found, both = of - found, everything - both
    likelihood = [_hypergeometric(k, both, of, everything) for k in range(max(0, both - of_before), min(both, of) + 1)]
    seen = _hypergeometric(found, both, of, everything)
    return min(1.0, sum(one for one in likelihood if one <= seen * (1 + 1e-7)))


def holm(p_values: dict[str, float]) -> dict[str, float]:
    """Adjusted for there being several (Holm 1979): the chance that any of them is small by luck stays below each."""
    adjusted, largest = {}, 0.0
    for rank, (name, p) in enumerate(sorted(p_values.items(), key=lambda one: (one[1], one[0]))):
        largest = max(largest, min(1.0, p * (len(p_values) - rank)))
        adjusted[name] = largest
    return adjusted


def _hypergeometric(k: int, both: int, of: int, everything: int) -> float:
    return exp(_choose(of, k) + _choose(everything - of, both - k) - _choose(everything, both))


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
