"""Figures of portfolios, against the definitions written out, and what has no value."""

import math
import random
import statistics
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from ratchet_figures import CannotComputeError, Source
from ratchet_figures.measures import NAMES
from ratchet_figures.of_prices import Asked, figures_of_prices
from ratchet_figures.series import Series

DAYS = [day for day in (date(2025, 1, 1) + timedelta(days=n) for n in range(400)) if day.weekday() < 5]


def walk(seed: int) -> Series:
    chance, price = random.Random(seed), 100.0
    return {day: (price := price * (1 + chance.gauss(0.0005, 0.012))) for day in DAYS}


def values(asked: Asked) -> dict[str, float]:
    found = figures_of_prices(asked).figures
    return {one.subject if one.name == "contribution" else one.name: one.value for one in found}


def steps(series: Series) -> list[float]:
    prices = [price or 0.0 for price in series.values()]
    return [after / before - 1 for before, after in pairwise(prices)]


def test_each_is_what_its_formula_says() -> None:
    a, index = walk(1), walk(2)
    found = values(Asked({"A": a}, benchmark=("INDEX", index), risk_free=0.03))
    ours, theirs = steps(a), steps(index)
    free = 1.03 ** (1 / 252) - 1
    mean, deviation = statistics.fmean(ours), statistics.stdev(ours)
    z = statistics.NormalDist().inv_cdf(0.95)
    beta = statistics.covariance(ours, theirs) / statistics.variance(theirs)
    total = math.prod(1 + one for one in ours) - 1
    below = math.sqrt(statistics.fmean(min(0.0, one - free) ** 2 for one in ours))
    expected = {
        "total_return": total,
        "cagr": (1 + total) ** (252 / len(ours)) - 1,
        "volatility": deviation * math.sqrt(252),
        "sharpe_ratio": (mean - free) / deviation * math.sqrt(252),
        "sortino_ratio": (mean - free) / below * math.sqrt(252),
        "var_parametric": z * deviation - mean,
        "cvar_parametric": statistics.NormalDist().pdf(z) / 0.05 * deviation - mean,
        "beta": beta,
        "alpha": (1 + mean - free - beta * (statistics.fmean(theirs) - free)) ** 252 - 1,
        "tracking_error": statistics.stdev(x - y for x, y in zip(ours, theirs, strict=True)) * math.sqrt(252),
        "correlation": statistics.correlation(ours, theirs),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-9)


def test_the_worst_is_told_from_the_returns_themselves() -> None:
    prices = [100.0, 110, 99, 104, 88, 120]
    found = values(Asked({"A": dict(zip(DAYS, prices, strict=False))}, measures=["max_drawdown"]))
    assert found["max_drawdown"] == pytest.approx(88 / 110 - 1)
    returns = [n / 100 for n in range(-10, 11)]
    its = dict(zip(DAYS, [math.prod(1 + r for r in returns[:n]) for n in range(22)], strict=False))
    found = values(Asked({"A": its}, measures=["cvar_historical"], level=0.9))
    assert found["cvar_historical"] == pytest.approx((0.10 + 0.09 + 0.08) / 3)
    found = values(Asked({"A": its}, measures=["var_historical", "cvar_historical"]))
    assert found["var_historical"] == pytest.approx(0.09)  # the second worst of 21, at a quantile of 1/20
    assert found["cvar_historical"] == pytest.approx((0.10 + 0.09) / 2)


@pytest.mark.parametrize("rebalancing", ["each_period", "never"])
def test_contributions_add_up_to_the_total_return(rebalancing: Any) -> None:
    held = {"A": walk(1), "B": walk(2), "C": walk(3)}
    found = values(Asked(held, {"A": 0.7, "B": 0.5, "C": -0.2}, rebalancing=rebalancing))
    assert found["A"] + found["B"] + found["C"] == pytest.approx(found["total_return"], rel=1e-9)


@pytest.mark.parametrize("rebalancing", ["each_period", "never"])
def test_what_has_no_end_is_no_contribution(rebalancing: Any) -> None:
    beyond = {day: 1e-308 if n % 2 == 0 else 1e308 for n, day in enumerate(DAYS[:40])}
    asked = Asked({"A": beyond, "B": walk(2)}, {"A": 0.5, "B": 0.5}, None, ["contribution"], rebalancing)
    found = figures_of_prices(asked)
    assert (found.figures, [one.reason for one in found.refusals]) == (
        (),
        ["It has no finite value for these returns."],
    )


@pytest.mark.parametrize("rebalancing", ["each_period", "never"])
def test_who_loses_all_has_no_figures(rebalancing: Any) -> None:
    doubled = dict(zip(DAYS, [1.0, 2.0, 4.2], strict=False))
    flat = dict(zip(DAYS, [1.0, 1.0, 1.0], strict=False))
    with pytest.raises(CannotComputeError, match="worth"):
        figures_of_prices(Asked({"A": doubled, "B": flat}, {"A": -1.5, "B": 2.5}, rebalancing=rebalancing))


def test_held_and_never_touched_is_worth_what_was_bought() -> None:
    a, b = walk(1), walk(2)
    found = values(Asked({"A": a, "B": b}, {"A": 0.6, "B": 0.4}, rebalancing="never", measures=["total_return"]))
    grown = [(its[DAYS[-1]] or 0) / (its[DAYS[0]] or 1) for its in (a, b)]
    assert found["total_return"] == pytest.approx(0.6 * grown[0] + 0.4 * grown[1] - 1)


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"A": 60, "B": 40}, "Weights are in per cent."),
        ({"A": 0.6, "B": 0.45}, "The weights add up to 1.05, not to 1: they were scaled."),
        (None, "No weights were given: each instrument has the same."),
        ({"A": 1.5, "B": -0.5}, "Sold short, as its weight is below 0: B."),
    ],
)
def test_what_was_assumed_of_weights_stands_at_the_figure(weights: dict[str, float] | None, said: str) -> None:
    computed = figures_of_prices(Asked({"A": walk(1), "B": walk(2)}, weights, measures=["volatility"]))
    assert said in computed.figures[0].assumptions


