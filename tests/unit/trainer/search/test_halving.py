from hypothesis import given
from hypothesis import strategies as st

from ratchet_trainer.search.halving import loss_at, rungs, to_stop

LOSSES = st.dictionaries(st.text("abcdefgh", min_size=1), st.floats(0, 10), max_size=20)


def test_there_are_as_many_rungs_as_leave_one_trial() -> None:
    assert rungs(3) == (1 / 3,)
    assert rungs(9) == (1 / 9, 1 / 3)
    assert rungs(27) == (1 / 27, 1 / 9, 1 / 3)
    assert rungs(1) == (1 / 3,)


@given(LOSSES)
def test_a_third_goes_on_and_none_of_those_is_worse_than_one_that_ends(losses: dict[str, float]) -> None:
    ended = to_stop(losses)
    going = losses.keys() - ended
    assert len(going) >= len(losses) / 3
    if ended:
        assert max(losses[name] for name in going) <= min(losses[name] for name in ended)


def test_the_first_few_that_come_to_a_rung_go_on() -> None:
    assert to_stop({"a": 1.0, "b": 9.0}) == set()
    assert to_stop({"a": 1.0, "b": 9.0, "c": 2.0}) == {"b", "c"}


def test_the_loss_at_a_rung_is_what_was_measured_there_and_not_what_came_later() -> None:
    curve = [(10, 2.0), (20, 1.5), (30, 1.0)]
    assert loss_at(curve, 0.6, 0.2) == 2.0
    assert loss_at(curve, 0.6, 0.5) == 1.0
    assert loss_at(curve, 0.1, 0.2) is None
    assert loss_at([], 0.6, 0.2) is None
