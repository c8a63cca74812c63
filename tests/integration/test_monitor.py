"""The monitor on real parts: its store's promises under concurrency, and the whole service over HTTP and Kafka."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer

from ratchet_common import mongo
from ratchet_common.bus import Bus
from ratchet_common.events import Event, FeedbackJoined, PredictionMade, ShadowAnswered, Usage, VerdictReached
from ratchet_common.topics import PREDICTIONS, TOPIC_OF, VERDICTS
from ratchet_monitor.api.asking import behind_of
from ratchet_monitor.buckets import Build, Cell
from ratchet_monitor.comparison import Rules
from ratchet_monitor.downsampling import Spent, sum_up_once
from ratchet_monitor.experiments import State, verdict_of
from ratchet_monitor.hours import BucketKey, Keeping, TaskKey
from ratchet_monitor.intake import Intake, on_traffic
from ratchet_monitor.ledger.catching_up import mark_behind
from ratchet_monitor.ledger.sheet import TOTAL
from ratchet_monitor.ledger.sums import sums
from ratchet_monitor.main import build
from ratchet_monitor.rebuild import Rebuild
from ratchet_monitor.settings import MonitorSettings
from ratchet_monitor.store import MonitorStore
from ratchet_monitor.store.contents import has_columns
from ratchet_monitor.store.sheets import Sheets
from ratchet_monitor.totals import OF_TOTALS, WITH_LATENCIES
from ratchet_monitor.verdicts import compare_once, look
from ratchet_monitor.watching import Watching
from ratchet_scoring.advance import Limits
from tests.integration.conftest import Ground, Running, SettingsFor, Tenant, running_app
from tests.patience import PATIENCE_S
from tests.unit.monitor.make import EVENTS, HOUR, NOW, Said, joined, prediction, traffic

KEEPING = Keeping(timedelta(days=30), timedelta(days=400))
RULES = Rules(Limits(), min_observations=30)
CANARY = "summary-00000001"
EVENTS_HOUR = BucketKey("acme", "summary", HOUR)
WORKERS = 4


@asynccontextmanager
async def a_store(stack: Ground) -> AsyncIterator[MonitorStore]:
    client = mongo.connect(stack.mongodb_url)
    name = f"monitor-{uuid4().hex[:8]}"
    store = MonitorStore(mongo.database(client, name), KEEPING)
    await store.create_indexes()
    yield store
    await client.drop_database(name)
    await client.close()


@pytest.fixture
async def store(stack: Ground) -> AsyncIterator[MonitorStore]:
    async with a_store(stack) as found:
        yield found


async def hear(store: MonitorStore, events: Sequence[Said]) -> None:
    intake = Intake(store.facts, store.changed, KEEPING, lambda: NOW)
    await intake.predictions([event for event in events if isinstance(event, PredictionMade)])
    await intake.feedback([event for event in events if isinstance(event, FeedbackJoined)])


async def rebuild_all(store: MonitorStore, ledger: Sheets | None = None) -> None:
    """Without a `ledger`: as an earlier release does."""
    days = store.buckets.changed_days
    then = [store.to_compare]
    rebuild = Rebuild(store.facts, store.buckets, KEEPING, store.changed, then=then, days=days, ledger=ledger)
    idle = 0
    while idle < 3:  # a mark that was set again has its turn in a moment
        if await rebuild.once(NOW):
            idle = 0
        else:
            idle += 1
            await asyncio.sleep(0.3)


async def cells(store: MonitorStore) -> list[Cell]:
    return [cell async for _, cell in store.buckets.cells("acme", NOW - timedelta(days=1))]


async def test_any_order_and_any_repetition_gives_the_same_numbers(store: MonitorStore, stack: Ground) -> None:
    deliveries = EVENTS + EVENTS[::2] + EVENTS[::5]
    random.Random(11).shuffle(deliveries)
    workers = [asyncio.create_task(rebuild_all(store)) for _ in range(WORKERS)]
    for start in range(0, len(deliveries), 6):
        await hear(store, deliveries[start : start + 6])
    await asyncio.gather(*workers)
    await rebuild_all(store)
    async with a_store(stack) as in_order:
        await hear(in_order, EVENTS)
        await rebuild_all(in_order)
        assert sorted(await cells(store), key=repr) == sorted(await cells(in_order), key=repr)


async def test_an_import_of_old_answers_keeps_nobody_from_his_numbers_and_what_is_missing_is_told(
    store: MonitorStore,
) -> None:
    week = NOW - timedelta(days=7)
    imported = [prediction(n, at=NOW - timedelta(hours=5 + n)) for n in range(60)]
    await hear(store, [*imported, *(joined(n, 1.0, at=NOW - timedelta(hours=5 + n)) for n in range(60))])
    await hear(store, [prediction(900, tenant="beta")])
    missing = await behind_of(store, "acme", week, "summary")
    assert missing is not None
    assert missing.changed_hours == 60
    assert await behind_of(store, "acme", NOW) is None
    assert await behind_of(store, "acme", week, until=HOUR - timedelta(days=6)) is None
    assert await behind_of(store, "beta", week) is not None
    days = store.buckets.changed_days
    rebuild = Rebuild(store.facts, store.buckets, KEEPING, store.changed, then=[store.to_compare], days=days)
    assert await rebuild.once(NOW)
    assert await behind_of(store, "beta", week) is None
    assert [cell.tally.predictions async for _, cell in store.buckets.cells("beta", week)] == [1]
    rounds = 0
    while await rebuild.once(NOW):
        rounds += 1
    assert rounds == len({one.occurred_at.date() for one in imported})
    assert await behind_of(store, "acme", week) is None
    found = [cell.tally async for _, cell in store.buckets.cells("acme", week)]
    assert [(tally.predictions, tally.scored) for tally in found] == [(1, 1)] * 60


async def test_hours_that_change_while_they_are_built_wait_since_they_were_taken(store: MonitorStore) -> None:
    keys = {EVENTS_HOUR._replace(hour=HOUR - timedelta(hours=n)) for n in (4, 5, 6)}
    await store.changed.set(keys)
    first = await behind_of(store, "acme", NOW - timedelta(days=1))
    marks = await store.changed.take_some(NOW)
    assert {mark.key for mark in marks} == keys
    assert not await store.changed.take_some(NOW)
    await store.changed.set([marks[0].key])
    await store.changed.all_done(marks)
    left = await behind_of(store, "acme", NOW - timedelta(days=1))
    assert first is not None
    assert left is not None
    assert left.changed_hours == 1
    assert left.since > first.since


async def test_raw_data_that_no_hour_is_built_from_go_and_the_numbers_stay(store: MonitorStore) -> None:
    await hear(store, EVENTS)
    await rebuild_all(store)
    before = await cells(store)
    await store.facts.forget(NOW + timedelta(days=30))
    assert [one async for one in store.facts.observations([EVENTS_HOUR])]
    await store.facts.forget(NOW + timedelta(days=32))
    assert not [one async for one in store.facts.observations([EVENTS_HOUR])]
    assert await cells(store) == before


async def test_days_stand_for_their_hours_and_hours_for_days_that_changed(store: MonitorStore) -> None:
    """And each is read once, whatever is asked for."""
    yesterday = NOW - timedelta(days=1)
    await hear(store, [*EVENTS, *(prediction(n, at=yesterday) for n in range(200, 205)), prediction(300, at=NOW)])
    await rebuild_all(store)
    buckets = store.buckets

    async def told(since: datetime, *cuts: datetime) -> tuple[int, list[datetime]]:
        found = [one async for one in buckets.periods("acme", since, "summary", cuts)]
        added = [one async for one in buckets.sums("acme", since, OF_TOTALS, cuts=cuts)]
        assert [one.start for one in added] == sorted(one.start for one in added)
        assert sum(one.contents.predictions for one in added) == sum(one.contents.predictions for one in found)
        return sum(one.contents.predictions for one in found), sorted(one.start for one in found)

    week = NOW - timedelta(days=7)
    before = await told(week)
    while await sum_up_once(buckets.changed_days, buckets, buckets.of_days, NOW):
        pass
    midnight = yesterday.replace(hour=0, minute=0)
    assert (await told(week))[0] == before[0]
    assert midnight in (await told(week))[1]
    assert await told(week, yesterday) == before  # a cut through the day: by its hours
    assert (await told(yesterday.replace(minute=0)))[0] == before[0]
    assert (await told(HOUR))[0] < before[0]
    await hear(store, [prediction(205, at=yesterday)])
    await rebuild_all(store)
    assert await told(week) == (before[0] + 1, before[1])
    assert not [one async for one in buckets.periods("globex", week)]


async def test_hours_of_an_earlier_release_are_read_and_become_days(store: MonitorStore, stack: Ground) -> None:
    tally = {"predictions": 4, "answered": 4, "latency": 4, "latencies": {"70": 3, "71": 1}}
    kind = ["base", "small-model", "fast", "", "direct", "", False]
    key = BucketKey("acme", "summary", HOUR - timedelta(days=2))
    document = {"_id": key.text, **key._asdict(), "task": key.task.text, "built": 3, "predictions": 4}
    cells = [{"kind": kind, "tally": tally}]
    async with a_store(stack) as old:
        await old.buckets.of_hours.collection.insert_one({**document, "cells": cells})
        await old.create_indexes()
        while await sum_up_once(old.buckets.changed_days, old.buckets, old.buckets.of_days, NOW):
            pass
        (found,) = [one async for one in old.buckets.periods("acme", NOW - timedelta(days=7))]
        assert (found.contents.predictions, found.start) == (4, key.hour.replace(hour=0))
        assert sum(found.contents.cells[0].tally.latencies.values()) == 4
        await old.buckets.of_days.collection.update_many({}, {"$unset": {"totals": ""}})
        (added,) = [one async for one in old.buckets.sums("acme", NOW - timedelta(days=7), WITH_LATENCIES)]
        assert added.contents.cells[0].tally == found.contents.cells[0].tally
        days = old.buckets.of_days.collection
        assert has_columns(await days.find_one() or {}, WITH_LATENCIES)  # made for once
        twice = Build()
        for _ in range(2):
            twice.include(found.contents)
        packed = msgspec.msgpack.encode(twice.contents())
        await days.update_many({}, {"$set": {"packed": packed}, "$inc": {"built": 1}})  # as that release writes
        await old.buckets.of_days.told.look_again(after=0)  # it does not say so beside its days
        (added,) = [one async for one in old.buckets.sums("acme", NOW - timedelta(days=7), WITH_LATENCIES)]
        assert added.contents.predictions == 8


async def test_what_an_earlier_release_builds_meanwhile_is_built_again_for_the_ledger(store: MonitorStore) -> None:
    """Its replicas take marks, too, and write no sheets: of an hour that has one, of one that has none, of a day."""
    old, week = NOW - timedelta(days=2), NOW - timedelta(days=7)
    ledger, buckets, days = store.ledger, store.buckets, store.buckets.changed_days

    async def counted() -> tuple[int, int]:
        pages = [page.table.rows[""] async for page in ledger.pages("acme", week, TOTAL)]
        told = [one.contents.predictions async for one in buckets.periods("acme", week)]
        return sum(sums(row).answers for row in pages), sum(told)

    async def sum_up(spent: Spent | None = None) -> None:
        while await sum_up_once(days, buckets, buckets.of_days, NOW, spent):
            pass

    await hear(store, [prediction(301, at=old), prediction(302, at=NOW)])
    await rebuild_all(store, ledger.of_hours)
    await sum_up(Spent(ledger, ledger.of_days))
    assert await counted() == (2, 2)
    later = [prediction(303, at=old), prediction(304, at=old - 5 * timedelta(hours=1)), prediction(305, at=NOW)]
    await hear(store, later)
    await rebuild_all(store)
    await sum_up()
    assert await counted() == (2, 5)
    for _ in range(2):  # the second time there is nothing to do
        await mark_behind(buckets.of_hours, ledger.of_hours, store.changed, KEEPING.rebuildable_from(NOW))
        await mark_behind(buckets.of_days, ledger.of_days, days, KEEPING.whole_days_from(NOW))
        await rebuild_all(store, ledger.of_hours)
        await sum_up(Spent(ledger, ledger.of_days))
        assert await counted() == (5, 5)
    await mark_behind(buckets.of_hours, ledger.of_hours, store.changed, KEEPING.rebuildable_from(NOW))
    assert await store.changed.count() == 0


async def put_on_trial(store: MonitorStore, revision: int = 1) -> None:
    await on_traffic([traffic(revision)], store.experiments, store.to_compare, lambda: NOW)


async def answers(store: MonitorStore, canary: float, control: float, n: int = 300) -> None:
    """A third of them the canary's; the numbers are the chances of a good one."""
    chance = random.Random(7)
    events: list[Said] = []
    for number in range(n):
        is_canary = number % 3 == 0
        version = CANARY if is_canary else "base"
        score = float(chance.random() < (canary if is_canary else control))
        events += [prediction(number, version_id=version), joined(number, score, version_id=version)]
    await hear(store, events)


