import numpy as np
import pytest

from ratchet_scoring.anytime import FEWEST, interval
from ratchet_scoring.estimates import difference, mean, ratio
from ratchet_scoring.moments import moments
from ratchet_scoring.pre_period import Adjusted, adjusted_mean, adjusted_ratio, adjusted_units, with_past
from tests.bench.sequential.past import Rows, Users, watch_past


def rows(users: Users, *, units: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """As `with_past` gives them, of the treated and of the control."""
    drawn = users.drawn(np.random.default_rng(seed), (1, units))
    treated = drawn.treated[0]
    own = np.column_stack([drawn.now[0], drawn.has[0], drawn.before[0]])
    return own[treated], own[~treated]


def adjusted(users: Users, *, units: int, seed: int) -> Adjusted:
    treated, control = rows(users, units=units, seed=seed)
    return adjusted_mean(moments(treated), moments(control))


@pytest.mark.parametrize(
    ("with_past_of_all", "new_are_dearer", "left"), [(1.0, 0.0, 1 - 0.7**2), (0.6, 0.0, 1 - 0.6 * 0.7**2)]
)
def test_it_saves_what_the_past_explains(with_past_of_all: float, new_are_dearer: float, left: float) -> None:
    found = adjusted(Users(0.7, with_past_of_all, new_are_dearer), units=40_000, seed=1)
    assert 1 - found.saved == pytest.approx(left, abs=0.02)
    assert found.with_past == pytest.approx(with_past_of_all, abs=0.01)
    assert found.theta[1] == pytest.approx(0.7, abs=0.02)


def test_that_a_unit_has_no_past_says_something_too() -> None:
    """New users are dearer by 2: half of them new, that is a variance of 1, and all of it is explained."""
    found = adjusted(Users(0.0, 0.5, new_are_dearer=2.0), units=20_000, seed=2)
    assert found.saved == pytest.approx(0.5, abs=0.02)
    assert abs(found.effect.value) < 4 * found.effect.variance**0.5


def test_the_effect_is_kept_and_its_standard_error_is_true() -> None:
    users = Users(0.8, 0.7, effect=0.3, share=0.3)
    found = [adjusted(users, units=600, seed=seed) for seed in range(1500)]
    values = np.array([one.effect.value for one in found])
    assert values.mean() == pytest.approx(0.3, abs=4 * values.std() / len(values) ** 0.5)
    assert np.mean([one.effect.variance for one in found]) == pytest.approx(values.var(), rel=0.1)


def test_theta_is_that_of_a_regression_within_the_arms() -> None:
    treated, control = rows(Users(0.6, 0.5, effect=3.0), units=500, seed=4)
    both = np.vstack([treated, control])
    arm = np.repeat([1.0, 0.0], [len(treated), len(control)])
    design = np.column_stack([np.ones(len(both)), arm, both[:, 1:]])
    expected = np.linalg.lstsq(design, both[:, 0], rcond=None)[0]
    found = adjusted_mean(moments(treated), moments(control))
    assert found.theta == pytest.approx(expected[2:])
    assert found.effect.value == pytest.approx(expected[1])


def test_unit_by_unit_is_the_same_as_from_sums() -> None:
    arms = rows(Users(0.6, 0.5, effect=0.2), units=700, seed=5)
    treated, control = adjusted_units(*arms)
    from_sums = adjusted_mean(moments(arms[0]), moments(arms[1])).effect
    from_units = difference(mean(moments(treated)), mean(moments(control)))
    assert from_sums.value == pytest.approx(from_units.value)
    assert from_sums.variance == pytest.approx(from_units.variance)


def test_without_any_past_nothing_changes() -> None:
    own = [moments(with_past(values, [None] * 4)) for values in ([1.0, 2.0, 3.0, 7.0], [1.0, 2.0, 2.0, 2.0])]
    found = adjusted_mean(*own)
    assert found.effect == found.raw
    assert (found.theta, found.with_past, found.saved) == ((0.0, 0.0), 0.0, 0.0)
    assert adjusted_mean(moments(np.empty((0, 3))), own[0]).saved == 0.0


def test_a_past_in_large_units_is_as_good() -> None:
    treated, control = rows(Users(0.7, 0.6), units=2000, seed=6)
    scale = np.array([1.0, 1.0, 1e9])
    small, large = (
        adjusted_mean(moments(treated * factor), moments(control * factor)) for factor in (np.ones(3), scale)
    )
    assert large.effect.value == pytest.approx(small.effect.value)
    assert large.saved == pytest.approx(small.saved)
    assert small.saved > 0.2


def test_a_ratio_with_a_past() -> None:
    """Cost per session: users differ in how dear their sessions are, before as now."""
    random, both = np.random.default_rng(8), []
    for effect in (1.1, 1.0):
        level, now, then = random.gamma(4.0, 0.25, 6000), random.integers(1, 6, 6000), random.integers(1, 6, 6000)
        above = effect * level * now * random.gamma(20, 0.05, 6000)
        before = level * then * random.gamma(20, 0.05, 6000)
        has = random.random(6000) < 0.8
        both.append(moments(np.column_stack([above, now, has, before * has, then * has])))
    found = adjusted_ratio(*both)
    raw = difference(ratio(both[0]), ratio(both[1]))
    assert (found.raw.value, found.raw.variance) == pytest.approx((raw.value, raw.variance))
    assert found.effect.value == pytest.approx(0.1, abs=4 * found.effect.variance**0.5)
    assert found.saved > 0.3


def test_watched_after_every_unit_the_error_stays_and_the_verdict_comes_sooner() -> None:
    same = watch_past(Users(0.7, 0.7), units=2500, runs=1000, seed=5, minimum_effect=0.2)
    assert np.isfinite(same.adjusted).mean() <= 0.04
    better = watch_past(Users(0.7, 1.0, effect=0.2), units=2500, runs=500, seed=6, minimum_effect=0.2)
    assert np.median(better.adjusted) < 0.7 * np.median(better.raw)


def test_the_simulation_decides_when_the_interval_does() -> None:
    users, runs, units = Users(0.6, 0.7, effect=0.4, share=0.4), 5, 700
    decided = watch_past(users, units=units, runs=runs, seed=3, minimum_effect=0.2)
    drawn = users.drawn(np.random.default_rng(3), (runs, units))
    found = [_first(Rows(*run)) for run in zip(*drawn, strict=True)]
    assert decided.adjusted.tolist() == found
    assert np.isfinite(decided.adjusted).any()


def _first(run: Rows) -> float:
    own = np.column_stack([run.now, run.has, run.before])
    for number in range(2, len(own) + 1):
        treated, control = own[:number][run.treated[:number]], own[:number][~run.treated[:number]]
        if min(len(treated), len(control)) >= FEWEST:
            low, high = interval(adjusted_mean(moments(treated), moments(control)).effect, minimum_effect=0.2)
            if low > 0 or high < 0:
                return number
    return float("inf")
