import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ratchet_router.checking.numbers import numbers
from ratchet_router.checking.spelled import spellings
from ratchet_router.checking.subject import Passage
from tests.unit.router.checking.subjects import DOCUMENT, failed, subject

TABLE = "(in millions) | 2025 | 2024\nSales | 1,452.4 | 1,146.2\nCosts | (910.0) | 87 %\nStaff | 12 345"
SPOKEN = "We sold two hundred and fifty thousand at twelve fifty each, so thirty-six per cent, in nineteen ninety-nine."


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("Revenue rose 12.5% to $3.4 million.", DOCUMENT),
        ("Revenue of 3,400,000 dollars, up by 0.125.", DOCUMENT),
        ("Revenue of $3.4m, a bit more than 3 million.", DOCUMENT),
        ("17 contracts, 1250 users, below \u20ac40.000 or 40k.", DOCUMENT),
        ("Sales were $1,452.4 million, about 1.45 billion, after 1,146.", TABLE),
        ("Sales were 1,452,400,000; costs 910; staff 12,345; 0.87.", TABLE),
        ("250,000 at $12.50, or 36 %, in 1999.", SPOKEN),
        ("1\u00a0234\u202f567,89 and 1'234'567.89", "It is 1,234,567.89."),
        ("12,34,567 rupees", "1234567"),
        ("- 12 of them, the 3rd in 7 days", "twelve of them, the third in seven days"),
        ("zw\u00f6lf hei\u00dft 12", "Es sind zw\u00f6lf."),
        ("3,400 + 600 = 4,000, which is 10 * 400 = 4,000", "3400 and 600, then 10 times 400"),
        ('{"revenue": 3400000, "users": 1250}', DOCUMENT),
    ],
)
def test_figures_are_supported_however_they_are_written(answer: str, document: str) -> None:
    assert numbers(subject(answer, document=document)) is None


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("Revenue rose 13.5%.", DOCUMENT),
        ("Revenue rose to $3.5 million.", DOCUMENT),
        ("Revenue rose to $3.4 billion.", DOCUMENT),
        ("18 contracts were renewed.", DOCUMENT),
        ("1,251 users", DOCUMENT),
        ("Sales were $1,452.5 million.", TABLE),
        ("251,000 were sold.", SPOKEN),
        ("3,400 + 600 = 5,000", "3400 and 600"),
        ("a price of $7", "the price was low"),
        ('{"revenue": 3500000}', DOCUMENT),
    ],
)
def test_figures_that_the_document_has_not_are_seen(answer: str, document: str) -> None:
    finding = numbers(subject(answer, document=document))
    assert finding is not None
    assert finding.serious


