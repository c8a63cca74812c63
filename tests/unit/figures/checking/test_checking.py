"""Which figures of a text are computed, which are quoted, and which have no ground."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_figures.checking import CannotCheckError, Passage, checked
from ratchet_figures.checking.check import MOST_CHARACTERS, MOST_FIGURES
from ratchet_figures.figure import Unit
from ratchet_figures.showing import shown
from tests.unit.figures.checking.made import FIGURES, PASSAGES, PROSE, TABLE, figure

GROUNDED = """
Volatility was 18.3 % a year.
It was 18%, or 0.18, or 18.34 percent.
The Sharpe ratio was 1.23, which is 1.2x.
The largest drawdown was 33.1 %, or -33 %.
It fell by 3 % a year.
A 3 % decline a year followed.
It returned -3.0 % a year, or −3%.
There was a loss of $12.3 million.
Net income was (12.3) million, or $(12.3) million, or -$12 million.
60 % is in INDEX 500.
60% are shares, and debt is 50 % of equity.
Over 3 years, a 3-year period, that is little.
Revenue was $82.96 billion, or $82,959 million, or 82,959,000,000 dollars.
Basic earnings were $1.20 a share.
Other expense was $10 million.
Other income had been $243 million.
Sales fell by 3.2 % to €4.5 million [2].
A decrease of 3.2 percent to EUR 4,500,000 [2].
1,250 employees left; about 1,300 did, more than 1,000, less than 2,000, nearly 1,300.
A volatility of 1,834 basis points.
Products rose from $63.355 billion to 63,948 million.
Products made $63.4-63.9 billion.
(in millions) | Net sales | 81,434 |
"""
UNGROUNDED = """
Volatility was 18.4 % a year.
Volatility was 18.
Volatility was $18.3 million.
Volatility was 18.3x.
The Sharpe ratio was 1.2346.
The Sharpe ratio was 1.23 %.
It rose by 3 % a year.
Growth was 3 % a year.
It fell to 3 %.
Net income was $12.3 million.
Net income was €12.3 million below zero, a loss of €12.3 million.
Over 4 years, that is little.
Revenue was $83.9 billion.
Revenue was $82,959.
Revenue was $82.96 million.
Revenue was €82.96 billion.
Other income was $10 million.
Sales rose by 3.2 %.
Sales fell by $3.2.
Sales were $4.5 million.
Sales fell by 3.3 % to €4.5 million.
1,251 employees left.
1,260 employees left.
Products rose by $593 million.
Earnings were $1.2 million a share.
Sales fell by 3 %, to €4.4 million.
12,3456 of them left.
"""
NO_FIGURES = """
It ended on June 25, 2022, on 25 June 2022, 2022-06-25, or 06/25/2022.
From 2021 to 2022, in 2019–2020, since 2015, FY2022, FY 22, and in the 1990s.
In Q3 2022, 2022-Q3, Q3, 3Q22, H1 2023, and the 3rd quarter.
As it says [1], [2, 3], [1-3], [p. 12], [10q.pdf, p. 4] (p. 7, pages 3 to 5).
It sells iPhone 14, Windows 11, F-150, the A15 chip, 5G and 4K screens.
The 10-Q, 10-K and 8-K follow Section 13(a), Rule 13a-14, Item 1A, Note 3 and ASC 606.
The S&P 500 and the Nasdaq 100 fell, as did the 10-year Treasury.
It happened at 10:30, says https://example.org/2022/12 and q3-2022-report.pdf.
Three risks: (1) prices, (2) rates and (3) people.
"""


def lines(block: str) -> list[str]:
    return block.strip().splitlines()


@pytest.mark.parametrize("text", lines(GROUNDED))
def test_what_is_computed_or_quoted_passes(text: str) -> None:
    found = checked(text, FIGURES, PASSAGES)
    assert found.findings
    assert [str(one) for one in found.unsupported] == []


@pytest.mark.parametrize("text", lines(UNGROUNDED))
def test_what_is_neither_fails(text: str) -> None:
    assert not checked(text, FIGURES, PASSAGES).passed


@pytest.mark.parametrize("text", lines(NO_FIGURES))
def test_what_is_no_figure_is_not_checked(text: str) -> None:
    assert [one.text for one in checked(text).findings] == []


def test_a_list_and_its_headings_are_numbered() -> None:
    text = "# 1 Risk\n1. First\n2) Second\n  3. **Third**\n1.2 The scope\n- 7 risks"
    assert [one.text for one in checked(text).findings] == ["7"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("in 2022 it sold 2000 units", ["2000"]),
        ("revenue was 2022", ["2022"]),
        ("the base year was 2019", []),
        ("sales of 2,019", ["2,019"]),
        ("$2022 and 2022 million", ["$2022", "2022 million"]),
        ("May 5 % more, and on May 5 less", ["5 %"]),
        ("3M sold $3M of 3m users", ["$3M", "3m"]),
        ("Item 3 % is no item", ["3 %"]),
        ("a change of (1) alone", ["(1)"]),
        ("[250 million] and [12.5]", ["250 million", "12.5"]),
    ],
)
def test_a_figure_is_told_from_what_looks_like_one(text: str, told: list[str]) -> None:
    assert [one.text for one in checked(text).findings] == told


def test_a_finding_says_what_it_is() -> None:
    computed, given, quoted, none = checked(
        "Volatility is 18.3 %, of revenue of $82.96 billion; 1,250 employees and 7 others.", FIGURES, [PROSE]
    ).findings
    assert (computed.ground, computed.figure, computed.unit, computed.value) == (
        "computed",
        FIGURES[0],
        "percent",
        18.3,
    )
    assert (given.ground, given.input) == ("computed", "revenue")
    assert (quoted.ground, quoted.passage, quoted.unit) == ("quoted", PROSE, "")
    assert str(quoted) == "1,250 (at 52) is quoted from letter.pdf, page 7."
    assert str(none) == "7 (at 72) is neither computed nor in a source."


def test_a_quote_from_another_source_than_the_sentence_cites_is_told() -> None:
    found = checked(
        "Sales were 82,959 million [2]. There were 1,250 employees [2]. And 81,434 million [1-2].", (), PASSAGES
    )
    assert found.passed
    assert [one.text for one in found.miscited] == ["82,959 million"]


def test_a_scale_that_the_caller_knows_counts() -> None:
    bare = Passage("1", "sheet.xlsx", 1, "| Net sales | 4,321 | (12) |", scale=1_000)
    assert checked("Sales of $4,321 thousand, then a loss of $12 thousand.", (), [bare]).passed
    assert not checked("Sales of $4,321.", (), [bare]).passed
    assert checked("Sales of $4,321.", (), [Passage("1", "sheet.xlsx", 1, bare.text)]).passed


def test_what_is_too_much_is_refused() -> None:
    with pytest.raises(CannotCheckError, match="200,001 characters"):
        checked("x" * (MOST_CHARACTERS + 1))
    with pytest.raises(CannotCheckError, match="2,001 figures"):
        checked("7 " * (MOST_FIGURES + 1))
    with pytest.raises(CannotCheckError, match="passages have"):
        checked("7", (), [Passage("1", "a", 1, "x" * 500_001)])


UNITS: st.SearchStrategy[tuple[Unit, str | None]] = st.sampled_from(
    [("share", None), ("ratio", None), ("money", "USD"), ("money", "EUR"), ("money", "SEK"), ("money", None)]
)
VALUES = st.floats(-1e13, 1e13, allow_nan=False) | st.floats(-3, 3, allow_nan=False)


@given(VALUES, UNITS, st.integers(0, 9))
def test_a_computed_figure_passes_in_any_precision(value: float, unit: tuple[Unit, str | None], digits: int) -> None:
    one = figure("its_measure", value, *unit)
    found = checked(f"The value is {shown(one, digits)} here.", [one])
    assert found.passed
    assert len(found.findings) == 1


@given(VALUES, UNITS, st.integers(0, 6), st.randoms(use_true_random=False))
def test_a_digit_that_is_changed_fails(
    value: float, unit: tuple[Unit, str | None], digits: int, chance: random.Random
) -> None:
    """By two or more: the last by one may be the other way to round."""
    one = figure("its_measure", value, *unit)
    text = shown(one, digits)
    places = [at for at, sign in enumerate(text) if sign.isdigit()]
    at = chance.choice(places)
    others = [digit for digit in "0123456789" if abs(int(digit) - int(text[at])) >= 2]
    changed = text[:at] + chance.choice(others) + text[at + 1 :]
    assert not checked(f"The value is {changed} here.", [one]).passed


@pytest.mark.parametrize(
    ("value", "shows", "not_shows"),
    [
        (0.125, "12.5 12 13", "12.4 11 14"),
        (0.135, "14", "13"),
        (0.285, "28 29", "27 30"),
        (-0.125, "-12 -13", "12 -14"),
    ],
)
def test_half_is_rounded_up_or_to_even_and_not_otherwise(value: float, shows: str, not_shows: str) -> None:
    one = figure("margin", value, "share")
    assert all(checked(f"It is {told} % now.", [one]).passed for told in shows.split())
    assert not any(checked(f"It is {told} % now.", [one]).passed for told in not_shows.split())


def test_two_hundred_figures_and_a_hundred_pages_are_checked() -> None:
    chance = random.Random(7)
    rows = [[f"{chance.randrange(10**6):,}" for _ in range(200)] for _ in range(100)]
    pages = [
        Passage(str(at), "report.pdf", at, "\n".join(f"| x | {cell} |" for cell in row)) for at, row in enumerate(rows)
    ]
    text = " ".join(f"There were {chance.choice(row)} of them." for row in rows)
    assert checked(text, FIGURES, pages).passed


def test_the_table_is_cited_by_its_page() -> None:
    (found,) = checked("Net sales were $82,959 million [1].", (), PASSAGES).findings
    assert (found.passage, found.cited) == (TABLE, True)
