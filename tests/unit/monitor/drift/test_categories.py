from collections import Counter

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from ratchet_monitor.drift.categories import (
    MOST,
    OTHERS,
    RARE,
    chi_squared_or_fisher,
    compare_categories,
    compare_rate,
    pooled,
)
from ratchet_monitor.drift.judging import judged

COUNTS = st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(0, 300), max_size=12)


@given(COUNTS, COUNTS)
def test_nothing_is_lost_and_no_row_is_rare_but_where_two_are_left(was: dict[str, int], now: dict[str, int]) -> None:
    n, m = sum(was.values()), sum(now.values())
    if not (n and m):
        return
    table = pooled(was, now)
    assert [sum(column) for column in zip(*table.values(), strict=True)] == [n, m]
    if len(table) > 2:
        assert all(sum(row) * min(n, m) / (n + m) >= RARE for row in table.values())


def test_chi_squared_is_scipys() -> None:
    table = {"en": (700, 150), "de": (200, 90), "fr": (100, 20)}
    scipys = scipy.stats.chi2_contingency(list(table.values()), correction=False)
    assert chi_squared_or_fisher(table) == pytest.approx((scipys.statistic, scipys.pvalue))


def test_a_language_that_comes_up_is_drift() -> None:
    was, now = {"en": 950, "de": 50}, {"en": 200, "de": 100, "pl": 1}
    (found,) = judged([compare_categories("language", was, now)], 0.01)
    assert found.drifted
    assert found.what == "share of en"
    assert (found.reference.value, found.current.value) == pytest.approx((0.95, 200 / 301))


def test_a_difference_without_meaning_is_none_however_sure() -> None:
    was, now = {"en": 900_000, "de": 100_000}, {"en": 300_000 * 9 // 10 - 2_000, "de": 30_000 + 2_000}
    (found,) = judged([compare_categories("language", was, now)], 0.01)
    assert found.p is not None
    assert found.p < 1e-9
    assert not found.drifted


def test_refusals_that_were_never_seen_are_found_by_fishers_test() -> None:
    (found,) = judged([compare_rate("refusals", (0, 300), (6, 70))], 0.01)
    assert found.p == pytest.approx(scipy.stats.fisher_exact([[300, 64], [0, 6]]).pvalue)
    assert found.drifted


def test_two_refusals_may_be_chance() -> None:
    (found,) = judged([compare_rate("refusals", (3, 300), (2, 70))], 0.05)
    assert not found.drifted
    assert "may be chance" in found.why


def test_one_kind_alone_cannot_change_and_few_answers_say_little() -> None:
    assert compare_categories("task", {"qa": 500}, {"qa": 70}).p == 1
    assert compare_categories("task", {"qa": 500}, {"chat": 29}).p is None
    assert compare_categories("task", {}, {}).p is None


def test_thousands_of_kinds_are_told_as_fifty_and_others() -> None:
    draw = np.random.default_rng(1)
    was, now = (Counter(map(str, draw.integers(0, 3_000, n).tolist())) for n in (900_000, 300_000))
    table = pooled(was, now)
    assert len(table) == MOST + 1
    assert list(table)[-1] == OTHERS
    assert compare_categories("template", was, now).drifted is False


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.97, 0.03), (0.6, 0.2, 0.1, 0.06, 0.02, 0.01, 0.01)])
def test_where_nothing_changed_the_test_errs_about_as_often_as_it_says(shares: tuple[float, ...]) -> None:
    """4,000 pairs of windows at .05. Chi-squared is an approximation: a little more than .05 is chance and that."""
    draw, false, names = np.random.default_rng(2), 0, [str(n) for n in range(len(shares))]
    for _ in range(4_000):
        was, now = (dict(zip(names, draw.multinomial(n, shares).tolist(), strict=True)) for n in (500, 120))
        p = compare_categories("x", was, now).p
        false += p is not None and p <= 0.05
    assert 0.02 <= false / 4_000 <= 0.06