async def test_four_workers_reach_one_verdict(store: MonitorStore) -> None:
    await put_on_trial(store)
    await answers(store, canary=0.95, control=0.4)
    running = await store.experiments.running(TaskKey("acme", "summary"))
    assert running is not None

    async def work() -> None:
        for _ in range(3):
            await store.to_compare.set({TaskKey("acme", "summary")})
            await compare_once(store.to_compare, store.experiments, store.facts, RULES, NOW)

    await asyncio.gather(*(work() for _ in range(WORKERS)))
    (decided,) = await store.experiments.page("acme", "", 10)
    assert decided.state is State.DECIDED
    assert decided.finding is not None
    assert decided.finding.conclusion == "advance"
    document = await store.experiments.collection.find_one({})
    assert document is not None
    assert len(document["outbox"]) == 1


async def test_that_a_trial_waits_is_said_once_a_day_by_however_many_monitors(store: MonitorStore) -> None:
    await put_on_trial(store)
    for day in (2, 2, 3):
        monitors = [Watching(store.experiments, store.to_compare, RULES) for _ in range(3)]
        for watching in monitors:
            await watching.once(NOW + timedelta(days=day))
    (document,) = await store.experiments.collection.find().to_list()
    said = [msgspec.json.decode(entry["body"], type=VerdictReached) for entry in document["outbox"]]
    assert [one.conclusion for one in said] == ["hold", "hold"]
    assert "0 of 30 scored answers" in said[0].why
    running = await store.experiments.running(TaskKey("acme", "summary"))
    assert running is not None
    assert await store.experiments.all_running() == [running]