@pytest.mark.parametrize(
    ("answer", "supported"),
    [
        ("on 12 March 2026", True),
        ("on March 12th, 2026", True),
        ("on 2026-03-12 and 01.04.2026 and 4/1/2026", True),
        ("am 12. M\u00e4rz 2026", True),
        ("on 12 March, and in March 2026", True),
        ("on 1 April at 15:00", True),
        ("at 3 p.m.", True),
        ("on 13 March 2026", False),
        ("on 12 April 2026", False),
        ("on 2026-03-13", False),
        ("on 12 March 2025", False),
        ("at 4 pm", False),
        ("at 15:30", False),
    ],
)
def test_dates_and_times_are_compared_as_such(answer: str, supported: bool) -> None:
    assert (numbers(subject(answer)) is None) is supported


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("about 2,000 users", "1,987 users"),
        ("more than 3,000 units", "3,456 units"),
        ("nearly \u20ac2,000", "\u20ac1,987"),
        ("rund 2.000, mehr als 3.000", "1987 und 3456"),
        ("50 % of the staff, then 67 %", "half of the staff, then two thirds"),
        ("500,000 at first, 2.5 million later", "half a million at first, two and a half million later"),
        ("12.5 and 2,500,000", "twelve and a half and 2\u00bd million"),
        ("500.000, dann 1,5 Millionen", "eine halbe Million, dann anderthalb Millionen"),
        ("25 von 200, sp\u00e4ter 30", "f\u00fcnfundzwanzig von zweihundert, sp\u00e4ter drei\u00dfig"),
        ("42 et 97, puis 71", "quarante-deux et quatre-vingt-dix-sept, puis soixante et onze"),
        ("36 of them", "three dozen of them"),
        ("2.5 %, or 250 basis points", "250 basis points"),
        ("250 basis points", "2.5 %"),
        ("300 million and 350 million", "3\u5104\u5186, 3\u51045000\u4e07\u5186"),
        ("1,987 users", "\u5171\u67091987\u540d\u7528\u6237"),
        ("$1.2 million", "USD 1,234,567 and 4 EUR"),
        (
            "$3.4 million and 12 billion",
            "3,4 \u043c\u043b\u043d \u0434\u043e\u043b\u043b\u0430\u0440\u043e\u0432, 12 \u043c\u043b\u0440\u0434",
        ),
        ("1h30 long", "an hour and a half, or 1 hour 30, long"),
        ("\u20ac5 million, 12 %", "\u20ac 5.0 million, $5 and 12 %"),
    ],
)
def test_roundings_and_numbers_in_words_pass(answer: str, document: str) -> None:
    finding = numbers(subject(f"It was {answer}.", document=f"They say: {document} then."))
    assert finding is None or not finding.serious


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("about 2,000 users", "1,600 users"),
        ("more than 3,000 units", "2,999 units"),
        ("nearly 50 of them", "61 of them"),
        ("about 1,234", "1,240"),
        ("500.000", "eine halbe Milliarde"),
        ("43", "quarante-deux"),
    ],
)
def test_a_rounding_has_its_limits(answer: str, document: str) -> None:
    assert failed(subject(f"It was {answer}.", document=f"They say: {document} then.")) == {"numbers"}


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("\u20ac500", "$500"),
        ("500 euros", "500 dollars"),
        ("EUR 500", "USD 500"),
        ("\u20ac1.2 million", "$1,234,567"),
        ("500 %", "$500"),
        ("$12", "12 %"),
    ],
)
def test_another_currency_or_per_cent_is_another_figure(answer: str, document: str) -> None:
    assert failed(subject(f"It was {answer}.", document=f"They say: {document} then.")) == {"numbers"}
    assert not failed(subject(f"It was {answer}.", document=f"They say: {document} then, or {answer}."))


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("Q2 2024", "Q1 2024"),
        ("Q1 2025", "the first quarter of 2024"),
        ("Q4", "im dritten Quartal"),
        ("FY25", "FY24"),
        ("FY 2025", "fiscal year 2024"),
    ],
)
def test_another_quarter_or_fiscal_year_is_seen(answer: str, document: str) -> None:
    assert failed(subject(f"Sales rose in {answer}.", document=f"They rose in {document}.")) == {"numbers"}


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("Q1 2024", "the first quarter of 2024"),
        ("Q2 2024", "the three months ended June 30, 2024"),
        ("Q2 2024", "Q1-Q3 2024"),
        ("Q2", "Q1, and will rise in the next quarter"),
        ("Q2", "Q1 and in the quarter that ended in June"),
        ("Q3", "im dritten Quartal"),
        ("FY25", "fiscal 2025"),
        ("FY25", "the fiscal year that ended in June 2025"),
    ],
)
def test_quarters_and_fiscal_years_may_be_told_another_way(answer: str, document: str) -> None:
    assert numbers(subject(f"Sales rose in {answer}.", document=f"They rose in {document}.")) is None


@pytest.mark.parametrize(
    ("answer", "document", "supported"),
    [
        ("at 2 pm", "at 14:00", True),
        ("at 2 pm", "um 14 Uhr", True),
        ("at 14:30", "\u00e0 14h30", True),
        ("\u00e0 14h30", "at 2:30 pm", True),
        ("at 12:00", "at noon", True),
        ("at 12 am", "at midnight", True),
        ("from 5 pm to 6 pm", "from 5-6 pm", True),
        ("at 2:00", "at 14:00", True),
        ("at 2 am", "at 2 pm", False),
        ("at 2:00 am", "at 14:00", False),
        ("at 2 pm", "at 12 pm", False),
        ("in December 2025", "due Dec '25", True),
        ("due Dec '25", "in December 2025", True),
        ("on May 3, 2026", "2026\u5e745\u67083\u65e5", True),
        ("on May 3, 2026", "3 \u043c\u0430\u044f 2026", True),
        ("on July 3, 2026", "2026\u5e745\u67083\u65e5", False),
        ("on 15 December 2025", "due Dec '25", False),
        ("on May 3", "on May 31", False),
    ],
)
def test_dates_and_times_of_other_languages_and_halves_of_the_day(answer: str, document: str, supported: bool) -> None:
    assert (numbers(subject(f"It is {answer}.", document=f"It was {document}.")) is None) is supported


