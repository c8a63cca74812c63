"""Statements without a mark get the source that their words and figures are from, and no other."""

from datetime import date

import pytest

from ratchet_documents.page_turns import Turn
from ratchet_figures.figure import Figure, Input, Period
from ratchet_figures.narrating import Marked
from ratchet_reports.report import Paragraph, Section, Statement
from ratchet_router.grounding.cited_passage import Quote
from ratchet_router.reporting.attributing import Attributed, attributed, names
from ratchet_router.reporting.told import Read

LEASE = Read(
    number=1,
    document_id="doc_1",
    title="Lease of the hall",
    pages=(3, 3),
    text="The lease runs until 2031. The rate is 4.5 percent a year. It may be renewed once by either party.",
)
SALES = Read(
    number=2,
    document_id="doc_2",
    title="10-Q",
    pages=(4, 5),
    turns=(Turn(53, 5),),
    text="Net sales were $82,959 million in the third quarter.\nThere were 5 segments and 2,345 shops.",
)


SOLD = "Net sales rose, to $82,959 million in the quarter."


def of(text: str, *marks: str) -> Attributed:
    section = Section(heading="Answer", paragraphs=(Paragraph(statements=(Statement(text=text, marks=marks),)),))
    return attributed([section], [LEASE, SALES], [])


def marks_of(found: Attributed) -> tuple[str, ...]:
    return found.sections[0].paragraphs[0].statements[0].marks


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("It may be renewed once by either party.", ("1",)),
        ("Either party may have it renewed once.", ("1",)),
        ("They earn 4.5 percent.", ()),
        ("The rate of it all is 4.5 percent.", ("1",)),
        ("The rate is 4.6 percent.", ()),
        ("The rate is not 4.5 percent.", ()),
        ("It may not be renewed once by either party.", ()),
        ("It may be renewed twice by either party.", ()),
        ("Dividends of Quux were $82,959 million.", ()),
        ("Net sales were $83.0 billion.", ()),
        ("Sales came to $82,959 million.", ("2",)),
        ("Sales of $82,959 million pay for a rate of 4.5 percent.", ("2", "1")),
        ("Five things matter, of 5.", ()),
        ("The weather will be fine tomorrow morning.", ()),
        ("The lease.", ()),
    ],
)
def test_a_statement_is_known_by_its_words_and_figures(text: str, marks: tuple[str, ...]) -> None:
    found = of(text)
    assert set(marks_of(found)) == set(marks)
    assert found.by_words == bool(marks)
    assert {str(number) for number in found.quotes} == set(marks)


def test_what_something_is_computed_with_is_from_the_passage_in_which_it_stands() -> None:
    quarter = Period(date(2023, 7, 1), date(2023, 9, 30))
    growth = Figure(
        name="revenue_growth",
        subject="Acme",
        value=0.078,
        unit="ratio",
        period=quarter,
        formula="revenue / earlier revenue - 1",
        inputs=(Input("revenue", 82_959_000_000.0, unit="money", currency="USD"),),
    )
    section = Section(heading="Answer", paragraphs=(Paragraph(statements=(Statement(text=SOLD, marks=()),)),))
    assert marks_of(attributed([section], [LEASE, SALES], [Marked("F1", growth)])) == ("2",)


def test_what_names_its_source_keeps_it() -> None:
    found = of("It may be renewed once by either party.", "2")
    assert (marks_of(found), found.by_words, found.quotes) == (("2",), 0, {})


def test_the_quote_is_the_passages_own_sentence() -> None:
    assert of("Either party may have it renewed once.").quotes == {
        1: (Quote("It may be renewed once by either party.", 3, 3),)
    }


def test_the_quote_has_its_own_page() -> None:
    assert of("Sales came to $82,959 million.").quotes[2][0].first_page == 4
    (shops,) = of("Its shops are 2,345.").quotes[2]
    assert shops == Quote("There were 5 segments and 2,345 shops.", 5, 5)


@pytest.mark.parametrize(
    ("text", "measure", "its"),
    [
        ("The yearly volatility was 12.3%.", "volatility", True),
        ("The gross margin was 12.3%.", "volatility", False),
        ("The gross margin was 12.3%.", "net_margin", False),
        ("The portfolio returned 8% in total.", "total_return", True),
        ("The portfolio gained 8%.", "total_return", True),
        ("Revenue grew by 8%.", "revenue_growth", True),
        ("Net income fell by 8%.", "net_income_growth", True),
        ("Revenue was 8%.", "revenue_growth", False),
        ("The ratio of debt to equity was 1.45.", "debt_to_equity", True),
        ("Equity was 1.45.", "debt_to_equity", False),
        ("The value at risk was 1.8%.", "var_historical", True),
        ("It made 8% a year.", "cagr", True),
        ("The largest drawdown was 8%.", "max_drawdown", True),
    ],
)
def test_a_computed_figure_is_known_by_the_words_of_its_measure(text: str, measure: str, *, its: bool) -> None:
    assert names(text, measure) is its
