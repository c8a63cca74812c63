from hypothesis import given
from hypothesis import strategies as st

from ratchet_retrieval.passages import Subject
from ratchet_retrieval.searched_text import LONGEST_WORD, MOST_WORDS, searched_text, words_of
from tests.unit.retrieval.passages_for_tests import document


def test_names_stand_before_the_text_each_once() -> None:
    subject = Subject("2023 Q1 ACME", "Acme, Inc.", "2023-Q1")
    (one,) = document(
        "d", ["Sales of Acme, Inc. rose."], subject=subject, headings=("Sales", "Oceania"), caption="Oceania"
    )
    assert searched_text(one) == "2023 Q1 ACME\n2023 Q1\nOceania\nSales of Acme, Inc. rose."


@given(st.text())
def test_of_any_question_some_words_are_taken_each_once(text: str) -> None:
    words = words_of(text)
    assert len(words) == len(set(words)) <= MOST_WORDS
    assert all(len(word) <= LONGEST_WORD for word in words)


def test_a_long_question_is_cut_and_signs_are_no_words() -> None:
    assert len(words_of(" ".join(f"w{at}" for at in range(10_000)))) == MOST_WORDS
    assert words_of('Acme\'s "net-sales": (AND) +5%') == ["acme", "s", "net", "sales", "and", "5"]
