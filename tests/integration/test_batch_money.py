"""What batches cost: set aside before they go out, and counted once when they come back, on the real store."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from ratchet_common import mongo
from ratchet_common.limits import Limits
from ratchet_common.mongo import Database
from ratchet_router.limits.admission import Admission
from ratchet_router.limits.file import LimitsFile, Scheme
from ratchet_router.limits.subjects import Who
from ratchet_router.limits_store import MongoLimitsStore
from tests.integration.batch_work import SlowPlatform, Work, ask
from tests.integration.conftest import Ground

D = Decimal
COST = D("0.00055")  # of each answer: half of 1,000 tokens and 100 at 1 USD a million


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    client = mongo.connect(stack.mongodb_url)
    its = mongo.database(client, f"money-{uuid4().hex[:8]}")
    yield its
    await client.drop_database(its.name)
    await client.close()


def work_with(database: Database, platform: SlowPlatform, **scheme: Any) -> tuple[Work, Admission]:
    file = LimitsFile(Scheme(**scheme))
    admission = Admission(MongoLimitsStore(database), file, tracked=10, without_store="closed")
    return Work(database, {"simulated": platform}, admission), admission


async def left(admission: Admission, work: Work, user: str | None = None) -> list[Decimal]:
    """In USD, of each budget."""
    standing = await admission.standing(Who.of(work.caller, user))
    return [D(one.left) / 10**9 for one in standing]


async def test_what_a_budget_does_not_cover_is_refused_before_it_goes_out(database: Database) -> None:
    platform = SlowPlatform(end=True)
    work, admission = work_with(database, platform, tenant=Limits(day_usd=D("0.00001")))
    batch = await work.ended(await work.batch(ask("a"), ask("b")))
    said = await work.said(batch)
    assert platform.batches == {}
    assert [said[name]["response"]["status_code"] for name in ("a", "b")] == [402, 402]
    assert said["a"]["response"]["body"]["error"]["code"] == "budget-exhausted"
    assert await left(admission, work) == [D("0.00001")]


async def test_batches_side_by_side_do_not_pass_a_budget_together(database: Database) -> None:
    """Each is covered alone. Answers come hours later, so what they will cost is set aside until then."""
    platform = SlowPlatform()
    work, admission = work_with(database, platform, tenant=Limits(day_usd=D("0.0007")))
    batches = [await work.batch(*(ask(f"{n}{m}") for m in range(3))) for n in range(2)]
    for _ in range(4):
        await work.step()
    assert len(platform.batches) == 1
    platform.end = True
    ended = [await work.ended(batch) for batch in batches]
    counts = sorted((one.counts.completed, one.counts.failed) for one in ended if one.counts is not None)
    assert counts == [(0, 3), (3, 0)]
    assert await left(admission, work) == [D(0)]  # they cost more than was expected of them


async def test_every_answer_is_charged_once_to_tenant_and_user(database: Database) -> None:
    limits = {"tenant": Limits(day_usd=D(1)), "each_user": Limits(month_usd=D(1))}
    work, admission = work_with(database, SlowPlatform(end=True), **limits)
    batch = await work.ended(await work.batch(ask("a", user="ann"), ask("b", user="ben"), ask("c", user="ann")))
    assert await left(admission, work, "ann") == [1 - 3 * COST, 1 - 2 * COST]
    assert await left(admission, work, "ben") == [1 - 3 * COST, 1 - COST]
    assert batch.counts is not None
    assert D(batch.counts.cost_usd) == 3 * COST


async def test_a_user_whose_budget_is_used_up_keeps_no_other_from_an_answer(database: Database) -> None:
    file = {"tenant": Limits(day_usd=D(1)), "users": {"ben": Limits(day_usd=D("0.00001"))}}
    work, admission = work_with(database, SlowPlatform(end=True), **file)
    batch = await work.ended(await work.batch(ask("a", user="ann"), ask("b", user="ben"), ask("c")))
    said = await work.said(batch)
    assert {name: one["response"]["status_code"] for name, one in said.items()} == {"a": 200, "b": 402, "c": 200}
    assert await left(admission, work) == [1 - 2 * COST]


async def test_what_was_not_answered_costs_nothing(database: Database) -> None:
    platform = SlowPlatform(end=True, answers=1)
    work, admission = work_with(database, platform, tenant=Limits(day_usd=D(1)))
    await work.ended(await work.batch(ask("a"), ask("b")))
    assert await left(admission, work) == [1 - COST]


async def test_a_cancelled_batch_gives_back_what_was_set_aside(database: Database) -> None:
    platform = SlowPlatform(answers=0)
    work, admission = work_with(database, platform, tenant=Limits(day_usd=D(1)))
    batch = await work.batch(ask("a"), ask("b"))
    await work.step()
    (held,) = await left(admission, work)
    await work.store.ask_to_cancel(batch.tenant, batch.id, work.now)
    await work.step()
    platform.end = True
    await work.ended(batch)
    assert held < 1
    assert await left(admission, work) == [D(1)]


@pytest.mark.parametrize("model", ["small", "large"])
async def test_the_price_is_half_by_a_batch_api_and_full_without(database: Database, model: str) -> None:
    """`large` costs 11 USD a million, and its provider has no batch API here."""
    work, _ = work_with(database, SlowPlatform(end=True), tenant=Limits(day_usd=D(1)))
    batch = await work.ended(await work.batch(ask("a", model)))
    (event,) = await work.told(batch)
    expected: dict[str, Any] = {"small": (True, COST), "large": (False, D("0.0121"))}
    assert (event.usage.batch, event.cost_usd) == expected[model]
