from itertools import islice
from math import exp, log

import msgspec
import numpy as np
import pytest

from ratchet_scoring.shares import ALPHA, Mismatch, mismatch, watched
from tests.bench.sequential.shares import units_until_found


def test_the_published_example() -> None:
    """The documentation of savvi: shares .1, .3, .6 where .1, .4, .5 were promised; found at unit 402 with seed 1."""
    arms = np.random.RandomState(1).multinomial(1, [0.1, 0.3, 0.6], size=1000)
    counts, seen = np.zeros(3, int), None
    for unit in arms:
        counts += unit
        seen = mismatch(counts.tolist(), [0.1, 0.4, 0.5], before=seen, concentrations=(100,))
        if seen.found(0.05):
            break
    assert counts.sum() == 402
    assert counts / 402 == pytest.approx([0.0995, 0.3209, 0.5796], abs=5e-5)


def test_the_capital_is_what_bets_on_all_shares_win_together() -> None:
    """By adding up over the shares, as the closed form does not."""
    share = np.linspace(0, 1, 400_001)[1:-1]
    prior = 8 * log(1.0) + 7 * np.log(share) + 23 * np.log1p(-share)  # Dirichlet around .25, .75: 8 and 24
    prior = np.exp(prior - prior.max())
    won = np.exp(13 * np.log(share / 0.25) + 19 * np.log((1 - share) / 0.75))
    found = mismatch([13, 19], [25, 75], concentrations=(32,))
    assert exp(found.log_capital) == pytest.approx(float((prior * won).sum() / prior.sum()), rel=1e-6)


def test_nothing_seen_nothing_found() -> None:
    assert mismatch([0, 0], [1, 1]) == Mismatch((0, 0), (0.5, 0.5), 0.0, 0.0)
    assert mismatch([0, 0], [1, 1]).p_value == 1.0


@pytest.mark.parametrize("counts", [(30, 0), (82, 18), (100, 30), (101, 32), (18, 82)])
def test_an_arm_that_loses_most_of_its_units_is_found_at_once(counts: tuple[int, int]) -> None:
    """At the sizes at which an experiment may come to a verdict."""
    assert mismatch(counts, [1, 1]).p_value < 1e-4


@pytest.mark.parametrize("counts", [(60, 40), (40, 60), (1030, 970), (10_200, 9_800)])
def test_what_chance_does_is_no_mismatch(counts: tuple[int, int]) -> None:
    assert not mismatch(counts, [1, 1]).found()


def test_what_was_found_stays_found() -> None:
    there = mismatch([700, 500], [1, 1])
    assert there.found()
    later = mismatch([20_000, 20_000], [1, 1], before=there)
    assert (later.found(), later.p_value) == (True, there.p_value)
    assert not mismatch([20_000, 20_000], [1, 1]).found()


def test_order_of_units_says_nothing_and_each_look_is_one_of_counts() -> None:
    looks = list(watched("abcab", {"a": 2, "b": 1, "c": 1}))
    assert [look.counts for look in looks][-1] == (2, 2, 1)
    assert looks[-1].log_capital == pytest.approx(mismatch([2, 2, 1], [0.5, 0.25, 0.25]).log_capital)
    assert looks[-1].most == max(0.0, *(look.log_capital for look in looks))
    assert len(list(islice(watched(iter("ab" * 9), {"a": 1, "b": 1}), 3))) == 3


def test_it_can_be_stored_as_plain_numbers() -> None:
    seen = mismatch([3, 4, 90], [5, 5, 90])
    assert msgspec.json.decode(msgspec.json.encode(seen), type=Mismatch) == seen


def test_the_simulation_finds_it_when_the_test_does() -> None:
    drawn = np.searchsorted([0.2, 0.5], np.random.default_rng(4).random((5, 1500)), side="right")
    promised = {0: 0.25, 1: 0.30, 2: 0.45}
    found = [next((sum(look.counts) for look in watched(arms, promised) if look.found()), np.inf) for arms in drawn]
    given = (0.2, 0.3, 0.5)
    assert units_until_found(list(promised.values()), given, units=1500, runs=5, seed=4).tolist() == found
    assert np.isfinite(found).any()


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.1, 0.9), (0.2, 0.3, 0.5)])
def test_watched_after_every_unit_it_finds_nothing_where_the_shares_are_kept(shares: tuple[float, ...]) -> None:
    first = units_until_found(shares, shares, units=5_000, runs=2_000, seed=2)
    assert np.isfinite(first).mean() <= ALPHA


@pytest.mark.parametrize(
    ("promised", "given", "units"),
    [((0.5, 0.5), (0.55, 0.45), 3000), ((0.1, 0.9), (0.08, 0.92), 6000), ((0.25, 0.25, 0.5), (0.3, 0.25, 0.45), 3000)],
)
def test_lost_units_are_found(promised: tuple[float, ...], given: tuple[float, ...], units: int) -> None:
    first = units_until_found(promised, given, units=units, runs=100, seed=3)
    assert np.isfinite(first).mean() > 0.9


@pytest.mark.parametrize(
    ("counts", "shares"), [([1], [1]), ([1, 2], [1, 0]), ([1, -2], [1, 1]), ([1, 2, 3], [1, 1]), ([1, 2], [1, -1])]
)
def test_what_is_no_count_or_share_is_refused(counts: list[int], shares: list[float]) -> None:
    with pytest.raises(ValueError, match="arms"):
        mismatch(counts, shares)
