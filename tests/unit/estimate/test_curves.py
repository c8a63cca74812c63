from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_estimate.curves import Curve, gap_recovered, intervals

GAIN = np.array([1.0, 1.0, 0.0, 0.0, 0.0, -1.0, 1.0, 0.0])


def test_an_order_that_says_nothing_recovers_as_much_as_it_calls() -> None:
    curve = gap_recovered(np.zeros(8), GAIN)
    assert curve.area == pytest.approx(0.5)
    assert curve.at(0.25) == pytest.approx(0.25)
    assert curve.least_share(0.8) == pytest.approx(0.8)


def test_the_gains_themselves_are_the_best_order_and_pass_beyond_the_strong_model() -> None:
    curve = gap_recovered(GAIN, GAIN)
    assert curve.at(3 / 8) == pytest.approx(1.5)
    assert curve.least_share(0.5) == pytest.approx(1 / 8)
    assert curve.area > 1
    assert gap_recovered(-GAIN, GAIN).area < 0


def test_all_and_none_of_the_calls_are_the_ends() -> None:
    curve = gap_recovered(np.arange(8.0), GAIN)
    assert (curve.share[0], curve.recovered[0]) == (0, 0)
    assert (curve.share[-1], curve.recovered[-1]) == (1, 1)
    assert curve.least_share(0.0) == 0


def test_a_weight_counts_as_so_many_requests() -> None:
    need, gain = np.array([0.3, 0.2, 0.1]), np.array([1.0, 0.0, 1.0])
    twice = gap_recovered(np.append(need, need[:1]), np.append(gain, gain[:1]))
    weighed = gap_recovered(need, gain, np.array([2.0, 1.0, 1.0]))
    assert weighed.area == pytest.approx(twice.area)


def test_without_a_gap_there_is_nothing_to_recover() -> None:
    with pytest.raises(ValueError, match="no better"):
        gap_recovered(np.arange(2.0), np.array([1.0, -1.0]))


def test_the_intervals_hold_what_is_measured_and_chance_where_nothing_is_known() -> None:
    random = np.random.default_rng(3)
    gain = (random.random(500) < 0.3).astype(float)
    of: list[Callable[[Curve], float]] = [lambda curve: curve.area, lambda curve: curve.least_share(0.8)]
    (low, high), (least, most) = intervals(random.random(500), gain, of, resamples=200)
    assert low < 0.5 < high
    assert least < 0.8 < most
    need = gain + random.normal(size=500)
    (low, high), _ = intervals(need, gain, of, resamples=200)
    assert 0.5 < low < gap_recovered(need, gain).area < high


@given(st.lists(st.tuples(st.floats(-1, 1), st.sampled_from([-1.0, 0.0, 1.0])), min_size=1, max_size=50))
def test_the_areas_of_an_order_and_of_its_reverse_add_up_to_one(pairs: list[tuple[float, float]]) -> None:
    need, gain = np.array(pairs).T
    if gain.sum() > 0:
        assert gap_recovered(need, gain).area + gap_recovered(-need, gain).area == pytest.approx(1)


def test_a_share_between_two_steps_lies_on_the_line_between_them() -> None:
    curve = Curve(np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.8, 1.0]))
    assert curve.at(0.25) == pytest.approx(0.4)
    assert curve.least_share(0.4) == pytest.approx(0.25)
