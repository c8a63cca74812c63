from collections import Counter

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from ratchet_monitor.drift.judging import judged
from ratchet_monitor.drift.numbers import compare_numbers, grouped, largest_distance, median, quantile_edges
from ratchet_monitor.sketch import bin_of, value_of

VALUES = st.lists(st.integers(0, 60), min_size=1, max_size=200)


def middle_ms(number: int) -> float:
    return value_of(number) / 1000


def latencies(n: int, seed: int, factor: float = 1.0) -> Counter[int]:
    drawn = np.random.default_rng(seed).lognormal(13.5, 0.7, n) * factor
    return Counter(bin_of(round(us)) for us in drawn.tolist())


@given(VALUES, VALUES)
def test_the_distance_is_that_of_scipys_test_of_the_values(one: list[int], other: list[int]) -> None:
    found = largest_distance(Counter(one), Counter(other))
    assert found == pytest.approx(scipy.stats.ks_2samp(one, other, method="asymp").statistic)


@given(VALUES)
def test_parts_of_the_reference_are_about_equal(values: list[int]) -> None:
    counts, edges = Counter(values), quantile_edges(Counter(values))
    parts = grouped(counts, edges)
    assert sum(parts) == len(values)
    assert all(parts) or edges == [max(values) - 1, max(values)]  # nearly all in the highest: nothing lies above it
    assert max(parts) <= len(values) / 10 + max(counts.values())


def test_tenths_of_even_values() -> None:
    even = Counter(range(100))
    assert quantile_edges(even) == [9, 19, 29, 39, 49, 59, 69, 79, 89]
    assert grouped(even, quantile_edges(even)) == [10] * 10


@given(VALUES)
def test_the_median_is_the_lower_one(values: list[int]) -> None:
    assert median(Counter(values), float) == sorted(values)[(len(values) - 1) // 2]


def test_latency_that_grew_by_half_is_drift() -> None:
    (found,) = judged([compare_numbers("latency", latencies(3_000, 1), latencies(700, 2, 1.5), middle_ms)], 0.01)
    assert found.drifted
    assert found.reference.value == pytest.approx(730, rel=0.06)  # exp(13.5) µs
    assert found.current.value == pytest.approx(1_094, rel=0.1)
    assert "That is drift" in found.why


def test_a_difference_without_meaning_is_none_however_sure() -> None:
    (found,) = judged([compare_numbers("latency", latencies(900_000, 3), latencies(300_000, 4, 1.02), middle_ms)], 0.01)
    assert found.p is not None
    assert found.p < 1e-9
    assert not found.drifted
    assert "too small to matter" in found.why


def test_few_values_are_too_little_to_say() -> None:
    assert compare_numbers("cost", Counter({3: 49}), Counter({9: 900}), float).p is None
    assert compare_numbers("cost", Counter(), Counter(), float).reference.value is None


def test_where_nothing_changed_the_test_errs_no_more_often_than_it_says() -> None:
    """2,000 pairs of windows, in few coarse bins, where the test is at its most careful: at .05 no more than .05."""
    draw, false = np.random.default_rng(6), 0
    for _ in range(2_000):
        was, now = (Counter(draw.poisson(4, n).tolist()) for n in (400, 120))
        p = compare_numbers("length", was, now, float).p
        false += p is not None and p <= 0.05
    assert false / 2_000 <= 0.05


def test_merged_hours_are_their_values_together() -> None:
    one, other = latencies(500, 8), latencies(400, 9)
    assert compare_numbers("x", one + other, other, middle_ms).reference.n == 900


def test_what_was_always_the_same_and_is_another_now_is_drift() -> None:
    """One price before, another one now; and nearly always one."""
    for was in ({50: 200}, {40: 10, 50: 190}):
        for now in ({70: 100}, {30: 100}, {50: 50, 70: 50}):
            (found,) = judged([compare_numbers("cost", was, now, value_of)], 0.01)
            assert found.drifted
        (same,) = judged([compare_numbers("cost", was, {number: n // 2 for number, n in was.items()}, value_of)], 0.01)
        assert not same.drifted
