from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_trainer.datasets.duplicates import Candidate, drop_duplicates, text_hash
from ratchet_trainer.datasets.near import find_leaders, find_pairs, signature

START = datetime(2026, 1, 5, tzinfo=UTC)
THRESHOLD = 0.85


def candidate(
    number: int, document: str, label: str | None = None, *, question: str = "", sampled: bool = False
) -> Candidate:
    return Candidate(
        UUID(int=number), text_hash(document), text_hash(question), label, sampled, START + timedelta(number)
    )


def kept(*candidates: Candidate) -> list[int]:
    alone = {c.document_hash: c.document_hash for c in candidates}
    return sorted(example.int for example in drop_duplicates(candidates, alone).examples)


def words(seed: int, count: int = 120) -> list[str]:
    random = Random(seed)
    return [f"word{random.randrange(5_000)}" for _ in range(count)]


def changed(text: list[str], places: list[int]) -> list[str]:
    return [f"other{i}" if i in places else word for i, word in enumerate(text)]


def test_texts_are_the_same_whatever_their_case_width_and_spaces() -> None:
    assert text_hash("\uff30ay  the\tinvoice\n") == text_hash("pay the INVOICE")


def test_the_newest_word_on_a_text_is_kept() -> None:
    assert kept(candidate(1, "a"), candidate(3, "A"), candidate(2, "a"), candidate(4, "b")) == [3, 4]


def test_of_conflicting_labels_the_majority_is_kept_and_of_a_tie_the_newest() -> None:
    assert kept(candidate(1, "a", "yes"), candidate(2, "a", "yes"), candidate(3, "a", "no")) == [2]
    assert kept(candidate(1, "a", "yes"), candidate(2, "a", "no")) == [2]


def test_what_nobody_confirmed_gives_way_to_what_somebody_said() -> None:
    sampled = [candidate(n, "a", "yes", sampled=True) for n in (5, 6, 7)]
    assert kept(candidate(1, "a", "no"), *sampled) == [1]
    assert kept(*sampled) == [7]


def test_the_same_text_asked_something_else_is_another_example() -> None:
    assert kept(candidate(1, "a", question="who?"), candidate(2, "a", question="when?")) == [1, 2]


def test_what_was_dropped_is_counted() -> None:
    one, same, near = candidate(1, "a", "yes"), candidate(2, "a", "yes"), candidate(3, "a!", "no")
    found = drop_duplicates([one, same, near], {c.document_hash: one.document_hash for c in (one, same, near)})
    assert (found.exact, found.near, found.conflicting) == (1, 1, 1)


def test_texts_that_differ_in_a_word_of_many_are_near_duplicates() -> None:
    texts = [words(1), words(2), changed(words(1), [60]), changed(words(1), list(range(0, 120, 8)))]
    assert find_leaders([signature(" ".join(text)) for text in texts], THRESHOLD) == [0, 1, 0, 3]


def test_placeholders_make_no_texts_alike() -> None:
    placeholders = " ".join(f"[PERSON_{n}] [EMAIL_{n}] [PHONE_{n}]" for n in range(1, 40))
    first, second = (signature(f"{placeholders} {' '.join(words(seed, 12))}") for seed in (1, 2))
    assert find_pairs([first, second], THRESHOLD) == []


def test_a_signature_stays_what_it_is() -> None:
    """Signatures are stored: another way of making them would find no near duplicate among the old ones."""
    assert signature("the quick brown fox jumps over the lazy dog")[:12].hex() == "6b0537609133010a7976030f"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.lists(st.integers(0, 119), max_size=2)), max_size=12))
def test_no_two_leaders_are_alike_and_each_text_is_alike_its_leader(made: list[tuple[int, list[int]]]) -> None:
    signatures = [signature(" ".join(changed(words(seed), places))) for seed, places in made]
    leaders = find_leaders(signatures, THRESHOLD)
    alike = set(find_pairs(signatures, THRESHOLD))
    assert all(place == leader or (place, leader) in alike for place, leader in enumerate(leaders))
    assert not {(one, other) for one, other in alike if leaders[one] == one and leaders[other] == other}


def test_texts_without_gaps_between_words_are_near_too() -> None:
    texts = [
        "我们需要在下周五之前完成预算审查，请把表格发给财务部门，并确认所有项目的成本估算。会议将于周一上午十点举行。",  # noqa: RUF001
        "我们需要在下周五之前完成预算审查，请把表格发给财务部门，并确认所有项目的成本估算。会议将于周二上午十点举行。",  # noqa: RUF001
        "今年的旅行计划还没有决定，大家可以先看看附件里的照片，然后告诉我你们最喜欢哪一个地方。",  # noqa: RUF001
    ]
    assert find_pairs([signature(text) for text in texts], THRESHOLD) == [(1, 0)]
