from math import isnan

import numpy as np
import pytest

from ratchet_scoring.estimates import ALIKE, Estimate, difference, mean, over_phases, ratio
from ratchet_scoring.moments import moments


def test_a_mean_and_its_standard_error() -> None:
    found = mean(moments([1.0, 2.0, 4.0, 5.0]))
    assert (found.value, found.n) == (3.0, 4)
    assert found.variance == pytest.approx(np.var([1, 2, 4, 5], ddof=1) / 4)
    assert found.information == pytest.approx(1 / found.variance)


def test_nothing_seen_nothing_known() -> None:
    assert isnan(mean(moments([])).value)
    assert mean(moments([2.0])).information == 0
    assert mean(moments([2.0, 2.0, 2.0])).information == 0  # no variance seen is no certainty
    assert difference(mean(moments([2.0])), mean(moments([1.0, 3.0]))).information == 0


def sessions(random: np.random.Generator, users: int) -> np.ndarray:
    """Cost and sessions of each user: users with more sessions have dearer ones."""
    taste = random.gamma(2.0, 1.0, users)
    count = 1 + random.poisson(taste)
    return np.column_stack([random.gamma(2.0, 0.5 * taste * count / 2), count])


def test_the_variance_of_a_ratio_is_that_of_ratios_drawn_anew() -> None:
    random = np.random.default_rng(7)
    found = [ratio(moments(sessions(random, 400))) for _ in range(4000)]
    assert np.mean([one.variance for one in found]) == pytest.approx(np.var([one.value for one in found]), rel=0.07)


def test_a_ratio_is_of_the_sums_and_not_the_mean_of_ratios() -> None:
    assert ratio(moments([[1.0, 1.0], [9.0, 3.0]])).value == 2.5
    with pytest.raises(ValueError, match="below the line"):
        ratio(moments([[1.0, 0.0], [2.0, 0.0]]))


def test_the_difference_of_arms_that_vary_alike() -> None:
    treated, control = Estimate(3.0, 0.04, 100), Estimate(2.5, 0.01, 400)
    found = difference(treated, control)
    assert (found.value, found.variance, found.n) == pytest.approx((0.5, 0.05, 100))


def test_a_small_arm_that_varies_less_is_not_believed_at_once() -> None:
    for n, least in ((50, 0.75), (200, 0.4), (20_000, 0.0)):
        calm, lively = Estimate(0.0, 0.1 / n, n), Estimate(0.0, 1.0 / 2000, 2000)
        both = (0.1 * (n - 1) + 1999) / (n + 1998)
        lent = (0.1 * (n - 1) + ALIKE * both) / (n - 1 + ALIKE) / n
        assert difference(calm, lively).variance == pytest.approx(lent + max(1 / 2000, _of_both(both)))
        assert lent * n >= least
    assert lent * n == pytest.approx(0.1, rel=0.02)


def _of_both(both: float) -> float:
    return (1999 + ALIKE * both) / (1999 + ALIKE) / 2000


def test_an_arm_that_varies_more_is_believed_at_once() -> None:
    lively, calm = Estimate(0.0, 1.0 / 100, 100), Estimate(0.0, 0.1 / 900, 900)
    assert difference(lively, calm).variance >= 1.0 / 100 + 0.1 / 900


def test_phases_with_other_shares_are_compared_each_within_itself() -> None:
    """10 % in a good week, 50 % in a bad one: no arm is better, and the overall means say that the control is."""
    random = np.random.default_rng(2)
    phases = [
        (mean(moments(random.binomial(1, rate, treated))), mean(moments(random.binomial(1, rate, control))))
        for rate, treated, control in ((0.9, 1000, 9000), (0.5, 5000, 5000))
    ]
    found = over_phases(phases)
    assert abs(found.value) < 3 * found.variance**0.5 < 0.04
    assert found.n == 6000
    overall = [
        sum(arm.value * arm.n for arm in side) / sum(arm.n for arm in side) for side in zip(*phases, strict=True)
    ]
    assert overall[0] - overall[1] < -0.1


def test_one_phase_is_the_difference_and_thin_ones_do_not_count() -> None:
    whole = (mean(moments([1.0, 2.0, 4.0])), mean(moments([0.0, 1.0, 1.0])))
    thin = (mean(moments([9.0])), mean(moments([0.0, 1.0])))
    assert over_phases([whole, thin]).value == pytest.approx(difference(*whole).value)
    assert over_phases([whole, thin]).variance == pytest.approx(difference(*whole).variance)
    assert isnan(over_phases([thin]).value)
    assert over_phases([]).information == 0