def test_a_figure_names_its_period_its_inputs_and_their_source() -> None:
    asked = Asked({"A": walk(1)}, measures=["sharpe_ratio"], sources={"A": Source("prices.csv", 3)})
    (figure,) = figures_of_prices(asked).figures
    assert (figure.period.first, figure.period.last) == (DAYS[0], DAYS[-1])
    assert figure.inputs[0].source == Source("prices.csv", 3)
    assert [one.name for one in figure.inputs] == [
        f"{len(DAYS)} prices of A",
        "weight of A",
        "returns a year",
        "risk-free return a year",
    ]


def refusals(series: Series, **more: Any) -> dict[str, str]:
    return {one.name: one.reason for one in figures_of_prices(Asked({"A": series}, **more)).refusals}


def test_returns_that_never_vary_have_no_ratio_and_the_rest_is_computed() -> None:
    flat = {day: 100 * 1.001**n for n, day in enumerate(DAYS)}
    why = refusals(flat, benchmark=("INDEX", dict.fromkeys(DAYS, 50.0)))
    assert why.keys() == {"sharpe_ratio", "sortino_ratio", "beta", "alpha", "correlation"}
    assert why["sharpe_ratio"] == "The returns never vary: there is nothing to divide by."
    assert why["beta"] == "The benchmark's returns never vary: there is nothing to divide by."
    assert "no downside" in why["sortino_ratio"]


def test_one_return_has_no_deviation() -> None:
    why = refusals(dict(zip(DAYS, [1.0, 1.1], strict=False)))
    assert why["volatility"] == "One return is there, and it needs 2."
    assert why["var_historical"] == "One return is there, and it needs 20."
    assert "total_return" not in why


def test_what_compares_needs_a_benchmark() -> None:
    assert {name for name, reason in refusals(walk(1)).items() if "no benchmark's prices" in reason} == {
        "beta",
        "alpha",
        "tracking_error",
        "correlation",
    }


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"weights": {"A": 0.5}}, "The weights add up to 0.5, not to 1"),
        ({"weights": {"A": 0.5, "X": 0.5}}, "There are weights for X, and no prices"),
        ({"weights": {"A": math.nan}}, "The weight of A is not a finite number"),
        ({"measures": ["charm"]}, f"There is no measure charm: there are {NAMES[0]}"),
        ({"level": 1.0}, "The level of value at risk is 1"),
        ({"risk_free": 3.0}, "The risk-free return is 3 a year"),
        ({"per_year": 0}, "0 returns a year"),
        ({"benchmark": ("A", walk(2))}, "The benchmark A is held as well"),
    ],
)
def test_what_makes_no_sense_is_refused_as_a_whole(more: dict[str, Any], said: str) -> None:
    with pytest.raises(CannotComputeError, match=said):
        figures_of_prices(Asked({"A": walk(1)}, **more))


def test_a_rate_a_year_needs_a_month_and_less_than_a_year_is_said() -> None:
    few = figures_of_prices(Asked({"A": dict(list(walk(1).items())[:15])}, measures=["cagr", "volatility"]))
    assert [(one.name, one.reason) for one in few.refusals] == [
        ("cagr", "The returns are of less than a month: what they would be in a year nobody knows.")
    ]
    assert (
        "The prices are of 20 days, less than a year: what is said of a year is extrapolated."
        in few.figures[0].assumptions
    )
    whole = figures_of_prices(Asked({"A": walk(1)}, measures=["cagr"]))
    assert not any("extrapolated" in said for said in whole.figures[0].assumptions)


def test_prices_that_never_move_have_no_minus_before_their_0() -> None:
    still = figures_of_prices(Asked({"A": dict.fromkeys(DAYS, 5.0)}, measures=["var_historical", "sharpe_ratio"]))
    assert [str(one.value) for one in still.figures] == ["0.0"]
    assert [one.reason for one in still.refusals] == ["The returns never vary: there is nothing to divide by."]


@pytest.mark.parametrize(
    "names", [("Open", "High", "Low", "Close", "Volume"), ("Close", "Adj Close"), ("High", "close")]
)
def test_the_columns_of_one_instrument_are_no_portfolio(names: tuple[str, ...]) -> None:
    columns = dict.fromkeys(names, walk(1))
    with pytest.raises(CannotComputeError, match="are of one instrument"):
        figures_of_prices(Asked(columns))
    assert values(Asked(columns, {names[-1]: 1.0}, measures=["volatility"]))
    assert values(Asked({"LOW": walk(1), "OPEN": walk(2)}, measures=["volatility"]))


def test_several_currencies_are_told_where_the_names_tell_them() -> None:
    (one,) = figures_of_prices(Asked({"A (USD)": walk(1), "B €": walk(2)}, measures=["volatility"])).figures
    assert any(said.startswith("Prices are in EUR and USD") for said in one.assumptions)
    (one,) = figures_of_prices(Asked({"A (USD)": walk(1), "B $": walk(2)}, measures=["volatility"])).figures
    assert not any("currenc" in said for said in one.assumptions)
