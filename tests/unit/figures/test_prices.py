"""Prices with gaps, doubles and nonsense: refused, or used with what was done said."""

from datetime import date, timedelta

import pytest

from ratchet_figures import CannotComputeError
from ratchet_figures.frequency import returns_a_year
from ratchet_figures.prices import prices_of
from ratchet_figures.reading import read_prices

MONDAY = date(2026, 1, 5)


def series(*prices: float | None, first: date = MONDAY, step: int = 1) -> dict[date, float | None]:
    return {first + timedelta(days=step * number): price for number, price in enumerate(prices)}


def test_the_days_that_all_have_are_taken_and_the_others_are_told() -> None:
    found = prices_of({"A": series(4, 5, None, 6, 7), "B": series(9, 8, 7, 6, first=MONDAY + timedelta(days=1))})
    assert found.table["A"].tolist() == [5, 6, 7]
    assert found.table["B"].tolist() == [9, 7, 6]
    assert found.assumptions == (
        "The time in which all have prices is taken, 2026-01-06 to 2026-01-09; 1 day before or after it left out.",
        "A has no price on 1 of 4 days: left out for all.",
    )


def test_a_long_gap_counts_as_one_return_and_is_told() -> None:
    days = {**series(3, 4, 5, 6), **series(7, 8, first=MONDAY + timedelta(days=60))}
    assert prices_of({"A": days}).assumptions == (
        "One step between prices is more than 5 times as long as usual, the longest from 2026-01-08 to 2026-03-06: "
        "each counts as one return.",
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "No prices were given"),
        ({"A": series(1)}, "A has one price: a return needs two."),
        ({"A": series(None, None)}, "A has no prices: a return needs two."),
        ({"A": series(1, 2), "B": series(1, 2, first=MONDAY + timedelta(days=9))}, "A, B have no days in common"),
        ({"A": series(1, 2), "B": series(1, 2, first=MONDAY + timedelta(days=1))}, "A, B have 1 day in common"),
        ({"A": series(1, 0, 3)}, "The price of A on 2026-01-06 is 0"),
        ({"A": series(1, -2, 3)}, "The price of A on 2026-01-06 is -2"),
        ({"A": series(1, float("inf"), 3)}, "The price of A on 2026-01-06 is inf"),
    ],
)
def test_what_no_return_can_be_made_of_is_refused(given: dict[str, dict[date, float | None]], said: str) -> None:
    with pytest.raises(CannotComputeError, match=said):
        prices_of(given)


@pytest.mark.parametrize(
    ("step", "count", "said"),
    [
        (1, 365, "every day"),
        (7, 52, "weekly"),
        (30, 12, "monthly"),
        (91, 4, "quarterly"),
        (182, 2, "half-yearly"),
        (365, 1, "yearly"),
    ],
)
def test_a_years_returns_are_told_by_the_days(step: int, count: int, said: str) -> None:
    found, assumed = returns_a_year(prices_of({"A": series(*range(1, 60), step=step)}).table.index)
    assert found == count
    assert said in assumed


def test_five_days_a_week_are_an_exchange() -> None:
    weekdays = {day: price for day, price in series(*range(1, 60)).items() if day.weekday() < 5}
    assert returns_a_year(prices_of({"A": weekdays}).table.index)[0] == 252


def test_an_exchange_that_is_open_on_sundays_is_closed_on_others() -> None:
    first = date(2024, 1, 7)  # a Sunday
    days = {day: price for day, price in series(*range(1, 290), first=first).items() if day.weekday() not in (4, 5)}
    assert returns_a_year(prices_of({"A": days}).table.index)[0] == 252


def test_steps_that_follow_no_rule_are_asked_for() -> None:
    days = {date(2024, 1, 1) + timedelta(days=n): 1.0 for n in (0, 3, 40, 42, 130, 131, 200, 290)}
    with pytest.raises(CannotComputeError, match=r"follow no rule, from 1 to 90: say how many .* \(`per_year`\)"):
        returns_a_year(prices_of({"A": days}).table.index)


