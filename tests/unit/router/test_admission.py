import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_common.limits import Limits
from ratchet_router.limits.admission import Admission
from ratchet_router.limits.admitted import Estimate
from ratchet_router.limits.file import LimitsFile, Scheme
from ratchet_router.limits.refusals import BudgetExhaustedError, LimitsAwayError, RateLimitedError
from ratchet_router.limits.subjects import Who
from tests.unit.router.limits_store import DAY, NOW, InMemoryLimitsStore

D = Decimal
ANN = Who(tenant="acme", key="k" * 64, user="ann")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class World:
    def __init__(self, store: InMemoryLimitsStore | None = None, clock: Clock | None = None, **limits: Any) -> None:
        without_store = limits.pop("without_store", "closed")
        self.store, self.clock = store or InMemoryLimitsStore(), clock or Clock()
        file = LimitsFile(Scheme(tenant=Limits(**limits)))
        self.admission = Admission(self.store, file, tracked=100, without_store=without_store, clock=self.clock)

    async def asks(self, cost: str = "0", tokens: int = 0, who: Who = ANN) -> Any:
        return await self.admission.admit(who, Estimate(D(cost), tokens))

    async def left(self) -> int:
        (standing,) = await self.admission.standing(ANN)
        return standing.left


async def test_a_budget_admits_to_its_end_and_then_refuses_with_the_time_of_the_next() -> None:
    world = World(day_usd=D(1))
    for _ in range(10):
        await world.asks("0.1")
    with pytest.raises(BudgetExhaustedError) as refused:
        await world.asks("0.1")
    assert refused.value.status == 402
    assert refused.value.extra == {"subject": "tenant", "period": "day", "resets_at": "2026-11-27T00:00:00Z"}
    assert refused.value.headers == {"Retry-After": "86400"}


@pytest.mark.parametrize("day_usd", ["0", "0.001"])
async def test_what_is_dearer_than_the_whole_budget_is_not_told_to_come_again(day_usd: str) -> None:
    world = World(day_usd=D(day_usd))
    with pytest.raises(BudgetExhaustedError, match=f"is {day_usd} USD in all") as refused:
        await world.asks("0.1")
    assert (refused.value.status, refused.value.headers) == (402, {})


async def test_what_was_reserved_and_not_used_admits_others() -> None:
    world = World(day_usd=D(1))
    for _ in range(50):
        (await world.asks("0.5")).settle(D("0.01"), 100)
    assert await world.left() == 500_000_000


async def test_what_comes_back_to_a_rate_that_is_full_again_is_no_more_than_the_limit() -> None:
    world = World(tokens_per_minute=100_000)
    admitted = await world.asks(tokens=5_000)
    world.clock.now += 60
    admitted.settle(D(0), 0)
    assert await world.left() == 100_000


async def test_a_request_is_settled_once() -> None:
    world = World(day_usd=D(1))
    admitted = await world.asks("0.5")
    for _ in range(3):
        admitted.settle(D("0.1"), 0)
    assert await world.left() == 900_000_000


async def test_an_answer_that_cost_more_than_expected_is_paid_before_the_next() -> None:
    world = World(day_usd=D(1))
    (await world.asks("0.1")).settle(D("0.95"), 0)
    with pytest.raises(BudgetExhaustedError):
        await world.asks("0.1")
    (await world.asks("0.05")).settle(D("0.05"), 0)
    assert await world.left() == 0


async def test_a_smaller_request_passes_where_a_larger_one_was_refused() -> None:
    world = World(day_usd=D(1))
    await world.asks("0.9")
    with pytest.raises(BudgetExhaustedError):
        await world.asks("0.2")
    await world.asks("0.1")


async def test_a_new_day_is_a_new_budget() -> None:
    world = World(day_usd=D(1))
    over_midnight = await world.asks("1")
    world.clock.now += DAY
    await world.asks("1")
    over_midnight.settle(D("0.2"), 0)  # belongs to the day on which it was admitted
    with pytest.raises(BudgetExhaustedError):
        await world.asks("0.1")


async def test_requests_above_the_rate_are_refused_until_there_is_room() -> None:
    world = World(requests_per_minute=60)
    for _ in range(60):
        await world.asks()
    with pytest.raises(RateLimitedError) as refused:
        await world.asks()
    assert refused.value.status == 429
    assert refused.value.headers["Retry-After"] == "1"
    assert refused.value.extra["resets_at"] == "2026-11-26T00:00:01Z"
    assert refused.value.headers["x-ratelimit-remaining-requests"] == "0"
    world.clock.now += 1
    await world.asks()
    with pytest.raises(RateLimitedError):
        await world.asks()


async def test_a_request_larger_than_a_minutes_tokens_never_fits_and_says_so() -> None:
    with pytest.raises(RateLimitedError, match="send less") as refused:
        await World(tokens_per_minute=1_000).asks(tokens=1_001)
    assert "Retry-After" not in refused.value.headers


async def test_the_refusal_that_lasts_longest_is_told() -> None:
    world = World(day_usd=D(1), requests_per_minute=1)
    await world.asks("1")
    with pytest.raises(BudgetExhaustedError):
        await world.asks("1")


