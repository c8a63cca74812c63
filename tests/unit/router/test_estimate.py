import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ratchet_common.events import CurvePoint
from ratchet_router.estimate import EVERYBODY, NOBODY, Aim, Doubt, threshold_for
from ratchet_router.priorities import Priorities
from ratchet_router.routing import Wanted, rank
from tests.unit.router.asks import MODELS, SMALL


def point(share: float, threshold: float, quality: float) -> CurvePoint:
    return CurvePoint(share=share, threshold=threshold, quality=quality)


CURVE = (point(0, 0.6, 0.5), point(0.5, 0.2, 0.7), point(1, -0.4, 0.8))


@pytest.mark.parametrize(
    ("share", "threshold"),
    [(0, NOBODY), (0.25, 0.4), (0.5, 0.2), (0.75, -0.1), (1, EVERYBODY)],
)
def test_a_share_names_its_threshold(share: float, threshold: float) -> None:
    assert threshold_for(CURVE, Aim("share", share=share)) == pytest.approx(threshold)


@pytest.mark.parametrize(
    ("part", "threshold"),
    [(0, NOBODY), (1 / 3, 0.4), (2 / 3, 0.2), (5 / 6, -0.1), (1, EVERYBODY)],
)
def test_a_quality_names_the_threshold_of_the_least_share_that_reaches_it(part: float, threshold: float) -> None:
    assert threshold_for(CURVE, Aim("quality", quality=part)) == pytest.approx(threshold)


def test_more_quality_than_the_strong_tiers_have_may_be_reached_with_fewer_of_their_calls() -> None:
    hump = (point(0, 0.6, 0.5), point(0.5, 0.2, 0.9), point(1, -0.4, 0.8))
    assert threshold_for(hump, Aim("quality", quality=1.0)) == pytest.approx(0.3)


def test_where_the_stronger_tiers_are_no_better_nobody_is_sent_there_for_quality() -> None:
    falling = (point(0, 0.6, 0.8), point(1, -0.4, 0.7))
    assert threshold_for(falling, Aim("quality", quality=0.9)) == NOBODY


def test_no_aim_or_no_curve_sends_nobody() -> None:
    assert threshold_for(CURVE, Aim("off", share=1)) == NOBODY
    assert threshold_for((), Aim("share", share=1)) == NOBODY


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(["share", "quality"]))
def test_who_wants_more_gets_no_higher_threshold(one: float, other: float, by: str) -> None:
    less, more = sorted((one, other))
    aims = [Aim("share", share=part) if by == "share" else Aim("quality", quality=part) for part in (less, more)]
    low, high = (threshold_for(CURVE, aim) for aim in aims)
    assert low >= high - 1e-9


WANTED = Wanted(task_type="summary", complexity=0.2, input_tokens=100, priorities=Priorities(0, 1, 0))
DOUBTED = Doubt(("fast",), cheap=0.31, strong=0.52, threshold=0.15)
TRUSTED = Doubt(("fast",), cheap=0.71, strong=0.82, threshold=0.15)


def quality(name: str) -> float:
    return {m.name: m.quality["default"] for m in MODELS}[name]


def test_where_the_gain_counts_cheap_tiers_are_left_out_with_the_estimate_as_reason() -> None:
    ranking = rank(MODELS, WANTED, quality, doubt=DOUBTED)
    assert ranking.models[0].name == "middle"
    assert ranking.doubted == (SMALL,)
    (left_out,) = [candidate.left_out for candidate in ranking.candidates if candidate.model == "small"]
    assert left_out == (
        "An answer of the tier fast is estimated at 0.31, of a stronger tier at 0.52: a gain counts from 0.15."
    )
    assert left_out in ranking.reasons


def test_where_the_tier_between_is_doubted_the_one_below_is_left_out_too() -> None:
    between = Doubt(("balanced",), cheap=0.31, strong=0.52, threshold=0.15)
    assert [model.name for model in rank(MODELS, WANTED, quality, doubt=between).models] == ["large"]


def test_tiers_that_are_not_known_here_are_nobodys() -> None:
    gold = Doubt(("gold",), cheap=0.31, strong=0.52, threshold=0.15)
    assert not rank(MODELS, WANTED, quality, doubt=gold).doubted


def test_who_is_doubted_is_asked_when_all_others_have_failed() -> None:
    ranking = rank(MODELS, WANTED, quality, doubt=DOUBTED)
    assert ranking.in_turn == (*ranking.models, SMALL)
    explored = replace(ranking, models=(SMALL, *ranking.models))
    assert explored.in_turn == explored.models


def test_where_it_does_not_count_the_cheap_tier_answers_and_the_reasons_say_so() -> None:
    ranking = rank(MODELS, WANTED, quality, doubt=TRUSTED)
    assert ranking.models[0].name == "small"
    assert any("a gain would count from 0.15" in reason for reason in ranking.reasons)
    assert not ranking.doubted


def test_a_doubt_is_overlooked_where_nothing_else_can_answer() -> None:
    ranking = rank((SMALL,), WANTED, quality, doubt=DOUBTED)
    assert ranking.models == (SMALL,)
    assert not ranking.doubted
    assert any("overlooked" in reason for reason in ranking.reasons)


def test_stronger_tiers_that_are_down_leave_the_cheap_one_to_answer() -> None:
    ranking = rank(MODELS, WANTED, quality, frozenset({"middle", "large"}), DOUBTED)
    assert ranking.models == (SMALL,)
