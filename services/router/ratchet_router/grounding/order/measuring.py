"""Is a learned order better than that of the searches, on feedback that it was not learned from? Pure.

Questions that were answered from the same place are held out together. Compared is where the first passage stands that
an answer rested on (1, 1/2, 1/3, …), on questions whose passages were shown as the searches had them: what was shown in
a learned order speaks for that order.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ratchet_router.grounding.order.fitting import Look, fitted, in_order
from ratchet_scoring.intervals import paired_gain

FOLDS: Final = 5
SEED: Final = 42
LEVEL: Final = 0.99  # it is looked at anew with every fit
LEAST: Final = 50  # questions, before an order is learned


@dataclass(frozen=True, slots=True)
class Compared:
    """Means over the questions that were held out, each once, and the interval of their difference."""

    questions: int
    searches: float
    learned: float
    low: float
    high: float

    @property
    def gain(self) -> float:
        return self.learned - self.searches

    @property
    def better(self) -> bool:
        return self.low > 0


def compared(looks: Sequence[Look]) -> Compared:
    telling = [look for look in looks if look.tells]
    held_out = [look for look in telling if look.shown == 0]
    folds = [_fold(look) for look in telling]
    lines = [fitted([look for look, its in zip(telling, folds, strict=True) if its != fold]) for fold in range(FOLDS)]
    ours = [first_worth(in_order(lines[_fold(look)], look.passages), look) for look in held_out]
    theirs = [first_worth(range(len(look.passages)), look) for look in held_out]
    groups = [look.group for look in held_out]
    gain = paired_gain(ours, theirs, groups=groups, seed=SEED, level=LEVEL)
    count = max(1, len(held_out))
    return Compared(len(held_out), sum(theirs) / count, sum(ours) / count, gain.interval.low, gain.interval.high)


def first_worth(order: Sequence[int], look: Look) -> float:
    return next(1 / place for place, at in enumerate(order, 1) if at in look.worth)


def _fold(look: Look) -> int:
    return zlib.crc32(f"{SEED}/{look.group}".encode()) % FOLDS
