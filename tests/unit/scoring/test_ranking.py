"""Rankings are scored as the literature does it, on examples that are worked out there."""

import math

import pytest

from ratchet_scoring.ranking import dcg, hit, ndcg, reciprocal_rank


def test_reciprocal_ranks_have_the_mean_that_is_worked_out_for_three_questions() -> None:
    """The right one stands third, second, first: 11/18."""
    ranked = [["catten", "cati", "cats"], ["torii", "tori", "toruses"], ["viruses", "virii", "viri"]]
    right = ["cats", "tori", "viruses"]
    found = [reciprocal_rank(its, {one}) for its, one in zip(ranked, right, strict=True)]
    assert math.fsum(found) / 3 == pytest.approx(11 / 18)


def test_gains_are_discounted_as_in_the_worked_example_of_six_documents() -> None:
    """Gains 3, 2, 3, 0, 1, 2 in this order: DCG 6.861; with another 3 and another 2 that were not found .785."""
    gains = {"d1": 3.0, "d2": 2.0, "d3": 3.0, "d4": 0.0, "d5": 1.0, "d6": 2.0}
    assert dcg(list(gains.values())) == pytest.approx(6.861, abs=5e-4)
    assert ndcg(gains, gains, 6) == pytest.approx(0.961, abs=5e-4)
    assert ndcg(gains, gains | {"d7": 3.0, "d8": 2.0}, 6) == pytest.approx(0.785, abs=5e-4)


def test_what_is_found_is_found_within_so_many_places() -> None:
    ranked = ["a", "b", "a", "c"]
    assert [hit(ranked, {"c"}, k) for k in (1, 2, 3)] == [0.0, 0.0, 1.0]
    assert reciprocal_rank(ranked, {"c"}) == pytest.approx(1 / 3)
    assert hit([], {"c"}, 5) == reciprocal_rank([], {"c"}) == ndcg([], {"c": 1.0}, 5) == 0.0


def test_the_best_order_is_one_even_where_more_is_relevant_than_is_looked_at() -> None:
    assert ndcg(["a", "b"], dict.fromkeys("abcd", 1.0), 2) == 1.0


def test_without_anything_relevant_there_is_no_ndcg() -> None:
    with pytest.raises(ValueError, match="Nothing is relevant"):
        ndcg(["a"], {}, 5)
