from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_scoring import intervals
from ratchet_scoring.intervals import WIDEST, Gain, design_effect, mean_interval, paired_gain, tail_for_few

scores = st.floats(0, 1)
pairs = st.lists(st.tuples(scores, scores), min_size=2, max_size=30)


def gain(cases: list[tuple[float, float]], *, seed: int = 7) -> Gain:
    return paired_gain([ours for ours, _ in cases], [theirs for _, theirs in cases], seed=seed, resamples=300)


@given(pairs)
def test_the_mean_lies_in_its_interval_within_the_scale(cases: list[tuple[float, float]]) -> None:
    found = gain(cases)
    assert -1 <= found.interval.low <= found.mean <= found.interval.high <= 1
    assert found.n == len(cases)
    assert found == gain(cases)


@given(pairs)
def test_swapping_the_sides_turns_the_gain_round(cases: list[tuple[float, float]]) -> None:
    there, back = gain(cases), gain([(theirs, ours) for ours, theirs in cases])
    assert back.mean == pytest.approx(-there.mean)


@pytest.mark.parametrize("cases", [[], [(1.0, 0.0)]])
def test_fewer_than_two_cases_say_nothing(cases: list[tuple[float, float]]) -> None:
    assert gain(cases).interval == WIDEST


def test_a_single_group_says_nothing() -> None:
    assert paired_gain([1, 1, 1], [0, 0, 0], groups=["a", "a", "a"], seed=1).interval == WIDEST


def test_the_interval_shrinks_with_the_cases() -> None:
    random = np.random.default_rng(3)
    found = [gain([(float(x), float(y)) for x, y in random.integers(2, size=(n, 2))]) for n in (20, 200, 2000)]
    widths = [own.interval.high - own.interval.low for own in found]
    assert all(wide > 2 * narrow for wide, narrow in pairwise(widths))


def test_a_handful_of_equal_answers_does_not_prove_that_nothing_was_lost() -> None:
    assert gain([(1.0, 1.0)] * 5).interval.low < -0.2
    assert gain([(1.0, 1.0)] * 1000).interval.low > -0.02


def test_a_clear_gain_is_seen() -> None:
    found = gain([(1.0, 0.0)] * 40 + [(1.0, 1.0)] * 40)
    assert found.mean == 0.5
    assert 0.3 < found.interval.low < 0.5 < found.interval.high < 0.7


def test_a_case_counts_by_its_weight() -> None:
    assert paired_gain([1, 0], [0, 0], [3, 1], seed=1).mean == 0.75
    assert paired_gain([1, 0], [0, 0], [0, 0], seed=1) == Gain(0.0, WIDEST, 2)


