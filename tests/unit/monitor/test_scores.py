import random
from datetime import timedelta
from itertools import permutations

import msgspec
import pytest

from ratchet_common.events import FeedbackJoined
from ratchet_monitor.observations import ImplausibleError
from ratchet_monitor.scores import Score, by_result, score_of
from tests.unit.monitor.make import NOW, joined, result_id


def score(value: float, *, user: str = "ann", revision: int = 1, after: int = 0) -> Score:
    return score_of(joined(1, value, user=user, revision=revision), NOW + timedelta(seconds=after))


def test_of_each_user_the_highest_revision_counts() -> None:
    words = [score(0.2, revision=1), score(0.8, revision=3, after=2), score(0.4, revision=2, after=3)]
    for order in permutations(words):
        assert by_result(order)[result_id(1)].score == 800_000


def test_users_count_alike_and_the_last_word_of_each_counts() -> None:
    words = [score(0.2, after=5), score(0.6, user="bob", after=1), score(1.0, user="bob", revision=2, after=9)]
    random.Random(1).shuffle(words)
    found = by_result(words)[result_id(1)]
    assert (found.score, found.users) == (600_000, 2)
    assert found.satisfied == 2


def unrated(user: str, *, source: str, revision: int = 1) -> Score:
    event = joined(1, 0.5, user=user, revision=revision, rating="neutral", rated=False, score_source=source)
    return score_of(event, NOW)


def test_who_does_not_rate_is_no_rating_and_a_comment_is_no_score() -> None:
    disliked = score_of(joined(1, 0.0, score_source="rating"), NOW)
    found = by_result([disliked, unrated("bob", source="rating"), unrated("eve", source="reference")])[result_id(1)]
    assert (found.score, found.users) == (250_000, 2)
    assert (found.ratings, found.negative, found.satisfied) == (1, 1, 0)


def test_a_comment_that_takes_the_place_of_a_rating_takes_it_back() -> None:
    disliked = score_of(joined(1, 0.0, score_source="rating"), NOW)
    found = by_result([disliked, unrated("ann", source="rating", revision=2)])[result_id(1)]
    assert (found.score, found.users, found.ratings, found.negative) == (0, 0, 0, 0)


def test_an_event_of_before_with_neutral_is_a_rating() -> None:
    body = msgspec.json.encode(joined(1, 0.5, rating="neutral", score_source="rating"))
    before = msgspec.json.decode(body)
    del before["rated"]
    read = msgspec.json.decode(msgspec.json.encode(before), type=FeedbackJoined)
    assert by_result([score_of(read, NOW)])[result_id(1)].ratings == 1


def test_the_same_word_twice_is_one() -> None:
    assert by_result([score(0.4)] * 3) == by_result([score(0.4)])


def test_equal_revisions_are_told_apart_the_same_way_in_any_order() -> None:
    on_a_hit = msgspec.structs.replace(score(1.0), event_id=result_id(77))
    assert by_result([score(0.0), on_a_hit]) == by_result([on_a_hit, score(0.0)])


def test_words_on_two_cache_hits_of_one_answer_both_count() -> None:
    said = joined(1, 0.0)
    hits = [msgspec.structs.replace(joined(1, value), via=result_id(n)) for n, value in ((8, 0.5), (9, 1.0))]
    found = by_result(score_of(event, NOW) for event in (said, *hits))[result_id(1)]
    assert (found.score, found.users) == (500_000, 3)


@pytest.mark.parametrize("wrong", [1.2, -0.1, float("nan"), float("inf")])
def test_a_score_that_cannot_be_is_refused(wrong: float) -> None:
    with pytest.raises(ImplausibleError):
        score_of(joined(1, wrong), NOW)
