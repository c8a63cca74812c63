import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_monitor.drift.judging import judged
from ratchet_monitor.drift.vocabulary import (
    BUCKETS,
    SCALE,
    TOGETHER,
    Vocabulary,
    compare_vocabulary,
    vocabulary_of,
)

KEY = b"a key of the tests only"
TEXTS = st.lists(st.lists(st.text(min_size=1, max_size=8), max_size=20), max_size=12)


def summed(texts: list[list[str]]) -> Vocabulary:
    total = Vocabulary()
    for words in texts:
        total += vocabulary_of(words, KEY)
    return total


def texts_about(subjects: list[str], n: int, seed: int) -> list[list[str]]:
    """Made-up words, commoner ones first; each text keeps to one subject, and so repeats itself."""
    draw = random.Random(seed)
    found = []
    for _ in range(n):
        subject = draw.choice(subjects)
        words = [f"common{int(draw.paretovariate(1))}" for _ in range(30)]
        found.append(words + [f"{subject}{int(draw.paretovariate(0.7))}" for _ in range(30)])
    return found


@given(TEXTS, TEXTS)
def test_hours_add_up_in_any_order(one: list[list[str]], other: list[list[str]]) -> None:
    assert summed(one) + summed(other) == summed(other + one)


@given(st.lists(st.text(), max_size=50))
def test_a_text_is_a_few_shares_of_fixed_number(words: list[str]) -> None:
    found = vocabulary_of(words, KEY)
    assert len(found.shares) == len(found.roots) == BUCKETS
    assert found.texts == bool(words)
    assert sum(found.shares) == pytest.approx(SCALE if words else 0, abs=BUCKETS)


def test_the_order_of_words_and_how_many_there_are_is_gone() -> None:
    assert vocabulary_of(["b", "a", "c"] * 40, KEY) == vocabulary_of(["a", "b", "c"], KEY)


def test_without_the_key_it_says_nothing() -> None:
    words = [f"word{n}" for n in range(100)]
    assert vocabulary_of(words, KEY) != vocabulary_of(words, b"another key of the tests")


def test_hundreds_of_words_share_a_bucket() -> None:
    """So none can be told from its bucket: of 20,000 words about 312 fall into each."""
    alone = [vocabulary_of([f"word{n}"], KEY).shares.index(SCALE) for n in range(20_000)]
    each = [alone.count(bucket) for bucket in range(BUCKETS)]
    assert min(each) > 240


def test_a_few_texts_are_not_to_be_kept() -> None:
    assert not summed([["a"]] * (TOGETHER - 1)).publishable
    assert summed([["a"]] * TOGETHER).publishable


def test_another_subject_is_drift() -> None:
    was, now = summed(texts_about(["tax"], 400, 1)), summed(texts_about(["sport"], 90, 2))
    (found,) = judged([compare_vocabulary("words", was, now)], 0.01)
    assert found.drifted


def test_the_same_subjects_are_none_and_few_texts_are_too_little_to_say() -> None:
    subjects = ["tax", "sport", "law"]
    was, now = summed(texts_about(subjects, 600, 1)), summed(texts_about(subjects, 200, 2))
    (found,) = judged([compare_vocabulary("words", was, now)], 0.05)
    assert not found.drifted
    assert compare_vocabulary("words", was, summed(texts_about(subjects, 49, 3))).p is None


def test_words_of_one_text_are_no_witnesses_of_their_own() -> None:
    """300 pairs of windows without a change, drawn from one stock of texts that each repeat one subject: at .05 a test
    of single words would cry nearly always."""
    stock = [vocabulary_of(words, KEY) for words in texts_about([f"subject{n}-" for n in range(6)], 2_000, 1)]
    draw, false = random.Random(2), 0
    for _ in range(300):
        was, now = (sum(draw.choices(stock, k=n), Vocabulary()) for n in (150, 60))
        p = compare_vocabulary("words", was, now).p
        false += p is not None and p <= 0.05
    assert false / 300 <= 0.08
