"""Which figures a question calls for, over which time, and what is said to be unknown."""

from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ratchet_figures.choosing import (
    SCHEMA,
    CannotChooseError,
    Known,
    OfPrices,
    OfStatements,
    chosen_by_model,
    chosen_by_rules,
)
from ratchet_figures.choosing.times import time_of
from ratchet_figures.measures import NAMES
from ratchet_figures.names import OF_PRICES

LAST = date(2018, 4, 11)
KNOWN = Known(LAST, date(2010, 1, 4), ("AAPL", "GE", "SPY"), None, ("Apple Inc.", "Intel Corporation"))
RISK = ("volatility", "max_drawdown", "var_historical", "cvar_historical")
MARGINS = ("gross_margin", "operating_margin", "net_margin", "free_cash_flow_margin")


def test_the_light_names_are_those_of_the_measures() -> None:
    assert set(OF_PRICES) == set(NAMES)


@pytest.mark.parametrize(
    ("question", "measures"),
    [
        ("How risky is the portfolio?", RISK),
        ("What are the biggest risks in what I hold?", RISK),
        ("What is its volatility?", ("volatility",)),
        ("volatility and risk of GE", ("volatility",)),
        ("What is the 99 % value at risk?", ("var_historical",)),
        ("Give me parametric VaR and the expected shortfall", ("var_parametric", "cvar_historical")),
        ("How did it perform?", ("total_return", "cagr")),
        ("How did the portfolio do?", ("total_return", "cagr")),
        ("How well have our holdings been doing this year?", ("total_return", "cagr")),
        ("Wie hat sich das Portfolio in der Zeit entwickelt?", ("total_return", "cagr")),
        ("Wie lief das Depot?", ("total_return", "cagr")),
        ("What did it return a year, as CAGR?", ("cagr",)),
        ("Risk-adjusted return?", ("sharpe_ratio", "sortino_ratio", "total_return", "cagr")),
        ("Which holdings contributed most?", ("contribution",)),
        ("Sharpe and Sortino ratio", ("sharpe_ratio", "sortino_ratio")),
        ("worst loss so far", ("max_drawdown",)),
    ],
)
def test_words_call_for_measures_of_prices(question: str, measures: tuple[str, ...]) -> None:
    (request,) = chosen_by_rules(question, KNOWN).requests
    assert isinstance(request, OfPrices)
    assert set(request.measures) == set(measures)


@pytest.mark.parametrize(
    ("question", "ratios", "growing"),
    [
        ("What are the margins?", MARGINS, ()),
        ("What is the gross margin?", ("gross_margin",), ()),
        ("Is it liquid?", ("current_ratio", "quick_ratio", "cash_ratio"), ()),
        ("How indebted is Apple Inc.?", ("debt_to_equity", "debt_to_assets", "liabilities_to_assets"), ()),
        ("Can it pay its interest?", ("interest_coverage", "cash_coverage"), ()),
        ("Compare growth", (), ("revenue", "operating_income", "net_income", "total_assets")),
        ("How fast did net sales grow?", (), ("revenue",)),
        ("growth of revenue and of net income, and margins", MARGINS, ("revenue", "net_income")),
    ],
)
def test_words_call_for_figures_of_statements(question: str, ratios: tuple[str, ...], growing: tuple[str, ...]) -> None:
    (request,) = chosen_by_rules(question, KNOWN).requests
    assert isinstance(request, OfStatements)
    assert (request.ratios, request.growing) == (ratios, growing)


def test_a_benchmark_that_is_held_is_computed_beside() -> None:
    found = chosen_by_rules("Sharpe ratio of the portfolio against SPY last three years", KNOWN)
    first = date(2015, 4, 11)
    assert found.requests == (
        OfPrices(("sharpe_ratio",), (), "SPY", first, LAST),
        OfPrices(("sharpe_ratio",), ("SPY",), None, first, LAST),
    )
    assert found.reasons == (
        "The question says 'Sharpe': sharpe_ratio.",
        "The time is 2015-04-11 to 2018-04-11, as the question says 'last three years'.",
    )
    assert found.unknown == ()


