import random
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_monitor.drift.history import OF_A_SIZE, History


def history(values: list[float]) -> History:
    kept = History()
    for x in values:
        kept.add(x)
    return kept


@given(st.lists(st.integers(0, 5), max_size=600))
def test_nothing_is_lost_and_little_is_kept(values: list[int]) -> None:
    kept = history([float(x) for x in values])
    assert sum(map(sum, kept.sums)) == sum(values)
    assert sum(len(ours) * 2**level for level, ours in enumerate(kept.sums)) == len(values)
    assert all(len(ours) <= OF_A_SIZE for ours in kept.sums)
    assert len(kept.sums) <= 1 + log2(1 + len(values))


@given(st.lists(st.integers(0, 1), max_size=80), st.lists(st.integers(0, 1), max_size=80))
def test_it_can_be_taken_up_by_another(one: list[int], other: list[int]) -> None:
    taken_up = History(history([float(x) for x in one]).sums)
    for x in other:
        taken_up.add(float(x))
    assert taken_up.sums == history([float(x) for x in one + other]).sums


def test_of_one_there_is_no_cut() -> None:
    assert history([]).cut() is None
    assert history([1.0]).cut() is None


@pytest.mark.parametrize("since", [40, 300, 2_000])
def test_the_cut_lies_where_the_mean_changed(since: int) -> None:
    draw = random.Random(since)
    cut = history([float(draw.random() < (0.1 if n < 9_000 else 0.5)) for n in range(9_000 + since)]).cut()
    assert cut is not None
    assert cut.since == pytest.approx(since, rel=0.3)
    assert cut.before == pytest.approx(0.1, abs=0.02)
    assert cut.after == pytest.approx(0.5, abs=0.15)
