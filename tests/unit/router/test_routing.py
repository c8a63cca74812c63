from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ratchet_catalogue.catalogue import Model
from ratchet_router.priorities import Priorities
from ratchet_router.routing import Measured, NoModelFitsError, Ranking, Wanted, quality_of, rank
from tests.unit.router.asks import LARGE, MIDDLE, MODELS, SMALL, model


def wanted(**how: Any) -> Wanted:
    given: dict[str, Any] = {"task_type": "summary", "complexity": 0.2, "input_tokens": 100}
    return Wanted(**given | how)


def ranked(*models: Model, down: frozenset[str] = frozenset(), **how: Any) -> Ranking:
    among = models or MODELS
    return rank(among, wanted(**how), {m.name: m.quality["default"] for m in among}.__getitem__, down)


def names(ranking: Ranking) -> list[str]:
    return [m.name for m in ranking.models]


@pytest.mark.parametrize(
    ("priorities", "winner"),
    [
        (Priorities(), "small"),
        (Priorities(accuracy=1, cost=0, speed=0), "large"),
        (Priorities(accuracy=0, cost=1, speed=0), "small"),
        (Priorities(accuracy=0, cost=0, speed=0.1), "small"),
        (Priorities(accuracy=0, cost=0, speed=0), "small"),
        (Priorities(accuracy=3, cost=1, speed=1), "large"),
    ],
)
def test_the_priorities_decide(priorities: Priorities, winner: str) -> None:
    assert ranked(priorities=priorities).models[0].name == winner


def test_terms_are_scaled_over_the_candidates_and_weighed() -> None:
    middle = next(c for c in ranked(priorities=Priorities(2, 1, 1)).candidates if c.model == "middle")
    assert (middle.quality, middle.cheapness, middle.speed) == (0.333333, 0.7, 0.6)
    assert middle.score == pytest.approx(0.5 * 0.333333 + 0.25 * 0.7 + 0.25 * 0.6, abs=1e-6)


@pytest.mark.parametrize(
    ("complexity", "left"), [(0.35, ["small", "middle", "large"]), (0.36, ["middle", "large"]), (0.71, ["large"])]
)
def test_a_tier_whose_ceiling_lies_below_the_complexity_is_left_out(complexity: float, left: list[str]) -> None:
    assert sorted(names(ranked(complexity=complexity))) == sorted(left)


def test_it_is_not_left_out_when_nothing_else_remains() -> None:
    ranking = ranked(SMALL, complexity=0.9)
    assert names(ranking) == ["small"]
    assert any("overlooked" in reason for reason in ranking.reasons)


def test_what_failed_just_now_is_left_out_unless_nothing_else_remains() -> None:
    assert "small" not in names(ranked(down=frozenset({"small"})))
    assert len(names(ranked(down=frozenset({"small", "middle", "large"})))) == 3


@pytest.mark.parametrize(
    ("how", "left"),
    [
        ({"input_tokens": 2_000}, ["large"]),
        ({"input_tokens": 900, "max_output_tokens": 200}, ["large"]),
        ({"capabilities": frozenset({"tools"})}, ["large"]),
        ({"tier": "balanced"}, ["middle"]),
        ({"tier": "fast", "complexity": 0.9}, ["small"]),
        ({"max_cost_usd": Decimal("0.0003")}, ["small"]),
    ],
)
def test_what_cannot_do_the_request_is_left_out_with_the_reason(how: dict[str, Any], left: list[str]) -> None:
    ranking = ranked(**how)
    assert names(ranking) == left
    assert {c.model for c in ranking.candidates if c.left_out} == {m.name for m in MODELS} - set(left)


@pytest.mark.parametrize(
    "how", [{"input_tokens": 20_000}, {"capabilities": frozenset({"vision"})}, {"max_cost_usd": Decimal("0.000001")}]
)
def test_when_no_model_can_do_it_each_reason_is_said(how: dict[str, Any]) -> None:
    with pytest.raises(NoModelFitsError) as refused:
        ranked(**how)
    assert all(m.name in refused.value.detail for m in MODELS)


@pytest.mark.parametrize(
    ("measured", "quality"),
    [
        (None, 0.7),
        (Measured(0.9, 0), 0.7),
        (Measured(0.9, 10), 0.75),
        (Measured(0.9, 30), 0.8),
        (Measured(0.9, 270), 0.88),
    ],
)
def test_the_prior_fades_as_scores_come_in(measured: Measured | None, quality: float) -> None:
    assert quality_of(MIDDLE, "summary", measured, 30) == pytest.approx(quality)


@given(score=st.floats(0, 1), n=st.integers(0, 10_000), prior_scores=st.floats(0.1, 1_000))
def test_quality_lies_between_the_prior_and_what_was_measured(score: float, n: int, prior_scores: float) -> None:
    found = quality_of(MIDDLE, "summary", Measured(score, n), prior_scores)
    assert min(0.7, score) - 1e-9 <= found <= max(0.7, score) + 1e-9


def test_what_takes_longer_than_the_deadline_leaves_is_left_out_unless_nothing_else_remains() -> None:
    ranking = ranked(deadline_s=0.05, priorities=Priorities(1, 0, 0))
    assert names(ranking) == ["small"]
    assert "120 ms" in next(c.left_out for c in ranking.candidates if c.model == "large")
    assert len(names(ranked(deadline_s=0.001))) == 3


def test_equals_are_ranked_the_same_way_every_time() -> None:
    twins = model("b", "fast", "1", 20, 0.6), model("a", "fast", "1", 20, 0.6)
    ranking = ranked(*twins)
    assert names(ranking) == ["a", "b"]
    assert {c.score for c in ranking.candidates} == {1.0}
    assert LARGE.expected_quality("chat") == 0.9


WEIGHT = st.floats(min_value=0, allow_nan=False, allow_infinity=False)


@given(WEIGHT, WEIGHT, WEIGHT)
def test_weights_add_up_to_one_whatever_they_were(accuracy: float, cost: float, speed: float) -> None:
    scaled = Priorities(accuracy, cost, speed).scaled()
    assert scaled.accuracy + scaled.cost + scaled.speed == pytest.approx(1)
    assert (scaled.accuracy >= scaled.cost) is (accuracy >= cost) or scaled.accuracy == scaled.cost


def test_of_models_alike_a_batch_goes_to_the_one_whose_provider_halves_it() -> None:
    alike = [replace(SMALL, name=name, provider=name) for name in ("first", "second")]
    assert names(ranked(*alike, priorities=Priorities(0, 1, 0))) == ["first", "second"]
    assert names(ranked(*alike, priorities=Priorities(0, 1, 0), batched_by=frozenset({"second"})))[0] == "second"