def test_settings_are_read() -> None:
    (var,) = chosen_by_rules("99 % VaR of AAPL, buy and hold, at a risk-free rate of 3 %", KNOWN).requests
    assert var == OfPrices(("var_historical",), ("AAPL",), None, None, None, 0.99, 0.03, "never")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What is the beta?", "beta compares with a benchmark, and the question names none: say which."),
        ("Sharpe ratio against QQQ", "The question compares with QQQ, of which there are no prices."),
        ("What colour is it?", "The question names no measure that is computed."),
        ("Volatility since 2030", "The question is about 'since 2030', and the data ends on 2018-04-11."),
        ("Volatility in 2005", "The question is about '2005', and the data begins on 2010-01-04."),
    ],
)
def test_what_is_not_known_is_said(question: str, said: str) -> None:
    assert said in chosen_by_rules(question, KNOWN).unknown


def test_without_data_nothing_is_asked_for() -> None:
    found = chosen_by_rules("volatility, and margins", Known(LAST))
    assert found.requests == ()
    assert found.unknown == (
        "The question asks for volatility, and there are no prices.",
        "The question asks of statements, and there is no company with any.",
    )


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("last year", date(2017, 1, 1), date(2017, 12, 31)),
        ("over the past year", date(2017, 4, 11), LAST),
        ("the last 12 months", date(2017, 4, 11), LAST),
        ("the last 90 days", date(2018, 1, 11), LAST),
        ("last quarter", date(2018, 1, 1), date(2018, 3, 31)),
        ("last month", date(2018, 3, 1), date(2018, 3, 31)),
        ("this year", date(2018, 1, 1), LAST),
        ("year to date", date(2018, 1, 1), LAST),
        ("since 2015", date(2015, 1, 1), None),
        ("since March 2015", date(2015, 3, 1), None),
        ("after Q2 2015", date(2015, 7, 1), None),
        ("before 2012", None, date(2011, 12, 31)),
        ("until 2012", None, date(2012, 12, 31)),
        ("Q3 2017", date(2017, 7, 1), date(2017, 9, 30)),
        ("the third quarter of 2017", date(2017, 7, 1), date(2017, 9, 30)),
        ("2017-Q3", date(2017, 7, 1), date(2017, 9, 30)),
        ("the second half of 2016", date(2016, 7, 1), date(2016, 12, 31)),
        ("between 2010 and 2012", date(2010, 1, 1), date(2012, 12, 31)),
        ("from 2012 to 2010", date(2010, 1, 1), date(2012, 12, 31)),
        ("2010-2012", date(2010, 1, 1), date(2012, 12, 31)),
        ("from Q1 2016 through Q2 2017", date(2016, 1, 1), date(2017, 6, 30)),
        ("from 2016-02-29 to 2016-12-01", date(2016, 2, 29), date(2016, 12, 1)),
        ("in February 2016", date(2016, 2, 1), date(2016, 2, 29)),
    ],
)
def test_a_time_is_counted_from_the_last_day_of_the_data(question: str, first: date | None, last: date | None) -> None:
    time = time_of(f"What was the volatility {question}?", LAST)
    assert time is not None
    assert (time.first, time.last) == (first, last)


@pytest.mark.parametrize("question", ["volatility", "volatility on 2015-02-31", "the last 999 decades"])
def test_no_time_is_no_time(question: str) -> None:
    assert time_of(question, LAST) is None


