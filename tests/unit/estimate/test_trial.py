import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_estimate.fitting import Outcome
from ratchet_estimate.trial import PARTS, Trial, trial_of, tried
from tests.unit.estimate.outcomes import SIDES, outcomes


def one_sided(count: int, seed: int = 1) -> tuple[list[Outcome], list[str]]:
    """Each request was answered by one side only."""
    random = np.random.default_rng(seed + 1_000)  # who answers has nothing to do with what was asked
    both = outcomes(count, seed)
    chosen = [both[2 * number + int(random.random() < 0.5)] for number in range(count)]
    return chosen, [str(number) for number in range(count)]


def simulated(count: int, knows: float, seed: int = 3) -> Trial:
    """The strong side gains .8 in half of the requests; `knows`: of the need that is seen, beside noise."""
    random = np.random.default_rng(seed)
    hard, by_strong = random.random(count) < 0.5, random.random(count) < 0.5
    score = (random.random(count) < np.where(by_strong | ~hard, 0.9, 0.1)).astype(float)
    need = knows * hard + random.normal(size=count)
    return trial_of(need / 10, score, by_strong, np.ones(count))


def test_an_estimate_of_what_can_be_told_lifts_the_mean_score_above_chance() -> None:
    known, groups = one_sided(500)
    trial = tried(known, *SIDES, groups)
    assert trial.interval[0] > 0.05
    assert trial.interval[0] < trial.lift < trial.interval[1]


def test_shuffled_scores_lift_nothing() -> None:
    known, groups = one_sided(500)
    scores = np.random.default_rng(7).permutation([one.score for one in known])
    shuffled = [Outcome(one.reading, one.of, float(score)) for one, score in zip(known, scores, strict=True)]
    assert tried(shuffled, *SIDES, groups).interval[0] <= 0


def test_one_sided_outcomes_show_the_curve_that_both_sides_would() -> None:
    trial = simulated(20_000, knows=50)
    assert trial.curve[0].quality == pytest.approx(0.5, abs=0.02)
    assert trial.curve[PARTS // 2].quality == pytest.approx(0.9, abs=0.02)
    assert trial.curve[-1].quality == pytest.approx(0.9, abs=0.02)
    assert trial.lift == pytest.approx(0.1, abs=0.01)


def test_noise_is_found_to_be_noise_nineteen_times_of_twenty() -> None:
    above = [simulated(400, knows=0, seed=seed).interval[0] > 0 for seed in range(60)]
    assert sum(above) <= 5


def test_the_more_it_knows_the_more_it_lifts() -> None:
    lifts = [simulated(4_000, knows).lift for knows in (0, 1, 3)]
    assert lifts == sorted(lifts)


def test_thresholds_fall_from_the_greatest_need_to_the_least_and_part_as_they_say() -> None:
    need = np.linspace(-0.5, 0.5, 101)
    trial = trial_of(need, np.ones(101), need > 0, np.ones(101))
    thresholds = [point.threshold for point in trial.curve]
    assert thresholds == sorted(thresholds, reverse=True)
    assert (thresholds[0], thresholds[-1]) == (0.5, -0.5)
    assert (need >= trial.curve[3].threshold).mean() == pytest.approx(0.3, abs=0.01)


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 1), st.booleans(), st.floats(1, 20)), min_size=2, max_size=40))
def test_whatever_the_outcomes_the_curve_is_a_curve(rows: list[tuple[float, float, bool, float]]) -> None:
    need, score, by_strong, weight = (np.array(column) for column in zip(*rows, strict=True))
    trial = trial_of(need, score, by_strong, weight)
    assert [point.share for point in trial.curve] == pytest.approx(np.linspace(0, 1, PARTS + 1).tolist())
    assert all(-1e-9 <= point.quality <= 1 + 1e-9 for point in trial.curve)
    assert trial.interval[0] <= trial.interval[1]
