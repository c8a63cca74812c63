import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.errors import RetryLaterError
from ratchet_router.kept_keys import PORTION, STALE_S, Filter, KeptKeys

KEPT = timedelta(hours=24)


def key(n: int) -> bytes:
    return hashlib.sha256(b"%d" % n).digest()


@dataclass
class Store:
    """What replicas keep, each answer until a day after it was kept."""

    kept: list[tuple[datetime, bytes]] = field(default_factory=list)
    away: bool = False
    seconds: float = 0.0

    def keep(self, *numbers: int) -> None:
        self.kept += [(datetime.now(UTC) + KEPT, key(n)) for n in numbers]
        self.kept.sort()

    async def kept_keys(self, since: datetime | None, most: int) -> Sequence[tuple[datetime, bytes]]:
        if self.away:
            raise RetryLaterError("away")
        return [one for one in self.kept if since is None or one[0] >= since][:most]

    def clock(self) -> float:
        return self.seconds


def keys_of(store: Store, most: int = 1000) -> KeptKeys:
    return KeptKeys(store, kept=KEPT, most=most, clock=store.clock)


async def read(keys: KeptKeys) -> None:
    while await keys.look():
        pass


@given(st.sets(st.integers(0, 10_000), max_size=300))
def test_what_was_added_is_there(numbers: set[int]) -> None:
    filter_ = Filter(300)
    for n in numbers:
        filter_.add(key(n))
    assert all(key(n) in filter_ for n in numbers)


def test_of_what_was_not_added_few_seem_to_be_there() -> None:
    filter_ = Filter(10_000)
    for n in range(10_000):
        filter_.add(key(n))
    assert sum(key(n) in filter_ for n in range(10_000, 30_000)) / 20_000 < 0.01


def test_before_the_store_was_read_it_may_hold_anything() -> None:
    assert keys_of(Store()).may_hold(key(1))


async def test_what_others_keep_is_known_after_the_next_look() -> None:
    store = Store()
    store.keep(1)
    keys = keys_of(store)
    await read(keys)
    store.keep(2)
    assert keys.may_hold(key(1))
    assert not keys.may_hold(key(2))
    await read(keys)
    assert keys.may_hold(key(2))
    assert not keys.may_hold(key(3))


async def test_what_was_kept_here_is_known_at_once() -> None:
    keys = keys_of(Store())
    await read(keys)
    keys.add(key(1))
    assert keys.may_hold(key(1))


async def test_an_answer_that_is_kept_again_and_again_takes_the_place_of_one() -> None:
    keys = keys_of(Store(), most=10)
    await read(keys)
    for _ in range(20):
        keys.add(key(1))
    assert not keys.may_hold(key(99))


async def test_more_than_one_portion_is_read_to_its_end_even_of_one_moment() -> None:
    store = Store()
    moment = datetime.now(UTC) + timedelta(hours=1)
    store.kept = [(moment, key(n)) for n in range(PORTION)]
    store.keep(*range(PORTION, PORTION + 50))
    keys = keys_of(store, most=10 * PORTION)
    await read(keys)
    assert all(keys.may_hold(key(n)) for n in range(PORTION + 50))
    assert not keys.may_hold(key(PORTION + 50))


async def test_where_there_are_more_than_can_be_known_the_store_may_hold_anything() -> None:
    store = Store()
    store.keep(*range(20))
    keys = keys_of(store, most=10)
    await read(keys)
    assert keys.may_hold(key(99))


async def test_while_the_store_cannot_be_read_it_may_hold_anything() -> None:
    store = Store()
    keys = keys_of(store)
    await read(keys)
    store.away = True
    with pytest.raises(RetryLaterError):
        await keys.look()
    assert not keys.may_hold(key(1))
    store.seconds += STALE_S + 1
    assert keys.may_hold(key(1))
    store.away = False
    await read(keys)
    assert not keys.may_hold(key(1))


async def test_a_key_is_known_for_as_long_as_its_answer_is_kept_and_forgotten_in_the_end() -> None:
    store = Store()
    keys = keys_of(store)
    store.keep(1)
    await read(keys)
    keys.add(key(2))
    store.seconds += KEPT.total_seconds() - 1
    keys.add(key(3))
    store.kept.clear()
    store.seconds += 2
    await read(keys)
    assert keys.may_hold(key(3))
    store.seconds += KEPT.total_seconds() + 1
    await read(keys)
    assert not any(keys.may_hold(key(n)) for n in (1, 2, 3))
