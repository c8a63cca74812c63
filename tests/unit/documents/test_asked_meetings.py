"""What a question narrows to where a day, a meeting or a file's name is told by the way, and not asked about."""

import pytest

from ratchet_documents.asked_about import asked_about
from ratchet_documents.asked_documents import About
from ratchet_documents.asked_times import times_in

BOARD_MARCH = About("mar", "Board meeting of Alder House", held="2026-03-12")
BOARD_JUNE = About("jun", "Board meeting of Alder House", held="2026-06-11")
BUDGET = About("budget", "Budget planning workshop", held="2025-11-20")
STANDUP = About("daily", "Stand-up", held="2026-06-15")
AUDIT = About("audit", "Audit", "Branwick Foods Inc.", held="2026-05-04")
ANNUAL = About("annual", "Form 10-K", "Branwick Foods Inc.", "2025", "2025-12-31", file="10-K.pdf")
QUARTER = About("quarter", "Form 10-Q", "Branwick Foods Inc.", "2026-Q1", "2026-03-31", file="fy 2026.pdf")
LEASE = About("lease", "Terms of use", "Kestrel GmbH", file="supply chain.pdf")
ALL = [BOARD_MARCH, BOARD_JUNE, BUDGET, STANDUP, AUDIT, ANNUAL, QUARTER, LEASE]


@pytest.mark.parametrize(
    "question",
    [
        "What is the notice period of the contract signed on 12 March?",
        "Which invoices from March 12 are unpaid?",
        "Who is the newest member of the board?",
        "What is the next call date of the bond?",
        "What was the close of the last trading session?",
        "What was decided after the last board meeting?",
        "What was decided at the second-to-last board meeting?",
        "Which tasks have been closed since the last stand-up?",
        "Was hat sich seit der letzten Sitzung getan?",
    ],
)
def test_a_day_or_a_meeting_by_the_way_is_not_that_of_minutes(question: str) -> None:
    found = asked_about(question, ALL)
    assert not found.named
    assert found.documents is None or {"lease", "quarter"} & set(found.documents)


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("What was said about budget planning at the last board meeting?", {"jun", "budget"}),
        ("What did we say of Kestrel at the last board meeting?", {"jun"}),
        ("What did the board decide about Kestrel on 12 March 2026?", {"mar"}),
        ("What changed between the last two board meetings?", {"mar", "jun"}),
        ("What was decided at the last board meetings?", {"mar", "jun"}),
        ("Was wurde in den letzten zwei Sitzungen des board beschlossen?", {"mar", "jun"}),
        ("What did the last board meeting of Branwick decide?", {"jun", "audit"}),
        ("What was said at the last stand-up?", {"daily"}),
    ],
)
def test_the_last_meetings_are_as_many_as_are_asked_for_and_of_what_stands_beside(
    question: str, documents: set[str]
) -> None:
    assert set(asked_about(question, ALL).documents or ()) == documents


def test_minutes_of_no_company_may_speak_of_one() -> None:
    found = asked_about("What did the board decide about Kestrel?", ALL)
    assert found.documents == ("lease", "mar", "jun", "budget", "daily")
    assert "Minutes that are of no company are searched as well." in found.reasons
    assert asked_about("What rent does Kestrel pay?", ALL).documents == ("lease",)


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("What risks does the supply chain of Branwick have?", {"audit", "annual", "quarter"}),
        ("What do the 10-K filings say?", None),
        ("What is in supply chain.pdf?", {"lease"}),
        ("How high was revenue in FY 2026?", {"mar", "jun", "daily", "audit", "quarter"}),
    ],
)
def test_a_file_that_is_called_by_a_topic_is_named_with_its_ending_alone(
    question: str, documents: set[str] | None
) -> None:
    found = asked_about(question, ALL).documents
    assert found == documents if documents is None else set(found or ()) == documents


def test_since_and_before_a_time_are_not_that_time() -> None:
    assert [one.name for one in times_in("Revenue since Q3 2024")] == ["the time since 2024-Q3"]
    assert [one.name for one in times_in("Was geschah vor Mai 2026?")] == ["the time before 2026-05"]
    assert [one.name for one in times_in("After the end of Q3 2024")] == ["the time since 2024-Q3"]
    found = asked_about("How has Branwick's revenue developed since Q4 2025?", ALL).documents
    assert found == ("audit", "annual", "quarter")
    assert asked_about("What happened after 1 May 2026 in meetings?", [BUDGET, BOARD_JUNE]).documents == ("jun",)


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("How is the current year of Branwick going?", ("quarter",)),
        ("How did the latest quarter of Branwick compare with last year?", ("quarter",)),
        ("What is in the current annual report of Branwick?", ("annual",)),
        ("How was the last year of Branwick and Alder Inc.?", ("annual", "alder")),
        ("What has Branwick said since the last report?", ("annual", "quarter", "audit")),
    ],
)
def test_the_last_year_is_an_annual_report_where_a_company_has_one(question: str, documents: tuple[str, ...]) -> None:
    alder = About("alder", "Report", "Alder Inc.", "2026-Q1", "2026-03-31")
    assert asked_about(question, [ANNUAL, QUARTER, alder, AUDIT]).documents == documents
