"""The store of the limits at the router's border: a fake with the same answers, and what every such store must do."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

from ratchet_common.errors import RetryLaterError
from ratchet_router.limits.admission import LimitsStore
from ratchet_router.limits.allowances import MICRO, Allowance, Measure, in_bucket, worth_us
from ratchet_router.limits.settling import GivenBack

NOW = 1_795_651_200.0  # 2026-11-26, midnight in UTC
DAY = 86_400.0


def budget(limit: int, *, until: float = NOW + DAY) -> Allowance:
    return Allowance(f"tenant||{uuid4().hex}|acme", "acme", "tenant", Measure.COST, "day", limit, until)


def rate(limit: int, measure: Measure = Measure.REQUESTS) -> Allowance:
    return Allowance(f"tenant||{uuid4().hex}|acme", "acme", "tenant", measure, "minute", limit, math.inf)


class InMemoryLimitsStore:
    """`away`: nothing works. `before_take` runs between a look and a taking, as other replicas may."""

    def __init__(self) -> None:
        self.away = False
        self.ahead_s = 0.0
        self.taken: dict[str, int] = {}
        self.full_at: dict[str, int] = {}
        self.receipts: set[tuple[str, str]] = set()
        self.holds: dict[tuple[str, str], int] = {}
        self.trips = 0
        self.before_take: Callable[[], Awaitable[None]] | None = None

    def _there(self) -> None:
        self.trips += 1
        if self.away:
            raise RetryLaterError("The store is away.")

    async def clock_ahead_s(self) -> float:
        self._there()
        return self.ahead_s

    async def left(self, allowance: Allowance, now: float) -> int:
        self._there()
        await asyncio.sleep(0)
        return self._left(allowance, now)

    def _left(self, allowance: Allowance, now: float) -> int:
        if allowance.is_rate:
            return in_bucket(self.full_at.get(allowance.key, 0), int(now * MICRO), allowance.limit)
        return max(0, allowance.limit - self.taken.get(allowance.key, 0))

    async def take(self, allowance: Allowance, amount: int, now: float) -> bool:
        if self.before_take is not None:
            await self.before_take()
        self._there()
        if self._left(allowance, now) < amount:
            return False
        self._write(allowance, amount, now)
        return True

    async def owe(self, allowance: Allowance, amount: int, now: float) -> None:
        self._there()
        self._write(allowance, amount, now)

    def _write(self, allowance: Allowance, amount: int, now: float) -> None:
        key = allowance.key
        if allowance.is_rate:
            since = max(self.full_at.get(key, 0), int(now * MICRO))
            self.full_at[key] = since + worth_us(amount, allowance.limit)
        else:
            self.taken[key] = self.taken.get(key, 0) + amount

    async def give_back(self, given: Sequence[GivenBack]) -> None:
        self._there()
        for one in given:
            key = one.allowance.key
            if (key, one.receipt) in self.receipts:
                continue
            self.receipts.add((key, one.receipt))
            if one.allowance.is_rate:
                self.full_at[key] -= worth_us(one.amount, one.allowance.limit)
            else:
                self.taken[key] -= one.amount

    async def hold(self, allowance: Allowance, name: str, amount: int) -> bool:
        self._there()
        if (allowance.key, name) not in self.holds:
            if self._left(allowance, 0) < amount:
                return False
            self._write(allowance, amount, 0)
            self.holds[allowance.key, name] = amount
        return True

    async def settle(self, key: str, name: str, used: int) -> None:
        self._there()
        if (amount := self.holds.pop((key, name), None)) is not None:
            self.taken[key] += used - amount


async def a_budget_is_given_to_its_end_and_no_further(store: LimitsStore) -> None:
    allowance = budget(1_000)
    assert await store.left(allowance, NOW) == 1_000
    assert [await store.take(allowance, 400, NOW) for _ in range(3)] == [True, True, False]
    assert await store.left(allowance, NOW) == 200
    assert await store.take(allowance, 200, NOW)
    assert not await store.take(allowance, 1, NOW)


async def more_than_the_limit_is_never_given(store: LimitsStore) -> None:
    for allowance in (budget(1_000), rate(1_000)):
        assert not await store.take(allowance, 1_001, NOW)


async def what_is_given_back_can_be_taken_again_and_counts_once(store: LimitsStore) -> None:
    for allowance in (budget(1_000), rate(1_000)):
        assert await store.take(allowance, 1_000, NOW)
        given = [GivenBack(allowance, 300, "one"), GivenBack(allowance, 200, "two")]
        for _ in range(3):
            await store.give_back(given)
        assert await store.left(allowance, NOW) == 500


async def what_is_owed_is_taken_even_where_nothing_is_left(store: LimitsStore) -> None:
    for allowance in (budget(100), rate(100)):
        await store.owe(allowance, 60, NOW)
        assert await store.left(allowance, NOW) == 40
        await store.owe(allowance, 60, NOW)
        assert await store.left(allowance, NOW) == 0
        assert not await store.take(allowance, 1, NOW)


async def a_bucket_refills_at_its_rate_and_holds_a_minute(store: LimitsStore) -> None:
    allowance = rate(600)
    assert await store.take(allowance, 600, NOW)
    assert not await store.take(allowance, 1, NOW)
    assert await store.left(allowance, NOW + 1) == 10
    assert await store.take(allowance, 10, NOW + 1)
    assert not await store.take(allowance, 1, NOW + 1)
    assert await store.left(allowance, NOW + 10_000) == 600


async def what_is_held_is_held_once_and_settled_once(store: LimitsStore) -> None:
    allowance = budget(1_000)
    for _ in range(2):
        assert await store.hold(allowance, "one", 600)
    assert not await store.hold(allowance, "two", 600)
    assert await store.hold(allowance, "three", 400)
    assert await store.left(allowance, NOW) == 0
    for _ in range(2):
        await store.settle(allowance.key, "one", 100)
    assert await store.left(allowance, NOW) == 500
    await store.settle(allowance.key, "nobody", 100)
    assert await store.left(allowance, NOW) == 500


async def a_hold_that_came_to_more_than_was_set_aside_counts_in_full(store: LimitsStore) -> None:
    allowance = budget(1_000)
    assert await store.hold(allowance, "one", 600)
    await store.settle(allowance.key, "one", 1_200)
    assert await store.left(allowance, NOW) == 0
    assert not await store.hold(allowance, "two", 1)


async def holds_that_race_never_pass_the_limit(store: LimitsStore) -> None:
    allowance = budget(1_000)
    given = await asyncio.gather(*(store.hold(allowance, f"batch-{n % 20}", 90) for n in range(40)))
    assert sum(given) % 2 == 0  # each name was asked for twice, and got one answer
    assert await store.left(allowance, NOW) == 1_000 - 11 * 90


SUITE = (
    a_budget_is_given_to_its_end_and_no_further,
    more_than_the_limit_is_never_given,
    what_is_given_back_can_be_taken_again_and_counts_once,
    what_is_owed_is_taken_even_where_nothing_is_left,
    a_bucket_refills_at_its_rate_and_holds_a_minute,
    what_is_held_is_held_once_and_settled_once,
    a_hold_that_came_to_more_than_was_set_aside_counts_in_full,
    holds_that_race_never_pass_the_limit,
)