@pytest.mark.parametrize(
    "answer",
    [
        "1. Budget\n2. Audit\n15) Office",
        "## 2.1 Budget\n**3.** Audit",
        "Step 14: send it. Option 22 is better.",
        "It rose [41], see (p. 99).",
        "B3 of ISO-9001, COVID-19 and GPT4",
    ],
)
def test_an_answers_own_numbering_is_no_figure(answer: str) -> None:
    assert numbers(subject(answer)) is None


def test_a_small_count_of_the_answers_own_only_warns() -> None:
    finding = numbers(subject("The board had 5 topics."))
    assert finding is not None
    assert not finding.serious
    assert not failed(subject("The board had 5 topics on its list."))


def test_figures_of_question_and_passages_count_too() -> None:
    answer = "In 2031 it was 77.7."
    assert numbers(subject(answer, question="What was it in 2031?", context=(Passage("77.7"),))) is None


@given(st.floats(0.01, 1e9), st.integers(0, 2))
def test_every_way_of_writing_a_number_is_the_same_number(value: float, decimals: int) -> None:
    plain = f"{value:.{decimals}f}"
    english = f"{float(plain):,.{decimals}f}"
    german = english.translate(str.maketrans(",.", ".,"))
    for answer in (plain, english, german, english.replace(",", "\u00a0"), english.replace(",", "'")):
        for document in (plain, english, german):
            assert numbers(subject(f"It is {answer}.", document=f"It was {document} then.")) is None


@given(st.integers(13, 10**6), st.integers(13, 10**6))
def test_another_number_is_another_number(one: int, other: int) -> None:
    assume(one != other)
    assert numbers(subject(f"It is {one}.", document=f"It was {other}.")) is not None


@given(st.data())
def test_what_is_taken_from_the_document_is_in_it(data: st.DataObject) -> None:
    places = [0, *(found.end() for found in re.finditer(r"[.,]\s", DOCUMENT)), len(DOCUMENT)]
    start, end = sorted(data.draw(st.lists(st.sampled_from(places), min_size=2, max_size=2)))
    assert numbers(subject(DOCUMENT[start:end])) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "zero"),
        (15, "fifteenth"),
        (42, "forty two"),
        (100, "hundred"),
        (1999, "nineteen ninety nine"),
        (1500, "fifteen hundred"),
        (250_000, "two hundred fifty thousand"),
        (0.59, "point five nine"),
        (53.6, "fifty three point six"),
        (12.5, "twelve fifty"),
        (4_000_000, "four million"),
        (2_500_000, "two a half million"),
        (500_000, "half a million"),
        (36, "three dozen"),
        (999, "neunhundertneunundneunzig"),
        (999, "neuf cent quatre vingt dix neuf"),
        (81, "quatre vingt un"),
        (300, "trois cents"),
    ],
)
def test_numbers_are_spoken(value: float, words: str) -> None:
    assert words in set(spellings(value))


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("Der Umsatz stieg von 1,05 auf 1,2 Millionen Euro.", "1.050.000 € im Vorjahr, jetzt 1,2 Mio. €"),
        ("Los ingresos subieron de 1,05 a 1,2 millones.", "1.050.000 €, ahora 1,2 millones"),
        ("Between 5.2 and 7.4 million, or 5.2–7.4 million.", "5,200,000 and 7,400,000"),
        ("4万8500ユーロ、3億5000万円", "48,500 and 350,000,000"),
        ("35万人", "350,000"),
    ],
)
def test_a_scale_that_is_told_once_holds_for_both_and_parts_make_one_figure(answer: str, document: str) -> None:
    assert numbers(subject(answer, document=document)) is None


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("Between 5.3 and 7.4 million.", "5,200,000 and 7,400,000"),
        ("4万8600ユーロ", "48,500"),
        ("3億6000万円", "350,000,000"),
    ],
)
def test_a_wrong_one_of_those_is_seen(answer: str, document: str) -> None:
    assert numbers(subject(answer, document=document)) is not None


@pytest.mark.parametrize(
    ("answer", "document", "there"),
    [
        ("À 14h30.", "La version sort à 14 h 30.", True),
        ("À 14h45.", "La version sort à 14 h 30.", False),
        ("At 14:00.", "4月3日14時に", True),
        ("At 15:00.", "4月3日14時に", False),
    ],
)
def test_times_are_known_where_their_parts_stand_apart_and_beside_any_sign(
    answer: str, document: str, there: bool
) -> None:
    assert (numbers(subject(answer, document=document)) is None) == there
