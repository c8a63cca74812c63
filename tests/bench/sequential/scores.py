"""Made scores of 0 or 1, of two arms, in the order in which they come."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratchet_scoring.sequential import Floats

Chance = Callable[[int], float]  # of a score of 1, by the number of the observation


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    canary: Chance
    control: Chance
    share: float  # of the canary
    observations: int


def observations(setting: Setting, *, runs: int, seed: int) -> Iterator[tuple[NDArray[np.int64], Floats]]:
    """The next observation of every run: its arm (1: canary) and its score."""
    random = np.random.default_rng(seed)
    for place in range(setting.observations):
        arm = (random.random(runs) < setting.share).astype(int)
        chance = np.array([setting.control(place), setting.canary(place)])
        yield arm, (random.random(runs) < chance[arm]).astype(float)


def steady(chance: float) -> Chance:
    return lambda _: chance


def falling(looks: int) -> Chance:
    return lambda place: 0.9 - 0.5 * place / looks


def jumping(every: int) -> Chance:
    """Bursts of easy and of hard documents."""
    return lambda place: 0.95 if place // every % 2 else 0.05
