"""Statements out of what documents report."""

from dataclasses import replace
from datetime import date

import pytest

from ratchet_documents.graph import Entity, Graph, Relation, Where
from ratchet_router.graph.part import Part
from ratchet_router.grounding.context import Context
from ratchet_router.reporting.computing import computed
from ratchet_router.reporting.from_documents import _is_of, _periods, calls_for_statements, with_reported
from ratchet_router.reporting.known import chosen, known_of
from ratchet_router.reporting.reported import reported
from ratchet_router.reporting.wanted import Computing, Holdings, Wanted

APPLE = Entity("company:apple", "company", "Apple Inc.", ("Apple Inc.",))
Q3, Q3_BEFORE = "3M-2022-06-25", "3M-2021-06-26"
QUARTERS = {"revenue": {Q3: 82_959e6, Q3_BEFORE: 81_434e6}, "net_income": {Q3: 19_442e6, Q3_BEFORE: 21_744e6}}
DAYS = {"current_assets": {"2022-06-25": 112_292e6}, "current_liabilities": {"2022-06-25": 129_873e6}}


def part(
    amounts: dict[str, dict[str, float]], document: str = "doc_2", period: str = "2022-Q3", unit: str = "USD"
) -> Part:
    relations = tuple(
        Relation(
            "reports",
            (APPLE.id, f"metric:{metric}", f"period:{key}"),
            Where(document, 3, 4, 0, 9),
            value,
            unit,
        )
        for metric, its in amounts.items()
        for key, value in its.items()
    )
    return Part(document, 1, f"10-Q {period}", "apple", period, "financial_report", Graph({APPLE.id: APPLE}, relations))


def test_amounts_of_a_quarter_and_of_its_last_day_are_one_statement() -> None:
    before, after = reported([part(QUARTERS | DAYS)], ()).statements
    assert (before.company, after.first, after.last) == ("Apple Inc.", date(2022, 3, 27), date(2022, 6, 25))
    assert (after.items["revenue"].value, after.items["revenue"].page) == (82_959e6, 4)
    assert after.items["current_assets"].value == 112_292e6
    assert before.items.keys() == {"revenue", "net_income"}


@pytest.mark.parametrize(
    ("key", "first"),
    [
        ("12M-2024-12-31", date(2024, 1, 1)),
        ("12M-2023-12-31", date(2023, 1, 1)),
        ("12M-2024-02-29", date(2023, 3, 1)),
        ("3M-2024-03-31", date(2024, 1, 1)),
        ("9M-2024-09-30", date(2024, 1, 1)),
        ("3M-2022-06-25", date(2022, 3, 27)),
    ],
)
def test_a_period_that_ends_with_a_month_begins_with_one(key: str, first: date) -> None:
    (found,) = reported([part({"revenue": {key: 1.0}})], ()).statements
    assert found.first == first


def test_statements_go_to_the_period_that_is_asked_for() -> None:
    older = part({"revenue": {"3M-2021-12-25": 123_945e6}}, "doc_1", "2022-Q1")
    found = reported([part(QUARTERS), older], ("2022-Q1",))
    assert found.statements[-1].last == date(2021, 12, 25)
    assert reported([part(QUARTERS), older], ("2021-Q4",)) == found  # as the calendar has it
    found = reported([part(QUARTERS), older], ("2020-Q1",))
    assert found.statements == ()
    assert found.notes == ("The documents report no amounts of Apple Inc. for 2020-Q1.",)


def test_a_year_is_taken_out_of_the_document_that_has_it_restated() -> None:
    years = {"revenue": {"12M-2023-12-31": 3.0, "12M-2022-12-31": 2.0, "12M-2021-12-31": 1.0}}
    found = reported([part(years, "doc_3", "2023")], ("2022",))
    assert [one.items["revenue"].value for one in found.statements] == [1.0, 2.0]


def test_a_year_in_the_question_is_a_period_and_a_company_that_is_only_named_answers_nothing() -> None:
    assert _periods(Wanted(question="What was the net margin in 2022?"), ()) == ["2022"]
    assert _periods(Wanted(question="What was the net margin?"), ()) == []
    its = part(QUARTERS)
    assert _is_of(its, ("person:apple", "company:apple"))
    assert not _is_of(its, ("company:quux",))


def test_the_newest_document_counts_where_two_differ_and_that_is_said() -> None:
    restated = part({"revenue": {Q3: 80_000e6}}, "doc_3")
    found = reported([restated, part(QUARTERS)], ())
    assert found.statements[-1].items["revenue"].value == 80_000e6
    assert found.notes == ("revenue of Apple Inc. to 2022-06-25 differs between documents: the newest counts.",)


