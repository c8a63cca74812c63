"""Intervals for numbers without bounds, watched after every unit: costs, times, rates, ratios of two sums."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ratchet_scoring.anytime import FEWEST
from ratchet_scoring.estimates import ALIKE
from ratchet_scoring.normal_mixture import boundary, information_needed, rho_for
from ratchet_scoring.sample_size import units_for_rates
from ratchet_scoring.sequential import Floats
from tests.bench.figure import Figure
from tests.bench.sequential.errors import false_verdicts

Bools = NDArray[np.bool_]
AT_ONCE = 250  # trials
RUNS, LOOKS = 2000, 3000


class Units(NamedTuple):
    """Shapes (trials, units). A mean is a ratio to as many ones."""

    treated: Bools
    above: Floats
    below: Floats


Draw = Callable[[np.random.Generator, Bools], tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True)
class Trial:
    name: str
    draw: Draw
    share: float  # of the treated arm
    minimum_effect: float


def rates(treated: float, control: float) -> Draw:
    def draw(random: np.random.Generator, arm: Bools) -> tuple[Floats, Floats]:
        hits = random.random(arm.shape) < np.where(arm, treated, control)
        return hits.astype(float), np.ones(arm.shape)

    return draw


def lognormal(spread: float) -> Draw:
    def draw(random: np.random.Generator, arm: Bools) -> tuple[Floats, Floats]:
        return np.asarray(random.lognormal(0.0, spread, arm.shape), float), np.ones(arm.shape)

    return draw


def bursts(every: int, dearer: float) -> Draw:
    """Costs that are so many times as high for so many units, and then not."""

    def draw(random: np.random.Generator, arm: Bools) -> tuple[Floats, Floats]:
        level = np.where(np.arange(arm.shape[1]) // every % 2, dearer, 1.0)
        return np.asarray(random.lognormal(0.0, 1.0, arm.shape) * level, float), np.ones(arm.shape)

    return draw


def ratios(factor: float) -> Draw:
    """Cost and sessions of users who have 1 to 5 of them, and a taste of their own; `factor`: for the treated."""

    def draw(random: np.random.Generator, arm: Bools) -> tuple[Floats, Floats]:
        sessions = random.integers(1, 6, arm.shape).astype(float)
        each = np.exp(0.5 * random.standard_normal(arm.shape)) * np.where(arm, factor, 1.0)
        return each * sessions * (0.5 + 0.2 * sessions), sessions

    return draw


def drawn(trial: Trial, random: np.random.Generator, *, runs: int, units: int) -> Units:
    treated = random.random((runs, units)) < trial.share
    return Units(treated, *trial.draw(random, treated))


def watch_interval(trial: Trial, *, units: int, runs: int, seed: int, alpha: float = 0.05) -> Floats:
    """After how many units, both arms together, each run first excludes that there is no difference; inf for never."""
    random = np.random.default_rng(seed)
    parts = [min(AT_ONCE, runs - done) for done in range(0, runs, AT_ONCE)]
    return np.concatenate([_first(trial, drawn(trial, random, runs=part, units=units), alpha) for part in parts])


def _first(trial: Trial, units: Units, alpha: float) -> Floats:
    """What `difference` of two `ratio`s and `interval` do, for all looks of all trials."""
    arms = [_so_far(units, mine) for mine in (units.treated, ~units.treated)]
    both = (arms[0].within + arms[1].within) / np.maximum(arms[0].n + arms[1].n - 2, 1)
    variance = np.zeros(units.above.shape)
    for arm in arms:
        n = np.maximum(arm.n, 2)
        own, lent = arm.within / (n - 1), (arm.within + ALIKE * both) / (n - 1 + ALIKE)
        variance += np.maximum(own, lent) / n
    rho = rho_for(information_needed(trial.minimum_effect, alpha=alpha), alpha=alpha)
    information = np.divide(1.0, variance, out=np.zeros(variance.shape), where=variance > 0)
    reached = abs(arms[0].value - arms[1].value) * information
    said = (information > 0) & (np.minimum(arms[0].n, arms[1].n) >= FEWEST)
    decided = said & (reached > boundary(information, rho=rho, alpha=alpha))
    return np.where(decided.any(axis=1), decided.argmax(axis=1) + 1.0, np.inf)


class _Arm(NamedTuple):
    n: Floats
    value: Floats
    within: Floats  # sum of squares of the linearised units


def _so_far(units: Units, mine: Bools) -> _Arm:
    above, below = units.above * mine, units.below * mine
    n = np.cumsum(mine, axis=1).astype(float)
    sums = [np.cumsum(one, axis=1) for one in (above, below, above**2, above * below, below**2)]
    value = np.divide(sums[0], sums[1], out=np.zeros(n.shape), where=sums[1] > 0)
    apart = sums[2] - 2 * value * sums[3] + value**2 * sums[4]  # of above - value x below, whose mean is 0
    scale = np.divide(n, sums[1], out=np.zeros(n.shape), where=sums[1] > 0)
    return _Arm(n, value, np.maximum(apart, 0.0) * scale**2)


TRIALS = (
    Trial("interval, both .80, 50%", rates(0.8, 0.8), share=0.5, minimum_effect=0.05),
    Trial("interval, both .80, 10%", rates(0.8, 0.8), share=0.1, minimum_effect=0.05),
    Trial("interval, both .02, 10%", rates(0.02, 0.02), share=0.1, minimum_effect=0.05),
    Trial("interval, cost (log-normal, skewness 6), 50%", lognormal(1.0), share=0.5, minimum_effect=0.2),
    Trial("interval, cost (log-normal, skewness 6), 10%", lognormal(1.0), share=0.1, minimum_effect=0.2),
    Trial("interval, cost (log-normal, skewness 33), 10%", lognormal(1.5), share=0.1, minimum_effect=0.9),
    Trial("interval, cost in bursts of three times as much, 50%", bursts(50, 3.0), share=0.5, minimum_effect=0.4),
    Trial("interval, cost per session, 10%", ratios(1.0), share=0.1, minimum_effect=0.1),
)


def figures() -> list[Figure]:
    found = []
    for trial in TRIALS:
        first = watch_interval(trial, units=LOOKS, runs=RUNS, seed=23)
        found.append(false_verdicts(trial.name, int(np.isfinite(first).sum()), RUNS, 0.05))
    return [_constant(), *found, *(_lift(share) for share in (0.5, 0.1))]


def _constant() -> Figure:
    curve = float(boundary(100, rho=rho_for(100, alpha=0.05), alpha=0.05))
    return Figure(
        name="sequential: two-sided normal mixture made for v = 100 at .05, at v = 100",
        value=curve,
        unit=f"(rho {rho_for(100, alpha=0.05):.5f})",
        goal="30.35209 (rho 12.60056)",
        met=f"{curve:.5f} {rho_for(100, alpha=0.05):.5f}" == "30.35209 12.60056",
    )


def _lift(share: float) -> Figure:
    fixed = units_for_rates(0.80, 0.85, share=share)
    trial = Trial("", rates(0.85, 0.80), share=share, minimum_effect=0.05)
    first = watch_interval(trial, units=int(2.6 * fixed / share), runs=RUNS // 4, seed=24) * share / fixed
    median, late = np.median(first), np.quantile(first, 0.9, method="higher")
    print(f"lift by the interval at {share:.0%}: median {median:.3f}, 90 % {late:.2f} times {fixed}")
    return Figure(
        name=f"sequential: to a verdict by the interval, .80 to .85, {share:.0%}",
        value=float(median),
        unit=f"times the fixed size (median; 90 % of runs within {late:.2f})",
        goal="≤ 1.5" if share == 0.5 else "",
        met=bool(median <= 1.5) if share == 0.5 else None,
        baseline=f"looked at once, power .80, two-sided .05: {fixed} of the treated",
    )
