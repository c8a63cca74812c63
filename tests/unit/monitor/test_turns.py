"""In which order changed hours are built: what goes on now first, tenants fairly, and nothing waits for ever."""

import random
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_monitor.hours import BucketKey
from ratchet_monitor.turns import FRESH, MOST, SHARE, TOGETHER, Turns, Waiting, is_fresh, portions
from tests.unit.monitor.make import HOUR, NOW

TASKS = ("classification", "qa", "summary")
DAYS = 29


def waiting(hours_ago: int, tenant: str = "acme", *, task: str = "summary", since: int = 0, tries: int = 0) -> Waiting:
    """`since`: seconds after now."""
    key = BucketKey(tenant, task, HOUR - timedelta(hours=hours_ago))
    return Waiting(key, NOW + timedelta(seconds=since), tries)


def imported(tenant: str = "acme", *, since: int = 0) -> list[Waiting]:
    return [waiting(n, tenant, task=task, since=since) for n in range(4, 24 * DAYS) for task in TASKS]


def drained(turns: Turns, those: Sequence[Waiting]) -> list[Sequence[Waiting]]:
    left, order = {one.key: one for one in those}, list[Sequence[Waiting]]()
    while chosen := turns.next(left.values(), NOW):
        order.append(chosen)
        for one in chosen:
            del left[one.key]
    assert not left
    return order


def is_of_a_day(chosen: Sequence[Waiting]) -> bool:
    return len({(one.key.tenant, one.key.hour.date()) for one in chosen}) == 1


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.builds(
            waiting,
            st.integers(-1, 24 * DAYS),
            st.sampled_from(("acme", "beta", "gamma")),
            task=st.sampled_from(TASKS),
            since=st.integers(-100, 100),
            tries=st.integers(0, 1),
        ),
        unique_by=lambda one: one.key,
        max_size=80,
    )
)
def test_each_hour_has_its_turn_and_only_old_ones_of_a_day_go_together(those: list[Waiting]) -> None:
    for chosen in drained(Turns(), those):
        assert is_of_a_day(chosen)
        assert len(chosen) <= TOGETHER
        assert len(chosen) == 1 or not any(one.tries or is_fresh(one.key.hour, NOW) for one in chosen)


def test_what_goes_on_now_does_not_wait_for_an_import() -> None:
    now_of_beta = waiting(0, "beta", since=60)
    assert drained(Turns(), [*imported(), now_of_beta])[0] == [now_of_beta]


def test_an_import_waits_for_nobody_where_nothing_goes_on() -> None:
    order = drained(Turns(), imported())
    assert len(order) <= DAYS * (24 * len(TASKS) // TOGETHER + 1)
    assert order[0][0].key.hour == HOUR - FRESH - timedelta(hours=1)


def test_another_tenants_old_hour_is_not_behind_a_whole_import() -> None:
    late_word = waiting(600, "beta", since=60)
    order = drained(Turns(), [*imported(), late_word])
    assert order.index([late_word]) <= 2


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), tenants=st.integers(1, 8), before=st.integers(0, 30))
def test_a_steady_stream_of_fresh_hours_keeps_nothing_waiting_for_ever(seed: int, tenants: int, before: int) -> None:
    """Not even an hour that is the oldest of all, where newer old ones come all the time as well."""
    draw, turns = random.Random(seed), Turns()
    oldest = waiting(24 * DAYS)
    earlier = [waiting(24 * DAYS - 1 - n, "beta", since=-1 - n) for n in range(before)]
    left = {one.key: one for one in [oldest, *earlier]}
    for turn in range(SHARE * SHARE * (before + 1)):
        for tenant in range(tenants):
            for hours_ago in (0, draw.randrange(3), draw.randrange(3, 600)):
                one = waiting(hours_ago, f"tenant-{tenant}", since=1 + turn)
                left.setdefault(one.key, one)
        for one in turns.next(left.values(), NOW):
            del left[one.key]
    assert oldest.key not in left


@given(tenants=st.integers(2, 20))
def test_tenants_have_their_turns_one_after_the_other_whoever_has_more_to_build(tenants: int) -> None:
    names = [f"tenant-{n}" for n in range(tenants)]
    many = [waiting(hours_ago, "tenant-0", task=task) for hours_ago in range(3) for task in TASKS]
    order = drained(Turns(), [*many, *(waiting(0, name) for name in names[1:])])
    first = [chosen[0].key.tenant for chosen in order]
    assert max(first.index(name) for name in names) <= tenants + tenants // (SHARE - 1) + 1


def test_hours_are_read_together_as_far_as_they_hold_little() -> None:
    keys = [waiting(n).key for n in range(5)]
    sizes = dict(zip(keys, (MOST // 2, MOST // 2, 1, 2 * MOST), strict=False))
    assert portions(keys, sizes) == [keys[:2], keys[2:3], keys[3:4], keys[4:]]
    assert portions([], {}) == []
