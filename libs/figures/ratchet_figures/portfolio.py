"""What is held, and what it returned."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from ratchet_figures.figure import CannotComputeError
from ratchet_figures.instruments import are_several
from ratchet_figures.prices import Prices

Rebalancing = Literal["each_period", "never"]
ROUNDING = 0.005  # weights that people rounded add up to 1 within it
OFF = 0.1  # beyond it something is missing, which nobody here can guess


def weights_of(given: Mapping[str, float] | None, instruments: list[str]) -> tuple[dict[str, float], list[str]]:
    """Weights that add up to 1, and what was assumed. Short positions are negative. Raises CannotComputeError."""
    if not given:
        are_several(instruments)
        alone = len(instruments) == 1
        assumed = [] if alone else ["No weights were given: each instrument has the same."]
        return dict.fromkeys(instruments, 1 / len(instruments)), assumed
    if strange := [name for name in given if name not in instruments]:
        raise CannotComputeError(f"There are weights for {', '.join(strange)}, and no prices: give both.")
    if wrong := [name for name, weight in given.items() if not np.isfinite(weight)]:
        raise CannotComputeError(f"The weight of {', '.join(wrong)} is not a finite number.")
    total = sum(given.values())
    whole = 100.0 if abs(total - 100) <= 100 * OFF else 1.0
    if abs(total - whole) > whole * OFF:
        raise CannotComputeError(f"The weights add up to {total:g}, not to 1 (or 100 %): give the rest too.")
    said = ["Weights are in per cent."] if whole == 100 else []
    if abs(total - whole) > whole * ROUNDING:
        said.append(f"The weights add up to {total:g}, not to {whole:g}: they were scaled.")
    if short := [name for name in instruments if given.get(name, 0.0) < 0]:
        said.append(f"Sold short, as its weight is below 0: {', '.join(short)}.")
    return {name: given.get(name, 0.0) / total for name in instruments}, said


def returns_of(prices: Prices, weights: Mapping[str, float], rebalancing: Rebalancing) -> pd.Series:
    """Of the portfolio, simple, one for each step."""
    held = pd.Series(weights)[list(prices.table.columns)]
    if rebalancing == "each_period":
        return _of_all(prices.table.pct_change().iloc[1:], held)
    worth = (prices.table / prices.table.iloc[0]) @ held
    if (worth <= 0).any():
        raise CannotComputeError(
            "What is held is worth nothing, or less, on some day: from there on there is no return."
        )
    return worth.pct_change().iloc[1:]


def worth_of(prices: Prices, weights: Mapping[str, float], rebalancing: Rebalancing) -> dict[date, float]:
    """What 1 in the portfolio became, by day, from 1 on the first. Raises CannotComputeError."""
    grown = (1 + returns_of(prices, weights, rebalancing)).cumprod()
    first = prices.table.index[0]
    return {first.date(): 1.0} | {day.date(): float(worth) for day, worth in grown.items()}


def contributions(prices: Prices, weights: Mapping[str, float], rebalancing: Rebalancing) -> dict[str, float]:
    """What each instrument added to the total return, adding up to it.

    Never rebalanced that is weight times return. Rebalanced, each step's contributions are linked over time by the
    logarithms (Cariño, Combining Attribution Effects Over Time, 1999). Raises CannotComputeError.
    """
    table, held = prices.table, pd.Series(weights)[list(prices.table.columns)]
    if rebalancing == "never":
        return _finite((table.iloc[-1] / table.iloc[0] - 1) * held)
    steps = table.pct_change().iloc[1:]
    of_all = _of_all(steps, held)
    total = float(np.prod(1 + of_all) - 1)
    linked = (steps * held).mul(_per_log(of_all), axis=0).sum() / float(_per_log(pd.Series([total])).iloc[0])
    return _finite(linked)


def _finite(contributed: pd.Series) -> dict[str, float]:
    if not np.isfinite(contributed).all():
        raise CannotComputeError("It has no finite value for these returns.")
    return {str(name): float(value) for name, value in contributed.items()}


def _of_all(steps: pd.DataFrame, held: pd.Series) -> pd.Series:
    found = steps @ held
    lost = found[found <= -1]
    if len(lost):
        raise CannotComputeError(
            f"By {lost.index[0]:%Y-%m-%d} the portfolio had lost all that it was worth: nothing comes after it."
        )
    return found


def _per_log(returns: pd.Series) -> pd.Series:
    small = returns.abs() < 1e-9
    return pd.Series(np.where(small, 1.0, np.log1p(returns) / returns.where(~small, 1.0)), index=returns.index)
