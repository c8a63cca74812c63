from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.events import Arm, ExperimentChanged
from ratchet_router.ask import Ask
from ratchet_router.experiments import Enrolled, arm_of, enrolled, unit_of
from tests.unit.router.asks import ask, experiment

A, B = Arm(name="a", share=30, model="small"), Arm(name="b", share=50, model="middle")
UNITS = [f"s{n}" for n in range(4_000)]


def arms(running: ExperimentChanged) -> list[str | None]:
    found = (arm_of(running, unit) for unit in UNITS)
    return [arm.name if arm else None for arm in found]


def drawn(asked: Ask, *running: ExperimentChanged, unable: str = "") -> Enrolled | None:
    return enrolled(asked, running, lambda arm: arm.name != unable)


def test_the_arms_have_their_shares_and_the_rest_is_in_none() -> None:
    counted = Counter(arms(experiment("e1", A, B)))
    assert [round(counted[name] / len(UNITS), 1) for name in ("a", "b", None)] == [0.3, 0.5, 0.2]


@given(unit=st.text(min_size=1))
def test_a_unit_stays_in_its_arm(unit: str) -> None:
    once, again = arm_of(experiment("e1", A, B), unit), arm_of(experiment("e1", A, B, state="running"), unit)
    assert once == again


def test_two_experiments_draw_the_same_units_apart() -> None:
    both = Counter(zip(arms(experiment("e1")), arms(experiment("e2")), strict=True))
    assert all(0.2 < both["a", second] / len(UNITS) < 0.3 for second in ("a", "b"))


@pytest.mark.parametrize(
    ("unit", "how", "found"),
    [
        ("session", {"session": "s", "user": "u"}, "s"),
        ("user", {"session": "s", "user": "u"}, "u"),
        ("session", {"user": "u"}, None),
        ("user", {"session": "s"}, None),
        ("result", {"draw": "d"}, "d"),
    ],
)
def test_a_request_without_the_unit_is_in_no_experiment(unit: str, how: dict[str, str], found: str | None) -> None:
    running = experiment("e1", unit=unit)
    assert unit_of(running, ask(**how)) == found
    assert (drawn(ask(**how), running) is None) == (found is None)


def test_each_request_alone_is_drawn_anew() -> None:
    names = Counter(one.arm.name for _ in range(200) if (one := drawn(ask(), experiment("e1", unit="result"))))
    assert min(names["a"], names["b"]) > 50


def test_a_request_that_one_arm_cannot_serve_is_in_none_of_them() -> None:
    asked = [ask(session=unit) for unit in UNITS[:50]]
    assert all(drawn(one, experiment("e1"), unable="b") is None for one in asked)
    found = [drawn(one, experiment("e1", Arm(name="x", share=100), A), experiment("e2"), unable="x") for one in asked]
    assert {one.experiment_id for one in found if one} == {"e2"}


def test_the_first_that_draws_a_unit_keeps_it() -> None:
    first, second = experiment("e1", Arm(name="all", share=100)), experiment("e2")
    found = drawn(ask(session="s"), first, second)
    assert found is not None
    assert found.name == "e1:all"


def test_an_arm_that_is_out_gives_its_units_back_and_moves_nobody_else() -> None:
    before = arms(experiment("e1", A, B))
    after = arms(experiment("e1", msgspec.structs.replace(A, out=True), B))
    assert after == [None if arm == "a" else arm for arm in before]
    out = experiment("e1", msgspec.structs.replace(A, out=True), B)
    asked = [ask(session=unit) for unit in UNITS[:50]]
    assert {one.arm.name for one in (drawn(each, out, unable="a") for each in asked) if one} == {"b"}
