"""How far do several answers, or two who judge, agree?"""

import statistics
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from ratchet_scoring.intervals import Interval
from ratchet_scoring.scorers import score_output

Z_95 = 1.959964
MAX_ANSWERS = 20  # each with each other: 190 pairs


@dataclass(frozen=True, slots=True)
class Agreement:
    accuracy: float  # the share of cases where both say the same
    interval: Interval  # Wilson's, 95 %
    kappa: float | None  # Cohen's; None where chance alone would always agree
    n: int


def consistency(task_type: str, outputs: Sequence[str]) -> float | None:
    """The mean over all pairs of what one scores with the other as its reference, both ways. None for fewer than two.

    1: the model says the same each time; which is not to say that it is right.
    """
    return mutual(lambda said, meant: score_output(task_type, said, meant), outputs)


def mutual(score: Callable[[str, str], float], outputs: Sequence[str]) -> float | None:
    """As `consistency`, where something else says what an answer scores with another as its reference."""
    pairs = list(combinations(outputs[:MAX_ANSWERS], 2))
    if not pairs:
        return None
    return statistics.fmean(score(a, b) / 2 + score(b, a) / 2 for a, b in pairs)


def agreement(one: Sequence[Hashable], other: Sequence[Hashable]) -> Agreement:
    """Of two who judged the same cases. Raises ValueError where there are none, or not as many."""
    if len(one) != len(other) or not one:
        raise ValueError(f"Both must have judged the same cases, and judged {len(one)} and {len(other)}.")
    n = len(one)
    same = sum(a == b for a, b in zip(one, other, strict=True))
    ours, theirs = Counter(one), Counter(other)
    by_chance = sum(ours[kind] * theirs[kind] for kind in ours) / n**2
    kappa = (same / n - by_chance) / (1 - by_chance) if by_chance < 1 else None
    return Agreement(same / n, wilson(same, n), kappa, n)


def krippendorff(units: Iterable[tuple[Mapping[float, int], int]]) -> float | None:
    """Alpha of interval data: 1 where all who judged a thing say the same of it, 0 as by chance.

    `units`: how often each value was given to a thing, and how many things there are of which the same was said. None
    where no thing was judged twice, or all judged everything alike. (Krippendorff, Content Analysis, 2004.)
    """
    given: Counter[float] = Counter()
    observed = 0.0
    for values, times in units:
        judges = sum(values.values())
        if judges < 2:
            continue
        for value, n in values.items():
            given[value] += n * times
        observed += times * _squares(values) / (judges - 1)
    pairable = given.total()
    expected = _squares(given) / (pairable - 1) if pairable > 1 else 0.0
    return 1 - observed / expected if expected else None


def _squares(values: Mapping[float, int]) -> float:
    """Of the differences of all ordered pairs."""
    return sum(n * m * (one - other) ** 2 for one, n in values.items() for other, m in values.items())


def wilson(hits: int, n: int) -> Interval:
    """Of a share, at 95 % (Wilson 1927); the widest where nothing was seen."""
    if not n:
        return Interval(0.0, 1.0)
    share, z2 = hits / n, Z_95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * (share * (1 - share) / n + z2 / (4 * n**2)) ** 0.5
    return Interval(min(max(middle - half, 0.0), share), max(min(middle + half, 1.0), share))
