import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_trainer.search.space import Span, checked, drawn, grid
from ratchet_trainer.tuning.base_models import BaseModel, BaseModelRefusedError, Range

MODEL = BaseModel(
    platform="openai",
    name="m",
    methods={"supervised": "openai"},
    hyperparameters={"epochs": Range(1, 50, whole=True), "learning_rate": Range(1e-6, 1)},
)


def test_a_grid_has_every_combination_once() -> None:
    points = grid({"epochs": (1, 2), "learning_rate": (0.1, 0.2, 0.3)}, 6)
    assert len(points) == len({tuple(point.items()) for point in points}) == 6
    assert points[0] == {"epochs": 1, "learning_rate": 0.1}


def test_a_grid_with_more_points_than_jobs_is_refused_with_both_numbers() -> None:
    with pytest.raises(BaseModelRefusedError, match="has 6 points, and 5 jobs"):
        grid({"epochs": (1, 2), "learning_rate": (0.1, 0.2, 0.3)}, 5)


def test_a_grid_of_a_range_is_refused() -> None:
    with pytest.raises(BaseModelRefusedError, match="needs values to try for learning_rate"):
        grid({"learning_rate": Span(0.1, 0.2)}, 5)


@given(st.integers(0, 2**31), st.integers(1, 20))
def test_what_is_drawn_is_within_its_range_and_different_and_the_same_again(seed: int, count: int) -> None:
    space = {"epochs": Span(1, 9), "learning_rate": Span(1e-5, 1e-2, log=True)}
    points = drawn(space, MODEL, count, seed)
    assert points == drawn(space, MODEL, count, seed)
    assert len(points) == count == len({tuple(point.items()) for point in points})
    for point in points:
        assert isinstance(point["epochs"], int)
        assert 1 <= point["epochs"] <= 9
        assert 1e-5 <= float(point["learning_rate"]) <= 1e-2


def test_a_space_with_fewer_points_gives_them_all() -> None:
    assert len(drawn({"epochs": (1, 2, 3)}, MODEL, 10, 42)) == 3


def test_powers_are_drawn_as_often_as_each_other() -> None:
    points = drawn({"learning_rate": Span(1e-5, 1e-1, log=True)}, MODEL, 400, 42)
    small = sum(float(point["learning_rate"]) < 1e-3 for point in points)
    assert 160 < small < 240


@pytest.mark.parametrize(
    ("axis", "said"),
    [
        (Span(3, 2), "goes from 3 to 2"),
        (Span(0, 2, log=True), "must be above 0"),
        (Span(1, 99), "from 1 to 50"),
        ((1, 1.5), "a whole number"),
    ],
)
def test_what_the_base_model_does_not_take_is_refused(axis: object, said: str) -> None:
    with pytest.raises(BaseModelRefusedError, match=said):
        checked({"epochs": axis}, MODEL, "supervised")  # type: ignore[dict-item]


@pytest.mark.parametrize("axis", [(1, 99), Span(0.5, 2)])
def test_what_is_out_of_range_is_named_where_it_stood(axis: tuple[int, ...] | Span) -> None:
    with pytest.raises(BaseModelRefusedError) as refused:
        checked({"epochs": axis}, MODEL, "supervised")
    assert refused.value.extra["field"] == "space.epochs"


def test_what_another_method_has_is_not_searched() -> None:
    ranges = {"epochs": Range(1, 9, whole=True), "margin": Range(0, 1, methods=frozenset({"dpo"}))}
    both = BaseModel(
        platform="openai", name="m", methods={"supervised": "openai", "dpo": "openai"}, hyperparameters=ranges
    )
    assert checked({"margin": (0.5,)}, both, "dpo") == {"margin": (0.5,)}
    with pytest.raises(BaseModelRefusedError, match="no hyper-parameter margin when it is tuned by supervised"):
        checked({"margin": (0.5,)}, both, "supervised")
