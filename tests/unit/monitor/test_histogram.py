from collections import Counter
from math import ceil, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_monitor.histogram import OLD_ERROR, OLD_RATIO, OLD_SHORTEST_US, bin_of, of_old_bins, percentile_ms
from ratchet_monitor.sketch import ACCURACY

LATENCIES = st.lists(st.integers(0, 24 * 3600 * 10**6), min_size=1, max_size=300)
PERCENTS = st.sampled_from([1, 50, 95, 99, 100])


def exact(latencies: list[int], percent: int) -> int:
    return sorted(latencies)[max(1, -(-len(latencies) * percent // 100)) - 1]


def as_it_was(us: int) -> int:
    return max(0, ceil(log(us / OLD_SHORTEST_US) / log(OLD_RATIO))) if us > OLD_SHORTEST_US else 0


@given(LATENCIES, PERCENTS)
def test_a_percentile_is_off_by_the_stated_error_at_most(latencies: list[int], percent: int) -> None:
    found_us = 1000 * (percentile_ms(Counter(map(bin_of, latencies)), percent) or 0)
    assert found_us == pytest.approx(exact(latencies, percent), rel=ACCURACY + 1e-9, abs=0)


@given(LATENCIES, LATENCIES)
def test_two_hours_merge_to_what_both_together_are(one: list[int], other: list[int]) -> None:
    assert Counter(map(bin_of, one)) + Counter(map(bin_of, other)) == Counter(map(bin_of, one + other))


def test_nothing_has_no_percentile() -> None:
    assert percentile_ms({}, 95) is None


@given(LATENCIES, PERCENTS)
def test_an_old_hours_percentile_is_off_by_both_errors_at_most(latencies: list[int], percent: int) -> None:
    old = of_old_bins(Counter(map(as_it_was, latencies)))
    found_us = 1000 * (percentile_ms(old, percent) or 0)
    off = (1 + OLD_ERROR) * (1 + ACCURACY) - 1
    assert found_us == pytest.approx(exact(latencies, percent), rel=off + 1e-9, abs=1.02 * OLD_SHORTEST_US)


def test_none_is_lost_of_an_old_hour() -> None:
    assert sum(of_old_bins({0: 3, 1: 2, 90: 5}).values()) == 10
