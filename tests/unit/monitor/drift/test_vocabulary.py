import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ratchet_monitor.drift.judging import judged
from ratchet_monitor.drift.vocabulary import BUCKETS, compare_vocabulary, drawn

KEY = b"a key of the tests only"


def counted(texts: list[list[str]], seed: int = 0) -> Counter[int]:
    chance = random.Random(seed)
    numbers = [drawn(words, KEY, chance.randbytes(16)) for words in texts]
    return Counter(number for number in numbers if number is not None)


def texts_about(subjects: list[str], n: int, seed: int) -> list[list[str]]:
    """Made-up words, commoner ones first; each text keeps to one subject, and so repeats itself."""
    draw = random.Random(seed)
    found = []
    for _ in range(n):
        subject = draw.choice(subjects)
        words = [f"common{int(draw.paretovariate(1))}" for _ in range(30)]
        found.append(words + [f"{subject}{int(draw.paretovariate(0.7))}" for _ in range(30)])
    return found


@given(st.lists(st.text(), max_size=50), st.binary(max_size=16))
def test_a_text_is_one_number_and_the_same_again(words: list[str], by: bytes) -> None:
    found = drawn(words, KEY, by)
    assert found == drawn(words, KEY, by)
    assert (found is None) == (not words)
    assert found is None or 0 <= found < BUCKETS


def test_each_word_of_a_text_is_drawn_as_often_as_the_others() -> None:
    words = [f"word{n}" for n in range(5)]
    alone = [drawn([word], KEY, b"") for word in words]
    assert len(set(alone)) == 5  # of these five words
    of = counted([words] * 5_000, seed=1)
    assert all(850 <= of[number] <= 1150 for number in alone if number is not None)


def test_without_the_key_it_says_nothing() -> None:
    words = [[f"word{n}"] for n in range(100)]
    assert [drawn(one, KEY, b"") for one in words] != [drawn(one, b"another key of the tests", b"") for one in words]


def test_hundreds_of_words_share_a_number() -> None:
    """So none can be told from it: of 20,000 words about 312 have each."""
    each = Counter(drawn([f"word{n}"], KEY, b"") for n in range(20_000))
    assert len(each) == BUCKETS
    assert min(each.values()) > 240


def test_another_subject_is_drift() -> None:
    was, now = counted(texts_about(["tax"], 1_500, 1), 1), counted(texts_about(["sport"], 400, 2), 2)
    (found,) = judged([compare_vocabulary("words", was, now)], 0.01)
    assert found.drifted


def test_the_same_subjects_are_none_and_few_texts_are_too_little_to_say() -> None:
    subjects = ["tax", "sport", "law"]
    was, now = counted(texts_about(subjects, 600, 1), 1), counted(texts_about(subjects, 200, 2), 2)
    (found,) = judged([compare_vocabulary("words", was, now)], 0.05)
    assert not found.drifted
    assert compare_vocabulary("words", was, counted(texts_about(subjects, 49, 3))).p is None


def test_texts_that_repeat_a_subject_give_no_more_false_alarms_than_the_level() -> None:
    """300 pairs of windows without a change: one word of each text is drawn, so its other words do not speak too."""
    stock = texts_about([f"subject{n}-" for n in range(6)], 2_000, 1)
    draw, false = random.Random(2), 0
    for seed in range(300):
        was, now = (counted(draw.choices(stock, k=n), seed * 2 + one) for one, n in enumerate((150, 60)))
        p = compare_vocabulary("words", was, now).p
        false += p is not None and p <= 0.05
    assert false / 300 <= 0.08


def test_what_chance_makes_of_few_texts_is_not_taken_for_the_size_of_a_change() -> None:
    stock = texts_about(["tax"], 2_000, 1)
    draw = random.Random(3)
    effects = [
        compare_vocabulary("words", *(counted(draw.choices(stock, k=n), seed * 2 + n) for n in (300, 100))).effect
        for seed in range(100)
    ]
    assert sum(effects) / 100 < 0.1
