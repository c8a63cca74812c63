import random

import pytest

from ratchet_feedback.clusters import MOST_SHOWN, clusters, terms

LONG = [
    "far too long",
    "It is much too long for a summary",
    "too long, please make it shorter",
    "This text is too long",
]
DATES = ["The dates are wrong", "wrong date in the second item", "Dates: wrong again", "Wrong dates!"]
NUMBERS = ["数字不对", "这个数字是错的", "数字错了"]
TOO_LONG = ["总结太长了", "总结有点太长"]


def test_comments_of_the_same_words_come_together_and_are_named_by_them() -> None:
    comments = [*LONG, *DATES, "Thank you"]
    together = {frozenset(comments[n] for n in one.members): one.words for one in clusters(comments)}
    assert together.keys() == {frozenset(LONG), frozenset(DATES)}
    assert {"too", "long"} <= set(together[frozenset(LONG)])
    assert "wrong" in together[frozenset(DATES)]


def test_languages_without_spaces_are_told_apart_by_pairs_of_letters() -> None:
    comments = [*NUMBERS, *TOO_LONG]
    found = clusters(comments)
    assert {frozenset(comments[n] for n in one.members) for one in found} == {frozenset(NUMBERS), frozenset(TOO_LONG)}
    assert "数字" in found[0].words


def test_the_same_comments_in_another_order_make_the_same_groups() -> None:
    comments = [*LONG, *DATES, *NUMBERS, *TOO_LONG]
    shuffled = list(comments)
    random.Random(3).shuffle(shuffled)
    groups = [
        sorted((sorted(said[n] for n in one.members), one.words) for one in clusters(said))
        for said in (comments, shuffled)
    ]
    assert groups[0] == groups[1]


@pytest.mark.parametrize("comments", [[], [""], ["!!!", "…"], ["one"], ["a b", "c d"], ["12 34", "12 34"]])
def test_where_nothing_is_alike_there_is_no_group(comments: list[str]) -> None:
    assert not clusters(comments)


def test_what_is_said_by_everybody_is_one_group() -> None:
    (found,) = clusters(["too slow"] * 5)
    assert (found.members, set(found.words)) == ((0, 1, 2, 3, 4), {"too", "slow"})
    (of_many,) = clusters(["too slow"] * 50)
    assert (len(of_many.members), set(of_many.words)) == (50, {"too", "slow"})


def test_many_different_comments_make_a_bounded_number_of_groups() -> None:
    draw = random.Random(5)
    comments = [" ".join(f"word{draw.randrange(400)}" for _ in range(8)) for _ in range(300)]
    assert len(clusters(comments)) <= MOST_SHOWN


def test_forms_of_a_word_are_one_and_marks_belong_to_letters() -> None:
    assert dict(terms("Summary, SUMMARIES")) == {"summar": "summaries"}
    assert [term for term, _ in terms("ตัวเลข")] == ["ตั", "ัว", "วเ", "เล", "ลข"]
    assert [term for term, _ in terms("AI模型好")] == ["ai", "模型", "型好"]
    assert not list(terms("a 7 2026"))
