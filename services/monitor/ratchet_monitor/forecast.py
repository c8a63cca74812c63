"""What the month will have cost when it is over. Pure.

Each kind of day, workday and weekend, has a level: the mean of the last four weeks, where a day two weeks ago counts
half as much as yesterday. What is left of the month is drawn a thousand times from those weeks, each time moved to the
level of weeks drawn with replacement: the interval holds how days differ, and how little four weeks tell of their mean,
or fewer of how days differ: few that are alike by chance promise more than they know.
It does not hold what has never been: a launch, a new price.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from ratchet_monitor.behind import Behind

DAY: Final = timedelta(days=1)
HISTORY: Final = 28  # days
HALF_LIFE: Final = 14.0  # days
LEAST: Final = 3  # whole days, before anything is foreseen
LEAST_FOR_WEEKENDS: Final = 14  # whole days, before weekends have a level of their own
RUNS: Final = 1_000
WITHIN: Final = (10, 90)  # percentiles: the interval holds in 8 months of 10
SATURDAY: Final = 5
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forecast:
    """USD of one month by UTC, calls whose answers were not given included. None: nothing is foreseen yet.

    `low` to `high`: in 8 months of 10.
    """

    month: str
    spent: float
    expected: float | None
    low: float | None
    high: float | None
    days_seen: int
    why: str
    behind: Behind | None = None


def forecast(spent_on: Mapping[date, float], now: datetime) -> Forecast:
    """`spent_on`: USD by day, of this month and the 28 days before today; a day that is missing after the first cost
    nothing."""
    today = now.astimezone(UTC).date()
    spent = sum((usd for day, usd in spent_on.items() if (day.year, day.month) == (today.year, today.month)), 0.0)
    seen = _history(spent_on, today)
    month = f"{today:%Y-%m}"
    if len(seen) < LEAST:
        why = f"{len(seen)} whole days have been seen, and {LEAST} are needed before anything is foreseen."
        return Forecast(month, round(spent, 6), None, None, None, len(seen), why)
    left = _left(today, now)
    totals = spent + _drawn(seen, left, seed=today.toordinal())
    low, middle, high = (max(spent, float(np.percentile(totals, q))) for q in (WITHIN[0], 50, WITHIN[1]))
    ways = (
        "workdays and weekends apart" if len(seen) >= LEAST_FOR_WEEKENDS else "all days alike: two weeks tell weekends"
    )
    why = f"By the last {len(seen)} whole days, {ways}; {len(left)} days are left, today's rest among them."
    return Forecast(month, round(spent, 6), round(middle, 6), round(low, 6), round(high, 6), len(seen), why)


def _history(spent_on: Mapping[date, float], today: date) -> list[tuple[date, float]]:
    """Whole days, the oldest first, from the first on that cost anything."""
    past = [today - DAY * back for back in range(HISTORY, 0, -1)]
    used = next((place for place, day in enumerate(past) if spent_on.get(day)), len(past))
    return [(day, spent_on.get(day, 0.0)) for day in past[used:]]


def _left(today: date, now: datetime) -> list[tuple[date, float]]:
    """The days of the month that are not over, each with the share of it that is left."""
    passed = now.astimezone(UTC) - datetime(today.year, today.month, today.day, tzinfo=UTC)
    first_of_next = (today.replace(day=1) + DAY * 32).replace(day=1)
    days = [today + DAY * ahead for ahead in range((first_of_next - today).days)]
    return [(day, 1 - passed / DAY if day == today else 1.0) for day in days]


def _drawn(seen: Sequence[tuple[date, float]], left: Sequence[tuple[date, float]], seed: int) -> Floats:
    """What is left of the month costs, in each run."""
    rng = np.random.default_rng(seed)
    weekends = len(seen) >= LEAST_FOR_WEEKENDS
    total = np.zeros(RUNS)
    for kind in (False, True) if weekends else (None,):
        ours = [(len(seen) - place, usd) for place, (day, usd) in enumerate(seen) if kind in (None, _is_weekend(day))]
        shares = np.array([share for day, share in left if kind in (None, _is_weekend(day))])
        if shares.size:
            total += _of_a_kind(ours, shares, rng)
    return total


def _of_a_kind(ours: Sequence[tuple[int, float]], shares: Floats, rng: np.random.Generator) -> Floats:
    """Days as they were, moved to a level that days drawn anew have: (days ago, USD).

    As Student's: what is off the level is as much wider as the spread of so few days may be.
    """
    ages, usd = (np.array(column, float) for column in zip(*ours, strict=True))
    likely = 0.5 ** (ages / HALF_LIFE)
    likely /= likely.sum()
    level, worth = usd @ likely, 1 / (likely @ likely)  # as many days of equal weight would know the level as well
    again = rng.choice(usd.size, (RUNS, usd.size), p=likely)
    levels = (usd[again].mean(axis=1) - level) * np.sqrt(usd.size / worth)
    days = usd[rng.choice(usd.size, (RUNS, shares.size), p=likely)] - level
    wider = np.sqrt(worth / rng.chisquare(worth - 1, RUNS))
    own = level + wider[:, None] * (days + levels[:, None])
    return np.asarray(np.maximum(own, 0) @ shares, dtype=np.float64)


def _is_weekend(day: date) -> bool:
    return day.weekday() >= SATURDAY
