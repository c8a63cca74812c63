from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from ratchet_monitor.drift.distances import jensen_shannon, psi

COUNTS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=2, max_size=20)


def test_psi_by_hand() -> None:
    """Half and half against a quarter and three: -.25 · ln(.5) + .25 · ln(1.5); of so many, the halves do not show."""
    assert psi([5e9, 5e9], [2.5e9, 7.5e9]) == pytest.approx(-0.25 * log(0.5) + 0.25 * log(1.5), abs=1e-8)


def test_what_was_never_seen_is_rare_and_not_impossible() -> None:
    """Shares (10.5, .5) / 11 and (.5, 10.5) / 11."""
    assert psi([10, 0], [0, 10]) == pytest.approx(2 * (10 / 11) * log(21))


@given(COUNTS)
def test_psi_is_symmetric_and_not_negative(counts: list[tuple[int, int]]) -> None:
    was, now = [a for a, _ in counts], [b for _, b in counts]
    assert psi(was, now) == pytest.approx(psi(now, was))
    assert psi(was, now) >= 0
    assert psi(was, was) == 0


@given(COUNTS)
def test_jensen_shannon_is_the_square_of_scipys_distance(counts: list[tuple[int, int]]) -> None:
    was, now = [a for a, _ in counts] + [1], [b for _, b in counts] + [1]
    assert jensen_shannon(was, now) == pytest.approx(jensenshannon(was, now, 2) ** 2, abs=1e-7)


def test_jensen_shannon_of_what_has_nothing_in_common_is_one_bit() -> None:
    assert jensen_shannon([3, 0], [0, 8]) == pytest.approx(1)