@pytest.mark.parametrize(
    ("question", "levels"),
    [
        ("VaR at 95 % and 99 %", (0.95, 0.99)),
        ("VaR at 95 and 99 %", (0.95, 0.99)),
        ("95%, 97.5% and 99% historical VaR", (0.95, 0.975, 0.99)),
        ("5% VaR", (0.95,)),
        ("1% value at risk", (0.99,)),
        ("VaR at a confidence level of 97.5 percent", (0.975,)),
        ("VaR at the 99th percentile", (0.99,)),
        ("VaR at 0.99", (0.99,)),
        ("VaR at 80%", (0.8,)),
        ("a portfolio of 60% A and 40% B: its VaR", (0.95,)),
        ("VaR, when 97% of the money is in A", (0.95,)),
        ("VaR with a risk-free rate of 2 %", (0.95,)),
    ],
)
def test_levels_are_those_that_the_words_call_so(question: str, levels: tuple[float, ...]) -> None:
    requests = chosen_by_rules(question, KNOWN).requests
    assert tuple(one.level for one in requests if isinstance(one, OfPrices)) == levels


def test_what_has_no_level_is_computed_once() -> None:
    first, second = chosen_by_rules("Volatility, and VaR at 95 % and 99 %", KNOWN).requests
    assert isinstance(first, OfPrices)
    assert isinstance(second, OfPrices)
    assert (set(first.measures), second.measures) == ({"volatility", "var_historical"}, ("var_historical",))


@pytest.mark.parametrize(
    ("said", "rate"),
    [
        ("with a 3% risk-free rate", 0.03),
        ("with a risk-free rate of 3 %", 0.03),
        ("with a risk-free return of 3 %", 0.03),
        ("at a 4 % annual risk-free rate", 0.04),
        ("using 2.5 percent as the risk-free rate", 0.025),
        ("risk-free = .02", 0.02),
        ("risk-free rate of 3", 0.03),
        ("risk-free in 2016, and VaR at 95%", 0.0),
        ("above risk-free, VaR at 95%", 0.0),
    ],
)
def test_a_risk_free_rate_stands_before_or_behind_its_name(said: str, rate: float) -> None:
    request = chosen_by_rules(f"What is the Sharpe ratio {said}?", KNOWN).requests[0]
    assert isinstance(request, OfPrices)
    assert ("total_return" in request.measures, request.risk_free) == (False, rate)


def test_how_many_returns_a_year_has_may_be_asked_for() -> None:
    (request,) = chosen_by_rules("Volatility with 126 returns a year", KNOWN).requests
    assert isinstance(request, OfPrices)
    assert (request.measures, request.per_year) == (("volatility",), 126)


LETTERS = Known(LAST, date(2010, 1, 4), ("A", "F", "I", "T", "AT", "INDEX"))


@pytest.mark.parametrize(
    ("question", "instruments"),
    [
        ("What is a good volatility? A portfolio of stocks has one.", ()),
        ("I want the volatility, and what did I lose?", ()),
        ("WHAT IS A USUAL VOLATILITY", ()),
        ("The volatility of AT&T, an F-150 maker and a T-bill, of M&A, Q&A and U.S. stocks", ()),
        ("The volatility of Class A shares, Series F notes and of Henry T. Ford's fund", ()),
        ("I'm asking: the volatility?", ()),
        ("The volatility of F and T", ("F", "T")),
        ("The volatility of A", ("A",)),
        ("A's volatility, and that of I", ("A", "I")),
        ("Which of A, F and I had the highest volatility?", ("A", "F", "I")),
        ("The volatility ($T)", ("T",)),
    ],
)
def test_a_letter_is_an_instrument_where_it_is_no_word(question: str, instruments: tuple[str, ...]) -> None:
    requests = chosen_by_rules(question, LETTERS).requests
    assert tuple(name for one in requests if isinstance(one, OfPrices) for name in one.instruments) == instruments