def test_one_currency_counts_and_what_is_no_amount_is_left_out() -> None:
    yen, shares = part({"revenue": {Q3: 1.0}}, "doc_3", unit="JPY"), part({"eps_basic": {Q3: 1.2}}, unit="per_share")
    found = reported([part(QUARTERS), yen, shares], ())
    assert {one.currency for one in found.statements} == {"USD"}
    assert any("several currencies" in one for one in found.notes)


def test_the_length_that_is_asked_for_or_else_the_shortest_to_the_latest_day() -> None:
    both = part({"revenue": {Q3: 1.0, "9M-2022-06-25": 3.0, "12M-2021-09-25": 4.0}})
    assert [one.items["revenue"].value for one in reported([both], ()).statements] == [1.0]
    assert [one.items["revenue"].value for one in reported([both], ("2021",)).statements] == [4.0]


def test_without_a_time_the_days_stand_alone() -> None:
    (found,) = reported([part(DAYS)], ()).statements
    assert (found.first, found.last) == (date(2022, 6, 25), date(2022, 6, 25))


def test_figures_of_what_documents_report_name_their_page() -> None:
    wanted = Wanted(question="What were the net margin, and the revenue growth in Q3 2022?", context=Context())
    its = with_reported(wanted, reported([part(QUARTERS | DAYS)], ("2022-Q3",)))
    found = computed(its, chosen(its, known_of(its)))  # type: ignore[arg-type]
    named = {one.figure.name: one.figure for one in found.figures}
    assert named["net_margin"].value == pytest.approx(19_442 / 82_959)
    assert named["revenue_growth"].value == pytest.approx(82_959 / 81_434 - 1)
    source = named["net_margin"].inputs[0].source
    assert source is not None
    assert (source.document, source.page) == ("10-Q 2022-Q3", 4)


def test_risks_of_documents_are_not_missed_as_measures_of_prices() -> None:
    wanted = Wanted(question="How did revenue grow, and which are the risks?", context=Context())
    its = with_reported(wanted, reported([part(QUARTERS)], ()))
    assert chosen(its, known_of(its)).unknown == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "calls"),
    [
        (Wanted(question="What was the net margin of Apple?", context=Context()), True),
        (Wanted(question="How did revenue grow?", context=Context()), True),
        (Wanted(question="Who signed the lease?", context=Context()), False),
        (Wanted(question="What was the net margin of Apple?"), False),
        (Wanted(question="Well?", context=Context(), computing=Computing(ratios=("net_margin",))), True),
        (
            Wanted(
                question="What was the net margin?",
                context=Context(),
                holdings=Holdings(prices={}),
                computing=Computing(measures=("beta",)),
            ),
            False,
        ),
    ],
)
def test_documents_are_computed_from_where_the_question_calls_for_it(wanted: Wanted, *, calls: bool) -> None:
    assert calls_for_statements(wanted) is calls


def test_of_two_years_that_are_asked_for_each_has_its_ratio() -> None:
    years = {
        "revenue": {"12M-2023-09-30": 30.0, "12M-2022-09-30": 20.0, "12M-2021-09-30": 10.0},
        "net_income": {"12M-2023-09-30": 6.0, "12M-2022-09-30": 5.0, "12M-2021-09-30": 1.0},
    }
    for question in ("net margin in 2022 and 2023", "How did the net margin change from 2022 to 2023?"):
        wanted = Wanted(question=question, context=Context())
        wanted = with_reported(wanted, reported([part(years, period="2023")], _periods(wanted, ())))
        found = computed(wanted, chosen(wanted, known_of(wanted)))  # type: ignore[arg-type]
        assert sorted(one.figure.value for one in found.figures) == [pytest.approx(0.2), pytest.approx(0.25)]
        assert found.refused == ()


def test_what_was_assumed_of_a_period_is_said_and_some_days_make_no_other_year() -> None:
    newer = part({"revenue": {"12M-2023-07-01": 30.0, "12M-2022-07-01": 20.0}}, "doc_2", period="2023")
    assumed = tuple(
        replace(one, text="So it is taken.") if "2022" in one.ends[2] else one for one in newer.graph.relations
    )
    newer = replace(newer, graph=replace(newer.graph, relations=assumed))
    older = part({"revenue": {"12M-2022-06-25": 20.0, "12M-2021-06-26": 10.0}}, "doc_1", period="2022")
    found = reported([newer, older], ())
    assert [one.last for one in found.statements] == [date(2021, 6, 26), date(2022, 7, 1), date(2023, 7, 1)]
    assert found.notes == (f"{newer.title}: So it is taken.",)
