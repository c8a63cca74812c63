"""What finished days add up to is held in memory, and nobody can tell: whatever comes late, is built anew, is taken out
or is kept no more, all replicas answer as if each read everything anew."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from ratchet_common import mongo
from ratchet_common.events import PredictionMade
from ratchet_common.forgotten import Person
from ratchet_common.persons import digest
from ratchet_monitor.accuracy import Hearings
from ratchet_monitor.adding import everything
from ratchet_monitor.blocks import Blocks
from ratchet_monitor.buckets import Kind, Period
from ratchet_monitor.columns import OF_ACCURACY, View
from ratchet_monitor.counted import Counted
from ratchet_monitor.downsampling import Spent, sum_up_once
from ratchet_monitor.drift.looking import Window, look
from ratchet_monitor.drifting import LOOKED_AT
from ratchet_monitor.held import Held
from ratchet_monitor.hours import HOUR as AN_HOUR
from ratchet_monitor.hours import BucketKey, Keeping, day_of, hour_of
from ratchet_monitor.intake import Intake, utc_now
from ratchet_monitor.ledger.breakdown import Adding as Breaking
from ratchet_monitor.rebuild import Rebuild
from ratchet_monitor.reports.gathering import report_on
from ratchet_monitor.reports.report import Report
from ratchet_monitor.reports.spans import Rhythm, span_of
from ratchet_monitor.runs import Run
from ratchet_monitor.store import MonitorStore
from ratchet_monitor.store.contents import MongoContents
from ratchet_monitor.store.ledger import USERS as OF_USERS
from ratchet_monitor.totals import OF_TOTALS, WITH_LATENCIES, include
from tests.integration.conftest import Ground
from tests.unit.monitor.make import joined, prediction

DAY = timedelta(days=1)
KEEPING = Keeping(5 * DAY, 400 * DAY, 7 * DAY)
NOW = utc_now()
DAYS = 10
TASKS = ("summary", "qa")
USERS = ("ann", "bob", "eve")
STEPS = 14
EACH = 12


@pytest.fixture
async def stores(stack: Ground) -> AsyncIterator[list[MonitorStore]]:
    """Four replicas: the third has next to no room, the last none."""
    name = f"monitor-{uuid4().hex[:8]}"
    async with AsyncExitStack() as opened:
        client = mongo.connect(stack.mongodb_url)
        opened.push_async_callback(client.close)
        opened.push_async_callback(client.drop_database, name)
        found = [
            MonitorStore(mongo.database(client, name), KEEPING, held=Held(room)) for room in (10**8, 10**8, 9_000, 0)
        ]
        await found[0].create_indexes()
        yield found


class History:
    """What happens to a store, by chance."""

    def __init__(self, store: MonitorStore, seed: int) -> None:
        self._store, self._rng = store, random.Random(seed)
        self._made: list[tuple[int, datetime, str]] = []  # numbers of answers, when, and of which task

    async def go_on(self) -> str:
        doing = self._rng.choice((self._late, self._late, self._said, self._said, self._forgotten, self._swept))
        await doing()
        if self._rng.random() < 0.8:
            await self._built()
        if self._rng.random() < 0.7:
            await self._summed_up()
        return doing.__name__

    async def begin(self) -> None:
        for day in range(DAYS):
            await self._answers(NOW - day * DAY)
        await self._built()
        await self._summed_up()

    async def _late(self) -> None:
        await self._answers(NOW - self._rng.randrange(4) * DAY - self._rng.randrange(20) * AN_HOUR)

    async def _answers(self, at: datetime) -> None:
        await self._intake.predictions([self._answer(at - self._rng.randrange(6) * AN_HOUR) for _ in range(EACH)])

    def _answer(self, at: datetime) -> PredictionMade:
        rng, number, task = self._rng, self._rng.randrange(10**9), self._rng.choice(TASKS)
        self._made.append((number, at, task))
        return prediction(
            number,
            at=at,
            task_type=task,
            user=rng.choice(USERS),
            model=f"model-{rng.randrange(2)}",
            template=rng.choice(("short_v1", "long_v2")),
            latency_ms=rng.lognormvariate(6, 1),
            confidence=rng.random(),
        )

    async def _said(self) -> None:
        for number, at, task in self._rng.sample(self._made, EACH):
            said = joined(number, self._rng.random(), at=at, task_type=task, user=self._rng.choice(USERS))
            await self._intake.feedback([said])

    async def _forgotten(self) -> None:
        person = Person("acme", digest("acme", self._rng.choice(USERS)), NOW)
        for step in self._store.traces.steps.values():
            async for _ in step(person):
                pass

    async def _swept(self) -> None:
        """As the store does by itself, some time."""
        await self._store.buckets.of_hours.collection.delete_many({"until": {"$lte": NOW}})

    async def _built(self) -> None:
        days, ledger = self._store.buckets.changed_days, self._store.ledger.of_hours
        its = self._store
        rebuild = Rebuild(its.facts, its.buckets, KEEPING, its.changed, then=(), days=days, ledger=ledger)
        while await rebuild.once(NOW):
            pass

    async def _summed_up(self) -> None:
        its = self._store
        spent = Spent(its.ledger, its.ledger.of_days)
        while await sum_up_once(its.buckets.changed_days, its.buckets, its.buckets.of_days, NOW, spent):
            pass

    @property
    def _intake(self) -> Intake:
        return Intake(self._store.facts, self._store.changed, KEEPING, lambda: NOW)


async def told(store: MonitorStore, seed: int, *, held: bool) -> dict[str, Any]:
    """What is told of times that chance picks, by all that is told from settled days."""
    rng = random.Random(seed)
    since = hour_of(NOW) - rng.randrange(1, 24 * DAYS) * AN_HOUR
    cut = since + rng.randrange(1, 48) * AN_HOUR
    task, template = rng.choice(("", "", *TASKS)), rng.choice(("short_v1", "long_v2"))

    def wanted(kind: Kind) -> bool:
        return kind.template == template

    async def sums(views: tuple[View, ...], since: datetime = since, **more: Any) -> list[Period]:
        return [one async for one in store.buckets.sums("acme", since, views, task, held=held, **more)]

    totals: dict[Any, Any] = {}
    for one in await sums(WITH_LATENCIES):
        include(totals, one)
    by_day: dict[datetime, dict[Any, Any]] = {}
    for one in await sums(OF_TOTALS, daily=True, since=day_of(since)):
        include(by_day.setdefault(one.start, {}), one)
    spent = Breaking({})
    async for page in store.ledger.merged("acme", since, OF_USERS, task, held=held):
        spent.include(page.table)
    hearings = Hearings(wanted)
    for one in await sums(OF_ACCURACY, wanted=wanted):
        hearings.include(one)
    windows = Window(lambda _: True), Window(lambda _: True)
    for one in await sums(LOOKED_AT, cuts=(cut,), wanted=everything):
        windows[one.start >= cut].include(one)
    midnight = day_of(since) + DAY
    days = await counted(store, Blocks(day_of(since), hour_of(NOW) + AN_HOUR), task, held=held)
    return {
        "totals": totals,
        "totals of days": by_day,
        "spent": spent.breakdown(OF_USERS, DAYS, 20),
        "accuracy": hearings.accuracies(days),
        "drift": look(*windows, level=0.05),
        "by day": numbers_of(days),
        "by hour": numbers_of(
            await counted(store, Blocks(midnight - DAY, midnight, AN_HOUR), task, held=held, by_hour=True)
        ),
        "to the hour": numbers_of(
            await counted(store, Blocks(since, cut, 48 * AN_HOUR), task, held=held, template=template)
        ),
    }


async def report_of(store: MonitorStore, seed: int) -> Report:
    """Of a day, a week or a month that chance picks, beside the one before."""
    rng = random.Random(seed)
    rhythm: Rhythm = rng.choice(("daily", "weekly", "weekly", "monthly"))
    day = (NOW - rng.randrange(4) * DAY).date()
    return await report_on(span_of(rhythm, day), "acme", store, KEEPING, NOW)


async def counted(
    store: MonitorStore, blocks: Blocks, task: str, *, held: bool, by_hour: bool = False, template: str = ""
) -> Counted:
    found = Counted(blocks, (lambda _, kind: kind.template == template) if template else None)
    cuts = [blocks.start(number) for number in range(blocks.blocks)] if by_hour else ()
    async for one in store.buckets.kinds("acme", blocks.since, task, cuts=cuts, until=blocks.until, held=held):
        if isinstance(one.counted, Run):
            found.add_run(one.task_type, one.counted)
        else:
            found.include(one.task_type, one.start, one.counted)
    return found


def numbers_of(found: Counted) -> Any:
    rows = np.array([row for _, row in sorted(found.kinds.items())], np.int64)
    numbers = (found.sums, found.strata, found.by_block, found.said, found.latencies)
    latencies = found.latencies_by_block.tolist()
    when = found.when(rows) if rows.size else None
    return sorted(found.kinds), [its[rows].tolist() for its in numbers], latencies, when


@pytest.mark.parametrize("seed", range(2))
async def test_nobody_can_tell_what_is_held(stores: list[MonitorStore], seed: int) -> None:
    history, rng = History(stores[0], seed), random.Random(seed)
    await history.begin()
    compared: list[int] = []
    for step in range(STEPS):
        asked = rng.randrange(4)  # the same now and then, so that something is found
        anew = await told(stores[0], asked, held=False)
        report = await report_of(stores[3], asked)
        compared.append(report.before.uses)
        for store in stores[:3]:
            assert await report_of(store, asked) == report, f"step {step}"
            for _ in range(2):
                assert await told(store, asked, held=True) == anew, f"step {step}"
        await history.go_on()
    assert anew["totals"]
    assert any(compared)


async def test_a_day_is_read_again_once_it_was_built_anew_and_not_before(stores: list[MonitorStore]) -> None:
    store, other, *_ = stores
    history = History(store, 3)
    await history.begin()
    since = day_of(NOW) - 8 * DAY

    async def predictions(of: MonitorStore) -> int:
        return sum([one.contents.predictions async for one in of.buckets.sums("acme", since, WITH_LATENCIES)])

    before = await predictions(store)
    assert await predictions(other) == before
    key = BucketKey("acme", "summary", day_of(NOW) - 4 * DAY)
    days = store.buckets.of_days
    (found,) = [one.contents async for one in days.read({"task": key.task.text}, key.hour, key.hour + DAY)]
    times, n = await days.built(key)
    await days.collection.update_one({"_id": key.text}, {"$unset": dict.fromkeys(("packed", *LOOKED_AT), "")})
    assert await predictions(store) == before  # it lies in memory, and nothing of it is read
    twice = type(found)((*found.cells, *found.cells), found.spreads)
    assert await days.write(key, twice, after=times)
    assert await predictions(store) == await predictions(other) == before + n


async def test_what_an_earlier_release_builds_beside_this_one_is_told_once_it_is_looked_for(
    stores: list[MonitorStore],
) -> None:
    store, other, *_ = stores
    await History(store, 4).begin()
    since = day_of(NOW) - 8 * DAY

    async def predictions(of: MonitorStore) -> int:
        return sum([one.contents.predictions async for one in of.buckets.sums("acme", since, WITH_LATENCIES)])

    before = await predictions(store)
    key = BucketKey("acme", "summary", day_of(NOW) - 4 * DAY)
    days = store.buckets.of_days
    (found,) = [one.contents async for one in days.read({"task": key.task.text}, key.hour, key.hour + DAY)]
    times, n = await days.built(key)
    earlier = MongoContents(days.collection, KEEPING.bucket_until)
    assert await earlier.write(key, type(found)((*found.cells, *found.cells), found.spreads), after=times)
    await days.told.look_again(after=0)
    assert await predictions(store) == await predictions(other) == before + n


async def test_a_store_that_an_earlier_release_filled_is_told_from_the_first_question_on(
    stores: list[MonitorStore],
) -> None:
    store, other, *_ = stores
    history = History(store, 5)
    await history.begin()
    for days in (store.buckets.of_days, store.ledger.of_days):
        await days.told.collection.delete_many({})
    for seed in range(4):
        assert await told(other, seed, held=True) == await told(store, seed, held=False)


async def test_a_month_that_is_in_no_other_document_is_read_with_the_next_one(stores: list[MonitorStore]) -> None:
    """Over the end of a year, and with days that are kept no more."""
    told = stores[0].buckets.of_days.told
    days = [datetime(NOW.year, 1, 1, tzinfo=UTC) + number * DAY for number in range(-2, 2)]
    for number, day in enumerate(days):
        await told.tell(BucketKey("acme", "qa", day), number + 1)
    await told.tell(BucketKey("acme", "qa", days[1]), 1)  # one that was late
    await told.tell(BucketKey("globex", "qa", days[1]), 9)
    await told.tell(BucketKey("acme", "qa", NOW - 500 * DAY), 1)
    assert await told.of("acme", days[1], days[3], "qa") == {("qa", days[1]): 2, ("qa", days[2]): 3}
    assert not await told.of("acme", days[0], task_type="summary")
    assert ("qa", day_of(NOW - 500 * DAY)) not in await told.of("acme", NOW - 600 * DAY)


async def test_who_is_taken_out_is_told_by_no_replica(stores: list[MonitorStore]) -> None:
    history = History(stores[0], 6)
    await history.begin()
    since, ann = day_of(NOW) - 8 * DAY, digest("acme", "ann")

    async def users(of: MonitorStore) -> set[str]:
        return {name async for page in of.ledger.merged("acme", since, OF_USERS) for name in page.table.names}

    assert all([ann in await users(store) for store in stores])
    async for _ in stores[0].traces.steps["unlinked_costs"](Person("acme", ann, NOW)):
        pass
    assert not any([ann in await users(store) for store in stores])
