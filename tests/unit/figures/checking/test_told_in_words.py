"""Figures in words, of other languages, and told as something else than they are."""

from datetime import date

import pytest

from ratchet_figures import Figure, Input, Period
from ratchet_figures.checking import Passage, checked
from ratchet_figures.figure import Unit

YEARS = Period(date(2023, 1, 2), date(2025, 12, 30))
REPORT = Passage(
    "1",
    "Harbor 10-K",
    4,
    "(in thousands)\n\n| | 2024 | 2023 |\n|---|---|---|\n| Revenue | 1,200 | 1,254 |\n\nIt employs fifteen people.",
)


def figure(name: str, value: float, unit: Unit = "share", subject: str = "portfolio", *given: Input) -> Figure:
    return Figure(name, subject, value, unit, YEARS, "its formula", given)


FIGURES = (
    figure("total_return", 0.2345),
    figure("volatility", 0.1832),
    figure("sharpe_ratio", 1.23, "ratio"),
    figure("net_margin", 0.112, "share", "Harbor AG", Input("revenue", 1_200_000.0, None, "money", "USD")),
    figure("net_margin", 0.25, "share", "Quillon Ltd"),
    figure("revenue_growth", -0.043, "share", "Harbor AG"),
)
TRUE = """
It returned twenty-three percent.
It returned twenty-three point four five percent.
Revenue was one point two million dollars.
Revenue of 1.2 million fell by four point three percent.
A quarter of its sales is what Quillon keeps.
It employs fifteen people, and three risks are named.
The thirty-first of its kind, in the second half of the year.
Der Umsatz von 1,2 Mio. US-Dollar sank um 4,3 %.
Der Umsatz ging um 4,3 Prozent zurück.
Der Umsatz betrug am 31. Dezember 2024 1.200.000 USD.
Der Umsatz betrug 1.200 Tsd. USD, und die Rendite lag bei rund 23 %.
Die Rendite betrug dreiundzwanzig Prozent.
Le rendement était de 23,45 %.
Le rendement était de vingt-trois pour cent.
2024年收益率为23.45%，收入为120万美元。
From 2023 to 2025 it returned 23.45 %, at a volatility of 18.3 %.
Quillon had a net margin of 25 %, and Harbor of 11.2 %.
In 2024 revenue was 1,200 thousand dollars.
Revenue was 1,254 thousand dollars in 2023 [1].
"""
LIES = """
It returned twelve percent.
It returned twelve per cent.
Revenue was one point two billion dollars.
Revenue was five million dollars.
Revenue was a hundred million dollars.
It employs sixteen people.
Revenue doubled.
Revenue grew threefold.
Half of the revenue came from one customer.
About a third of it was sold.
Rates rose by fifty basis points.
The Sharpe ratio was minus one.
Revenue rose by ½ % to 3½ million.
Der Umsatz betrug 1,2 Mrd. US-Dollar.
Der Umsatz betrug 1,2 Milliarden US-Dollar.
Der Umsatz betrug 1.200 Mio. US-Dollar.
Der Umsatz betrug 9.999.999 USD.
Der Umsatz stieg um 4,3 %.
Der Umsatz sank um fünfundzwanzig Prozent.
Die Rendite stieg um 23 Prozentpunkte und 12 Basispunkte.
Le chiffre d'affaires était de 1,2 milliard de dollars.
Le rendement était de douze pour cent.
収益は12億円でした。
收入为12亿美元。
Revenue was 3 crore.
It was [12] million.
It was [99 million dollars, p. 4].
The return was nearly 30 %.
The volatility was 23.45 %.
The Sortino ratio was 1.23.
Harbor had a net margin of 25 %.
The total return in 2031 was 23.45 %.
In 2022 revenue was 1,254 thousand dollars [1].
Revenue was 1,254 thousand dollars in 2019 [1].
The net margin of Harbor rose by 11.2 percentage points.
"""


@pytest.mark.parametrize("text", TRUE.strip().splitlines())
def test_what_is_told_rightly_in_whatever_words_passes(text: str) -> None:
    found = checked(text, FIGURES, [REPORT])
    assert [str(one) for one in (*found.unsupported, *found.mistold)] == []


@pytest.mark.parametrize("text", LIES.strip().splitlines())
def test_what_is_not_so_fails_in_whatever_words(text: str) -> None:
    assert not checked(text, FIGURES, [REPORT]).passed


def test_a_figure_that_is_told_as_another_is_named() -> None:
    (found,) = checked("The volatility was 23.45 %.", FIGURES).mistold
    assert str(found) == "23.45 % (at 19): it is told as volatility, and is total return."


def test_a_subject_of_which_nothing_such_was_computed_is_no_contradiction() -> None:
    parts = (figure("total_return", 0.2345), figure("contribution", 0.1, "share", "A"))
    assert checked("A and B together returned 23.45 %.", parts).passed
