"""A report of what was asked, computed and answered."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from ratchet_common.events import Check
from ratchet_documents.page_turns import Turn
from ratchet_reports.limits import taken
from ratchet_reports.report import Report
from ratchet_router.api.reports import accepted
from ratchet_router.grounding.cited_passage import Quote
from ratchet_router.reporting.composing import LONGEST_TITLE, composed
from ratchet_router.reporting.computed import Computed
from ratchet_router.reporting.computing import computed
from ratchet_router.reporting.known import chosen, known_of
from ratchet_router.reporting.told import Read, Told
from ratchet_router.reporting.wanted import Holdings, Wanted

NOW = datetime(2026, 3, 1, tzinfo=UTC)
READ = Read(
    number=1,
    document_id="doc_1",
    title="10-Q",
    pages=(4, 5),
    text="Revenue was $5 million.",
    cited=(Quote("Revenue was $5 million.", 4, 4),),
)
OTHER = Read(number=2, document_id="doc_2", title="Minutes", pages=(0, 0), text="Nothing was decided.")
FIGURES = Wanted(
    question="What was the return?",
    holdings=Holdings(prices={"A": {date(2026, 1, 1) + timedelta(days=n): 100.0 + n for n in range(9)}}),
)


def report(told: Told | None = None, wanted: Wanted = FIGURES, *, figures: bool = False) -> Report:
    its = computed(wanted, chosen(wanted, known_of(wanted))) if figures else Computed()  # type: ignore[arg-type]
    return taken(composed(uuid4(), wanted, its, told, (), NOW))


def test_an_answer_cites_what_was_read_by_its_page() -> None:
    found = report(Told(output="Revenue was $5 million [1].", read=(READ, OTHER), approach="base_rag"))
    (cited,) = found.citations
    assert (cited.mark, cited.page, cited.pages, cited.quote) == ("1", 4, (4,), "Revenue was $5 million.")
    assert (found.statistics.passages_read, found.statistics.documents_read) == (2, 2)
    assert found.passed


def test_quotes_of_several_pages_under_one_mark_are_told_with_all_of_them() -> None:
    two = replace(READ, pages=(4, 9), cited=(Quote("Revenue was $5 million.", 9, 9), Quote("Costs fell.", 5, 6)))
    (cited,) = report(Told(output="Revenue was $5 million [1].", read=(two,))).citations
    assert (cited.page, cited.pages) == (5, (5, 6, 9))


def test_a_passage_in_place_of_an_answer_has_the_pages_of_what_is_shown_of_it() -> None:
    long = replace(READ, pages=(4, 9), text="word " * 400, turns=(Turn(1_000, 5), Turn(1_600, 9)))
    (cited,) = report(Told(read=(long,), why="Nobody answered.")).citations
    assert (cited.page, cited.pages) == (4, (4, 5))


def test_a_figure_without_ground_fails_the_check_and_is_named() -> None:
    found = report(Told(output="Revenue was $7 million [1].", read=(READ,)))
    assert not found.passed
    assert any("$7 million" in one for one in found.warnings)


def test_figures_without_ground_take_their_share_of_the_confidence() -> None:
    def of(text: str) -> float | None:
        return report(Told(output=text, read=(READ,), confidence=0.8)).confidence

    assert of("Revenue was $5 million [1].") == 0.8
    assert of("Revenue was $5 million [1]. Debt was $7 million.") == 0.4
    assert of("Revenue was $7 million [1].") == 0
    assert of("Nothing is said.") == 0.8
    assert report(Told(output="Revenue was $7 million.", read=(READ,))).confidence is None


def test_a_computed_figure_may_be_told() -> None:
    first = report(figures=True)
    assert first.figures[0].mark == "F1"
    found = report(Told(output="It returned 8.0% [F1]."), figures=True)
    assert found.passed
    assert found.sections[0].paragraphs[0].statements[0].marks == ("F1",)


def test_an_answer_that_cites_nothing_fails_the_check_of_sources() -> None:
    found = report(Told(output="All is well. Nothing to see. Trust it."))
    assert [one.name for one in found.checks if not one.passed] == ["sources"]


def test_the_checks_of_the_answer_are_the_reports_too() -> None:
    found = report(Told(output="So it is [1].", read=(READ,), checks=(Check(name="language", passed=False),)))
    assert "language" in [one.name for one in found.checks if not one.passed]


def test_without_an_answer_what_was_found_is_quoted() -> None:
    found = report(Told(why="No model answered.", read=(READ, OTHER)))
    assert [one.heading for one in found.sections] == ["What was found"]
    assert [one.quote for one in found.citations] == ["Revenue was $5 million.", "Nothing was decided."]
    assert found.citations[1].page is None
    assert found.warnings == ("The question was not answered in words. No model answered.",)


def test_a_long_question_is_shortened_in_the_title_alone() -> None:
    found = report(wanted=Wanted(question="Why " * 200, parts=("figures",)))
    assert len(found.title) <= LONGEST_TITLE
    assert found.question == "Why " * 200


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("text/html,application/xhtml+xml;q=0.9", "html"),
        ("application/pdf", "pdf"),
        ("text/markdown; charset=utf-8", "markdown"),
        ("image/png", "json"),
    ],
)
def test_the_form_follows_the_header(header: str, form: str) -> None:
    assert accepted(header) == form
