import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from ratchet_monitor.drift.accuracy import compare_accuracy, scores_of_sums
from ratchet_monitor.drift.budget import level
from ratchet_monitor.drift.categories import compare_rate
from ratchet_monitor.drift.judging import benjamini_hochberg, judged

PUBLISHED = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0
]  # fmt: skip


def test_the_example_of_benjamini_and_hochberg() -> None:
    """JRSS-B 57 (1995), section 3.2: 15 comparisons of a trial, of which the first four are called at .05."""
    assert [p <= 0.05 for p in benjamini_hochberg(PUBLISHED)] == [True] * 4 + [False] * 11


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_adjusted_as_scipy_does(ps: list[float]) -> None:
    assert benjamini_hochberg(ps) == pytest.approx(scipy.stats.false_discovery_control(ps).tolist())


def test_what_is_too_little_to_say_takes_no_part_and_keeps_its_place() -> None:
    few = compare_accuracy(scores_of_sums(3, 3), scores_of_sums(3, 0))
    sure = compare_rate("refusals", (2, 900), (40, 300))
    found = judged([few, sure, few], 0.05)
    assert [one.drifted for one in found] == [False, True, False]
    assert found[1].adjusted_p == sure.p


def test_a_family_in_which_nothing_changed_cries_no_more_often_than_its_level() -> None:
    """1,000 looks at 20 rates each: at .05 for each alone about two of three looks would cry."""
    draw, looks, alone = np.random.default_rng(4), 0, 0
    for _ in range(1_000):
        was, now = draw.binomial(3_000, 0.1, 20).tolist(), draw.binomial(800, 0.1, 20).tolist()
        findings = [compare_rate("x", (a, 3_000), (b, 800), least=0.0) for a, b in zip(was, now, strict=True)]
        looks += any(one.drifted for one in judged(findings, 0.05))
        alone += any(one.p is not None and one.p <= 0.05 for one in findings)
    assert looks / 1_000 <= 0.07
    assert alone / 1_000 > 0.5


def test_the_level_of_a_look_follows_from_the_months_budget() -> None:
    assert level(1, 30) == pytest.approx(1 / 30)
    assert level(100, 30) == 0.5
    with pytest.raises(ValueError, match="above 0"):
        level(0, 30)
