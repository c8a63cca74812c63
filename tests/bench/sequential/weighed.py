"""The test for arms of known shares: are its verdicts right, and how soon do they come?"""

import numpy as np
from numpy.typing import NDArray

from ratchet_scoring.sample_size import units_for_rates
from ratchet_scoring.sequential import FRACTIONS, Floats
from ratchet_scoring.weighed_bets import Recent, center, grown, least, refutes, remembered, weighed
from tests.bench.figure import Figure
from tests.bench.sequential.errors import false_verdicts, wilson
from tests.bench.sequential.scores import Chance, Setting, falling, jumping, observations, steady

ALPHA = 0.05
MANY, RUNS, LIFTS = 10_000, 2000, 1000
AT_ONCE = 2500  # trials: what fits near the processor
LOOKS = 2500
CONTROL, LIFTED, TIMES = 0.80, 0.85, 1.5  # the lift that is to be seen within so many times the fixed size


class Gamblers:
    """Each bets against there being no difference, half on a gain, half on a loss: as `WeighedComparer` does."""

    def __init__(self, trials: int, *, share: float, alpha: float) -> None:
        self._share, self._alpha = share, alpha
        self._recent = Recent(*np.zeros((4, trials)))
        self._capital = np.ones((2, trials, len(FRACTIONS)))

    def add(self, arm: Floats, score: Floats) -> NDArray[np.bool_]:
        """Is it decided by now that there is a gain, that there is a loss? Shape (2, trials)."""
        middle = center(self._recent, self._share)
        said, lowest = weighed(arm, score, middle, self._share), np.array(least(middle, self._share))
        self._capital = grown(self._capital, (lowest + np.array([said, -said])) / lowest)
        self._recent = remembered(self._recent, arm, score)
        return refutes(self._capital, self._alpha)


def watch_weighed(setting: Setting, *, runs: int, seed: int, promised: float | None = None) -> Floats:
    """After how many units, of both arms, each run first says that there is a gain and a loss; inf for never.

    Shape (2, runs). `promised`: the share that the test is told, where it is not the true one.
    """
    parts = [min(AT_ONCE, runs - done) for done in range(0, runs, AT_ONCE)]
    found = [_watched(setting, part, seed + place, promised or setting.share) for place, part in enumerate(parts)]
    return np.concatenate(found, axis=1)


def _watched(setting: Setting, trials: int, seed: int, share: float) -> Floats:
    gamblers, first = Gamblers(trials, share=share, alpha=ALPHA), np.full((2, trials), np.inf)
    for number, (arm, score) in enumerate(observations(setting, runs=trials, seed=seed), 1):
        first[gamblers.add(arm.astype(float), score) & np.isinf(first)] = number
    return first


def figures() -> list[Figure]:
    long = 3 * 2 * units_for_rates(CONTROL, LIFTED)
    chances = [(f"both {rate:.2f}", steady(rate)) for rate in (0.02, 0.50, 0.98)]
    chances += [("both falling .90 to .40", falling(LOOKS)), ("both jumping .95 to .05 and back", jumping(50))]
    return [
        *(_errors(f"both {CONTROL:.2f}", steady(CONTROL), share, long, MANY) for share in (0.5, 0.1)),
        *(_lift(share, goal) for share, goal in ((0.5, TIMES), (0.1, None))),
        *(_errors(name, chance, share, LOOKS, RUNS) for name, chance in chances for share in (0.5, 0.1)),
        *(_promised(share, promised) for share, promised in ((0.5, 0.52), (0.1, 0.12), (0.1, 0.15))),
    ]


def _errors(name: str, chance: Chance, share: float, looks: int, runs: int) -> Figure:
    first = watch_weighed(Setting("", chance, chance, share, looks), runs=runs, seed=30)
    return false_verdicts(f"known shares, {name}, {share:.0%}", int(np.isfinite(first).any(axis=0).sum()), runs, ALPHA)


def _promised(share: float, promised: float) -> Figure:
    """Nothing is promised where the shares are not kept: this says how much depends on it."""
    setting = Setting("", falling(LOOKS), falling(LOOKS), share, LOOKS)
    wrong = int(np.isfinite(watch_weighed(setting, runs=RUNS, seed=31, promised=promised)).any(axis=0).sum())
    low, high = wilson(wrong, RUNS)
    name = f"known shares, {promised:.0%} promised and {share:.0%} given, falling .90 to .40"
    print(f"false verdicts, {name}: {wrong / RUNS:.4f} [{low:.4f}, {high:.4f}]")
    unit = f"share of {RUNS} runs (95 %: {low:.4f} to {high:.4f})"
    return Figure(f"sequential: false verdicts, {name}", wrong / RUNS, unit, "", None)


def _lift(share: float, goal: float | None) -> Figure:
    fixed = units_for_rates(CONTROL, LIFTED, share=share)
    setting = Setting("", steady(LIFTED), steady(CONTROL), share, int(2.6 * fixed / share))
    gain, loss = watch_weighed(setting, runs=LIFTS, seed=32) * share / fixed
    median, late = np.median(gain), np.quantile(gain, 0.9, method="higher")
    wrong = int((loss < gain).sum())
    print(f"lift, known shares, {share:.0%}: median {median:.3f}, 90 % {late:.2f} times {fixed}, {wrong} wrong")
    return Figure(
        name=f"sequential: to a verdict, known shares, {CONTROL:.2f} to {LIFTED:.2f}, {share:.0%}",
        value=float(median),
        unit=f"times the fixed size (median; 90 % of runs within {late:.2f}; {wrong} of {LIFTS} the wrong way)",
        goal=f"≤ {goal}" if goal else "",
        met=bool(median <= goal) if goal else None,
        baseline=f"looked at once, power .80, two-sided .05: {fixed} of the treated",
    )
