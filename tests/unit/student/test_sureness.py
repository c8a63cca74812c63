import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ratchet_student import Aim, Example, fit
from ratchet_student.sureness import ALWAYS, NONE_HELD_OUT, STEPS, HeldOut, sureness
from tests.unit.student.texts import mails

CHANCES = st.floats(0, 1)


def held_out(confidence: list[float], scores: list[float]) -> HeldOut:
    return HeldOut(np.array(confidence), np.array(scores), np.ones(len(scores)))


TEN = held_out([n / 10 for n in range(10)], [0, 0, 0, 1, 1, 1, 1, 1, 1, 1])


def test_all_is_answered_where_all_together_are_good_enough() -> None:
    assert sureness(TEN, Aim(score=0.7)).threshold == 0


def test_the_least_sure_are_left_out_until_the_others_are_good_enough() -> None:
    assert sureness(TEN, Aim(score=0.9, coverage=0.1)).threshold == 0.3
    assert sureness(TEN, Aim(score=0.8, coverage=0.1)).threshold == 0.2


def test_no_more_is_left_out_than_the_coverage_allows() -> None:
    assert sureness(TEN, Aim(score=0.99, coverage=0.9)).threshold == 0.1


def test_a_heavy_answer_counts_for_many() -> None:
    heavy = HeldOut(np.array([0.1, 0.2, 0.9]), np.array([0.0, 1.0, 1.0]), np.array([8.0, 1.0, 1.0]))
    assert sureness(heavy, Aim(score=0.9, coverage=0.5)).threshold == 0.1
    assert sureness(heavy, Aim(score=0.9, coverage=0.2)).threshold == 0.2


def test_what_is_less_sure_than_any_held_out_answer_is_left_to_others_however_good_those_were() -> None:
    good = held_out([0.7, 0.8, 0.9], [1, 1, 1])
    found = sureness(good, Aim(score=0.9, coverage=0.7))
    assert (found.enough(0.7), found.enough(0.5)) == (True, False)


def test_without_a_score_or_with_full_coverage_all_is_answered() -> None:
    good = held_out([0.7, 0.8, 0.9], [1, 1, 1])
    for aim in (Aim(score=0, coverage=0.7), Aim(score=0.9, coverage=1)):
        assert sureness(good, aim).enough(0.1)


def test_with_nothing_held_out_all_is_answered() -> None:
    assert sureness(NONE_HELD_OUT, Aim(score=1, coverage=0)) is ALWAYS
    assert ALWAYS.enough(0.0)


@given(
    arrays(float, 40, elements=CHANCES), arrays(float, 40, elements=CHANCES), st.builds(Aim, CHANCES, st.floats(0.1, 1))
)
def test_a_threshold_keeps_to_its_coverage_and_reaches_the_score_if_any_does(
    confidence: np.ndarray, scores: np.ndarray, aim: Aim
) -> None:
    found = sureness(HeldOut(confidence, scores, np.ones(40)), aim)
    given_ = confidence >= found.threshold
    assert given_.mean() >= aim.coverage - 1e-9
    allowed = found.coverage >= aim.coverage - 1e-9
    if (found.scores[allowed] >= aim.score).any():
        assert scores[given_].mean() >= aim.score - 1e-9


def test_the_curve_is_kept_short_and_ends_with_the_surest() -> None:
    random = np.random.default_rng(1)
    confidence = random.random(5_000)
    found = sureness(HeldOut(confidence, (random.random(5_000) < confidence).astype(float), np.ones(5_000)), Aim())
    assert len(found.confidence) == STEPS
    assert found.coverage[0] == 1
    assert found.scores[-1] > found.scores[0]


def test_a_student_is_sure_of_what_it_has_learned_and_not_of_noise() -> None:
    random = np.random.default_rng(5)
    noise = [Example("the door was there", "yes" if random.random() < 0.5 else "no") for _ in range(120)]
    student = fit("classification", [*mails(200), *noise], aim=Aim(score=0.97, coverage=0.4))
    clear = student.predict_many([example.document for example in mails(40, seed=9)])
    assert np.mean([one.sure for one in clear]) > 0.9
    assert not student.predict("the door was there").sure


def test_a_student_that_answers_all_is_always_sure() -> None:
    assert fit("classification", mails(60)).predict("xyzzy", labels=("never learned",)).sure
