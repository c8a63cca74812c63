import math
import random

import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from ratchet_monitor.drift.accuracy import Scores, compare_accuracy, difference_interval, scores_of, scores_of_sums
from ratchet_monitor.drift.judging import judged
from ratchet_monitor.intervals import wilson

WEIGHTED = st.lists(st.tuples(st.floats(0, 1), st.floats(0.1, 20)), min_size=1, max_size=50)


def yes(n: int, of: int) -> Scores:
    return scores_of_sums(of, n)


@pytest.mark.parametrize(
    ("now", "was", "interval"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
    ],
)
def test_intervals_are_those_that_newcombe_published(
    now: tuple[int, int], was: tuple[int, int], interval: tuple[float, float]
) -> None:
    """Statistics in Medicine 17 (1998), table II, method 10, examples (a), (b) and (g)."""
    assert difference_interval(yes(*was), yes(*now)) == pytest.approx(interval, abs=6e-5)


def test_the_test_of_yes_and_no_is_the_chi_squared_of_two_by_two() -> None:
    found = compare_accuracy(yes(48, 80), yes(56, 70))
    scipys = scipy.stats.chi2_contingency([[56, 14], [48, 32]], correction=False)
    assert found.statistic is not None
    assert found.statistic**2 == pytest.approx(scipys.statistic)
    assert found.p == pytest.approx(scipys.pvalue)


def test_a_fall_that_is_sure_and_large_is_drift() -> None:
    (found,) = judged([compare_accuracy(yes(820, 1_000), yes(222, 300))], 0.05)
    assert found.drifted
    assert found.effect == pytest.approx(0.08)
    assert found.interval is not None
    assert found.interval[1] < 0
    assert "fell from 0.820 to 0.740" in found.why
    assert "That is drift" in found.why


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ((820_000, 1_000_000), (241_500, 300_000), "too small to matter"),
        ((41, 50), (37, 50), "may be chance"),
        ((740, 1_000), (246, 300), "too small to matter"),  # it rose
    ],
)
def test_what_is_small_or_unsure_or_better_is_none(was: tuple[int, int], now: tuple[int, int], said: str) -> None:
    (found,) = judged([compare_accuracy(yes(*was), yes(*now))], 0.05)
    assert not found.drifted
    assert said in found.why


def test_few_scores_are_too_little_to_say() -> None:
    (found,) = judged([compare_accuracy(yes(20, 20), yes(0, 29))], 0.05)
    assert found.p is None
    assert not found.drifted
    assert found.why == "Too little to say of accuracy: 29 answers now and 20 before, and 30 of each are needed."
    assert compare_accuracy(Scores(), Scores()).reference.value is None


def test_one_heavy_weight_is_too_little_however_many_scores() -> None:
    heavy = scores_of([(1.0, 1e6), *[(0.0, 1.0)] * 1_000])
    assert compare_accuracy(yes(800, 1_000), heavy).p is None


@given(WEIGHTED, WEIGHTED)
def test_hours_add_up(one: list[tuple[float, float]], other: list[tuple[float, float]]) -> None:
    together, both = scores_of(one) + scores_of(other), scores_of(one + other)
    for name in Scores.__struct_fields__:
        assert getattr(together, name) == pytest.approx(getattr(both, name))


@given(st.lists(st.booleans(), min_size=2, max_size=60), st.floats(0.1, 50))
def test_equal_weights_change_nothing(right: list[bool], weight: float) -> None:
    plain, weighted = scores_of((float(x), 1.0) for x in right), scores_of((float(x), weight) for x in right)
    assert weighted.mean == pytest.approx(plain.mean)
    assert weighted.yes_or_no == pytest.approx(plain.yes_or_no)
    assert plain.yes_or_no == pytest.approx(len(right))


def test_a_weighted_mean_knows_its_error() -> None:
    """Simulated: 4,000 samples of which right ones speak up at .2, wrong ones at .6, weighed by the inverse."""
    draw, means, told = random.Random(5), [], []
    for _ in range(4_000):
        answers = [float(draw.random() < 0.8) for _ in range(400)]
        said = scores_of((x, 5.0 if x else 1 / 0.6) for x in answers if draw.random() < (0.2 if x else 0.6))
        means.append(said.mean)
        told.append(said.mean * (1 - said.mean) / said.yes_or_no)
    mean = sum(means) / len(means)
    spread = sum((x - mean) ** 2 for x in means) / len(means)
    assert mean == pytest.approx(0.8, abs=0.004)
    assert sum(told) / len(told) == pytest.approx(spread, rel=0.08)


def test_scores_that_are_alike_are_known_better_than_yes_and_no() -> None:
    alike = scores_of((0.7 + 0.02 * (n % 3), 1.0) for n in range(90))
    assert alike.yes_or_no > 50_000
    low, high = wilson(alike.mean, alike.yes_or_no)
    assert high - low < 0.01


@pytest.mark.parametrize(("score", "weight"), [(1.1, 1.0), (-0.1, 1.0), (0.5, 0.0), (0.5, math.inf), (math.nan, 1.0)])
def test_what_is_no_score_is_refused(score: float, weight: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        scores_of([(score, weight)])