def test_copies_within_a_group_prove_no_more_than_one_of_them() -> None:
    random = np.random.default_rng(4)
    ours, theirs = random.integers(2, size=(2, 30)).astype(float)
    once = paired_gain(list(ours), list(theirs), seed=5)
    groups = [str(place // 10) for place in range(300)]
    grouped = paired_gain(list(ours.repeat(10)), list(theirs.repeat(10)), groups=groups, seed=5)
    alone = paired_gain(list(ours.repeat(10)), list(theirs.repeat(10)), seed=5)
    assert grouped.interval == pytest.approx(once.interval)
    assert alone.interval.high - alone.interval.low < 0.5 * (once.interval.high - once.interval.low)


def test_many_cases_are_resampled_in_pieces() -> None:
    n = intervals.CHUNK // 3
    found = paired_gain([1.0] * n, [0.5] * n, seed=1, resamples=8)
    assert found.interval == pytest.approx((0.5, 0.5), abs=1e-4)


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_the_interval_holds_the_true_gain_about_as_often_as_it_says(level: float) -> None:
    random = np.random.default_rng(6)
    held = 0
    for seed in range(200):
        theirs = (random.random(80) < 0.6).astype(float)
        ours = np.where(random.random(80) < 0.5, theirs, (random.random(80) < 0.8).astype(float))
        low, high = paired_gain(list(ours), list(theirs), seed=seed, resamples=400, level=level).interval
        held += low <= 0.1 <= high
    assert abs(held / 200 - level) < 0.1


@pytest.mark.parametrize("alike", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("count", [5, 14, 40])
def test_few_groups_whose_cases_are_alike_are_not_believed_too_much(count: int, alike: float) -> None:
    """The lower end decides: under no difference it may lie above 0 in no more than 2.5 of 100 samples."""
    random, places = np.random.default_rng(8), np.arange(count).repeat(7)
    too_high = 0
    for seed in range(200):
        theirs = random.normal(0.4, 0.1, len(places)).clip(0, 1)
        apart = np.sqrt(alike) * random.normal(size=count)[places] + np.sqrt(1 - alike) * random.normal(
            size=len(places)
        )
        ours = (theirs + 0.07 * apart).clip(0, 1)
        low = paired_gain(list(ours), list(theirs), groups=list(places), seed=seed, resamples=200).interval.low
        too_high += low > 0
    assert too_high <= 10  # of 200, where 5 may be expected


def test_copies_count_as_one_and_strangers_as_many() -> None:
    random, places = np.random.default_rng(9), np.arange(200).repeat(5)
    assert design_effect(random.normal(size=200)[places], places) == pytest.approx(5)
    assert design_effect(random.normal(size=1000), places) == pytest.approx(1, abs=0.3)
    assert design_effect(np.zeros(1000), places) == 5  # what never differs may be copies
    assert design_effect(random.normal(size=200), np.arange(200)) == 1


@pytest.mark.parametrize(("count", "student"), [(5, 2.776), (10, 2.262), (30, 2.045), (1000, 1.962)])
def test_few_groups_are_judged_by_students_t(count: int, student: float) -> None:
    quantile = -NormalDist().inv_cdf(tail_for_few(0.95, count))
    assert quantile == pytest.approx(student * (count / (count - 1)) ** 0.5, abs=0.01)


@pytest.mark.parametrize(
    ("ours", "theirs", "weights", "message"),
    [
        ([1.0], [1.0, 0.0], None, "as many as"),
        ([1.0, 0.0], [1.0, 0.0], [1.0], "as many as"),
        ([1.5, 0.0], [1.0, 0.0], None, "outside 0 to 1"),
        ([float("nan"), 0.0], [1.0, 0.0], None, "outside 0 to 1"),
        ([1.0, 0.0], [1.0, 0.0], [-1.0, 1.0], "negative"),
        ([1.0, 0.0], [1.0, 0.0], [float("inf"), 1.0], "not finite"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    ours: list[float], theirs: list[float], weights: list[float] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        paired_gain(ours, theirs, weights, seed=1)


def test_the_mean_of_one_side_lies_in_its_interval_which_shrinks_with_the_cases() -> None:
    few, many = (mean_interval([0.0, 1.0, 1.0, 1.0] * n, seed=1) for n in (3, 100))
    assert few.mean == many.mean == 0.75
    assert few.interval.low < many.interval.low < 0.75 < many.interval.high < few.interval.high <= 1


def test_scores_that_all_agree_prove_little_where_they_are_few() -> None:
    assert mean_interval([1.0] * 5, seed=1).interval.low < 0.8
    assert mean_interval([1.0], seed=1).interval == (0, 1)
    assert mean_interval([], seed=1).interval == (0, 1)


def test_copies_of_a_group_count_as_one() -> None:
    scores, groups = [0.0, 1.0] * 10, [number // 10 for number in range(20)]
    apart = mean_interval(scores, seed=1)
    together = mean_interval([0.0] * 10 + [1.0] * 10, groups=groups, seed=1)
    assert together.interval.high - together.interval.low > apart.interval.high - apart.interval.low
