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


def of(first: date, last: date, scale: int = 1, **items: float) -> Statement:
    return Statement("the company", Period(first, last), "USD", scale, {n: Item(its) for n, its in items.items()})


QUARTER = of(date(2026, 1, 1), date(2026, 3, 31), revenue=330, net_income=44)
QUARTER_BEFORE = of(date(2025, 1, 1), date(2025, 3, 31), revenue=300, net_income=40)


def test_growth_is_of_like_periods() -> None:
    years = [of(date(year, 1, 1), date(year, 12, 31), revenue=its) for year, its in ((2024, 1000), (2025, 1200))]
    found = figures_of_statements([*years, QUARTER], ["net_margin"], ["revenue"])
    assert [(one.name, one.value) for one in found.figures] == [
        ("net_margin", 44 / 330),
        ("revenue_growth", pytest.approx(0.2)),
    ]
    assert found.refusals == ()
    assert found.figures[1].assumptions == (
        "No statement is as long as that of 2026-01-01 to 2026-03-31 and earlier: no growth is of that length.",
    )
    both = figures_of_statements([*years, QUARTER, QUARTER_BEFORE], [], ["revenue"]).figures
    assert [one.period.last for one in both] == [date(2025, 12, 31), date(2026, 3, 31)]
    assert [one.value for one in both] == pytest.approx([0.2, 0.1])


def test_periods_that_nothing_is_like_have_no_growth() -> None:
    found = figures_of_statements([statement(2025), QUARTER], [], ["revenue"])
    assert (found.figures, len(found.refusals)) == ((), 1)
    assert "as long as that of 2026-01-01 to 2026-03-31" in found.refusals[0].reason


def test_a_ratio_is_of_the_latest_statement_that_has_all_of_it() -> None:
    (figure,) = figures_of_statements([statement(2025), QUARTER], ["current_ratio"], []).figures
    assert (figure.value, figure.period.last) == (2.0, date(2025, 12, 31))
    assert "lacks current_assets and current_liabilities" in figure.assumptions[0]


def test_a_balance_of_its_own_is_joined_with_the_time_that_ends_on_its_day() -> None:
    day = date(2026, 3, 31)
    for balance in (
        of(day, day, 1_000, current_assets=0.6, current_liabilities=0.3, total_assets=2),
        of(date(2026, 1, 1), day, current_assets=600, current_liabilities=300, total_assets=2_000),
    ):
        found = figures_of_statements([balance, QUARTER], ["net_margin", "current_ratio"], ["revenue"])
        assert [one.value for one in found.figures] == pytest.approx([44 / 330, 2.0])
        assert all(one.period == QUARTER.period for one in found.figures)
        assert found.refusals[0].reason == "One statement is there: growth needs an earlier one."


def test_amounts_of_days_grow_whatever_the_periods_are() -> None:
    year = statement(2025)
    after = of(date(2026, 3, 31), date(2026, 3, 31), 1_000_000, total_assets=2_200)
    (figure,) = figures_of_statements([year, after], [], ["total_assets"]).figures
    assert figure.value == pytest.approx(0.1)


def test_what_is_given_twice_and_differs_is_not_used() -> None:
    day = date(2026, 3, 31)
    one, other = of(day, day, cash=10, current_liabilities=5), of(day, day, cash=12, marketable_securities=0)
    found = figures_of_statements([one, other], ["cash_ratio"], [])
    assert (found.figures, [its.name for its in found.refusals]) == ((), ["cash", "cash_ratio"])
    assert found.refusals[0].reason == "It is given twice for 2026-03-31, as 10 and 12 USD: neither is used."


def test_growth_of_a_year_that_is_asked_for_begins_from_the_one_before_it() -> None:
    three = [statement(2023, revenue=800), statement(2024, revenue=1000), statement(2025)]
    found = figures_of_statements(three, ["net_margin"], ["revenue"], lambda its: its.last.year == 2025)
    assert [(one.name, one.value) for one in found.figures] == [
        ("net_margin", 0.125),
        ("revenue_growth", pytest.approx(0.2)),
    ]
    assert found.refusals == ()


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