async def test_of_workers_that_decide_at_once_one_is_heard(store: MonitorStore) -> None:
    """Without any lease: the write itself sees to it."""
    await put_on_trial(store)
    await answers(store, canary=0.95, control=0.4)
    running = await store.experiments.running(TaskKey("acme", "summary"))
    assert running is not None
    finding = await look(running, store.facts, RULES, NOW)
    verdict = verdict_of(running, finding)
    written = await asyncio.gather(*(store.experiments.record(running, finding, verdict) for _ in range(16)))
    assert written.count(True) == 1


async def test_a_look_that_took_long_takes_no_later_ones_place(store: MonitorStore) -> None:
    await put_on_trial(store)
    running = await store.experiments.running(TaskKey("acme", "summary"))
    assert running is not None
    first = await look(running, store.facts, RULES, NOW)
    later = await look(running, store.facts, RULES, NOW + timedelta(seconds=30))
    assert await store.experiments.record(running, first, None)
    assert await store.experiments.record(running, later, None)
    assert not await store.experiments.record(running, first, None)
    looked_at = await store.experiments.running(TaskKey("acme", "summary"))
    assert looked_at is not None
    assert looked_at.finding == later


async def test_revisions_only_grow_whatever_order_they_come_in(store: MonitorStore) -> None:
    for revision in (3, 1, 2, 3):
        await put_on_trial(store, revision)
    (found,) = await store.experiments.page("acme", "", 10)
    assert (found.revision, found.state) == (3, State.RUNNING)
    await put_on_trial(store, 4)
    states = {one.revision: one.state for one in await store.experiments.page("acme", "", 10)}
    assert states == {3: State.CLOSED, 4: State.RUNNING}
    (latest,) = await store.experiments.page("acme", "", 1)
    (before,) = await store.experiments.page("acme", latest.place, 1)
    assert (latest.revision, before.revision) == (4, 3)
    assert not await store.experiments.page("globex", "", 10)


