"""Figures and passages that the tests of this folder speak of."""

from datetime import date
from typing import Final

from ratchet_figures import Figure, Input, Period, Source
from ratchet_figures.checking import Passage
from ratchet_figures.figure import Unit

PERIOD: Final = Period(date(2015, 1, 2), date(2018, 1, 2))


def figure(name: str, value: float, unit: Unit, currency: str | None = None, inputs: tuple[Input, ...] = ()) -> Figure:
    return Figure(name, "portfolio", value, unit, PERIOD, "its formula", inputs, currency=currency)


FIGURES: Final = (
    figure("volatility", 0.1834, "share"),
    figure("sharpe_ratio", 1.2345, "ratio"),
    figure("max_drawdown", -0.331, "share"),
    figure("cagr", -0.03, "share"),
    figure("net_income", -12_300_000.0, "money", "USD"),
    figure(
        "debt_to_equity",
        0.5,
        "ratio",
        None,
        (
            Input("weight of INDEX 500", 0.6, unit="share"),
            Input("revenue", 82_959e6, Source("10q.pdf", 4), "money", "USD"),
        ),
    ),
)
TABLE: Final = Passage(
    "1",
    "10q.pdf",
    4,
    "STATEMENTS\n(In millions, except per share amounts)\nThree Months Ended\nNet sales:\nProducts\n$\n63,355\u00a0\n"
    "$\n63,948\nTotal net sales\n82,959\n81,434\nOther income/(expense), net\n(10)\n243\n"
    "Earnings per share\nBasic\n$\n1.20\n",
)
PROSE: Final = Passage("2", "letter.pdf", 7, "Sales fell by 3.2 % to €4,500 thousand, and 1,250 employees left.")
PASSAGES: Final = (TABLE, PROSE)
