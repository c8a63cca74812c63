from math import log, sqrt

import numpy as np
import pytest

from ratchet_scoring.anytime import FEWEST, UNKNOWN, interval, narrowed
from ratchet_scoring.estimates import Estimate, difference, mean, ratio
from ratchet_scoring.intervals import Interval
from ratchet_scoring.moments import Moments, moments, nothing
from ratchet_scoring.normal_mixture import information_needed, rho_for
from tests.bench.sequential.unbounded import Trial, bursts, drawn, lognormal, rates, ratios, watch_interval


def test_its_width_is_the_published_one() -> None:
    """Theorem 2.2 of the paper, in its letters: sigma² 4, n 500, rho² the inverse of ours in units of sigma²."""
    n, sigma, alpha = 500, 2.0, 0.05
    rho_squared = 1 / (rho_for(information_needed(0.2), alpha=alpha) * sigma**2)
    reach = sigma * sqrt(2 * (n * rho_squared + 1) / (n**2 * rho_squared) * log(sqrt(n * rho_squared + 1) / alpha))
    found = interval(Estimate(1.0, sigma**2 / n, n), minimum_effect=0.2, alpha=alpha)
    assert found == pytest.approx((1 - reach, 1 + reach))


def test_before_enough_was_seen_it_says_nothing() -> None:
    assert interval(Estimate(1.0, 0.01, FEWEST - 1), minimum_effect=0.05) == UNKNOWN
    assert interval(mean(moments([2.0] * 500)), minimum_effect=0.05) == UNKNOWN
    assert interval(mean(nothing()), minimum_effect=0.05) == UNKNOWN
    with pytest.raises(ValueError, match="minimum effect"):
        interval(Estimate(1.0, 0.01, 500), minimum_effect=0.0)


def test_what_was_refuted_stays_refuted() -> None:
    assert narrowed(Interval(-1, 2), Interval(0, 3)) == Interval(0, 2)
    assert narrowed(UNKNOWN, Interval(0, 3)) == Interval(0, 3)


def test_it_may_be_read_after_each_block_of_sums() -> None:
    random, seen, known = np.random.default_rng(3), (nothing(), nothing()), UNKNOWN
    widths = []
    for _ in range(60):
        blocks = moments(random.gamma(2, 1.1, 20)), moments(random.gamma(2, 1.0, 180))
        seen = _added(seen, blocks)
        known = narrowed(known, interval(difference(mean(seen[0]), mean(seen[1])), minimum_effect=0.2))
        widths.append(known.high - known.low)
        assert known.low <= 0.2 <= known.high
    assert widths[3] == float("inf") > widths[5] > widths[20] > widths[59]


def _added(seen: tuple[Moments, Moments], blocks: tuple[Moments, Moments]) -> tuple[Moments, Moments]:
    return seen[0] + blocks[0], seen[1] + blocks[1]


@pytest.mark.parametrize(
    "trial",
    [
        Trial("even shares, skewed", lognormal(1.0), share=0.5, minimum_effect=0.2),
        Trial("small arm, skewed", lognormal(1.0), share=0.1, minimum_effect=0.2),
        Trial("small arm, very skewed", lognormal(1.5), share=0.1, minimum_effect=0.9),
        Trial("small arm, rare", rates(0.02, 0.02), share=0.1, minimum_effect=0.05),
        Trial("bursts", bursts(50, 3.0), share=0.5, minimum_effect=0.4),
        Trial("ratio", ratios(1.0), share=0.5, minimum_effect=0.1),
        Trial("small arm, ratio", ratios(1.0), share=0.1, minimum_effect=0.1),
    ],
    ids=lambda trial: trial.name,
)
def test_watched_after_every_unit_it_sees_no_difference_where_there_is_none(trial: Trial) -> None:
    first = watch_interval(trial, units=3000, runs=1000, seed=5)
    assert np.isfinite(first).mean() <= 0.04  # 1,000 runs at a true .05 lie below .04 in one of ten


def test_the_simulation_decides_when_the_interval_does() -> None:
    trial, runs, units = Trial("", ratios(1.3), share=0.3, minimum_effect=0.1), 6, 900
    decided = watch_interval(trial, units=units, runs=runs, seed=9)
    found = [_first(*run) for run in zip(*drawn(trial, np.random.default_rng(9), runs=runs, units=units), strict=True)]
    assert decided.tolist() == found
    assert np.isfinite(decided).any()


def _first(treated: np.ndarray, above: np.ndarray, below: np.ndarray) -> float:
    seen = [nothing(2), nothing(2)]
    for number, (arm, *unit) in enumerate(zip(treated, above, below, strict=True), 1):
        seen[int(arm)] += moments([unit])
        if min(one.n for one in seen) >= FEWEST:
            low, high = interval(difference(ratio(seen[1]), ratio(seen[0])), minimum_effect=0.1)
            if low > 0 or high < 0:
                return number
    return float("inf")
