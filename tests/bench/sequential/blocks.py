"""Does the test that may be watched all the time keep its word, and how much traffic does it take?

Beside it the test that people reach for: a z-test made for one look, looked at after every observation.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratchet_scoring.sequential import FRACTIONS, Floats, block_is_full, grown, refutes
from tests.bench.figure import Figure
from tests.bench.sequential.errors import false_verdicts
from tests.bench.sequential.scores import Chance, Setting, falling, observations, steady

ALPHA = 0.05
RUNS = 2000
LOOKS = 3000  # under no difference
Z_FROM = 20  # answers of the canary: whoever peeks at a z-test waits for a few at least


@dataclass(frozen=True, slots=True)
class Watched:
    """When each run came to its first verdict, in answers of the canary; -1 for never."""

    ours: NDArray[np.int64]
    z_test: NDArray[np.int64]


def figures() -> list[Figure]:
    steadily = [_same(f"both {p:.2f}", steady(p), share) for p in (0.02, 0.5, 0.8, 0.98) for share in (0.1, 0.5)]
    falls = [_same("both falling .90 to .40", falling(LOOKS), share) for share in (0.1, 0.5)]
    return [_false_verdicts(setting) for setting in steadily + falls] + [
        _traffic(control, canary, goal)
        for control, canary, goal in ((0.6, 0.9, 40), (0.9, 0.6, 40), (0.65, 0.8, 200), (0.8, 0.65, 200))
    ]


def watch(setting: Setting, *, runs: int, seed: int) -> Watched:
    """All runs side by side, one observation at a time, a look after each."""
    seen, won = np.zeros((2, runs), int), np.zeros((2, runs))  # control, canary
    waiting, waiting_won = seen.copy(), won.copy()
    capital = np.ones((2, runs, len(FRACTIONS)))
    watched = Watched(np.full(runs, -1), np.full(runs, -1))
    everyone = np.arange(runs)
    for arm, score in observations(setting, runs=runs, seed=seed):
        for counts, sums in ((seen, won), (waiting, waiting_won)):
            counts[arm, everyone] += 1
            sums[arm, everyone] += score
        full = np.flatnonzero(block_is_full(waiting[1], waiting[0], seen[1], seen[0]))
        means = waiting_won[:, full] / waiting[:, full]
        difference = means[1] - means[0]
        capital[:, full] = grown(capital[:, full], np.stack([difference, -difference]), FRACTIONS)
        waiting[:, full], waiting_won[:, full] = 0, 0
        _note(watched.ours, full[refutes(capital[:, full], ALPHA).any(axis=0)], seen)
        _note(watched.z_test, np.flatnonzero(_z_test_says_so(seen, won)), seen)
    return watched


def _note(first: NDArray[np.int64], decided: NDArray[np.int64], seen: NDArray[np.int64]) -> None:
    new = decided[first[decided] < 0]
    first[new] = seen[1, new]


def _z_test_says_so(seen: NDArray[np.int64], won: Floats) -> NDArray[np.bool_]:
    n = np.maximum(seen, 1)
    means = won / n
    error = np.sqrt((means * (1 - means) / n).sum(axis=0))
    decided: NDArray[np.bool_] = (seen[1] >= Z_FROM) & (seen[0] >= Z_FROM) & (abs(means[1] - means[0]) > 1.96 * error)
    return decided


def _same(name: str, chance: Chance, share: float) -> Setting:
    return Setting(f"{name}, {share:.0%} canary", chance, chance, share, LOOKS)


def _false_verdicts(setting: Setting) -> Figure:
    watched = watch(setting, runs=RUNS, seed=20)
    ours, theirs = (int((first >= 0).sum()) for first in (watched.ours, watched.z_test))
    return false_verdicts(setting.name, ours, RUNS, ALPHA, f"z-test peeked at: {theirs / RUNS:.3f}")


def _traffic(control: float, canary: float, goal: int) -> Figure:
    setting = Setting(f"{control:.2f} to {canary:.2f}, 10% canary", steady(canary), steady(control), 0.1, 8000)
    watched = watch(setting, runs=RUNS, seed=21)
    ours = np.where(watched.ours < 0, np.inf, watched.ours)
    median, late = np.median(ours), np.quantile(ours, 0.9, method="higher")
    theirs = np.median(np.where(watched.z_test < 0, np.inf, watched.z_test))
    print(
        f"to a verdict, {setting.name}: median {median:.0f}, 90 % within {late:.0f} canary answers, z-test {theirs:.0f}"
    )
    return Figure(
        name=f"sequential: canary answers to a verdict, {setting.name}",
        value=float(median),
        unit=f"answers (median; 90 % of runs within {late:.0f})",
        goal=f"≤ {goal}",
        met=bool(median <= goal),
        baseline=f"z-test peeked at: {theirs:.0f}, wrong far too often",
    )
