"""A number that was estimated, and how far it may be off: means, ratios of two sums, and the difference of two arms."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from ratchet_scoring.moments import Floats, Moments

ALIKE = 200  # at 100 units of an arm of 10 %: errors of .15 without, of .02 with them, for a rate of .02


@dataclass(frozen=True, slots=True)
class Estimate:
    value: float
    variance: float  # of the value: its standard error squared; NaN where nothing is known
    n: int  # units; of a difference, those of the smaller arm

    @property
    def information(self) -> float:
        """0 where nothing varied or is known: what was the same in all units so far says nothing of the rest."""
        return 1 / self.variance if self.variance > 0 else 0.0


def mean(seen: Moments, *, number: int = 0) -> Estimate:
    """`number`: which one of a unit's numbers."""
    return _estimate(seen.means[number], float(seen.covariance[number, number]), seen.n)


def ratio(seen: Moments, *, above: int = 0, below: int = 1) -> Estimate:
    """Of two sums over units, such as cost per session of users who have one or many.

    The units are what is independent, not what is below the line; the variance is that of the linearised unit (delta
    method: Deng, Knoblich and Lu, Applying the delta method in metric analytics, KDD 2018). Off by 1/n, as all ratios.
    Raises ValueError where the mean below the line is not above 0.
    """
    value, slopes = linearised(seen, above=above, below=below)
    return _estimate(value, float(slopes @ seen.covariance @ slopes), seen.n)


def linearised(seen: Moments, *, above: int, below: int) -> tuple[float, Floats]:
    """The ratio, and what each of a unit's numbers adds to it: (above - ratio x below) / mean of below."""
    if not seen.means[below] > 0:
        raise ValueError(
            f"The mean below the line is {seen.means[below]} over {seen.n} units: a ratio needs one above 0."
        )
    value = seen.means[above] / seen.means[below]
    slopes = np.zeros(len(seen.means))
    slopes[above], slopes[below] = 1 / seen.means[below], -value / seen.means[below]
    return value, slopes


def difference(treated: Estimate, control: Estimate) -> Estimate:
    """Treated minus control, of arms that share no unit; they may be as unequal as they are.

    A small arm that has not met its rare dear unit yet looks surer than it is, just when it looks cheap: the larger one
    knows better. So an arm that varies less than both together counts ALIKE made-up units that vary as both do. With
    thousands of units that changes next to nothing.
    """
    arms, both = (treated, control), _variance_of_both(treated, control)
    variance = sum(max(arm.variance, _lent(arm, both)) for arm in arms)
    return Estimate(treated.value - control.value, float(variance), min(treated.n, control.n))


def over_phases(phases: Collection[tuple[Estimate, Estimate]]) -> Estimate:
    """The difference over phases between which the shares changed, of (treated, control) in each.

    Each phase is compared within itself: with 10 % in a good week and 50 % in a bad one the arms' overall means would
    differ though nothing else does. A phase weighs what its units can tell, n m / (n + m), whatever their scores;
    one with fewer than two units in an arm does not count.
    """
    usable = [(treated, control) for treated, control in phases if min(treated.n, control.n) > 1]
    weights = np.array([t.n * c.n / (t.n + c.n) for t, c in usable])
    if not usable:
        return Estimate(float("nan"), float("nan"), 0)
    weights /= weights.sum()
    each = [difference(treated, control) for treated, control in usable]
    return Estimate(
        value=float(weights @ [one.value for one in each]),
        variance=float(weights**2 @ [one.variance for one in each]),
        n=min(sum(treated.n for treated, _ in usable), sum(control.n for _, control in usable)),
    )


def _variance_of_both(treated: Estimate, control: Estimate) -> float:
    """Of a single unit, within the arms."""
    freedom = treated.n + control.n - 2
    within = sum(arm.variance * arm.n * (arm.n - 1) for arm in (treated, control))
    return within / freedom if freedom > 0 else float("nan")


def _lent(arm: Estimate, both: float) -> float:
    own = arm.variance * arm.n * (arm.n - 1)
    return (own + ALIKE * both) / (arm.n - 1 + ALIKE) / arm.n if arm.n > 1 else float("nan")


def _estimate(value: float, variance: float, n: int) -> Estimate:
    return Estimate(value if n else float("nan"), variance / n if n else float("nan"), n)
