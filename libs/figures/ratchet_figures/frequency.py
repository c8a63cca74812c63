"""How many returns a year has, by the days between prices."""

import pandas as pd

from ratchet_figures.figure import CannotComputeError

USUAL = (  # the median of days between prices, from and to; returns a year; how that is called
    (1, 1.5, 252, "daily"),
    (6, 8, 52, "weekly"),
    (27, 32, 12, "monthly"),
    (88, 94, 4, "quarterly"),
    (179, 186, 2, "half-yearly"),
    (355, 380, 1, "yearly"),
)
EVERY_DAY = 365
WEEKEND = 0.25  # of the days: 2/7 where there is a price on each, 1/5 at an exchange that is closed on Friday


def returns_a_year(days: pd.DatetimeIndex) -> tuple[int, str]:
    """With what it assumes, as a sentence. Raises CannotComputeError where the days are no usual step apart."""
    median = float(days.to_series().diff().dt.days.iloc[1:].median())
    for least, most, count, name in USUAL:
        if least <= median <= most:
            if name == "daily" and (days.day_of_week >= 5).mean() > WEEKEND:
                return EVERY_DAY, "Prices are of every day, weekends too: a year has 365 returns."
            return count, f"Prices are {name}: a year has {count} return{'' if count == 1 else 's'}."
    raise CannotComputeError(
        f"Prices are {median:g} days apart, which is no usual step: say how many returns a year has (`per_year`)."
    )
