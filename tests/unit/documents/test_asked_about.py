"""Which documents a question is about."""

import pytest

from ratchet_documents.asked_about import About, asked_about, short_name

KNOWN = [
    About("a1", "2023 Q1 ACME", "Acme, Inc.", "2023-Q1", "2023-03-31"),
    About("a2", "2023 Q2 ACME", "Acme, Inc.", "2023-Q2", "2023-06-30"),
    About("b1", "2023 Q1 BOLT", "Bolt & Nut Corporation", "2023-Q1", "2023-03-31"),
    About("n", "Notes of the meeting on tyres"),
]


def ids(question: str) -> tuple[str, ...] | None:
    return asked_about(question, KNOWN).documents


def test_a_company_narrows_to_its_documents_and_a_period_to_that_time() -> None:
    assert ids("What were Acme's net sales?") == ("a1", "a2")
    assert ids("What were ACME’s net sales in Q1 2023?") == ("a1",)
    assert ids("What did Acme sell in the second quarter of 2023?") == ("a2",)
    assert ids("Which companies sold less in 2023 Q1?") == ("a1", "b1")
    assert ids("Did Bolt & Nut grow?") == ("b1",)


def test_the_latest_is_that_of_each_company() -> None:
    assert ids("What is in the latest report?") == ("a2", "b1")
    assert ids("What was Acme's margin in the most recent quarter?") == ("a2",)


def test_a_title_names_its_document() -> None:
    found = asked_about("What do the notes of the meeting on tyres say of Acme?", KNOWN)
    assert found.documents == ("n",)
    assert found.reasons == ("The question names the document Notes of the meeting on tyres.",)


@pytest.mark.parametrize("question", ["What is the risk?", "Is an acmeist a poet?", ""])
def test_what_names_nothing_narrows_nothing(question: str) -> None:
    found = asked_about(question, KNOWN)
    assert (found.documents, found.reasons) == (None, ())


def test_a_period_of_which_there_is_nothing_is_said_and_not_made_up() -> None:
    found = asked_about("What were Acme's sales in Q4 2019?", KNOWN)
    assert found.documents == ("a1", "a2")
    assert found.reasons[-1] == (
        "The question is about 2019-Q4, of which no document is known: all periods are searched."
    )


def test_several_periods_and_the_years_within_them() -> None:
    assert ids("How did Acme do in Q1 2023 compared with Q2 2023?") == ("a1", "a2")
    assert ids("Compare Q1 2023 with Q2 2023") == ("a1", "a2", "b1")


def test_nothing_is_known() -> None:
    assert asked_about("What were Acme's sales in Q1 2023?", []).documents is None


def test_a_company_goes_by_its_name_without_the_legal_form() -> None:
    names = ("Amazon.com, Inc.", "The Bolt Company", "Inc.", "")
    assert [short_name(name) for name in names] == ["amazon", "bolt", "", ""]
