"""Figures, tables and plots of a report, and that each figure told passes the check."""

from datetime import date, timedelta
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_figures.checking import checked
from ratchet_figures.choosing import OfPrices, OfStatements
from ratchet_reports.limits import STANDARD
from ratchet_reports.plots.plot import Lines
from ratchet_router.reporting.chosen import Chosen
from ratchet_router.reporting.computing import computed
from ratchet_router.reporting.known import chosen, known_of
from ratchet_router.reporting.wanted import GivenItem, GivenStatement, Holdings, Wanted

FIRST = date(2026, 1, 5)
PRICE = st.floats(1, 1_000, allow_nan=False)


def prices(*series: list[float]) -> dict[str, dict[date, float | None]]:
    return {
        f"S{number}": {FIRST + timedelta(days=day): its for day, its in enumerate(one)}
        for number, one in enumerate(series)
    }


@settings(max_examples=40)
@given(st.lists(st.lists(PRICE, min_size=5, max_size=5), min_size=2, max_size=4))
def test_what_is_told_of_whatever_prices_passes_the_check(series: list[list[float]]) -> None:
    wanted = Wanted(question="Well?", holdings=Holdings(prices=prices(*series), benchmark="S0"))
    found = computed(wanted, chosen(wanted, known_of(wanted)))  # type: ignore[arg-type]
    assert checked(found.text, [one.figure for one in found.figures]).passed
    assert all(one.mark == f"F{number}" for number, one in enumerate(found.figures, 1))
    assert all(f"[{one.mark}]" in found.text for one in found.figures)


def test_a_part_of_what_is_held_goes_by_its_name() -> None:
    wanted = Wanted(question="", holdings=Holdings(prices=prices([1, 2, 3], [3, 2, 4])))
    found = computed(wanted, Chosen(of_prices=(OfPrices(("total_return",), ("S1",)),)))
    assert [one.figure.subject for one in found.figures] == ["S1"]


def test_one_request_that_cannot_be_computed_takes_no_other_away() -> None:
    wanted = Wanted(question="", holdings=Holdings(prices=prices([1, 2, 3])))
    asked = (OfPrices(("total_return",)), OfPrices(("volatility",), ("NONE",)))
    found = computed(wanted, Chosen(of_prices=asked, unknown=("The question asks of QQQ.",)))
    assert [one.figure.name for one in found.figures] == ["total_return"]
    assert any("There are no prices of NONE." in one for one in found.refused)
    assert found.refused[-1] == "The question asks of QQQ."


def test_days_that_no_price_lies_in_are_told_beside_those_that_there_are() -> None:
    wanted = Wanted(question="", holdings=Holdings(prices=prices([1, 2, 3])))
    found = computed(wanted, Chosen(of_prices=(OfPrices(("total_return",), first=date(2031, 1, 1)),)))
    assert found.figures == ()
    (said,) = found.refused
    assert "S0 has no prices from 2031-01-01: those that are given are of 2026-01-05 to 2026-01-07." in said


def test_each_company_is_computed_alone() -> None:
    def one(company: str, revenue: float) -> GivenStatement:
        items = {"revenue": GivenItem(revenue, "10-K", 3), "net_income": GivenItem(1.0)}
        days = {"first": date(2025, 1, 1), "last": date(2025, 12, 31)}
        return GivenStatement(company=company, currency="USD", scale=1, items=items, **days)

    wanted = Wanted(question="", statements=(one("One", 2.0), one("Other", 4.0)))
    found = computed(wanted, Chosen(of_statements=(OfStatements(("net_margin",), ()),)))
    assert [(its.figure.subject, its.figure.value) for its in found.figures] == [("One", 0.5), ("Other", 0.25)]
    assert [one.title for one in found.tables] == ["Figures beside each other"]
    assert [plot.title for plot in found.plots] == ["Ratios of the statements in per cent"]


def test_many_instruments_fit_into_the_plots() -> None:
    wanted = Wanted(question="", holdings=Holdings(prices=prices(*[[1.0 + n, 2.0 + n, 3.0] for n in range(100)])))
    found = computed(wanted, Chosen(of_prices=(OfPrices(("total_return", "contribution")),)))
    assert all(len(getattr(plot, "series", ())) <= STANDARD.series for plot in found.plots)
    assert {"What 1 became", "Contribution to the total return"} <= {plot.title for plot in found.plots}


@pytest.mark.parametrize("rebalancing", ["each_period", "never"])
def test_the_portfolio_is_plotted_as_its_figures_have_it(rebalancing: Literal["each_period", "never"]) -> None:
    held = Holdings(
        prices=prices([1, 2, 3, 2], [3, 2, 4, 3], [5, 6, 5, 4]), weights={"S0": 60, "S1": 40}, benchmark="S2"
    )
    asked = OfPrices(("total_return", "max_drawdown"), benchmark="S2", rebalancing=rebalancing)
    found = computed(Wanted(question="", holdings=held), Chosen(of_prices=(asked,)))
    value = {its.figure.name: its.figure.value for its in found.figures}
    worth, below = (plot.series[0] for plot in found.plots if isinstance(plot, Lines))
    assert (worth.name, below.name, len(worth.days)) == ("portfolio", "portfolio", 4)
    assert worth.values[-1] == pytest.approx(1 + value["total_return"])
    assert min(below.values) == pytest.approx(value["max_drawdown"])
    part = OfPrices(("total_return",), instruments=("S0",))
    of_part = computed(Wanted(question="", holdings=held), Chosen(of_prices=(part,)))
    assert [one.name for plot in of_part.plots if isinstance(plot, Lines) for one in plot.series] == ["S0", "S0"]


