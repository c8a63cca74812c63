"""What becomes of batches when providers, callers and clocks do not do their best."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from ratchet_common import mongo
from ratchet_common.mongo import Database
from ratchet_router.batches.batch import OVER
from ratchet_router.batches.worker import Worker
from ratchet_router.batches.working import ANSWER_MOST
from tests.integration.batch_work import CHAT, SlowPlatform, Work, ask
from tests.integration.conftest import Ground
from tests.integration.router_site import until
from tests.unit.router.batches.fakes import Purse

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    client = mongo.connect(stack.mongodb_url)
    its = mongo.database(client, f"work-{uuid4().hex[:8]}")
    yield its
    await client.drop_database(its.name)
    await client.close()


async def test_at_its_end_a_batch_keeps_what_was_answered_and_the_rest_expires(database: Database) -> None:
    platform = SlowPlatform(answers=1)
    work = Work(database, {"simulated": platform})
    batch = await work.batch(ask("a"), ask("b"))
    await work.step()
    await work.step(DAY)
    await work.step()
    assert len(platform.cancelled) == 1  # the provider is told once that nobody waits any more
    platform.end = True
    ended = await work.ended(batch)
    said = await work.said(batch)
    assert ended.status == "expired"
    assert said["a"]["response"]["status_code"] == 200
    assert said["b"]["error"]["code"] == "batch_expired"


@pytest.mark.parametrize("fails", [False, True])
async def test_nobody_waits_for_a_provider_for_ever(database: Database, fails: bool) -> None:
    work = Work(database, {"simulated": SlowPlatform(fails=fails)})
    batch = await work.batch(ask("a"))
    await work.step()
    await work.step(DAY)
    assert (await work.found(batch)).status not in OVER
    await work.step(HOUR + timedelta(minutes=1))
    await work.step()
    assert (await work.found(batch)).status == "expired"
    assert (await work.said(batch))["a"]["error"]["code"] == "batch_expired"


async def test_one_that_is_cancelled_before_it_went_out_never_goes(database: Database) -> None:
    platform = SlowPlatform()
    work = Work(database, {"simulated": platform})
    batch = await work.batch(ask("a"))
    await work.store.ask_to_cancel(batch.tenant, batch.id, work.now)
    ended = await work.ended(batch)
    assert (ended.status, platform.batches) == ("cancelled", {})


async def test_one_that_is_cancelled_at_its_provider_keeps_what_was_answered(database: Database) -> None:
    platform = SlowPlatform(answers=1)
    work = Work(database, {"simulated": platform})
    batch = await work.batch(ask("a"), ask("b"))
    await work.step()
    await work.store.ask_to_cancel(batch.tenant, batch.id, work.now)
    await work.step()
    platform.end = True
    ended = await work.ended(batch)
    assert (ended.status, len(platform.cancelled)) == ("cancelled", 1)
    assert ended.counts is not None
    assert (ended.counts.completed, ended.counts.failed) == (1, 1)
    assert (await work.said(batch))["b"]["error"]["code"] == "batch_cancelled"


async def test_a_silent_provider_holds_up_no_other_portion_of_the_batch(database: Database) -> None:
    silent, well = SlowPlatform(hangs=True), SlowPlatform()
    work = Work(database, {"simulated": silent, "other": well})
    await work.batch(ask("a"), ask("b", "large"))
    stuck = asyncio.create_task(work.step())

    async def submitted() -> bool:
        return bool(well.batches)

    await until(submitted)
    stuck.cancel()


async def test_a_silent_provider_holds_up_no_other_batch(database: Database) -> None:
    silent, well = SlowPlatform(hangs=True), SlowPlatform(end=True)
    work = Work(database, {"simulated": silent, "other": well})
    await work.batch(ask("a"))
    stuck = asyncio.create_task(work.step())
    await asyncio.sleep(0.5)
    other = await work.batch(ask("b", "large"))
    ended = await work.ended(other)
    assert (ended.status, stuck.done()) == ("completed", False)
    stuck.cancel()


async def test_without_its_provider_a_batch_fails_in_words(database: Database) -> None:
    work = Work(database, {"simulated": SlowPlatform()})
    batch = await work.batch(ask("a"))
    working = work.working()
    held = await working.store.take(work.now)
    assert held is not None
    await Worker(working)._step(held)
    await working.store.release(held, 0.0)
    work.platforms = {}
    ended = await work.ended(batch)
    assert ended.status == "completed"
    assert (await work.said(batch))["a"]["error"]["code"] == "provider_gone"


async def test_a_text_for_several_calls_is_worked_on_in_parts_at_the_full_price(database: Database) -> None:
    """No batch API takes one call after another."""
    platform = SlowPlatform(end=True)
    work = Work(database, {"simulated": platform, "other": platform})
    long = {
        "custom_id": "a",
        "method": "POST",
        "url": "/api/generate",
        "body": {"task_type": "action_items", "document_text": "Please send it. " * 20_000},
    }
    batch = await work.ended(await work.batch(long))
    (event,) = await work.told(batch)
    assert (event.outcome, event.usage.batch, platform.batches) == ("ok", False, {})


async def test_every_request_of_many_has_its_own_result_and_its_own_event(database: Database) -> None:
    work = Work(database, {"simulated": SlowPlatform(end=True)})
    batch = await work.ended(await work.batch(*(ask(f"r{n}", ["small", "middle"][n % 2]) for n in range(100))))
    assert batch.counts is not None
    assert (batch.counts.total, batch.counts.completed, len(batch.portions)) == (100, 100, 2)
    events = await work.told(batch)
    assert len({event.event_id for event in events}) == len(events) == 100
    assert (await work.items(batch))[7].custom_id == "r7"
    assert batch.endpoint == CHAT


async def test_a_batch_that_always_has_something_to_do_keeps_no_other_from_its_turn(database: Database) -> None:
    work = Work(database, {})  # asked one by one
    batches = [await work.batch(*(ask(f"{n}{m}") for m in range(200))) for n in range(2)]
    worker = Worker(work.working())
    for _ in range(8):
        work.now += timedelta(seconds=0.1)
        await worker.round()
    done = [len(await work.items(batch)) for batch in batches]
    assert min(done) > 0
    assert max(done) < 200


async def test_a_provider_without_room_is_offered_the_same_later(database: Database) -> None:
    platform = SlowPlatform(end=True, no_room=2)
    work = Work(database, {"simulated": platform})
    batch = await work.batch(ask("a"))
    for _ in range(5):
        await work.step()
    assert len(platform.batches) == 1  # it is not asked again at once
    assert (await work.found(batch)).status == "in_progress"
    await work.step(timedelta(minutes=2))
    await work.step(timedelta(minutes=5))
    ended = await work.ended(batch)
    assert (ended.status, len(platform.batches)) == ("completed", 3)
    assert isinstance(work.budgets, Purse)
    assert (work.budgets.held, [cost > 0 for cost in work.budgets.settled]) == ({}, [False, False, True])


async def test_an_answer_that_no_document_holds_fails_alone_and_is_paid_for(database: Database) -> None:
    work = Work(database, {"simulated": SlowPlatform(end=True, adds="x" * ANSWER_MOST)})
    batch = await work.ended(await work.batch(ask("a")))
    assert (await work.said(batch))["a"]["error"]["code"] == "answer_too_large"
    assert isinstance(work.budgets, Purse)
    assert [cost > 0 for cost in work.budgets.settled] == [True]
    assert [event.text_omitted for event in await work.told(batch)] == ["too_large"]


async def test_after_each_broken_submission_the_providers_list_is_given_time(database: Database) -> None:
    platform = SlowPlatform(end=True, breaks_off=2)
    work = Work(database, {"simulated": platform})
    work.again_s = 60.0
    batch = await work.batch(ask("a"))
    offered = []
    for _ in range(4):
        await work.step(timedelta(seconds=5))
        await work.step(timedelta(seconds=40))
        offered.append(platform.offered)
    assert offered == [1, 2, 2, 3]  # every time only when a minute has passed
    assert (await work.ended(batch)).status == "completed"
