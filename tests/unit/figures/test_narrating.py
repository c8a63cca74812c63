"""What is narrated by rules says nothing that was not computed."""

import math
import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_figures import Computed, Period, Source
from ratchet_figures.checking import checked
from ratchet_figures.figure import Figure
from ratchet_figures.names import MAY_GROW, OF_PRICES, OF_STATEMENTS
from ratchet_figures.narrating import narrated
from ratchet_figures.of_prices import Asked, figures_of_prices
from ratchet_figures.of_statements import figures_of_statements
from ratchet_figures.series import Series
from ratchet_figures.statements import Item, Statement


def prices(days: int, drift: float, seed: int) -> Series:
    chance, price, found = random.Random(seed), 100.0, {}
    for day in range(days):
        price *= math.exp(chance.gauss(drift, 0.01))
        found[date(2020, 1, 1) + timedelta(days=day)] = price
    return found


def statement(year: int, **items: float) -> Statement:
    its = {name: Item(value, Source("report 10.pdf", 7)) for name, value in items.items()}
    return Statement("Company 21 Inc.", Period(date(year, 1, 1), date(year, 12, 31)), "USD", 1_000_000, its)


@pytest.mark.parametrize("drift", [0.001, -0.001])
def test_a_portfolio_is_told_and_passes(drift: float) -> None:
    series = {"A2": prices(400, drift, 1), "B": prices(400, drift, 2)}
    computed = figures_of_prices(
        Asked(series, {"A2": 0.7, "B": 0.3}, ("INDEX 500", prices(400, drift, 3)), level=0.975, risk_free=0.02)
    )
    told = narrated(computed)
    assert [str(one) for one in checked(told.text, computed.figures).unsupported] == []
    assert len(told.marks) == len(computed.figures)
    assert all(f"[{one.mark}]" in told.text for one in told.marks)
    assert ("returned" in told.text) is (drift > 0)
    assert "at a level of 97.5%" in told.text
    assert "A2 contributed" in told.text
    assert "Prices are of every day, weekends too: a year has 365 returns." in told.notes


def test_statements_are_told_with_their_pages() -> None:
    computed = figures_of_statements(
        [
            statement(2023, revenue=900.0, net_income=100.0),
            statement(2024, revenue=1000.0, net_income=120.0),
            statement(2025, revenue=1100.0, net_income=90.0),
        ],
        ["net_margin", "gross_margin"],
        ["revenue", "net_income"],
    )
    told = narrated(computed, first_mark=5)
    assert checked(told.text, computed.figures).passed
    assert told.text.startswith("The net margin of Company 21 Inc. was 8.2% from 2025-01-01 to 2025-12-31 [5].")
    assert "The net income of Company 21 Inc. fell by 25.0% from" in told.text
    assert "The revenue of Company 21 Inc. grew by 10.5% a year from" in told.text
    assert told.marks[0].sources == (Source("report 10.pdf", 7),)
    assert told.notes == (
        "The gross margin of Company 21 Inc. was not computed. It needs cost_of_revenue, which no source gives.",
    )


def test_nothing_is_told_of_nothing() -> None:
    assert narrated(Computed((), ())).text == ""


NAMES = (*OF_PRICES, *OF_STATEMENTS, *(f"{item}_growth" for item in MAY_GROW), "revenue_cagr")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(NAMES), st.floats(-1e6, 1e6, allow_nan=False), st.sampled_from(["share", "ratio", "money"])
        ),
        max_size=8,
    )
)
def test_whatever_was_computed_is_told_and_passes(given: list[tuple[str, float, str]]) -> None:
    period = Period(date(2020, 1, 1), date(2021, 1, 1))
    figures = tuple(
        Figure(name, "a company", value, unit, period, "", (), currency="EUR" if unit == "money" else None)  # type: ignore[arg-type]
        for name, value, unit in given
    )
    assert [str(one) for one in checked(narrated(Computed(figures, ())).text, figures).unsupported] == []
