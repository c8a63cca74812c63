"""What there is to compute from, and what is chosen of it."""

from datetime import date

import pytest

from ratchet_router.grounding.context import Context
from ratchet_router.reporting.known import chosen, known_of
from ratchet_router.reporting.reports import NothingWantedError, first_state
from ratchet_router.reporting.wanted import Computing, GivenItem, GivenStatement, Holdings, Wanted

PRICES = {name: {date(2026, 1, day): 100.0 + day for day in range(1, 20)} for name in ("A", "B", "INDEX")}
HELD = Holdings(prices=PRICES, weights={"A": 0.5, "B": 0.5}, benchmark="INDEX")  # type: ignore[arg-type]
STATEMENT = GivenStatement(
    company="Example",
    first=date(2025, 1, 1),
    last=date(2025, 12, 31),
    currency="USD",
    scale=1,
    items={"revenue": GivenItem(2.0), "net_income": GivenItem(1.0)},
)


def of(question: str, **how: object) -> Wanted:
    return Wanted(question=question, **how)  # type: ignore[arg-type]


def test_nothing_given_is_nothing_known() -> None:
    assert known_of(of("How?", context=Context())) is None


def test_days_are_of_prices_and_statements_together() -> None:
    known = known_of(of("How?", holdings=HELD, statements=(STATEMENT,)))
    assert known is not None
    assert (known.first, known.last) == (date(2025, 1, 1), date(2026, 1, 19))
    assert (known.instruments, known.benchmark, known.companies) == (("A", "B", "INDEX"), "INDEX", ("Example",))


def test_what_the_request_names_goes_before_what_the_question_says() -> None:
    wanted = of("What was the volatility?", holdings=HELD, computing=Computing(measures=("beta",), level=0.99))
    found = chosen(wanted, known_of(wanted))  # type: ignore[arg-type]
    (asked,) = found.of_prices
    assert (asked.measures, asked.benchmark, asked.level) == (("beta",), "INDEX", 0.99)
    assert found.reasons == ("The request names what is computed.",)


def test_the_question_decides_where_nothing_is_named() -> None:
    wanted = of("What was the volatility?", holdings=HELD)
    assert chosen(wanted, known_of(wanted)).of_prices[0].measures == ("volatility",)  # type: ignore[arg-type]


def test_a_question_without_a_measure_gets_the_usual_ones() -> None:
    wanted = of("Well?", holdings=HELD, statements=(STATEMENT,))
    found = chosen(wanted, known_of(wanted))  # type: ignore[arg-type]
    assert {"sharpe_ratio", "beta", "contribution"} <= set(found.of_prices[0].measures)
    assert "net_margin" in found.of_statements[0].ratios
    assert "usual" in found.reasons[0]


@pytest.mark.parametrize(
    ("how", "state"),
    [
        ({"holdings": HELD}, "computing"),
        ({"holdings": HELD, "chooser": "model"}, "choosing"),
        ({"holdings": HELD, "chooser": "model", "computing": Computing(measures=("beta",))}, "computing"),
        ({"context": Context()}, "answering"),
    ],
)
def test_a_report_begins_with_what_is_to_be_done_first(how: dict[str, object], state: str) -> None:
    assert first_state(of("How?", **how)) == state


@pytest.mark.parametrize("how", [{}, {"context": Context(), "parts": ("figures",)}])
def test_what_nothing_can_be_made_of_is_refused(how: dict[str, object]) -> None:
    with pytest.raises(NothingWantedError, match="needs a portfolio, statements, or documents"):
        first_state(of("How?", **how))


def test_what_the_request_says_of_how_goes_before_the_question() -> None:
    how = Computing(level=0.99, risk_free=0.2, rebalancing="never", per_year=26, first=date(2026, 1, 5))
    wanted = of("What were the Sharpe ratio and the volatility?", holdings=HELD, computing=how)
    (asked,) = chosen(wanted, known_of(wanted)).of_prices  # type: ignore[arg-type]
    assert (asked.level, asked.risk_free, asked.rebalancing, asked.per_year) == (0.99, 0.2, "never", 26)
    assert asked.first == date(2026, 1, 5)


def test_a_language_that_the_rules_do_not_read_is_said_and_the_usual_is_computed() -> None:
    asked = "¿Cuál fue la rentabilidad de la cartera desde 2022 y qué dicen los informes de los riesgos?"
    wanted = of(asked, holdings=HELD)
    found = chosen(wanted, known_of(wanted))  # type: ignore[arg-type]
    assert "sharpe_ratio" in found.of_prices[0].measures
    assert found.of_prices[0].first is None
    assert "in another language (es)" in found.unknown[0]
    german = of("Wie hoch war die Volatilität des Portfolios?", holdings=HELD)
    assert chosen(german, known_of(german)).of_prices[0].measures == ("volatility",)  # type: ignore[arg-type]
