"""How many returns a year has, by the days between prices."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ratchet_figures.figure import CannotComputeError

USUAL: Final = (  # the median of days between prices, from and to; returns a year; how that is called
    (6.0, 8.0, 52, "weekly"),
    (13.0, 15.0, 26, "of every two weeks"),
    (27.0, 32.0, 12, "monthly"),
    (88.0, 94.0, 4, "quarterly"),
    (179.0, 186.0, 2, "half-yearly"),
    (355.0, 380.0, 1, "yearly"),
)
WORKING_DAYS, EVERY_DAY, FOUR_WEEKLY = 252, 365, 13
WEEKEND: Final = 0.25  # of the days: 2/7 where there is a price on each, 1/5 at an exchange that is closed on Friday
DAYS_A_YEAR: Final = 365.25
WHOLE: Final = 0.9  # of the steps that there would be without gaps; holidays are 3.5 % of the working days
REGULAR: Final = 0.9  # of the steps are within half and twice the usual one
FEWEST: Final = 3  # steps by which four weeks are told from a month
SAY: Final = "say how many returns a year has (`per_year`)"


class Frequency(NamedTuple):
    """`assumed`: a sentence."""

    per_year: float
    assumed: str


def returns_a_year(days: pd.DatetimeIndex) -> Frequency:
    """As many as there usually are; where steps are missing, or none is usual, as many as there are on average, so that
    what they come to in a year is right. Raises CannotComputeError where the days follow no rule.
    """
    steps = days.to_series().diff().dt.days.iloc[1:].to_numpy(dtype=float)
    within = int((days[-1] - days[0]).days)
    median = float(np.median(steps))
    if (open_ := _open(days)) is not None and np.median(_counted(days[:-1], days[1:], open_)) <= 1:
        return _daily(days, open_)
    for least, most, usual, name in USUAL:
        if least <= median <= most and _are_whole(steps, least, most):
            if usual == 12 and len(steps) >= FEWEST and (steps == 28).all():
                return _of(FOUR_WEEKLY, "of every four weeks", len(steps), within)
            return _of(usual, name, len(steps), within)
    if np.mean((steps >= median / 2) & (steps <= median * 2)) < REGULAR:
        raise CannotComputeError(
            f"The days between prices follow no rule, from {steps.min():g} to {steps.max():g}: {SAY}."
        )
    return _on_average(len(steps), within)


def _are_whole(steps: npt.NDArray[np.float64], least: float, most: float) -> bool:
    """Steps of that length, or of several of it where a price is missing: days that follow no rule have others."""
    several = np.maximum(1, np.round(steps * 2 / (least + most)))
    return bool(np.mean((several * least <= steps) & (steps <= several * most)) >= REGULAR)


def _daily(days: pd.DatetimeIndex, open_: str) -> Frequency:
    there, expected = len(days) - 1, int(_counted(days[:1], days[-1:], open_)[0])
    every_day = open_ == "1111111"
    if there >= WHOLE * expected:
        if every_day:
            return Frequency(EVERY_DAY, f"Prices are of every day, weekends too: a year has {EVERY_DAY} returns.")
        return Frequency(WORKING_DAYS, f"Prices are daily: a year has {WORKING_DAYS} returns.")
    per_year = _rounded(there / expected * DAYS_A_YEAR * open_.count("1") / 7)
    kind = "days" if every_day else "working days"
    return Frequency(
        per_year,
        f"Prices are daily with gaps, {there:,} returns in {expected:,} {kind}: "
        f"a year is taken to have {per_year:g} returns, as many as there are on average.",
    )


def _of(usual: int, name: str, there: int, within: int) -> Frequency:
    expected = within / DAYS_A_YEAR * usual
    if there >= WHOLE * expected:
        return Frequency(usual, f"Prices are {name}: a year has {usual} return{'' if usual == 1 else 's'}.")
    per_year = _rounded(there / within * DAYS_A_YEAR)
    return Frequency(
        per_year,
        f"Prices are {name} with gaps, {there:,} return{'' if there == 1 else 's'} in the time of {expected:.0f}: "
        f"a year is taken to have {per_year:g} returns, as many as there are on average.",
    )


def _on_average(there: int, within: int) -> Frequency:
    apart = within / there
    per_year = _rounded(DAYS_A_YEAR / apart)
    said = f"{'' if apart == int(apart) else 'about '}{apart:.3g}"
    return Frequency(
        per_year,
        f"Prices are {said} days apart: a year of {DAYS_A_YEAR} days is taken to have {per_year:g} returns.",
    )


def _open(days: pd.DatetimeIndex) -> str | None:
    """The days of the week that have prices, as numpy masks them: Monday first. None: other than five or seven."""
    of_week = np.bincount(days.day_of_week, minlength=7) / len(days)
    if of_week[5:].sum() == 0:
        return "1111100"
    if of_week[5:].sum() > WEEKEND:
        return "1111111"
    five = sorted(np.argsort(-of_week, kind="stable")[:5])
    return "".join("01"[at in five] for at in range(7)) if of_week[five].sum() > 0.95 else None


def _counted(begins: pd.DatetimeIndex, ends: pd.DatetimeIndex, open_: str) -> npt.NDArray[np.int64]:
    first, last = (its.to_numpy().astype("datetime64[D]") for its in (begins, ends))
    return np.asarray(np.busday_count(first, last, weekmask=open_), dtype=np.int64)


def _rounded(per_year: float) -> float:
    return round(per_year, 2)
