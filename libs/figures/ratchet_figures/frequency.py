"""How many returns a year has, by the days between prices."""

import pandas as pd

from ratchet_figures.figure import CannotComputeError

USUAL = (  # the median of days between prices, at most; returns a year; how that is called
    (0.5, None, ""),
    (4, 252, "daily"),
    (10, 52, "weekly"),
    (35, 12, "monthly"),
    (100, 4, "quarterly"),
    (380, 1, "yearly"),
)
EVERY_DAY = 365
WEEKEND = 0.2  # of the days; 2/7 where there is a price on each, none at an exchange


def returns_a_year(days: pd.DatetimeIndex) -> tuple[int, str]:
    """With what it assumes, as a sentence. Raises CannotComputeError where prices are too far apart, or too close."""
    median = float(days.to_series().diff().dt.days.iloc[1:].median())
    for most, count, name in USUAL:
        if median <= most and count is not None:
            if name == "daily" and (days.day_of_week >= 5).mean() > WEEKEND:
                return EVERY_DAY, "Prices are of every day, weekends too: a year has 365 returns."
            return count, f"Prices are {name}: a year has {count} return{'' if count == 1 else 's'}."
    raise CannotComputeError(
        f"Prices are {median:g} days apart, which is no usual step: say how many returns a year has (`per_year`)."
    )
