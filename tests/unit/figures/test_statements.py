"""Ratios and growth of statements: computed of what sources give, refused where they do not."""

from datetime import date
from typing import Any

import pytest

from ratchet_figures import CannotComputeError, Period, Source
from ratchet_figures.growth import cagr_of, growth_of
from ratchet_figures.of_statements import figures_of_statements
from ratchet_figures.statements import Item, Statement

YEAR = {
    "revenue": 1200.0,
    "cost_of_revenue": 700.0,
    "operating_income": 240.0,
    "net_income": 150.0,
    "interest_expense": 30.0,
    "cash": 90.0,
    "marketable_securities": 10.0,
    "receivables": 200.0,
    "current_assets": 500.0,
    "total_assets": 2000.0,
    "current_liabilities": 250.0,
    "total_debt": 400.0,
    "total_liabilities": 1200.0,
    "equity": 800.0,
    "operating_cash_flow": 210.0,
    "capital_expenditure": 90.0,
}


def statement(year: int = 2025, currency: str = "USD", scale: int = 1_000_000, **items: float) -> Statement:
    given = {**YEAR, **items}
    return Statement(
        "the company",
        Period(date(year, 1, 1), date(year, 12, 31)),
        currency,
        scale,
        {name: Item(value, Source("report.pdf", 7)) for name, value in given.items()},
    )


def test_ratios_are_what_they_are_called() -> None:
    found = {one.name: one for one in figures_of_statements([statement()]).figures}
    assert {name: one.value for name, one in found.items()} == pytest.approx(
        {
            "gross_margin": 500 / 1200,
            "operating_margin": 0.2,
            "net_margin": 0.125,
            "free_cash_flow_margin": 0.1,
            "debt_to_equity": 0.5,
            "debt_to_assets": 0.2,
            "liabilities_to_assets": 0.6,
            "current_ratio": 2.0,
            "quick_ratio": 1.2,
            "cash_ratio": 0.4,
            "interest_coverage": 8.0,
            "cash_coverage": 7.0,
        }
    )
    assert found["gross_margin"].formula == "(revenue - cost_of_revenue) / revenue"
    assert found["gross_margin"].inputs[0].value == 1_200_000_000
    assert found["gross_margin"].inputs[0].source == Source("report.pdf", 7)


def test_what_no_source_gives_is_named() -> None:
    bare = Statement("the company", Period(date(2025, 1, 1), date(2025, 12, 31)), "USD", 1, {"revenue": Item(5.0)})
    why = {one.name: one.reason for one in figures_of_statements([bare]).refusals}
    assert why["net_margin"] == "It needs net_income, which no source gives."
    assert why["quick_ratio"].startswith("It needs cash and marketable_securities and receivables and current_liab")
    assert why["revenue_growth"] == "One statement is there: growth needs an earlier one."


def test_a_ratio_to_less_than_nothing_is_none() -> None:
    why = {one.name: one.reason for one in figures_of_statements([statement(equity=-5)]).refusals}
    assert why["debt_to_equity"] == "equity is -5,000,000 USD: no ratio to it."


def test_growth_is_across_scales_and_its_rate_by_years() -> None:
    old, new = statement(2023, scale=1_000, revenue=600_000), statement(2025)
    assert growth_of("revenue", old, new).value == pytest.approx(1.0)
    assert cagr_of("revenue", old, new).value == pytest.approx(2 ** (365.25 / 731) - 1)
    named = {one.name for one in figures_of_statements([new, statement(2024), old]).figures}
    assert {"revenue_growth", "revenue_cagr"} <= named


def test_a_rate_from_a_loss_is_refused_by_its_own_name() -> None:
    three = [statement(2023, net_income=-5), statement(2024, net_income=4), statement(2025, net_income=6)]
    found = figures_of_statements(three, ratios=[], growing=["net_income"])
    assert [(one.name, one.value) for one in found.figures] == [("net_income_growth", 0.5)]
    assert [one.name for one in found.refusals] == ["net_income_cagr"]


@pytest.mark.parametrize(
    ("earlier", "later", "said"),
    [
        (statement(2024, "EUR"), statement(), "One statement is in EUR, the other in USD"),
        (statement(2025), statement(2024), "The period to 2024-12-31 does not end after"),
        (statement(2024, net_income=-4), statement(), "is not above 0: growth from there says nothing"),
    ],
)
def test_what_cannot_be_compared_has_no_growth(earlier: Statement, later: Statement, said: str) -> None:
    with pytest.raises(CannotComputeError, match=said):
        growth_of("net_income", earlier, later)


def test_a_quarter_is_not_compared_with_a_year() -> None:
    quarter = Statement("the company", Period(date(2025, 1, 1), date(2025, 3, 31)), "USD", 1, {"revenue": Item(5.0)})
    with pytest.raises(CannotComputeError, match="One period has 90 days, the other 366"):
        growth_of("revenue", statement(2024), quarter)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"items": {"charm": Item(1.0)}}, "There is no item charm"),
        ({"items": {"revenue": Item(float("nan"))}}, "revenue of the company is not a finite number"),
        ({"scale": 0}, "The scale of the company is 0"),
        ({"period": Period(date(2025, 2, 1), date(2025, 1, 1))}, "ends on 2025-01-01, before it begins"),
    ],
)
def test_a_statement_that_is_none_is_refused(more: dict[str, Any], said: str) -> None:
    whole: dict[str, Any] = {
        "company": "the company",
        "period": Period(date(2025, 1, 1), date(2025, 12, 31)),
        "currency": "USD",
        "scale": 1,
        "items": {},
    }
    with pytest.raises(CannotComputeError, match=said):
        Statement(**whole | more)
