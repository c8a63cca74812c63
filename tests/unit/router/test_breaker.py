from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.failing import ErrorKind
from ratchet_router.breaker import ALONE_EVERY_S, FIRST_REST_S, IN_A_ROW, LONGEST_REST_S, Breakers


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def broken(clock: Clock) -> Breakers:
    breakers = Breakers(clock, seed=7)
    for _ in range(IN_A_ROW):
        breakers.failed("m", "unavailable")
    return breakers


def test_one_failure_is_a_hiccup_and_several_in_a_row_are_not() -> None:
    clock = Clock()
    breakers = Breakers(clock)
    for _ in range(IN_A_ROW - 1):
        breakers.failed("m", "unavailable")
    assert breakers.takes("m")
    breakers.answered("m")
    breakers.failed("m", "unavailable")
    assert breakers.takes("m")
    assert broken(clock).down() == {"m"}
    assert not broken(clock).takes("m")


def test_what_fails_half_the_time_is_left_alone_too() -> None:
    breakers = Breakers(Clock())
    for _ in range(40):
        breakers.answered("m")
        breakers.failed("m", "overloaded")
    assert breakers.down() == {"m"}


@pytest.mark.parametrize("kind", ["misspoken", "too_large", "busy", "unsuited", "too_long", "filtered", "bad_request"])
def test_what_a_request_alone_brings_about_lets_no_model_rest(kind: ErrorKind) -> None:
    breakers = Breakers(Clock())
    for _ in range(40):
        breakers.failed("m", kind)
    assert breakers.takes("m")


def test_after_its_rest_one_probes_while_the_others_pass_by() -> None:
    clock = Clock()
    breakers = broken(clock)
    clock.now += FIRST_REST_S + 1
    assert breakers.down() == frozenset()
    assert breakers.takes("m")
    assert not breakers.takes("m")
    breakers.answered("m")
    assert breakers.takes("m")
    assert breakers.takes("m")


def test_a_failed_probe_means_a_longer_rest_up_to_a_limit() -> None:
    clock = Clock()
    breakers = broken(clock)
    rests = []
    for _ in range(8):
        clock.now += LONGEST_REST_S + 1
        assert breakers.takes("m")
        breakers.failed("m", "timeout")
        rests.append(breakers.wait_s("m"))
    assert rests[0] > FIRST_REST_S
    assert rests[-1] <= LONGEST_REST_S
    assert not breakers.takes("m")


def test_calls_that_were_under_way_when_it_was_left_alone_lengthen_no_rest() -> None:
    breakers = broken(Clock())
    rest = breakers.wait_s("m")
    for _ in range(100):
        breakers.failed("m", "unreachable")
    assert breakers.wait_s("m") == rest <= FIRST_REST_S


def test_a_probe_whose_caller_left_makes_room_for_another() -> None:
    clock = Clock()
    breakers = broken(clock)
    clock.now += FIRST_REST_S + 1
    assert breakers.takes("m")
    breakers.left("m")
    assert breakers.takes("m")


def test_where_nothing_else_remains_one_may_try_before_the_time() -> None:
    clock = Clock()
    breakers = broken(clock)
    assert breakers.takes("m", nothing_else=True)
    assert not breakers.takes("m", nothing_else=True)
    breakers.failed("m", "unreachable")
    assert not breakers.takes("m", nothing_else=True)
    clock.now += ALONE_EVERY_S
    assert breakers.takes("m", nothing_else=True)
    assert not breakers.takes("m")


def test_what_is_the_requests_fault_says_nothing_of_the_model() -> None:
    breakers = Breakers(Clock())
    for _ in range(50):
        breakers.failed("m", "bad_request")
        breakers.failed("m", "filtered")
        breakers.failed("m", "too_long")
        breakers.failed("m", "busy")
    assert breakers.down() == frozenset()


def test_a_provider_that_says_when_to_come_again_is_left_alone_until_then() -> None:
    clock = Clock()
    breakers = Breakers(clock)
    breakers.failed("m", "rate_limited", retry_after_s=7)
    assert not breakers.takes("m")
    clock.now += 7.1
    assert breakers.takes("m")
    assert breakers.takes("m")


@given(st.lists(st.sampled_from(["answered", "failed", "wait", "takes"]), max_size=200))
def test_a_model_that_is_well_again_is_always_taken_again_in_the_end(steps: list[str]) -> None:
    clock = Clock()
    breakers = Breakers(clock, seed=1)
    for step in steps:
        if step == "answered":
            breakers.answered("m")
        elif step == "failed":
            breakers.failed("m", "cut")
        elif step == "takes":
            breakers.takes("m")
        else:
            clock.now += 5
    clock.now += 2 * LONGEST_REST_S
    assert breakers.takes("m")
    breakers.answered("m")
    assert breakers.takes("m")
    assert breakers.takes("m")


def test_a_stream_that_has_begun_lets_all_come_before_it_ends() -> None:
    clock = Clock()
    breakers = broken(clock)
    clock.now += FIRST_REST_S + 1
    assert breakers.takes("m")
    breakers.shows("m")
    assert breakers.takes("m")
    assert breakers.takes("m")
    breakers.failed("m", "cut")  # it was not so well after all
    assert not breakers.takes("m")


def test_where_nothing_else_remains_a_slow_probe_keeps_nobody_out_for_long() -> None:
    clock = Clock()
    breakers = broken(clock)
    clock.now += FIRST_REST_S + 1
    assert breakers.takes("m", nothing_else=True)
    assert breakers.is_probed("m")
    taken = 0
    for _ in range(100):
        clock.now += 0.1
        taken += breakers.takes("m", nothing_else=True)
        assert not breakers.takes("m")
    assert 8 <= taken <= 11  # one a second
