import random
from math import comb

import pytest

from ratchet_feedback.chances import Scores, gain_if_mended, holm, same_share, wilson


def test_wilsons_interval_is_the_published_one() -> None:
    """Of 1 in 10 and of none in 10."""
    assert wilson(1, 10) == pytest.approx((0.0179, 0.4042), abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(0, 0) is None


@pytest.mark.parametrize(
    ("one", "of", "other", "of_other"), [(3, 10, 9, 12), (0, 7, 5, 9), (12, 20, 11, 21), (9, 9, 1, 4)]
)
def test_two_shares_are_compared_exactly(one: int, of: int, other: int, of_other: int) -> None:
    both = one + other
    chances = [comb(of, k) * comb(of_other, both - k) for k in range(max(0, both - of_other), min(both, of) + 1)]
    seen = comb(of, one) * comb(of_other, other)
    expected = sum(chance for chance in chances if chance <= seen) / comb(of + of_other, both)
    assert same_share(one, of, other, of_other) == pytest.approx(expected)
    assert same_share(other, of_other, one, of) == pytest.approx(expected)


def test_of_many_the_normal_distribution_says_the_same() -> None:
    exact, normal = same_share(950, 10_000, 1_050, 10_000), same_share(951, 10_000, 1_051, 10_000)
    assert exact == pytest.approx(normal, abs=0.002)
    assert same_share(0, 0, 3, 10) == same_share(0, 10, 0, 10) == 1.0


def test_false_trends_are_as_rare_as_they_should_be() -> None:
    draw = random.Random(17)
    runs, small = 1_000, 0
    for _ in range(runs):
        counts = [sum(draw.random() < 0.1 for _ in range(150)) for _ in range(2)]
        small += same_share(counts[0], 150, counts[1], 150) < 0.05
    assert small / runs <= 0.05


def test_several_chances_are_adjusted_together() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})
    assert holm({}) == {}


def test_what_is_won_is_the_share_times_the_difference() -> None:
    gain = gain_if_mended(Scores(20, 4.0, 2.0), Scores(100, 68.0, 60.0))
    assert gain is not None
    assert gain.mean == pytest.approx(0.2 * (64 / 80 - 4 / 20)) == pytest.approx(64 / 80 - 68 / 100)
    assert gain.interval.low < gain.mean < gain.interval.high
    assert gain_if_mended(Scores(5, 1.0, 1.0), Scores(5, 1.0, 1.0)) is None
    assert gain_if_mended(Scores(0, 0.0, 0.0), Scores(5, 1.0, 1.0)) is None


def test_the_interval_of_what_is_won_holds_what_is_true_as_often_as_it_says() -> None:
    draw = random.Random(23)
    runs, held = 1_000, 0
    for _ in range(runs):
        touched: list[float] = []
        rest: list[float] = []
        for _ in range(120):
            bad = draw.random() < 0.15
            (touched if bad else rest).append(float(draw.random() < (0.3 if bad else 0.8)))
        found = gain_if_mended(_scores(touched), _scores(touched + rest))
        held += found is not None and found.interval.low <= 0.15 * 0.5 <= found.interval.high
    assert held / runs >= 0.94


def test_one_bad_answer_proves_little() -> None:
    found = gain_if_mended(Scores(1, 0.0, 0.0), Scores(30, 29.0, 29.0))
    assert found is not None
    assert found.interval.low < 0 < found.mean


def _scores(values: list[float]) -> Scores:
    return Scores(len(values), sum(values), sum(value * value for value in values))
