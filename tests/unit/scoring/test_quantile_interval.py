"""A quantile's interval holds it as often as it says, and groups count as one."""

import numpy as np
import pytest

from ratchet_scoring.quantile_interval import quantile_interval


def test_the_median_lies_in_its_interval_about_as_often_as_promised() -> None:
    random = np.random.default_rng(7)
    held = 0
    for turn in range(200):
        values = random.exponential(size=60).tolist()
        its = quantile_interval(values, 0.5, groups=range(60), seed=turn, resamples=400).interval
        assert its is not None
        held += its.low <= np.log(2) <= its.high
    assert held >= 180


def test_copies_of_a_value_in_its_group_say_no_more() -> None:
    values = [float(n) for n in range(20)]
    alone = quantile_interval(values, 0.5, groups=range(20), seed=1)
    copied = quantile_interval([v for v in values for _ in range(5)], 0.5, groups=[n // 5 for n in range(100)], seed=1)
    assert alone.value == copied.value == 9.0
    assert alone.interval is not None
    assert copied.interval is not None
    assert copied.interval.high - copied.interval.low >= 0.8 * (alone.interval.high - alone.interval.low)


def test_one_group_has_no_interval() -> None:
    assert quantile_interval([3.0, 1.0, 2.0], 0.95, groups=["a"] * 3, seed=1).interval is None


@pytest.mark.parametrize(
    ("values", "share", "groups"), [([], 0.5, []), ([1.0], 0.0, ["a"]), ([1.0], 1.1, ["a"]), ([1.0], 0.5, [])]
)
def test_what_has_no_quantile_is_refused(values: list[float], share: float, groups: list[str]) -> None:
    with pytest.raises(ValueError, match=r"values|share"):
        quantile_interval(values, share, groups=groups, seed=1)
