"""An amount of statements is told as what it is, of whom it is, and of its own year."""

from datetime import date

import pytest

from ratchet_figures.checking import checked
from ratchet_figures.checking.items import items_in
from ratchet_figures.checking.passages import Passage
from ratchet_figures.checking.places import place_of
from ratchet_figures.figure import Figure, Input, Period

YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))


def _margin(company: str, value: float, revenue: float, income: float) -> Figure:
    given = (Input("revenue", revenue, None, "money", "USD"), Input("net_income", income, None, "money", "USD"))
    return Figure("net_margin", company, value, "share", YEAR, "net_income / revenue", given)


FIGURES = (
    _margin("Harbor AG", 0.112, 1_200_000.0, 134_400.0),
    _margin("Quillon Ltd", 0.102, 7_200_000.0, 734_400.0),
    Figure("max_drawdown", "portfolio", -0.3121, "share", YEAR, "f", ()),
)
TABLE = (
    "Quillon Ltd\n\n(in thousands)\n\n|  | 2024 | 2023 |\n|---|---|---|\n"
    "| Revenue | 7,200 | 8,254 |\n| Net income | 734 | (21) |\n\nOperating income fell by 4.3 % to $980 thousand."
)
PASSAGES = (Passage("1", "Quillon 10-K", 7, TABLE),)


@pytest.mark.parametrize(
    "text",
    [
        "Revenue was $134,400.",
        "Net income was $1.2 million.",
        "Net income was 8,254 thousand [1].",
        "Revenue was $980 thousand [1].",
        "Revenue was 7,200 thousand in 2023 [1].",
        "In 2023 revenue was 7,200 thousand [1].",
        "Revenue in 2023 was 7,200 thousand [1].",
        "Quillon Ltd had revenue of $1.2 million.",
        "Harbor AG had revenue of 7,200 thousand [1].",
        "The return was about 30 %.",
    ],
)
def test_what_is_told_otherwise_fails(text: str) -> None:
    found = checked(text, FIGURES, PASSAGES)
    assert found.mistold
    assert not found.passed


@pytest.mark.parametrize(
    "text",
    [
        "Revenue was $1.2 million.",
        "Sales of Quillon Ltd were 7,200 thousand in 2024 [1].",
        "Net income was $134,400 on revenue of $1.2 million in 2024.",
        "In 2024 revenue was 7,200 thousand, down from 8,254 thousand a year earlier [1].",
        "In 2024, revenue of 7,200 thousand compared with 8,254 thousand in 2023 [1].",
        "Net income rose from (21) thousand in 2023 to 734 thousand in 2024 [1].",
        "In fiscal 2023 revenue was 8,254 thousand [1].",
        "Profit was $134,400.",
        "Operating income was $980 thousand [1].",
        "The net margin of Harbor AG was 11.2 %, from net income of $134,400 and revenue of $1,200,000.",
    ],
)
def test_what_is_told_as_it_is_passes(text: str) -> None:
    found = checked(text, FIGURES, PASSAGES)
    assert found.passed, [str(one) for one in found.findings]


def test_a_figure_of_a_table_has_its_rows_label_and_its_columns_head() -> None:
    assert place_of(TABLE, TABLE.index("8,254")) == ("Revenue", "2023")
    assert place_of(TABLE, TABLE.index("980")).label == "Operating income fell by 4.3 % to $980 thousand."


def test_a_row_that_is_not_as_wide_as_the_head_has_no_head() -> None:
    text = "| | 2024 |\n|---|---|\n| Revenue | 7 | 8 |"
    assert place_of(text, text.index("8")) == ("Revenue", "")


def test_a_longer_name_takes_the_words_of_a_shorter_one() -> None:
    assert items_in("The cost of net sales was") == {"cost_of_revenue"}
    assert items_in("Gewinn und Umsatz") == {"net_income", "operating_income", "gross_profit", "revenue"}
    assert items_in("The weather was") == frozenset()


def test_the_last_figure_of_a_row_is_not_what_the_next_row_begins_with() -> None:
    text = "Revenue | 900.5 | 830.2\nNet loss | 33.0 | 30.5\nTax | 2.5 | 1.5\nLess: interest | 4.5 | 3.5"
    its = Passage("1", "Annual report", 3, text)
    for said in ("Revenue was 830.2 [1].", "Tax was 1.5 [1].", "The net loss was 30.5 [1]."):
        assert checked(said, [], [its]).passed, said


@pytest.mark.parametrize(
    "said",
    [
        "Revenue fell from 90.0 to 88.1, by 2.1% [1].",
        "Revenue fell from 90.0 to 88.1, or 2.1% [1].",
        "Der Umsatz sank von 90.0 auf 88.1, also um 2.1% [1].",
    ],
)
def test_what_fell_from_one_to_another_fell_by_what_is_told_behind(said: str) -> None:
    its = Passage("1", "Annual report", 3, "Year | 2025 | 2024 | Change\nRevenue | 88.1 | 90.0 | (2.1)%")
    assert checked(said, [], [its]).passed
    rose = Passage("1", "Annual report", 3, "Year | 2025 | 2024 | Change\nRevenue | 88.1 | 90.0 | 2.1%")
    assert not checked(said, [], [rose]).passed