def test_a_letter_is_compared_with_where_it_is_no_word() -> None:
    (first, *_) = chosen_by_rules("Was the volatility of F higher than a year ago, against T?", LETTERS).requests
    assert isinstance(first, OfPrices)
    assert (first.instruments, first.benchmark) == (("F",), "T")


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("in 2016 and 2017", (2016, 2017)),
        ("in 2017, compared with 2015", (2017, 2015)),
        ("of 2017 and how did it differ from 2016", (2017, 2016)),
        ("for each of 2014, 2015 and 2016", (2014, 2015, 2016)),
        ("of $2010 invested in 2017", (2017,)),
        ("in 2017, and again in 2017", (2017,)),
    ],
)
def test_years_side_by_side_are_each_computed(question: str, years: tuple[int, ...]) -> None:
    found = chosen_by_rules(f"What was the volatility {question}?", KNOWN)
    days = [(one.first, one.last) for one in found.requests]
    assert days == [(date(year, 1, 1), date(year, 12, 31)) for year in years]
    assert all(any(f"'{year}'" in reason for reason in found.reasons) for year in years)


def test_a_ratio_from_one_year_to_another_is_of_both() -> None:
    found = chosen_by_rules("How did the net margin change from 2015 to 2017?", KNOWN)
    assert [(one.first, one.last) for one in found.requests] == [
        (date(2015, 1, 1), date(2017, 12, 31)),
        (date(2015, 1, 1), date(2015, 12, 31)),
        (date(2017, 1, 1), date(2017, 12, 31)),
    ]


def test_instruments_that_are_compared_are_each_computed() -> None:
    for question in ("Compare the volatility of AAPL with GE", "Which was more volatile, AAPL or GE?"):
        requests = chosen_by_rules(question, KNOWN).requests
        assert [one.instruments for one in requests if isinstance(one, OfPrices)] == [("AAPL",), ("GE",)]
    (together,) = chosen_by_rules("Volatility of AAPL and GE", KNOWN).requests
    assert isinstance(together, OfPrices)
    assert together.instruments == ("AAPL", "GE")


def test_more_than_a_report_has_room_for_is_said() -> None:
    many = Known(LAST, date(2010, 1, 4), tuple(f"NAME{n}" for n in range(30)))
    found = chosen_by_rules(f"Compare the volatility of {', '.join(many.instruments)} in 2015 and 2016", many)
    assert len(found.requests) == 40
    assert found.unknown == ("The question asks for 60 things, and 40 are computed: ask for fewer.",)


def test_what_is_between_two_has_the_second_beside_the_first() -> None:
    (request,) = chosen_by_rules("What is the correlation between AAPL and GE?", KNOWN).requests
    assert isinstance(request, OfPrices)
    assert (request.measures, request.instruments, request.benchmark) == (("correlation",), ("AAPL",), "GE")


@pytest.mark.parametrize(
    ("question", "ratios", "growing"),
    [
        ("debt to equity and growth of revenue", ("debt_to_equity",), ("revenue",)),
        ("How did debt to equity grow?", ("debt_to_equity",), ()),
        ("current ratio and growth of operating profit", ("current_ratio",), ("operating_income",)),
        ("How did the margins and revenue develop?", MARGINS, ("revenue",)),
        ("How did the net margin change?", ("net_margin",), ()),
        ("How did net income change?", (), ("net_income",)),
    ],
)
def test_what_changes_grows_where_it_is_an_item(
    question: str, ratios: tuple[str, ...], growing: tuple[str, ...]
) -> None:
    (request,) = chosen_by_rules(question, KNOWN).requests
    assert isinstance(request, OfStatements)
    assert (request.ratios, request.growing) == (ratios, growing)


