"""What does the pre-period save, and does the error stay? Watched after every unit, theta found anew at each look."""

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ratchet_scoring.anytime import FEWEST
from ratchet_scoring.estimates import ALIKE
from ratchet_scoring.normal_mixture import boundary, information_needed, rho_for
from ratchet_scoring.sequential import Floats
from tests.bench.figure import Figure
from tests.bench.sequential.errors import false_verdicts

AT_ONCE = 250  # trials
MINIMUM_EFFECT = 0.2  # of a standard deviation
NUMBERS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


@dataclass(frozen=True, slots=True)
class Users:
    """Each has a level of its own, and what is seen of it now and before is off by noise of variance 1."""

    correlation: float  # of now with before, of those who have a past
    with_past: float  # their share
    new_are_dearer: float = 0.5  # those without a past
    effect: float = 0.0
    share: float = 0.5

    def drawn(self, random: np.random.Generator, shape: tuple[int, int]) -> "Rows":
        treated = random.random(shape) < self.share
        has = random.random(shape) < self.with_past
        level = np.asarray(random.standard_normal(shape), float)
        now = self._seen(random, level) + np.where(has, 0.0, self.new_are_dearer) + np.where(treated, self.effect, 0.0)
        before = np.where(has, 3.0 + self._seen(random, level), 0.0)
        return Rows(treated, np.asarray(now, float), has.astype(float), np.asarray(before, float))

    def _seen(self, random: np.random.Generator, level: Floats) -> Floats:
        noise = random.normal(0.0, sqrt(1 - self.correlation), level.shape)
        return np.asarray(sqrt(self.correlation) * level + noise, float)


class Rows(NamedTuple):
    """Shapes (trials, units)."""

    treated: NDArray[np.bool_]
    now: Floats
    has: Floats
    before: Floats


class Watched(NamedTuple):
    """After how many units, both arms together, no difference is first excluded; inf for never."""

    raw: Floats
    adjusted: Floats


def watch_past(
    users: Users, *, units: int, runs: int, seed: int, minimum_effect: float, alpha: float = 0.05
) -> Watched:
    random, parts = np.random.default_rng(seed), []
    for done in range(0, runs, AT_ONCE):
        rows = users.drawn(random, (min(AT_ONCE, runs - done), units))
        parts.append(_first(rows, minimum_effect, alpha))
    return Watched(np.concatenate([one.raw for one in parts]), np.concatenate([one.adjusted for one in parts]))


class _Arm(NamedTuple):
    n: Floats
    means: list[Floats]
    products: dict[tuple[int, int], Floats]


def _first(rows: Rows, minimum_effect: float, alpha: float) -> Watched:
    """What `adjusted_mean` and `interval` do, for all looks of all trials."""
    arms = [_so_far(rows, mine) for mine in (rows.treated, ~rows.treated)]
    both = {place: arms[0].products[place] + arms[1].products[place] for place in NUMBERS}
    whole = both[1, 1] * both[2, 2] - both[1, 2] ** 2
    sure = whole > 1e-9 * both[1, 1] * both[2, 2]
    safe = np.where(sure, whole, 1.0)
    of_has = np.where(sure, (both[2, 2] * both[0, 1] - both[1, 2] * both[0, 2]) / safe, 0.0)
    alone = both[0, 2] / np.where(both[2, 2] > 0, both[2, 2], 1.0)  # where all units have a past
    of_past = np.where(sure, (both[1, 1] * both[0, 2] - both[1, 2] * both[0, 1]) / safe, alone)
    none = np.zeros(of_has.shape)
    raw = _decided(arms, (none, none), minimum_effect, alpha)
    return Watched(raw, _decided(arms, (of_has, of_past), minimum_effect, alpha))


def _decided(arms: list[_Arm], theta: tuple[Floats, Floats], minimum_effect: float, alpha: float) -> Floats:
    values = [arm.means[0] - theta[0] * arm.means[1] - theta[1] * arm.means[2] for arm in arms]
    within = [_left(arm, *theta) for arm in arms]
    both = (within[0] + within[1]) / np.maximum(arms[0].n + arms[1].n - 2, 1)
    variance = np.zeros(both.shape)
    for arm, own in zip(arms, within, strict=True):
        n = np.maximum(arm.n, 2)
        variance += np.maximum(own / (n - 1), (own + ALIKE * both) / (n - 1 + ALIKE)) / n
    rho = rho_for(information_needed(minimum_effect, alpha=alpha), alpha=alpha)
    information = np.divide(1.0, variance, out=np.zeros(variance.shape), where=variance > 0)
    said = (information > 0) & (np.minimum(arms[0].n, arms[1].n) >= FEWEST)
    far = said & (abs(values[0] - values[1]) * information > boundary(information, rho=rho, alpha=alpha))
    return np.where(far.any(axis=1), far.argmax(axis=1) + 1.0, np.inf)


def _left(arm: _Arm, has: Floats, past: Floats) -> Floats:
    """Sum of squares of the number less what its past explains."""
    explained = has * arm.products[0, 1] + past * arm.products[0, 2]
    spread = has**2 * arm.products[1, 1] + 2 * has * past * arm.products[1, 2] + past**2 * arm.products[2, 2]
    return np.maximum(arm.products[0, 0] - 2 * explained + spread, 0.0)


def _so_far(rows: Rows, mine: NDArray[np.bool_]) -> _Arm:
    n = np.cumsum(mine, axis=1).astype(float)
    numbers = [one * mine for one in (rows.now, rows.has, rows.before)]
    sums = [np.cumsum(one, axis=1) for one in numbers]
    at_least = np.maximum(n, 1)
    products = {(a, b): np.cumsum(numbers[a] * numbers[b], axis=1) - sums[a] * sums[b] / at_least for a, b in NUMBERS}
    return _Arm(n, [one / at_least for one in sums], products)


def figures() -> list[Figure]:
    same = watch_past(Users(0.7, 0.7), units=2000, runs=1000, seed=27, minimum_effect=MINIMUM_EFFECT)
    wrong, runs = int(np.isfinite(same.adjusted).sum()), len(same.adjusted)
    found = [false_verdicts("interval, adjusted by the pre-period, 50%", wrong, runs, 0.05)]
    for correlation, with_past in ((0.5, 1.0), (0.7, 1.0), (0.7, 0.7), (0.9, 1.0)):
        users = Users(correlation, with_past, effect=MINIMUM_EFFECT)
        better = watch_past(users, units=2500, runs=300, seed=28, minimum_effect=MINIMUM_EFFECT)
        raw, adjusted = np.median(better.raw), np.median(better.adjusted)
        print(f"past {correlation}, {with_past:.0%}: median {adjusted:.0f} units, {raw:.0f} without")
        name = f"sequential: units saved by a pre-period, correlation {correlation}, {with_past:.0%} have one"
        baseline = f"median of {raw:.0f} units without, {adjusted:.0f} with"
        found.append(Figure(name, float(1 - adjusted / raw), "of the units to a verdict", "", None, baseline))
    return found
