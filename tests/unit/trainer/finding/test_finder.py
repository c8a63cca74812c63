"""What is found in sentences of our own, kind by kind, and what is left alone."""

from itertools import pairwise

import pytest

from ratchet_trainer.privacy.finding.finder import found_in
from ratchet_trainer.privacy.finding.sought import DIRECTLY, EVERYTHING


def found(text: str) -> set[tuple[str, str]]:
    return {(span.kind, text[span.start : span.end]) for span in found_in(text, EVERYTHING)}


def of(kind: str, text: str) -> list[str]:
    spans = sorted(found_in(text, EVERYTHING), key=lambda span: span.start)
    return [text[span.start : span.end] for span in spans if span.kind == kind]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Yesterday I spoke with Marta Kowalczyk about her invoice.", ["Marta Kowalczyk"]),
        ("Mohammed asked whether Fatima had signed.", ["Mohammed", "Fatima"]),
        ("Jim and Karen's wedding is soon.", ["Jim", "Karen"]),
        ("Tell Aoife that Bjørn called.", ["Aoife", "Bjørn"]),
        ("Please ring Ludwig van Beethoven back.", ["Ludwig van Beethoven"]),
        ("So far Ingrid, Zoltar and Chen have signed up.", ["Ingrid", "Zoltar", "Chen"]),
        ("Zoltar: are you there?\nIngrid: I am.", ["Zoltar", "Ingrid"]),
        ("the report is by anna schmidt, as always", ["anna schmidt"]),
        ("Mr Featherstonehaugh left at midnight.", ["Featherstonehaugh"]),
    ],
)
def test_persons_are_known_by_their_names(text: str, names: list[str]) -> None:
    assert of("PERSON", text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Will the Board approve the Budget in May? Mark the Date.",
        "The Steering Committee meets on Monday. Please Review the Grant Agreement.",
        "Python, Java and Ruby run in the Cloud; see Chapter Four.",
        "He lives in Florida, she in Georgia.",
        "Turn left at Isaac Newton Street.",
        "Net income rose; Total Assets fell in the Second Quarter.",
    ],
)
def test_what_only_looks_like_a_name_is_left_alone(text: str) -> None:
    assert of("PERSON", text) == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "Ship it to 1200 Elm Street, Apt 4B, Springfield, IL 62704.",
            "1200 Elm Street, Apt 4B, Springfield, IL 62704",
        ),
        ("The parcel for 14 Rua das Flores, 4050-262 Porto is here.", "14 Rua das Flores, 4050-262 Porto"),
        ("Nordwind\nHafenstraße 12\n20457 Hamburg", "Hafenstraße 12\n20457 Hamburg"),
        ("he lives at 22 acacia avenue, as before", "22 acacia avenue"),
        ("the office is below karl johans gate 5", "karl johans gate 5"),
        ("Write to P.O. Box 1532, Wellington 6140.", "P.O. Box 1532, Wellington 6140"),
        ("Meet me at the corner of Elm Street and Oak Road.", "the corner of Elm Street and Oak Road"),
        ("> 12 Baker Street\n> Suite 4\n> regards", "12 Baker Street\n> Suite 4"),
        ("Sent to PSC 1234, Box 5678\nAPO AE 09012.", "PSC 1234, Box 5678\nAPO AE 09012"),
    ],
)
def test_an_address_is_one_place_from_its_number_to_its_country(text: str, address: str) -> None:
    assert of("STREET_ADDRESS", text) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "We ship 12 items on 3 March 2026 and 4 boxes later.",
        "On 12 Main points 3 were open.",
        "Version 2.3 of Section 4 has 12 Tables.",
        "The plan has 24 Points of View.",
        "It is on Harrogate Road.",
        "Stored beside gate 5.",
        "the pallets are stored beside gate 5",
    ],
)
def test_numbers_beside_words_are_no_address(text: str) -> None:
    assert of("STREET_ADDRESS", text) == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("The invoice from Brightwave Solutions Ltd is late.", "ORGANIZATION", "Brightwave Solutions Ltd"),
        ("Shares of Nordwind AG rose.", "ORGANIZATION", "Nordwind AG"),
        ("He works for Zolt, I think.", "ORGANIZATION", "Zolt"),
        ("Ask Lee, Ray and Kowalski first.", "ORGANIZATION", "Lee, Ray and Kowalski"),
        ("Ann Lee\nZolt\n12 Baker Street", "ORGANIZATION", "Zolt"),
        ("We met in Brussels.", "GPE", "Brussels"),
        ("She moved to Xanbridge last year.", "GPE", "Xanbridge"),
        ("It ships from the Czech Republic.", "GPE", "Czech Republic"),
        ("It is due by 12 March 2026.", "DATE_TIME", "12 March 2026"),
        ("Friday suits me.", "DATE_TIME", "Friday"),
        ("My zip code is 90210.", "ZIP", "90210"),
        ("The patient is a 63-year-old man.", "AGE", "63"),
        ("I met two Brazilian colleagues.", "NRP", "Brazilian"),
        ("He works as a bus driver here.", "TITLE", "bus driver"),
        ("Reach me on 06 12 34 56 78.", "PHONE", "06 12 34 56 78"),
    ],
)
def test_the_other_kinds(text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(text)


def test_what_stands_within_another_is_found_once() -> None:
    text = "Ann Lee Consulting Ltd, 12 Paris Road, London 90210, ann@kowalski.com"
    assert found(text) == {
        ("ORGANIZATION", "Ann Lee Consulting Ltd"),
        ("STREET_ADDRESS", "12 Paris Road, London 90210"),
        ("EMAIL", "ann@kowalski.com"),
    }


def test_what_is_found_never_overlaps() -> None:
    text = "Dear Ann Lee, 12 Ann Lee Street, Paris, TX 75460, call 212-555-0143 or ann@example.com from Texas"
    spans = sorted(found_in(text, EVERYTHING), key=lambda span: span.start)
    assert all(one.end <= other.start for one, other in pairwise(spans))


def test_a_kind_that_is_not_sought_stays() -> None:
    text = "Ann Lee of Nordwind AG comes to Brussels on Friday."
    assert {span.kind for span in found_in(text, DIRECTLY)} == {"PERSON"}


@pytest.mark.parametrize("text", ["", " ", "\n", "[PERSON_1]", "—", "'s", "12", "Á"])
def test_nothing_is_found_in_nearly_nothing(text: str) -> None:
    assert found_in(text, EVERYTHING) == []


@pytest.mark.parametrize(
    "part", ["A", "12 34 ", "Ann, ", "the corner of Elm and ", "Rue de la ", "Zed\n", "Bank of ", "Ann:\n"]
)
def test_a_text_that_repeats_itself_costs_no_square_of_its_length(part: str) -> None:
    """It ends within the time limit of a test."""
    found_in(part * (60_000 // len(part)), DIRECTLY)