def test_a_quotation_mark_that_is_not_closed_is_said() -> None:
    with pytest.raises(CannotComputeError, match="is no CSV"):
        read_prices(["date,A\n", '"2026-01-05,1\n', *(["2026-01-06,1\n"] * 20_000)])


def test_a_file_is_read_with_empty_cells_and_its_byte_order_mark() -> None:
    found = read_prices(["\ufeffDate,A,B\n", "2026-01-05,1.5,\n", "\n", "2026-01-06,2,3e1\n"])
    assert found == {"A": series(1.5, 2), "B": series(None, 30)}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "The first line names the columns"),
        (["date\n"], "The first line names the columns"),
        (["A,date\n"], "The first line names the columns"),
        (["date,A,\n"], "Column 3 has no name"),
        (["date,A,A\n"], "The column A is there twice"),
        (["date,A\n", "2026-01-05\n"], "Line 2 has 1 cells, and there are 2 columns"),
        (["date,A\n", "5/1/2026,1\n"], "Line 2 begins with no day"),
        (["date,A\n", "2026-01-05,one\n"], "Line 2: the price of A is no number"),
        (["date,A\n", "2026-01-05,1_204\n"], "Line 2: the price of A is no number"),
        (["date,A\n", "2026-01-05,1\n", "2026-01-05,2\n"], "Line 3: the day 2026-01-05 is there twice"),
    ],
)
def test_a_line_that_is_wrong_is_named(lines: list[str], said: str) -> None:
    with pytest.raises(CannotComputeError, match=said):
        read_prices(lines)


def test_a_day_without_any_price_is_told_and_no_word_of_a_program_is_a_price() -> None:
    found = prices_of({"A": series(2, None, 3), "B": series(4, None, 6)})
    assert found.assumptions == ("On 1 day no price is given: a return goes from one price to the next.",)
    with pytest.raises(CannotComputeError, match="Line 3: the price of A is no number"):
        read_prices(["date,A", "2026-01-05,1", "2026-01-06,NaN"])


@pytest.mark.parametrize("mark", [";", "\t"])
def test_cells_that_semicolons_or_tabs_part_may_have_decimal_commas(mark: str) -> None:
    lines = [f"date{mark}A{mark}B", f"23.11.2026{mark}1.234,5{mark}9.25", f"24.11.2026{mark}99,25{mark}"]
    found = read_prices(lines)
    first, second = date(2026, 11, 23), date(2026, 11, 24)
    assert found == {"A": {first: 1234.5, second: 99.25}, "B": {first: 9.25, second: None}}


def test_a_point_that_may_part_thousands_or_decimals_is_refused() -> None:
    with pytest.raises(CannotComputeError, match="a thousand times the other"):
        read_prices(["date;A", "2026-11-23;1.234"])


def test_a_day_may_have_midnight_behind_it() -> None:
    days = ["2026-11-23T00:00:00Z", "2026-11-24 00:00:00", "2026-11-25"]
    found = read_prices(["date,A", *(f"{day},1" for day in days)])
    assert list(found["A"]) == [date(2026, 11, day) for day in (23, 24, 25)]


@pytest.mark.parametrize("day", ["2026-11-23T16:00:00", "11/12/2026", "31.02.2026", ""])
def test_what_is_no_day_or_may_be_two_is_refused(day: str) -> None:
    with pytest.raises(CannotComputeError, match="begins with no day"):
        read_prices(["date,A", f"{day},1"])


def test_a_semicolon_in_a_name_parts_nothing() -> None:
    assert set(read_prices(['date,"A;B",C', "2026-11-23,1.5,2.5", "2026-11-24,1.6,2.4"])) == {"A;B", "C"}


def test_a_price_that_halves_within_days_is_told() -> None:
    (said,) = prices_of({"A": series(100, 50, 51, 49)}).assumptions
    assert said.startswith("A went from 100 to 50 by 2026-01-06, and is taken as it stands")
    assert prices_of({"A": series(100, 50, 51, 49, step=91)}).assumptions == ()
    assert prices_of({"A": series(100, 60, 100, 60)}).assumptions == ()