GERMAN = "The question is taken for German: its words for measures and times are read, and no others."


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("Wie hoch war die Rendite des Portfolios seit 2015?", "What was the return of the portfolio since 2015?"),
        (
            "Wie hoch war die Volatilität in den letzten drei Jahren gegenüber SPY?",
            "Volatility last three years vs SPY",
        ),
        ("Wie hoch ist der Value at Risk zum Niveau von 99 %?", "Value at risk at a level of 99 %"),
        ("Wie war die Sharpe-Ratio bei einem risikolosen Zins von 2,5 %?", "Sharpe at a risk-free rate of 2.5 %"),
        (
            "Wie wuchs der Umsatz von Apple Inc. zwischen 2015 und 2017?",
            "Growth of revenue of Apple Inc. between 2015 and 2017",
        ),
        ("Was war die Nettomarge im Jahr 2016 und wie im letzten Jahr?", "Net margin in 2016 and last year"),
        (
            "Wie groß war der maximale Rückgang vom 1.3.2016 bis zum 30.6.2016?",
            "Drawdown from 2016-03-01 to 2016-06-30",
        ),
        ("Wie hoch war die Volatilität des Depots bis 2016?", "Volatility until 2016"),
    ],
)
def test_german_words_are_read_as_english_ones_and_it_is_said(question: str, english: str) -> None:
    found = chosen_by_rules(question, KNOWN)
    assert found.requests == chosen_by_rules(english, KNOWN).requests
    assert found.reasons[0] == GERMAN


def test_a_question_with_a_german_name_in_it_is_english() -> None:
    found = chosen_by_rules("What is the volatility of Bank für Handel und Gewerbe, and of the fund?", KNOWN)
    assert GERMAN not in found.reasons


GOOD: dict[str, Any] = {
    "requests": [
        {"of": "prices", "measures": ["beta"], "benchmark": "SPY", "first": "2015-01-01", "reason": "It was asked."},
        {"of": "statements", "ratios": ["net_margin"], "companies": ["Apple Inc."]},
    ],
    "unknown": ["What colour it is."],
}


def test_a_models_choice_is_the_same_as_one_by_rules() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(GOOD)
    found = chosen_by_model(GOOD, KNOWN)
    assert found.requests == (
        OfPrices(("beta",), (), "SPY", date(2015, 1, 1)),
        OfStatements(("net_margin",), (), ("Apple Inc.",)),
    )
    assert (found.reasons, found.unknown) == (("It was asked.",), ("What colour it is.",))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "The choice is no object."),
        ({}, "requests is missing: it is a list, empty where nothing is computed."),
        ({"requests": {}}, "requests is no list."),
        ({"requests": [7]}, "requests[0].of is neither `prices` nor `statements`."),
        ({"requests": [{"of": "prices"}]}, "requests[0].measures is empty: name one at least."),
        ({"requests": [{"of": "prices", "measures": ["charm"]}]}, "requests[0].measures: there is no measure charm;"),
        ({"requests": [{"of": "prices", "measures": [["beta"]]}]}, "there is no measure ['beta'];"),
        ({"requests": [{"of": "prices", "measures": ["beta"], "benchmark": "QQQ"}]}, "there are no prices of 'QQQ'."),
        ({"requests": [{"of": "prices", "measures": ["beta"], "first": "soon"}]}, "first is no day as 2026-11-23."),
        (
            {"requests": [{"of": "prices", "measures": ["beta"], "level": 95}]},
            "level is a number above 0.5 and below 1.",
        ),
        ({"requests": [{"of": "prices", "measures": ["beta"], "rebalancing": []}]}, "is `each_period` or `never`."),
        ({"requests": [{"of": "prices", "measures": ["beta"], "x": 1}]}, "requests[0] has x, which means nothing"),
        ({"requests": [{"of": "statements"}]}, "requests[0] names neither `ratios` nor what is `growing`."),
        (
            {"requests": [{"of": "statements", "growing": ["revenue"], "first": "2016-01-02", "last": "2016-01-01"}]},
            "requests[0]: 2016-01-02 is after 2016-01-01.",
        ),
        ({"requests": [GOOD["requests"][0]] * 21}, "requests has 21 items: at most 20 are computed."),
    ],
)
def test_what_is_wrong_with_a_models_choice_is_named(given: object, said: str) -> None:
    with pytest.raises(CannotChooseError) as caught:
        chosen_by_model(given, KNOWN)
    assert said in str(caught.value)
