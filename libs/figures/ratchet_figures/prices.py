"""Prices as they come, with gaps and doubles, made into a table that can be computed with, saying what was done."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ratchet_figures.figure import CannotComputeError
from ratchet_figures.series import MOST_PRICES, Series

SPLIT = 1.95  # times: a price that doubles, or halves, within days has been split, or something has happened
SPLIT_DAYS = 7
LONG_GAP = 5  # times the usual step: a return over it is a return of another length


@dataclass(frozen=True, slots=True)
class Prices:
    """`table`: a row for each day on which all have a price, rising; a column for each instrument; all above 0."""

    table: pd.DataFrame
    assumptions: tuple[str, ...] = ()


def prices_of(series: Mapping[str, Series]) -> Prices:
    """`series`: the prices of each instrument by day; none where there was none. Raises CannotComputeError."""
    if not series:
        raise CannotComputeError("No prices were given: name at least one instrument with two prices.")
    if (count := sum(map(len, series.values()))) > MOST_PRICES:
        raise CannotComputeError(f"{count:,} prices were given, and at most {MOST_PRICES:,} are taken.")
    columns = {name: _column(name, its) for name, its in series.items()}
    table = pd.DataFrame(columns).sort_index()
    whole = table.dropna()
    if len(whole) < 2:
        raise CannotComputeError(_too_few(columns, len(whole)))
    return Prices(whole, (*_without(series, table), *_left_out(table, whole), *_gaps(whole), *_splits(whole)))


def _column(name: str, its: Series) -> pd.Series:
    values = {day: price for day, price in its.items() if price is not None and not np.isnan(price)}
    for day, price in values.items():
        if not np.isfinite(price) or price <= 0:
            raise CannotComputeError(f"The price of {name} on {day} is {price:g}: a price is a finite number above 0.")
    days = pd.DatetimeIndex(np.array(list(values), dtype="datetime64[D]"))
    return pd.Series(list(values.values()), index=days, dtype=float, name=name)


def _without(series: Mapping[str, Series], table: pd.DataFrame) -> list[str]:
    """Days that are named and on which nobody has a price."""
    empty = len({day for its in series.values() for day in its}) - len(table)
    return [f"On {_days(empty)} no price is given: a return goes from one price to the next."] if empty else []


def _too_few(columns: Mapping[str, pd.Series], common: int) -> str:
    for name, column in columns.items():
        if len(column) < 2:
            return f"{name} has {_prices(len(column))}: a return needs two."
    names = ", ".join(columns)
    return f"{names} have {_days(common)} in common: a return needs two."


def _prices(count: int) -> str:
    return "one price" if count == 1 else f"{count or 'no'} prices"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days" if count else "no days"


def _left_out(table: pd.DataFrame, whole: pd.DataFrame) -> list[str]:
    first, last = whole.index[0], whole.index[-1]
    said = []
    if outside := int(((table.index < first) | (table.index > last)).sum()):
        said.append(
            f"The time in which all have prices is taken, {first:%Y-%m-%d} to {last:%Y-%m-%d}; "
            f"{_days(outside)} before or after it left out."
        )
    within = table.loc[first:last]
    for name, missing in within.isna().sum().items():
        if missing:
            said.append(f"{name} has no price on {missing:,} of {_days(len(within))}: left out for all.")
    return said


def _gaps(whole: pd.DataFrame) -> list[str]:
    steps = whole.index.to_series().diff().dt.days.iloc[1:]
    long = steps[steps > LONG_GAP * steps.median()]
    if long.empty:
        return []
    ends = long.idxmax()
    begins = whole.index[whole.index.get_loc(ends) - 1]
    steps_are = "One step between prices is" if len(long) == 1 else f"{len(long):,} steps between prices are"
    return [
        f"{steps_are} more than {LONG_GAP} times as long as usual, the longest from {begins:%Y-%m-%d} to "
        f"{ends:%Y-%m-%d}: each counts as one return."
    ]


def _splits(whole: pd.DataFrame) -> list[str]:
    """Of each instrument the largest."""
    said, near = [], whole.index.to_series().diff().dt.days <= SPLIT_DAYS
    for name, prices in whole.items():
        times = prices / prices.shift()
        jumps = times.where(times > 1, 1 / times)[near]
        if len(jumps) and jumps.max() >= SPLIT:
            day = jumps.idxmax()
            begins, ends = prices.shift()[day], prices[day]
            said.append(
                f"{name} went from {begins:g} to {ends:g} by {day:%Y-%m-%d}, and is taken as it stands: after a split, "
                "give prices that are adjusted for it."
            )
    return said
