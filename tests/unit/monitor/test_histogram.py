from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_monitor.histogram import ERROR, SHORTEST_US, bin_of, percentile_ms

LATENCIES = st.lists(st.integers(0, 24 * 3600 * 10**6), min_size=1, max_size=300)


@given(LATENCIES, st.sampled_from([1, 50, 95, 99, 100]))
def test_a_percentile_is_off_by_the_stated_error_at_most(latencies: list[int], percent: int) -> None:
    rank = max(1, -(-len(latencies) * percent // 100))
    true_us = sorted(latencies)[rank - 1]
    found_us = 1000 * (percentile_ms(Counter(map(bin_of, latencies)), percent) or 0)
    assert found_us == pytest.approx(true_us, rel=ERROR + 1e-9, abs=SHORTEST_US)


@given(LATENCIES, LATENCIES)
def test_two_hours_merge_to_what_both_together_are(one: list[int], other: list[int]) -> None:
    assert Counter(map(bin_of, one)) + Counter(map(bin_of, other)) == Counter(map(bin_of, one + other))


def test_nothing_has_no_percentile() -> None:
    assert percentile_ms({}, 95) is None