async def test_the_answer_may_carry_what_is_left_by_openais_names() -> None:
    admitted = await World(requests_per_minute=60, tokens_per_minute=6_000).asks(tokens=600)
    assert admitted.headers() == {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "1.000s",
        "x-ratelimit-limit-tokens": "6000",
        "x-ratelimit-remaining-tokens": "5400",
        "x-ratelimit-reset-tokens": "6.000s",
    }


async def test_most_requests_ask_nobody() -> None:
    world = World(day_usd=D(100), requests_per_minute=100_000)
    for number in range(1_000):
        if number % 100 == 0:
            await world.admission.round()
        (await world.asks("0.01")).settle(D("0.01"), 10)
    assert world.store.trips < 60


async def test_many_who_wait_share_one_trip() -> None:
    world = World(day_usd=D(100))
    await asyncio.gather(*(world.asks("0.9") for _ in range(100)))
    assert world.store.trips == 2  # a look and a taking


async def test_a_refused_caller_who_goes_on_does_not_burden_the_store() -> None:
    world = World(day_usd=D(0))
    for _ in range(100):
        with pytest.raises(BudgetExhaustedError):
            await world.asks("0.01")
    assert world.store.trips == 1


async def test_what_others_take_between_look_and_taking_is_not_given_twice() -> None:
    store = InMemoryLimitsStore()
    world, other = World(store, day_usd=D(1)), World(store, day_usd=D(1))

    async def other_comes_first() -> None:
        store.before_take = None
        await other.asks("0.8")

    store.before_take = other_comes_first
    with pytest.raises(BudgetExhaustedError):
        await world.asks("0.5")


async def test_unused_slices_come_back_for_other_replicas() -> None:
    store, clock = InMemoryLimitsStore(), Clock()
    world, other = World(store, clock, day_usd=D(1)), World(store, clock, day_usd=D(1))
    (await world.asks("0.9")).settle(D("0.1"), 0)
    with pytest.raises(BudgetExhaustedError):
        await other.asks("0.5")
    clock.now += 6
    await world.admission.round()
    await other.asks("0.5")


async def test_a_replica_that_ends_gives_back_what_it_did_not_use() -> None:
    world = World(day_usd=D(1), requests_per_minute=60)
    (await world.asks("0.3")).settle(D("0.2"), 0)
    await world.asks("0.3")  # in flight: counts as it was expected
    await world.admission.close()
    assert list(world.store.taken.values()) == [500_000_000]


async def test_what_could_not_be_given_back_is_given_back_later_and_once() -> None:
    world = World(day_usd=D(1))
    (await world.asks("0.9")).settle(D("0.1"), 0)
    world.clock.now += 6
    world.store.away = True
    with pytest.raises(RetryLaterError):
        await world.admission.round()
    world.store.away = False
    for _ in range(3):
        await world.admission.round()
    assert list(world.store.taken.values()) == [100_000_000]


async def test_without_the_store_a_replica_goes_on_with_what_it_holds_and_then_refuses() -> None:
    world = World(day_usd=D(100))
    await world.asks("1")
    world.store.away = True
    for _ in range(4):  # the slice was a twentieth
        await world.asks("1")
    with pytest.raises(LimitsAwayError) as refused:
        await world.asks("1")
    assert refused.value.status == 503


async def test_a_store_that_is_away_is_not_asked_by_every_request() -> None:
    world = World(day_usd=D(100))
    world.store.away = True
    for _ in range(50):
        with pytest.raises(LimitsAwayError):
            await world.asks("1")
    assert world.store.trips == 1


async def test_open_without_the_store_all_are_let_through_and_counted_afterwards() -> None:
    world = World(day_usd=D(1), without_store="open")
    world.store.away = True
    for _ in range(5):
        (await world.asks("0.5")).settle(D("0.4"), 0)
    world.store.away = False
    await world.admission.round()
    assert list(world.store.taken.values()) == [2_000_000_000]
    assert await world.left() == 0


async def test_windows_are_those_of_the_stores_clock() -> None:
    world = World(day_usd=D(1))
    world.clock.now -= 5  # ours is slow: yesterday still
    world.store.ahead_s = 10
    await world.admission.round()
    (standing,) = await world.admission.standing(ANN)
    assert datetime.fromtimestamp(standing.resets_at, UTC).day == 27


async def test_a_user_who_is_refused_takes_nothing_from_his_tenant() -> None:
    store = InMemoryLimitsStore()
    file = LimitsFile(Scheme(tenant=Limits(day_usd=D(10)), each_user=Limits(day_usd=D(1))))
    admission = Admission(store, file, tracked=100, without_store="closed", clock=Clock())
    for _ in range(20):
        with pytest.raises(BudgetExhaustedError, match="this user"):
            await admission.admit(ANN, Estimate(D(2), 0))
    tenant = next(one for one in await admission.standing(ANN) if one.allowance.subject == "tenant")
    assert tenant.left == 10_000_000_000
