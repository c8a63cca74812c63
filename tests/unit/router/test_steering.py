from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ratchet_catalogue.catalogue import Model
from ratchet_router.routing import Ranking, Wanted, rank
from ratchet_router.steering import Drawn, Steering, steered
from tests.unit.router.asks import LARGE, MIDDLE, MODELS, NOW, SMALL, model

WANTED = Wanted(task_type="summary", complexity=0.2, input_tokens=100)
TWINS = tuple(model(name, "fast", "1", 20, 0.6) for name in ("ann", "bob", "cem"))
ALWAYS = Steering(explore=1.0)


def ranked(*models: Model) -> Ranking:
    among = models or MODELS
    return rank(among, WANTED, {m.name: m.quality["default"] for m in among}.__getitem__)


def drawn(unit: str = "u", session: str | None = None, **how: Any) -> Drawn:
    return Drawn(**{"tenant": "acme", "unit": unit, "session": session, "now": NOW, "may_explore": True} | how)


def first(ranking: Ranking, steering: Steering, by: Drawn, wanted: Wanted = WANTED) -> str:
    return steered(ranking, wanted, steering, by).models[0].name


def test_a_session_stays_on_the_model_of_its_last_turn() -> None:
    found = steered(ranked(), WANTED, Steering(stays_on="large", explore=1.0), drawn("s", "s"))
    assert [m.name for m in found.models] == ["large", "small", "middle"]
    assert found.reasons[-1] == "The session stays on large, which answered it before."


def test_a_session_whose_model_cannot_do_it_goes_on_with_the_best() -> None:
    ranking = ranked(SMALL, MIDDLE)
    assert first(ranking, Steering(stays_on="large"), drawn("s", "s")) == "small"


def test_a_session_that_is_new_here_begins_on_every_replica_with_the_same_of_equals() -> None:
    sessions = [f"s{number}" for number in range(60)]
    chosen = [first(ranked(*TWINS), Steering(near=0.02), drawn(one, one)) for one in sessions]
    again = [first(ranked(*TWINS[::-1]), Steering(near=0.02), drawn(one, one)) for one in sessions]
    assert chosen == again
    assert set(chosen) == {"ann", "bob", "cem"}


def test_where_one_of_equals_goes_only_its_sessions_move() -> None:
    sessions = [f"s{number}" for number in range(60)]
    before = {one: first(ranked(*TWINS), Steering(near=0.02), drawn(one, one)) for one in sessions}
    after = {one: first(ranked(*TWINS[:2]), Steering(near=0.02), drawn(one, one)) for one in sessions}
    assert all(after[one] == before[one] for one in sessions if before[one] != "cem")


def test_what_is_clearly_worse_is_no_equal() -> None:
    assert {first(ranked(), Steering(near=0.02), drawn(f"s{n}", f"s{n}")) for n in range(30)} == {"small"}


def test_without_a_session_the_best_of_equals_is_the_first() -> None:
    assert {first(ranked(*TWINS), Steering(near=0.5), drawn(f"u{n}")) for n in range(30)} == {"ann"}


def test_the_stated_share_explores_and_says_so() -> None:
    steering = Steering(explore=0.1)
    found = [steered(ranked(), WANTED, steering, drawn(f"u{number}")) for number in range(3_000)]
    explored = [one for one in found if one.models[0] is not SMALL]
    assert 0.08 < len(explored) / len(found) < 0.12
    assert {one.models[0].name for one in explored} == {"middle", "large"}
    assert all("explored: 10.0%" in one.reasons[-1] for one in explored)


def test_the_same_unit_explores_the_same_model_all_day_and_is_drawn_anew_the_next() -> None:
    units = [f"u{number}" for number in range(400)]
    steering = Steering(explore=0.3)
    morning, evening, tomorrow = (
        {unit: first(ranked(), steering, drawn(unit, now=NOW + later)) for unit in units}
        for later in (timedelta(), timedelta(hours=20), timedelta(days=1))
    )
    assert morning == evening
    assert morning != tomorrow


def test_a_session_is_drawn_once_for_all_of_its_days() -> None:
    sessions = [f"s{number}" for number in range(200)]
    today, tomorrow = (
        {one: first(ranked(), Steering(explore=0.3), drawn(one, one, now=NOW + later)) for one in sessions}
        for later in (timedelta(), timedelta(days=1))
    )
    assert today == tomorrow


def test_nothing_explores_that_may_not() -> None:
    assert first(ranked(), ALWAYS, drawn(may_explore=False)) == "small"


def test_no_model_is_explored_that_would_miss_the_deadline() -> None:
    hurried = replace(WANTED, deadline_s=0.1)
    assert {first(ranked(), ALWAYS, drawn(f"u{n}"), hurried) for n in range(50)} == {"middle"}
    assert first(ranked(), ALWAYS, drawn(), replace(WANTED, deadline_s=0.03)) == "small"


def test_what_only_an_estimate_left_out_is_explored_too() -> None:
    doubting = replace(ranked(MIDDLE), doubted=(SMALL,))
    assert first(doubting, ALWAYS, drawn()) == "small"
    assert first(doubting, Steering(), drawn()) == "middle"


def test_a_single_model_is_left_alone() -> None:
    ranking = ranked(LARGE)
    assert steered(ranking, WANTED, ALWAYS, drawn("s", "s")) is ranking


@given(
    unit=st.text(max_size=20),
    session=st.none() | st.text(min_size=1, max_size=20),
    stays_on=st.sampled_from(["", "small", "large", "gone"]),
    explore=st.floats(0, 1),
    near=st.floats(0, 1),
)
def test_no_model_is_lost_or_made_up(
    unit: str, session: str | None, stays_on: str, explore: float, near: float
) -> None:
    ranking = ranked()
    found = steered(ranking, WANTED, Steering(stays_on, explore, near), drawn(unit, session))
    assert sorted(m.name for m in found.models) == sorted(m.name for m in ranking.models)
    assert found.candidates == ranking.candidates


@pytest.mark.parametrize("explore", [0.0, 1.0])
def test_it_is_reproducible(explore: float) -> None:
    one, other = (steered(ranked(), WANTED, Steering(explore=explore), drawn("u")) for _ in range(2))
    assert one == other
