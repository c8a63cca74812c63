import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_estimate import Reading, read
from ratchet_estimate.reading import BUCKET_BITS, HEAD, TAIL
from ratchet_estimate.shape import NUMBERS


def shape(text: str) -> dict[str, float]:
    return dict(zip(NUMBERS, map(float, read(text).shape), strict=True))


def same_words(one: Reading, other: Reading) -> bool:
    return np.array_equal(one.buckets, other.buckets) and np.array_equal(one.counts, other.counts)


def test_the_same_text_is_read_alike_on_every_machine() -> None:
    """An estimate that was trained elsewhere looks its words up by these numbers."""
    assert read("Is it 5?").buckets.tolist() == [39205, 44100, 67478, 196336, 492083, 525894, 696484, 862481, 869563]


def test_capitals_do_not_matter_to_words_and_do_to_the_shape() -> None:
    assert same_words(read("Hello World"), read("hello world"))
    assert shape("Hello World")["share capitals"] > shape("hello world")["share capitals"]


def test_the_order_of_words_matters() -> None:
    assert not same_words(read("man bites dog"), read("dog bites man"))


def test_chinese_and_japanese_are_read_by_character() -> None:
    apart, together = read("東 京 の"), read("東京の")
    assert same_words(apart, together)


def test_question_and_document_are_one_text() -> None:
    assert same_words(read("Why?", "Because."), read("Why?\nBecause."))
    assert same_words(read("", "Because."), read("Because."))


def test_the_type_of_a_document_is_a_word_of_its_own() -> None:
    plain, typed = read("Pay it."), read("Pay it.", document_type="contract")
    assert len(typed.buckets) == len(plain.buckets) + 1
    assert not same_words(typed, read("Pay it. contract"))


def test_of_a_long_text_both_ends_are_read() -> None:
    middle = "x " * HEAD
    long = f"first {middle} last"
    assert same_words(read(long), read(long[:HEAD] + "\n" + long[-TAIL:]))
    assert not same_words(read(long), read(f"first {middle} least"))


def test_the_shape_counts_lines_digits_and_marks() -> None:
    found = shape("One line?\n\nB. 42")
    assert found["log lines"] == pytest.approx(np.log1p(2))
    assert found["log longest line"] == pytest.approx(np.log1p(9))
    assert found["log digits"] == pytest.approx(np.log1p(2))
    assert found["question marks a word"] == pytest.approx(1 / (6 + 1))


@given(st.text(st.characters(codec=None), max_size=300))
def test_every_text_can_be_read(text: str) -> None:
    found = read(text)
    assert (np.diff(found.buckets) > 0).all()
    assert ((found.buckets >= 0) & (found.buckets < 2**BUCKET_BITS)).all()
    assert (found.counts > 0).all()
    assert np.isfinite(found.shape).all()
