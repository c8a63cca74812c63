"""What a text says of two companies' statements: right numbers of another year, company, amount, scale or direction."""

from datetime import date

import pytest

from ratchet_figures import Figure, Input, Period, Source
from ratchet_figures.checking import Passage, checked
from ratchet_figures.figure import Unit

BEFORE, YEAR = (Period(date(one, 1, 1), date(one, 12, 31)) for one in (2023, 2024))
BOTH = Period(BEFORE.first, YEAR.last)
HELD = Period(date(2024, 3, 4), date(2025, 6, 30))


def _amount(name: str, value: float, currency: str, period: Period = YEAR) -> Input:
    return Input(name, value, Source("a document", 12), "money", currency, period)


def _figure(name: str, subject: str, value: float, unit: Unit, period: Period, *inputs: Input) -> Figure:
    return Figure(name, subject, value, unit, period, "its formula", inputs)


FIGURES = (
    _figure("total_return", "portfolio", 0.12696, "share", HELD),
    _figure("volatility", "portfolio", 0.17783, "share", HELD),
    _figure("contribution", "ALPHA", -0.03852, "share", HELD),
    _figure("contribution", "BETA", 0.16548, "share", HELD),
    _figure("max_drawdown", "portfolio", -0.18897, "share", HELD),
    _figure(
        *("net_margin", "Ostrand Oyj", 0.0812, "share", YEAR),
        *(_amount("net_income", 41.412e6, "EUR"), _amount("revenue", 510e6, "EUR")),
    ),
    _figure(
        *("revenue_growth", "Ostrand Oyj", 0.0625, "share", BOTH),
        *(_amount("revenue", 480e6, "EUR", BEFORE), _amount("revenue", 510e6, "EUR")),
    ),
    _figure(
        *("net_margin", "Kelvane Inc.", 0.134, "share", YEAR),
        *(_amount("net_income", 20.1e6, "USD"), _amount("revenue", 150e6, "USD")),
    ),
    _figure(
        *("debt_to_equity", "Kelvane Inc.", 1.45, "ratio", Period(YEAR.last, YEAR.last)),
        *(_amount("total_debt", 58e6, "USD"), _amount("equity", 40e6, "USD")),
    ),
)
PASSAGES = (
    Passage(
        *("1", "Ostrand annual report", 12),
        "(EUR thousand)\n\n| | 2024 | 2023 |\n|---|---|---|\n| Revenue | 510,000 | 480,000 |\n"
        "| Operating profit | 61,200 | 52,800 |\n"
        "| Net income | 41,412 | 36,480 |\n| Impairment | (3,150) | (1,020) |",
    ),
    Passage(
        *("2", "Kelvane annual report", 30),
        "(in millions, except per share)\n\n| | 2024 | 2023 | 2022 |\n|---|---|---|---|\n"
        "| Net sales | 150.0 | 162.5 | 141.0 |\n"
        "| Net income | 20.1 | 24.3 | 12.2 |\n| Basic earnings per share | 2.01 | 2.43 | 1.22 |\n"
        "| Goodwill | 31.7 | 33.9 | 34.2 |",
    ),
)
HEAD = "| | 2024 | 2023 |\n|---|---|---|\n"


@pytest.mark.parametrize(
    "text",
    [
        "Revenue of Ostrand was EUR 480 million in 2024 [1].",
        "In 2024, Ostrand made revenue of EUR 480,000 thousand [1].",
        "Debt of Kelvane at the end of 2023 was $58 million.",
        "Revenue of Ostrand grew by 6.25 % in 2023.",
        HEAD + "| Net sales of Kelvane | 162.5 | 150.0 |",
        HEAD + "| Revenue (EUR million) | 480.0 | 510.0 |",
    ],
)
def test_a_number_of_another_year_fails(text: str) -> None:
    assert not checked(text, FIGURES, PASSAGES).passed


@pytest.mark.parametrize(
    "text",
    [
        "Debt to equity of Ostrand was 1.45.",
        "Revenue of Kelvane grew by 6.25 %.",
        "Net income of Ostrand grew by 6.25 %.",
        "| Company | Net margin |\n|---|---|\n| Kelvane Inc. | 8.12 % |",
        "Kelvane's debt was $40 million.",
        "Kelvane's equity was $58 million.",
    ],
)
def test_a_number_of_another_company_or_amount_fails(text: str) -> None:
    assert not checked(text, FIGURES, PASSAGES).passed


