"""Less noise by what is known of a unit from before the experiment: CUPED, for means and for ratios.

A unit that was dear before is dear now, in whichever arm it is. What its past explains is taken off:

    adjusted = y - theta (x - mean of x over both arms)

with theta from how y goes with x within the arms, both arms together; the arms' own averages of x differ by chance
alone, so nothing is taken off what the experiment changes. Of the variance 1 - r² is left, r the correlation. (Deng,
Xu, Kohavi and Walker, Improving the sensitivity of online controlled experiments by utilizing pre-experiment data, WSDM
2013.)

A unit without a past is no unit with a past of 0. That it has none is itself known before the experiment, so each unit
has two numbers: does it have a past (1 or 0), and what it was there (0 where there is none); theta has two parts.
Units without a past are kept, and gain only by that. x must be from before the unit's first exposure: what the arm may
have changed explains the effect away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_scoring.estimates import Estimate, difference, linearised
from ratchet_scoring.moments import Floats, Moments, moments


@dataclass(frozen=True, slots=True)
class Adjusted:
    effect: Estimate  # treated minus control
    raw: Estimate  # the same without the pre-period
    theta: tuple[float, ...]  # for the number from before, one each
    with_past: float  # share of the units that have a pre-period

    @property
    def saved(self) -> float:
        """.3: 30 % fewer units for the same width; 0 where nothing is known."""
        return 1 - self.effect.variance / self.raw.variance if self.raw.variance > 0 else 0.0


def with_past(now: Sequence[float] | Floats, before: Sequence[float | None]) -> Floats:
    """Rows for `moments`: (units, 3), the number now, has it a past, the number in the past."""
    past = [(0.0, 0.0) if value is None else (1.0, value) for value in before]
    return np.column_stack([np.asarray(now, float), np.array(past, float).reshape(-1, 2)])


def adjusted_mean(treated: Moments, control: Moments) -> Adjusted:
    """Of rows as `with_past` gives them: the number, has it a past, the number in the past."""
    lines = [(arm.means[0], np.eye(3)[0]) for arm in (treated, control)]
    return _adjusted(treated, control, lines, past=[1, 2])


def adjusted_ratio(treated: Moments, control: Moments) -> Adjusted:
    """Of rows (above, below, has it a past, above then, below then); linearised, each arm at its own ratio."""
    lines = [linearised(arm, above=0, below=1) for arm in (treated, control)]
    return _adjusted(treated, control, lines, past=[2, 3, 4])


def adjusted_units(treated: Floats, control: Floats) -> tuple[Floats, Floats]:
    """Rows as `with_past` gives them, unit by unit: the numbers less what the past explains.

    Their means differ by the effect that `adjusted_mean` finds.
    """
    arms = (moments(treated), moments(control))
    theta, middle = np.array(adjusted_mean(*arms).theta), np.array((arms[0] + arms[1]).means)[1:]
    return (treated[:, 0] - (treated[:, 1:] - middle) @ theta, control[:, 0] - (control[:, 1:] - middle) @ theta)


def _adjusted(treated: Moments, control: Moments, lines: list[tuple[float, Floats]], *, past: list[int]) -> Adjusted:
    """`lines`: of each arm the value, and what each of a unit's numbers adds to it."""
    arms = (treated, control)
    products = [_of_line_and_past(arm, slopes, past) for arm, (_, slopes) in zip(arms, lines, strict=True)]
    within = products[0] + products[1]
    theta = _regressed(within[1:, 1:], within[1:, 0])
    taken = np.append(1.0, -theta)
    middle = np.array((treated + control).means)[past]
    raw, after = [], []
    for arm, (value, _), own in zip(arms, lines, products, strict=True):
        raw.append(_estimate(value, arm.n, float(own[0, 0])))
        explained = float(theta @ (np.array(arm.means)[past] - middle))
        after.append(_estimate(value - explained, arm.n, float(taken @ own @ taken)))
    return Adjusted(
        effect=difference(*after),
        raw=difference(*raw),
        theta=tuple(theta.tolist()),
        with_past=float((treated + control).means[past[0]]),
    )


def _of_line_and_past(arm: Moments, slopes: Floats, past: list[int]) -> Floats:
    """Sums of products of deviations: of the line first, then of the numbers of the past."""
    rows = np.vstack([slopes, np.eye(len(slopes))[past]])
    return np.asarray(rows @ np.array(arm.products) @ rows.T, float)


def _regressed(products: Floats, towards: Floats) -> Floats:
    """Also where a number never varies (all units have a past), or two say the same: they share what they explain."""
    scale = np.sqrt(np.diag(products))
    scale[scale == 0] = 1.0
    found = np.linalg.lstsq(products / np.outer(scale, scale), towards / scale, rcond=1e-9)[0]
    return np.asarray(found / scale, float)


def _estimate(value: float, n: int, product: float) -> Estimate:
    return Estimate(value, product / (n - 1) / n if n > 1 else float("nan"), n)
