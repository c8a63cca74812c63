import math
from collections import Counter
from math import ceil

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_monitor.sketch import ACCURACY, LARGEST, MOST_BINS, SMALLEST, Counts, Sketch, bin_of, quantile_of

AMOUNTS = st.lists(st.one_of(st.just(0.0), st.floats(SMALLEST, 1e8)), min_size=1, max_size=200)
SHARES = (0.0, 0.01, 0.5, 0.9, 0.95, 0.99, 1.0)


def sketch(amounts: list[float]) -> Sketch:
    kept = Sketch()
    for amount in amounts:
        kept.add(amount)
    return kept


@given(AMOUNTS, st.sampled_from(SHARES))
def test_a_quantile_is_within_one_percent_of_the_sorted_values(amounts: list[float], share: float) -> None:
    exact = float(np.quantile(amounts, share, method="lower"))
    assert sketch(amounts).quantile(share) == pytest.approx(exact, rel=ACCURACY + 1e-9, abs=0)


@given(AMOUNTS, AMOUNTS)
def test_hours_merge_to_what_all_together_are(one: list[float], other: list[float]) -> None:
    merged = sketch(one)
    merged.merge(sketch(other).counts)
    assert merged.counts == sketch(one + other).counts
    assert merged.n == len(one) + len(other)


@given(AMOUNTS)
def test_it_comes_back_from_the_store(amounts: list[float]) -> None:
    stored = msgspec.json.encode(sketch(amounts).counts)
    assert Sketch(msgspec.json.decode(stored, type=Counts)).counts == sketch(amounts).counts


def test_a_heavy_tail_is_known_as_well_as_the_middle() -> None:
    amounts = (1_000 * (1 + np.random.default_rng(1).pareto(1.1, 50_000))).tolist()
    kept = sketch(amounts)
    for share in (0.01, 0.5, 0.99, 0.999, 0.9999):
        assert kept.quantile(share) == pytest.approx(np.quantile(amounts, share, method="lower"), rel=ACCURACY)


def test_it_stays_small_whatever_comes_and_keeps_the_large_amounts() -> None:
    amounts = np.logspace(math.log10(SMALLEST), math.log10(LARGEST), 40_000).tolist()
    kept = sketch(amounts)
    assert len(kept.counts.bins) <= MOST_BINS
    assert kept.quantile(0.9) == pytest.approx(np.quantile(amounts, 0.9, method="lower"), rel=ACCURACY + 1e-9)


def test_nothing_has_no_quantile() -> None:
    assert Sketch().quantile(0.5) is None
    assert sketch([0.0, 0.0]).quantile(0.5) == 0


@pytest.mark.parametrize("amount", [-1.0, math.nan, math.inf, 1e19])
def test_what_is_no_amount_is_refused(amount: float) -> None:
    with pytest.raises(ValueError, match="is no amount"):
        Sketch().add(amount)


def test_a_quantile_outside_0_to_1_is_refused() -> None:
    with pytest.raises(ValueError, match="outside 0 to 1"):
        sketch([1.0]).quantile(95)


@given(st.lists(st.integers(0, 10**13), min_size=1, max_size=300), st.sampled_from([0.01, 0.5, 0.95, 0.99, 1.0]))
def test_counted_side_by_side_a_percentile_is_off_by_one_per_cent_at_most(amounts: list[int], share: float) -> None:
    exact = sorted(amounts)[max(1, ceil(len(amounts) * share)) - 1]
    assert quantile_of(Counter(map(bin_of, amounts)), share) == pytest.approx(exact, rel=ACCURACY)


def test_of_nothing_side_by_side_there_is_no_percentile() -> None:
    assert quantile_of({}, 0.5) is None