@pytest.mark.parametrize(
    "text",
    [
        "Revenue of Ostrand was EUR 510 thousand [1].",
        "Revenue of Ostrand grew by 6.25 percentage points.",
        "The portfolio gained 18.9 %.",
        "The portfolio returned 12.7 % a year.",
        "The average annual return was 12.7 %.",
        "The daily volatility was 17.8 %.",
        "BETA took 16.5 % from the return.",
        "| Measure | Value |\n|---|---|\n| Volatility | 12.7 % |",
        "Revenue rose from EUR 510 million to EUR 480 million [1].",
        "Impairment fell to EUR 3.15 million from EUR 1.02 million [1].",
    ],
)
def test_another_scale_unit_measure_or_direction_fails(text: str) -> None:
    assert not checked(text, FIGURES, PASSAGES).passed


@pytest.mark.parametrize(
    "text",
    [
        "Ostrand's operating profit rose to EUR 61.2 million (2023: EUR 52.8 million) [1].",
        "Net sales went from $141.0 million in 2022 over $162.5 million in 2023 to $150.0 million in 2024 [2].",
        "Kelvane's net income fell to $20.1m in FY2024 from $24.3m in FY2023 [2].",
        "Goodwill of Kelvane was $31.7 million, and it earned $2.01 per share [2].",
        "Impairment rose from EUR 1.02 million to EUR 3.15 million [1].",
        "Revenue of Ostrand in 2024 was EUR 510 million, up from EUR 480 million [1].",
        "Compared with 2023, revenue of Ostrand rose to EUR 510 million [1].",
        "In 2023 and 2024 revenue of Ostrand was EUR 480 million and EUR 510 million [1].",
        "Revenue of Ostrand grew by 6.25 % since 2023.",
        "The revenue of 2024, EUR 510 million, was 6.25 % above that of 2023 [1].",
        "Revenue of Ostrand was 6.25 % higher than in 2023.",
        "Kelvane's net sales of $150.0 million in 2024 were below the $162.5 million of 2023 [2].",
        "In 2024, Kelvane's net sales of $150.0 million were below the $162.5 million a year earlier [2].",
        "ALPHA took 3.9 % from the return, and BETA added 16.5 %.",
        "ALPHA detracted 3.85 %.",
        "From 2023 to 2024 Ostrand's revenue grew by 6.25 %.",
        "Ostrand has less debt; debt to equity is 1.45 at Kelvane.",
        "Against Ostrand, Kelvane has debt to equity of 1.45.",
        "At the end of 2024 Kelvane had debt of $58 million and equity of $40 million.",
        "The portfolio gained 12.7 % and at worst lost 18.9 %, with a volatility of 17.8 % a year.",
        HEAD + "| Revenue (EUR million) | 510.0 | 480.0 |\n| Net income (EUR million) | 41.4 | 36.5 |",
    ],
)
def test_what_is_right_passes(text: str) -> None:
    assert checked(text, FIGURES, PASSAGES).passed, [str(one) for one in checked(text, FIGURES, PASSAGES).findings]


@pytest.mark.parametrize(
    ("caption", "scale"),
    [("Amounts in USD thousands", 3), ("in EUR million", 6), ("(TEUR)", 3), ("in Mio. €", 6), ("in Tausend €", 3)],
)
def test_a_table_tells_its_scale_in_many_forms(caption: str, scale: int) -> None:
    passage = Passage("1", "report", 1, f"{caption}\n\n| | 2024 |\n|---|---|\n| Revenue | 512 |")
    assert checked(f"Revenue was {512 * 10**scale:,}.", (), (passage,)).passed
    assert not checked(f"Revenue was {512 * 10 ** (9 - scale):,}.", (), (passage,)).passed


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("The portfolio returned 12.7 % [F1].", True),
        ("The portfolio returned 12.7 % [F2].", False),
        ("It returned 12.7 % with a volatility of 17.8 % [F1, F2].", True),
        ("It returned 12.7 % with a volatility of 17.8 % [F1-F3].", True),
        ("The portfolio returned 12.7 %.", True),
        ("The portfolio returned 12.7 % [2].", True),
    ],
)
def test_a_figure_is_cited_by_its_own_mark(text: str, cited: bool) -> None:
    marks = [f"F{at}" for at in range(1, len(FIGURES) + 1)]
    assert (not checked(text, FIGURES, PASSAGES, marks).miscited) is cited


@pytest.mark.parametrize(
    "head", [" | 2024 | 2023", "2024 | 2023", " | Year ended | Year ended\n | 2024 | 2023", "in EUR | 2024 | 2023"]
)
def test_a_table_without_lines_around_it_has_columns_too(head: str) -> None:
    passage = Passage("1", "report", 1, f"Statement of income\n{head}\nRevenue | 512 | 480\nNet income | 41 | 36")
    assert checked("Revenue was EUR 512 in 2024 and EUR 480 in 2023.", (), (passage,)).passed
    assert not checked("Revenue was EUR 480 in 2024.", (), (passage,)).passed
    assert not checked("Net income was EUR 41 in 2023.", (), (passage,)).passed
