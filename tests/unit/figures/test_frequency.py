"""How many returns a year has, by the days between prices, and what is said of it."""

import math
import random
from datetime import date, timedelta
from itertools import accumulate

import pytest

from ratchet_figures.figure import CannotComputeError
from ratchet_figures.of_prices import Asked, figures_of_prices
from ratchet_figures.series import Series

FIRST = date(2024, 1, 1)
WORKING = [day for day in (FIRST + timedelta(days=n) for n in range(730)) if day.weekday() < 5]


def every(days: int, count: int = 40) -> list[date]:
    return [FIRST + timedelta(days=days * n) for n in range(count)]


def ends(months: int, count: int = 24) -> list[date]:
    """Last days of every so many months."""
    firsts = (date(2020 + at // 12, at % 12 + 1, 1) for at in range(months, months * (count + 1), months))
    return [day - timedelta(days=1) for day in firsts]


def priced(days: list[date]) -> Series:
    chance = random.Random(7)
    steps = [chance.gauss(0.001, 0.02) for _ in days[1:]]
    return dict(zip(days, accumulate(steps, lambda price, step: price * (1 + step), initial=100.0), strict=True))


@pytest.mark.parametrize(
    ("days", "per_year", "said"),
    [
        (WORKING, 252, "Prices are daily: a year has 252 returns."),
        ([FIRST, FIRST + timedelta(days=1)], 252, "Prices are daily"),
        ([date(2026, 1, 2), date(2026, 1, 5)], 252, "Prices are daily"),  # a weekend lies between
        (every(1, 400), 365, "weekends too"),
        (every(2), 182.62, "Prices are 2 days apart: a year of 365.25 days is taken to have 182.62 returns."),
        (WORKING[::2], 130.45, "Prices are about 2.8 days apart"),
        (every(3), 121.75, "Prices are 3 days apart"),
        (every(7), 52, "weekly"),
        (every(10), 36.52, "10 days apart"),
        (every(14), 26, "Prices are of every two weeks: a year has 26 returns."),
        (every(28), 13, "every four weeks"),
        (ends(1), 12, "monthly"),
        (ends(2), 6, "about 60.9 days apart"),
        (ends(3), 4, "quarterly"),
        (ends(12, 6), 1, "Prices are yearly: a year has 1 return."),
    ],
)
def test_regular_prices_tell_how_many_returns_a_year_has(days: list[date], per_year: float, said: str) -> None:
    (figure,) = figures_of_prices(Asked({"A": priced(days)}, measures=["total_return"])).figures
    assert figure.assumptions == ()
    found = figures_of_prices(Asked({"A": priced(days)}, measures=["cagr", "volatility"]))
    told = {one.name: one for one in found.figures}
    for one in told.values():
        assert any(its.value == pytest.approx(per_year, abs=0.02) for its in one.inputs if its.name == "returns a year")
        assert any(said in assumed for assumed in one.assumptions)
    assert len(told) == 2 or len(days) == 2


def test_a_year_has_as_many_returns_as_there_are_where_days_are_missing() -> None:
    whole = priced(WORKING)
    rest = random.Random(3).sample(WORKING[1:-1], int(len(WORKING) * 0.7))
    few = {day: whole[day] for day in sorted({WORKING[0], *rest, WORKING[-1]})}
    found = {one.name: one for one in figures_of_prices(Asked({"A": few})).figures}
    years = (WORKING[-1] - WORKING[0]).days / 365.25
    grown = (whole[WORKING[-1]] or 0.0) / (whole[WORKING[0]] or 1.0)
    assert found["cagr"].value == pytest.approx(grown ** (1 / years) - 1, rel=2e-3)
    every_day = {one.name: one for one in figures_of_prices(Asked({"A": whole})).figures}
    assert found["volatility"].value == pytest.approx(every_day["volatility"].value, rel=0.1)
    assert any("daily with gaps" in said and "on average" in said for said in found["volatility"].assumptions)


def test_months_that_are_missing_are_no_shorter_time() -> None:
    days = [*ends(1, 12), *(day for day in ends(1, 48) if day.year == 2023)]
    found = figures_of_prices(Asked({"A": priced(days)}, measures=["cagr"])).figures
    assert any("monthly with gaps, 23 returns in the time of 47" in said for said in found[0].assumptions)


def test_days_that_follow_no_rule_take_away_only_what_is_of_a_year() -> None:
    chance = random.Random(5)
    days = [FIRST + timedelta(days=n) for n in accumulate(chance.randint(1, 90) for _ in range(30))]
    found = figures_of_prices(Asked({"A": priced(days)}, measures=["total_return", "var_parametric", "volatility"]))
    assert [one.name for one in found.figures] == ["total_return", "var_parametric"]
    (refused,) = found.refusals
    assert "say how many returns a year has (`per_year`)" in refused.reason
    told = figures_of_prices(Asked({"A": priced(days)}, measures=["volatility", "sharpe_ratio"], per_year=8))
    assert (len(told.figures), told.refusals) == (2, ())


def test_what_a_year_has_may_be_named() -> None:
    def volatility(per_year: float | None) -> float:
        return (
            figures_of_prices(Asked({"A": priced(every(2))}, measures=["volatility"], per_year=per_year))
            .figures[0]
            .value
        )

    assert volatility(126) == pytest.approx(volatility(None) * math.sqrt(126 / 182.62))
    for wrong in (0.0, 367.0, -1.0):
        with pytest.raises(CannotComputeError, match="returns a year were named"):
            volatility(wrong)


@pytest.mark.parametrize("longest", [14, 28, 60, 182])
def test_days_without_a_rule_are_of_none_even_where_the_usual_step_is_a_weeks_or_a_months(longest: int) -> None:
    chance = random.Random(11)
    days = list(accumulate((timedelta(days=chance.randrange(1, longest)) for _ in range(80)), initial=FIRST))
    found = figures_of_prices(Asked({"A": priced(days)}, measures=("volatility", "total_return")))  # type: ignore[arg-type]
    assert [one.name for one in found.figures] == ["total_return"]
    assert "follow no rule" in found.refusals[0].reason


def test_months_of_which_some_are_missing_are_months() -> None:
    days = [day for at, day in enumerate(ends(1, 48)) if at % 9 != 4]
    (found,) = figures_of_prices(Asked({"A": priced(days)}, measures=("volatility",))).figures
    assert any("monthly" in said for said in found.assumptions)
