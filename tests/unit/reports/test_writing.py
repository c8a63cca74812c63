"""A text with marks becomes statements, each with what it rests on."""

import msgspec

from ratchet_figures import Computed
from ratchet_figures.narrating import narrated
from ratchet_reports import Section
from ratchet_reports.encoding import as_json
from ratchet_reports.pages.markdown import as_markdown
from ratchet_reports.writing import paragraphs_of
from tests.unit.reports.reports_for_tests import FIGURE, whole


def test_each_sentence_has_its_marks() -> None:
    first, second = paragraphs_of("Sales rose [1] [1]. Costs fell [2][9]?\r\n\r\n\n Margins are thin.", ("1", "2"))
    assert [(one.text, one.marks) for one in first.statements] == [
        ("Sales rose [1] [1].", ("1",)),
        ("Costs fell [2][9]?", ("2",)),
    ]
    assert [(one.text, one.marks) for one in second.statements] == [("Margins are thin.", ())]


def test_no_word_is_lost() -> None:
    text = "At 3.5 times, e.g. Of U.S. Companies it was 12 %. 5 of them fell! [1] \n\n\n\n So."
    said = [one.text for paragraph in paragraphs_of(text, ()) for one in paragraph.statements]
    assert " ".join(said).split() == text.split()
    assert paragraphs_of(" \n\n ", ()) == ()


def test_what_was_narrated_is_a_section() -> None:
    told = narrated(Computed((FIGURE.figure,), ()), first_mark=2)
    section = Section(heading="Margins", paragraphs=paragraphs_of(told.text, ("1", "2")))
    report = msgspec.structs.replace(whole(), sections=(section,), figures=told.marks, assumptions=told.notes)
    assert as_json(report)
    assert "The gross margin of Apple was 42.3% from 2022-01-01 to 2022-09-30 \\[2\\]." in as_markdown(report)


def test_german_days_quarters_and_amounts_end_no_sentence() -> None:
    text = "Zum 31. Dezember 2025 waren es 12 Mio. Euro [1]. Im 3. Quartal waren es 40. Danach fielen sie [1]."
    (paragraph,) = paragraphs_of(text, ("1",))
    assert [one.text for one in paragraph.statements] == [
        "Zum 31. Dezember 2025 waren es 12 Mio. Euro [1].",
        "Im 3. Quartal waren es 40.",
        "Danach fielen sie [1].",
    ]
