import numpy as np
import pytest

from ratchet_estimate import read
from ratchet_estimate.curves import gap_recovered
from ratchet_estimate.fitting import MIN_OUTCOMES, CannotEstimateError, Outcome, fit
from tests.unit.estimate.outcomes import SIDES, outcomes, scores, texts

HARD, EASY = "Please prove the lemma of ann and bob and lea.", "Please congratulate ann and bob and lea."


def test_it_learns_where_the_weak_model_fails() -> None:
    estimate = fit(outcomes(400), SIDES)
    hard, easy = (estimate(read(text)) for text in (HARD, EASY))
    assert hard[0] < 0.4 < 0.6 < easy[0]
    assert hard[1] > 0.75
    assert hard[1] - hard[0] > easy[1] - easy[0] + 0.3


def test_its_difference_ranks_new_requests_by_what_the_strong_model_gains() -> None:
    estimate = fit(outcomes(400), SIDES)
    new = texts(300, seed=2)
    weak, strong = estimate.all([read(text) for text, _ in new]).T
    gain = np.array([0.8 if hard else 0.0 for _, hard in new])
    assert gap_recovered(strong - weak, gain).area > 0.72  # .75 is the best that can be


def test_the_same_outcomes_give_the_same_estimate() -> None:
    one, other = fit(outcomes(200), SIDES), fit(outcomes(200), SIDES)
    assert one(read("Please greet ann.")).tolist() == other(read("Please greet ann.")).tolist()


def test_each_side_may_have_answered_other_requests() -> None:
    known = outcomes(600)
    weak, strong = known[0:600:2], known[601::2]
    estimate = fit([*weak, *strong], SIDES)
    hard, easy = (estimate(read(text)) for text in (HARD, EASY))
    assert hard[1] - hard[0] > easy[1] - easy[0] + 0.3


def test_scores_between_good_and_bad_are_learned_as_they_are() -> None:
    estimate = fit(scores(100, SIDES, 0.3), SIDES)
    assert estimate(read("Please greet ann."))[0] == pytest.approx(0.3, abs=0.02)


def test_a_weight_counts_as_so_many_outcomes() -> None:
    plain, heavy = scores(50, ("weak",), 0.0), scores(50, ("weak",), 1.0)
    heavy = [Outcome(one.reading, one.of, one.score, weight=3.0) for one in heavy]
    estimate = fit([*plain, *heavy], ("weak",))
    assert estimate(read("Please greet ann."))[0] == pytest.approx(0.75, abs=0.03)


@pytest.mark.parametrize(("score", "low", "high"), [(1.0, 0.95, 1.0), (0.0, 0.0, 0.05)])
def test_where_nothing_ever_failed_or_went_well_it_says_so_without_certainty(
    score: float, low: float, high: float
) -> None:
    told = float(fit(scores(100, ("weak",), score), ("weak",))(read("Anything else."))[0])
    assert low <= told <= high
    assert 0 < told < 1


def test_too_few_outcomes_of_a_side_are_refused() -> None:
    few = [one for one in outcomes(100) if one.of == "weak"] + outcomes(MIN_OUTCOMES - 1)[1::2]
    with pytest.raises(CannotEstimateError, match=f"strong has {MIN_OUTCOMES - 1} outcomes"):
        fit(few, SIDES)


def test_a_text_without_any_known_word_gets_a_chance_all_the_same() -> None:
    told = fit(outcomes(200), SIDES)(read("Ωμέγα"))
    assert ((told > 0) & (told < 1)).all()
