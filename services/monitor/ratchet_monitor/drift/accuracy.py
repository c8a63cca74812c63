"""Has accuracy fallen? The mean score of two windows, with a test and an interval.

Scores may have weights, such as the inverse of the chance that somebody says anything. Kept are sums only, so that
hours add up. The error of a weighted mean is that of a ratio (linearised); it is told as the number of yes/no answers
that would leave the same error, and with those numbers Wilson's interval and Newcombe's for a difference (1998, method
10) hold for few scores and for accuracies near 1 as well.
"""

from collections.abc import Iterable
from math import sqrt
from typing import Final

import msgspec

from ratchet_monitor.drift.finding import Finding, Side, too_little
from ratchet_monitor.drift.significance import normal
from ratchet_monitor.intervals import wilson

ALLOWED: Final = 0.05
NEEDED: Final = 30  # scores of each window


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over scores x of weights w. Two of them add up to one.

    Where strata are weighed by their answers (hearing.py), the error is told by the last three: sums over strata, by
    answers, of what each stratum's mean and its square may be, and of the answers' squares times the mean's variance.
    """

    n: int = 0
    w: float = 0.0
    wx: float = 0.0
    ww: float = 0.0
    wwx: float = 0.0
    wwxx: float = 0.0
    mean_of_strata: float = 0.0
    square_of_strata: float = 0.0
    error_of_strata: float = 0.0

    def __add__(self, other: "Scores") -> "Scores":
        sums = {name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__}
        return Scores(**sums)

    @property
    def mean(self) -> float:
        return min(1.0, max(0.0, self.wx / self.w)) if self.w else 0.0

    @property
    def yes_or_no(self) -> float:
        """How many yes/no answers of weight 1 know their mean as well."""
        if self.error_of_strata:
            return self._by_strata()
        mean = self.mean
        spread = self.wwxx - 2 * mean * self.wwx + mean**2 * self.ww
        if spread <= 1e-12 * self.ww or not 0 < mean < 1:
            return self.w**2 / self.ww
        return mean * (1 - mean) * self.w**2 / spread

    def _by_strata(self) -> float:
        """Which answers there were is by chance as well: so strata that differ are known the worse for it."""
        mean = self.mean_of_strata / self.w
        between = max(0.0, self.square_of_strata / self.w - mean**2) / self.w
        return mean * (1 - mean) / (self.error_of_strata / self.w**2 + between)


def scores_of(weighted: Iterable[tuple[float, float]]) -> Scores:
    """Of (score from 0 to 1, weight above 0). Raises ValueError on others."""
    n, w, wx, ww, wwx, wwxx = 0, 0.0, 0.0, 0.0, 0.0, 0.0
    for x, weight in weighted:
        if not (0 <= x <= 1 and 0 < weight < float("inf")):
            raise ValueError(f"The score {x} of weight {weight}: scores lie between 0 and 1, weights above 0.")
        n, w, wx = n + 1, w + weight, wx + weight * x
        ww, wwx, wwxx = ww + weight**2, wwx + weight**2 * x, wwxx + (weight * x) ** 2
    return Scores(n=n, w=w, wx=wx, ww=ww, wwx=wwx, wwxx=wwxx)


def scores_of_sums(n: int, total: float) -> Scores:
    """Where only the sum of the scores is known: as if all were 0 or 1, which is the least certain that they can be."""
    return Scores(n=n, w=n, wx=total, ww=n, wwx=total, wwxx=total)


def compare_accuracy(
    reference: Scores, current: Scores, *, feature: str = "accuracy", allowed: float = ALLOWED, needed: int = NEEDED
) -> Finding:
    sides = tuple(Side(one.n, one.mean if one.n else None) for one in (reference, current))
    if min(_worth(reference), _worth(current)) < needed:
        return too_little(feature, "mean", *sides, least=allowed, needed=needed)
    z, p = _score_test(reference, current)
    low, high = difference_interval(reference, current)
    change = current.mean - reference.mean
    return Finding(
        feature=feature,
        what="mean",
        reference=sides[0],
        current=sides[1],
        statistic=z,
        p=p,
        effect=-change,
        least=allowed,
        interval=(low, high),
        why=f"The mean of {feature} {'fell' if change < 0 else 'rose'} from {reference.mean:.3f} to "
        f"{current.mean:.3f}, by {abs(change):.3f} (95 %: {low:+.3f} to {high:+.3f}); it may fall by {allowed:g}.",
    )


def difference_interval(reference: Scores, current: Scores) -> tuple[float, float]:
    """95 %, of current - reference."""
    was, now = reference.mean, current.mean
    was_low, was_high = wilson(was, reference.yes_or_no)
    now_low, now_high = wilson(now, current.yes_or_no)
    down = sqrt((now - now_low) ** 2 + (was_high - was) ** 2)
    up = sqrt((now_high - now) ** 2 + (was - was_low) ** 2)
    return now - was - down, now - was + up


def _score_test(reference: Scores, current: Scores) -> tuple[float, float]:
    """z and p, with the error that both would have at their common mean."""
    n, m = reference.yes_or_no, current.yes_or_no
    common = (n * reference.mean + m * current.mean) / (n + m)
    error = sqrt(common * (1 - common) * (1 / n + 1 / m))
    z = (current.mean - reference.mean) / error if error else 0.0
    return z, normal(z)


def _worth(scores: Scores) -> float:
    """Answers, or fewer where a few weights outweigh the rest (Kish)."""
    return min(scores.n, scores.w**2 / scores.ww) if scores.n else 0.0
