from hypothesis import given
from hypothesis import strategies as st

from ratchet_router.limits.slices import FINEST, SHARE, Slice, size
from tests.unit.router.limits_store import NOW, budget

amounts = st.integers(0, 10**12)


@given(amounts, amounts, amounts)
def test_a_slice_is_never_more_than_is_left(left: int, limit: int, wanted: int) -> None:
    assert size(min(left, limit), limit, wanted) <= min(left, limit)


@given(amounts, amounts, amounts)
def test_those_who_wait_get_what_they_want_while_it_is_there(left: int, limit: int, wanted: int) -> None:
    left = min(left, limit)
    assert size(left, limit, wanted) >= min(wanted, left)


def test_a_slice_is_a_twentieth_of_what_is_left_and_not_too_small() -> None:
    assert size(1_000_000, 1_000_000, 1) == 1_000_000 // SHARE
    assert size(10_000, 1_000_000, 1) == 1_000_000 // FINEST
    assert size(10, 1_000_000, 1) == 10


def test_a_whole_budget_takes_few_trips() -> None:
    left, trips = 10**9, 0
    while left:
        left -= size(left, 10**9, 1)
        trips += 1
    assert trips < 100


def test_what_was_reserved_and_not_used_is_there_again() -> None:
    one = Slice(budget(1_000))
    one.grant(100, 900)
    one.reserve(60)
    one.settle(60, 25)
    assert (one.left, one.in_flight) == (75, 0)


def test_a_slice_says_once_it_runs_low() -> None:
    one = Slice(budget(1_000))
    one.grant(100, 900)
    assert [one.reserve(25) for _ in range(4)] == [False, False, False, True]


def test_only_needs_of_the_size_that_was_refused_are_refused_again() -> None:
    one = Slice(budget(1_000))
    one.refuse(100, NOW, NOW + 3_600)
    assert one.refuses(100, NOW)
    assert one.refuses(101, NOW)
    assert not one.refuses(99, NOW)
    assert not one.refuses(100, NOW + 1)  # others may have given something back


def test_what_was_lent_is_owed_and_what_it_left_over_goes_back() -> None:
    one = Slice(budget(1_000))
    one.lend(50)
    one.reserve(50)
    assert one.hand_over() == -50
    one.settle(50, 20)
    assert one.hand_over() == 30
    assert one.hand_over() == 0