async def publish(bus: Bus, *events: Event) -> None:
    for event in events:
        topic = TOPIC_OF[type(event)]
        await bus.publish(topic.name, topic.key(event).encode(), msgspec.json.encode(event))


async def until(app: Running, path: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    while True:
        status, body = await app.get(path)
        assert status == 200
        if holds(body):
            found: dict[str, Any] = body
            return found
        await asyncio.sleep(0.1)


async def verdicts_of(settings: MonitorSettings, tenant: str) -> list[VerdictReached]:
    """All that there are once one has come."""
    servers = settings.kafka_bootstrap_servers
    found: list[VerdictReached] = []
    consumer = AIOKafkaConsumer(VERDICTS.name, bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        while (batches := await consumer.getmany(timeout_ms=1500)) or not found:
            said = [msgspec.json.decode(r.value, type=VerdictReached) for batch in batches.values() for r in batch]
            found += [verdict for verdict in said if verdict.tenant == tenant]
    finally:
        await consumer.stop()
    return found


def day_of(tenant: str, now: datetime) -> list[Event]:
    """120 answers, half of them the canary's and better, each with what somebody said of it, shuffled, some twice."""
    events: list[Event] = []
    for number in range(120):
        canary = number % 2 == 0
        version, model = (CANARY, "own") if canary else ("base", "small-model")
        event = prediction(number, at=now, tenant=tenant, revision=2, version_id=version, model=model)
        score = 1.0 if canary or number % 10 == 1 else 0.0
        of: dict[str, Any] = {
            "version_id": version,
            "traffic_revision": 2,
            "assigned_version": version,
            "unit": event.unit,
        }
        events += [event, joined(number, score, at=now, tenant=tenant, event_id=uuid4(), **of)]
    repeated = events + events[::3]
    random.Random(2).shuffle(repeated)
    return repeated


def shadow_answered(tenant: str, at: datetime) -> ShadowAnswered:
    """What nobody saw: its cost counts, and nothing else of it."""
    return ShadowAnswered(
        tenant=tenant,
        occurred_at=at,
        result_id=uuid4(),
        task_type="summary",
        version_id="summary-00000009",
        model="ft:a",
        outcome="ok",
        usage=Usage(),
        cost_usd=Decimal("0.002"),
        latency_ms=3.0,
        output="unseen",
    )


async def test_the_service_over_http_and_kafka(settings_for: SettingsFor, tenant: Tenant) -> None:
    settings = settings_for(MonitorSettings, min_step_hours=0)
    assert isinstance(settings, MonitorSettings)
    now = datetime.now(UTC)
    late = prediction(9999, at=now - timedelta(days=40), tenant=tenant.name)
    async with asyncio.timeout(PATIENCE_S), running_app(build(settings), tenant) as app, Bus(settings) as bus:
        await bus.publish(PREDICTIONS.name, b"poison", b'{"type":"prediction.made.v1"}')
        await publish(bus, *day_of(tenant.name, now), late)
        await publish(bus, traffic(2, percent=50, tenant=tenant.name, occurred_at=now), traffic(1, tenant=tenant.name))
        path = "/api/models/performance?task_type=summary"
        numbers = await until(app, path, lambda found: found["scored_predictions"] == 120)
        assert (numbers["total_predictions"], numbers["accuracy"]) == (120, 0.6)
        assert {name: part["total_predictions"] for name, part in numbers["by_model"].items()} == {
            "own": 60,
            "small-model": 60,
        }
        await publish(bus, shadow_answered(tenant.name, now))
        costs = await until(app, "/api/models/costs/summary", lambda found: found["cost_of_shadows"] == 0.002)
        assert costs["cost_by_tenant"] == {tenant.name: 0.24}
        assert (await until(app, path, lambda found: found["behind"] is None))["total_predictions"] == 120
        _, month = await app.get("/api/models/costs/forecast")
        assert (month["spent"], month["expected"], month["days_seen"]) == (0.24, None, 0)
        _, summary = await app.get("/api/models/metrics/summary")
        assert (summary["total_predictions"], summary["late"]) == (120, 1)
        listed = await until(
            app, "/api/models/experiments", lambda found: [e["state"] for e in found["items"]] == ["decided"]
        )
        (trial,) = listed["items"]
        assert (trial["revision"], trial["percent"], trial["verdict"]) == (2, 50, "advance")
        assert trial["comparison"]["interval"][0] > 0
        assert (await app.get(f"/api/models/experiments/{trial['experiment_id']}"))[1] == trial
        (verdict,) = await verdicts_of(settings, tenant.name)
        assert (verdict.conclusion, verdict.revision, verdict.version_id) == ("advance", 2, CANARY)
        assert (await app.get("/api/models/experiments/none"))[0] == 404
        assert (await app.get("/api/models/performance?task_type=poetry"))[0] == 404