def test_prices_that_are_refused_are_in_no_plot() -> None:
    wanted = Wanted(question="", holdings=Holdings(prices=prices([1, 2, 3], [3, -5, 4], [2])))
    found = computed(wanted, Chosen(of_prices=(OfPrices(("max_drawdown",)),)))
    assert found.figures == ()
    assert any("is -5" in one for one in found.refused)
    assert [[one.name for one in plot.series] for plot in found.plots] == [["S0"], ["S0"]]  # type: ignore[union-attr]
    wanted = Wanted(question="", holdings=Holdings(prices=prices([3, 0, 4])))
    assert computed(wanted, Chosen(of_prices=(OfPrices(("max_drawdown",)),))).plots == ()


def test_parts_that_are_not_wanted_are_not_made() -> None:
    wanted = Wanted(question="", holdings=Holdings(prices=prices([1, 2, 3])), parts=("figures",))
    found = computed(wanted, Chosen(of_prices=(OfPrices(("total_return",)),)))
    assert (found.tables, found.plots) == ((), ())


def test_all_that_is_held_by_name_is_the_portfolio_and_a_part_keeps_its_proportions() -> None:
    held = Holdings(prices=prices([1, 2, 3], [3, 2, 4], [1, 1, 2]), weights={"S0": 0.6, "S1": 0.3, "S2": 0.1})
    wanted = Wanted(question="", holdings=held)
    found = computed(wanted, Chosen(of_prices=(OfPrices(("total_return",), ("S0", "S1", "S2")),)))
    assert found.figures[0].figure.subject == "portfolio"
    assert found.figures[0].figure.inputs[1].value == pytest.approx(0.6)
    found = computed(wanted, Chosen(of_prices=(OfPrices(("total_return",), ("S0", "S1")),)))
    (figure,) = (one.figure for one in found.figures)
    assert figure.subject == "S0 and S1"
    assert figure.inputs[1].value == pytest.approx(2 / 3)
    assert any("scaled to 1" in one for one in figure.assumptions)


def test_two_hundred_instruments_are_no_more_than_a_report_takes() -> None:
    wanted = Wanted(question="Well?", holdings=Holdings(prices=prices(*[[1.0 + n, 2.0 + n, 3.0] for n in range(200)])))
    found = computed(wanted, chosen(wanted, known_of(wanted)))  # type: ignore[arg-type]
    assert sum(len(one.figure.inputs) for one in found.figures) <= STANDARD.inputs
    assert len(found.figures) <= STANDARD.figures


def test_days_without_a_price_are_said() -> None:
    its = prices([1, 2, 3, 4])
    its["S0"][FIRST + timedelta(days=1)] = None
    wanted = Wanted(question="", holdings=Holdings(prices=its))
    found = computed(wanted, Chosen(of_prices=(OfPrices(("total_return",)),)))
    assert any("S0 has no price on 1 of 4 days" in one for one in found.assumptions)


def of_example(first: date, last: date, **items: float) -> GivenStatement:
    its = {name: GivenItem(value) for name, value in items.items()}
    return GivenStatement(company="Example", first=first, last=last, currency="USD", scale=1, items=its)


FISCAL = [
    of_example(date(year - 1, 10, 1), date(year, 9, 30), revenue=its, net_income=its / 10)
    for year, its in ((2023, 100.0), (2024, 110.0), (2025, 132.0))
]


@pytest.mark.parametrize(
    ("year", "growth", "ends"), [(2024, 0.1, date(2024, 9, 30)), (2025, 0.2, date(2025, 9, 30)), (2023, None, None)]
)
def test_a_year_is_the_fiscal_one_that_lies_in_it_mostly_and_grows_from_the_one_before(
    year: int, growth: float | None, ends: date | None
) -> None:
    request = OfStatements(("net_margin",), ("revenue",), (), date(year, 1, 1), date(year, 12, 31))
    found = computed(Wanted(question="", statements=tuple(FISCAL)), Chosen(of_statements=(request,)))
    grown = [one.figure for one in found.figures if one.figure.name == "revenue_growth"]
    assert [one.value for one in grown] == ([] if growth is None else [pytest.approx(growth)])
    assert len(found.figures) == len(grown) + 1
    assert all(one.figure.period.last == ends for one in found.figures if ends)


def test_a_quarter_that_is_asked_for_is_no_year_that_has_its_middle_there() -> None:
    request = OfStatements(("net_margin",), (), (), date(2025, 1, 1), date(2025, 3, 31))
    found = computed(Wanted(question="", statements=tuple(FISCAL)), Chosen(of_statements=(request,)))
    assert found.figures == ()
    assert any("No statement lies within the days" in said for said in found.refused)
