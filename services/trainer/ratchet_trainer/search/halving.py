"""Successive halving without waiting for each other: who is among the worse at a rung ends there. Pure.

Source: Li et al., A System for Massively Parallel Hyperparameter Tuning (2020), with promotion turned into stopping.
"""

import math
from collections.abc import Mapping, Sequence

ETA = 3  # a third goes on from rung to rung


def rungs(count: int, eta: int = ETA) -> tuple[float, ...]:
    """Parts of a whole run, ascending, at which trials are compared: so many that one of `count` would be left."""
    steps = max(int(math.log(max(count, 1), eta) + 1e-9), 1)
    return tuple(eta**-step for step in range(steps, 0, -1))


def loss_at(curve: Sequence[tuple[int, float]], progress: float, rung: float) -> float | None:
    """What validation said when the trial passed the rung; None: it has not, or nothing is known."""
    if progress < rung or not curve:
        return None
    steps_there = curve[-1][0] * rung / progress
    behind = [loss for step, loss in curve if step >= steps_there]
    return behind[0] if behind else curve[-1][1]


def to_stop(losses: Mapping[str, float], eta: int = ETA) -> set[str]:
    """Of the trials that have come to a rung, those that are not among the best 1/eta; the first few go on."""
    kept = max(math.ceil(len(losses) / eta), 1)
    if len(losses) < eta:
        return set()
    ordered = sorted(losses, key=lambda name: (losses[name], name))
    return set(ordered[kept:])
