"""An order of passages learned from feedback, and whether it may be used."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_router.grounding.order.features import FEATURES, SCORE
from ratchet_router.grounding.order.fitting import PRIOR, SCORE_WEIGHT, Line, Look, fitted, in_order
from ratchet_router.grounding.order.measuring import LEAST, compared
from ratchet_router.grounding.order.refitting import learned_from
from tests.unit.router.order.looks import TABLE, drawn

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def test_without_feedback_it_is_the_order_of_the_searches() -> None:
    line = fitted([])
    looks = drawn(20, by_table=0)
    assert line.weights[SCORE] == SCORE_WEIGHT
    assert all(in_order(line, look.passages) == list(range(len(look.passages))) for look in looks)


def test_what_good_answers_rested_on_comes_first() -> None:
    line = fitted(drawn(300, by_table=0.9))
    assert max(range(len(FEATURES)), key=lambda at: line.weights[at]) == TABLE
    for look in drawn(50, by_table=1, seed=8):
        assert in_order(line, look.passages)[0] in look.worth


def test_it_is_as_likely_as_can_be_by_the_words_of_the_docstring() -> None:
    """The steepness of the loss, counted pair by pair, is 0 where the line was found."""
    looks = drawn(60, by_table=0.7)
    line = fitted(looks)
    weights, scale = np.asarray(line.weights), np.asarray(line.scale)
    prior = np.zeros(len(FEATURES))
    prior[SCORE] = SCORE_WEIGHT
    steepness = PRIOR * (weights - prior)
    for look in looks:
        (best,) = look.worth
        others = [at for at in range(len(look.passages)) if at != best]
        for other in others:
            apart = (np.asarray(look.passages[best]) - np.asarray(look.passages[other])) / scale
            steepness -= apart / (1 + np.exp(apart @ weights)) / len(others)
    assert np.abs(steepness).max() < 1e-3


def test_the_same_feedback_gives_the_same_order() -> None:
    assert learned_from(drawn(120, by_table=0.8), 3, NOW) == learned_from(drawn(120, by_table=0.8), 3, NOW)


@pytest.mark.parametrize(
    ("looks", "used", "why"),
    [
        (drawn(300, by_table=0.9), True, "further to the front"),
        (drawn(300, by_table=0.0), False, "not known to be better"),
        (drawn(LEAST - 1, by_table=1.0), False, f"Of {LEAST - 1} questions"),
        (drawn(300, by_table=0.9, shown=2), False, "Of 0 questions"),
        ([], False, "Of 0 questions"),
    ],
)
def test_it_is_used_where_it_is_measurably_better_on_what_was_held_out(looks: list[Look], used: bool, why: str) -> None:
    learned = learned_from(looks, 1, NOW)
    assert (learned.used, learned.fits) == (used, True)
    assert why in learned.why
    assert learned.low <= learned.learned - learned.searches <= learned.high


def test_feedback_that_is_chance_is_seldom_taken_for_better() -> None:
    """Whatever is worth it is drawn blindly: of a hundred such tenants hardly one gets another order."""
    random = np.random.default_rng(3)
    taken = 0
    for seed in range(100):
        looks = [
            Look(look.group, look.passages, frozenset({int(random.integers(0, len(look.passages)))}))
            for look in drawn(60, by_table=0, seed=seed, passages=5)
        ]
        taken += compared(looks).better
    assert taken <= 3


def test_questions_answered_from_one_place_are_held_out_together() -> None:
    """Copies of a question would else be learned by heart."""
    random = np.random.default_rng(5)
    copies = []
    for number in range(4):
        passages = tuple(tuple(random.normal(0, 1, len(FEATURES)).tolist()) for _ in range(8))
        copies += [Look(f"place:{number}", passages, frozenset({7}))] * 25
    assert not compared(copies).better


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(
                st.lists(st.floats(-1e6, 1e6), min_size=len(FEATURES), max_size=len(FEATURES)), min_size=0, max_size=5
            ),
            st.sets(st.integers(0, 6)),
            st.integers(0, 2),
        ),
        max_size=12,
    )
)
def test_whatever_was_noted_gives_numbers(noted: list[tuple[list[list[float]], set[int], int]]) -> None:
    looks = [
        Look(str(at % 3), tuple(map(tuple, rows)), frozenset(worth & set(range(len(rows)))), shown)
        for at, (rows, worth, shown) in enumerate(noted)
    ]
    learned = learned_from(looks, 1, NOW)
    assert np.isfinite([*learned.weights, *learned.scale, learned.low, learned.high]).all()
    assert all(scale > 0 for scale in learned.scale)
    assert Line(learned.weights, learned.scale).scores([]) == []
