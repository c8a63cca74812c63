"""The relay under random crashes and failing publishes, and with a second relay beside it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common import mongo
from ratchet_common.errors import RetryLaterError, TooLargeForTheBusError
from ratchet_common.events import DocumentChanged
from ratchet_common.mongo import Document
from ratchet_common.outbox import SENT_IS_KEPT, Headers, Relay, entry, holding, push, replace
from tests.integration.conftest import Ground
from tests.integration.crashing import CrashAt, CrashedError

Outboxes = AsyncCollection[Document]


@dataclass
class Broker:
    """Has what was published, in its order; fails at the publishes whose numbers are given."""

    fails_at: frozenset[int] = frozenset()
    too_large: frozenset[UUID] = frozenset()
    had: list[tuple[str, UUID]] = field(default_factory=list)
    tries: Iterator[int] = field(default_factory=lambda: iter(range(1_000_000)))

    def of(self, document: str) -> list[UUID]:
        """In the order in which they came first."""
        return list(dict.fromkeys(event_id for of, event_id in self.had if of == document))


@dataclass
class Process:
    """One relay. After its crash nothing of it reaches the broker any more."""

    collection: Outboxes
    broker: Broker
    keep_sent: timedelta | None = None
    only_outbox: bool = False
    alive: bool = True

    def __post_init__(self) -> None:
        self.relay = Relay(self.collection, self._publish, keep_sent=self.keep_sent, only_outbox=self.only_outbox)

    async def _publish(self, _topic: str, _key: bytes, body: bytes, _headers: Headers) -> None:
        await asyncio.sleep(0)
        if not self.alive:
            await asyncio.Event().wait()
        if next(self.broker.tries) in self.broker.fails_at:
            raise RetryLaterError("Kafka did not take it.")
        event = msgspec.json.decode(body, type=DocumentChanged)
        if event.event_id in self.broker.too_large:
            raise TooLargeForTheBusError("An event is too large.")
        self.broker.had.append((event.document_id, event.event_id))
        await asyncio.sleep(0)

    async def run(self, crash_at: int | None = None) -> None:
        try:
            await CrashAt(crash_at, self.relay.run_once())
        except CrashedError:
            self.alive = False
        except RetryLaterError:
            pass  # the loop around it tries again


def changed(document_id: str) -> DocumentChanged:
    return DocumentChanged(tenant="acme", document_id=document_id, change="changed")


def connected(stack: Ground, name: str) -> Outboxes:
    """By a client of its own. A crashed process's is never closed: that would wait for what was dropped."""
    return mongo.database(mongo.connect(stack.mongodb_url), "outboxes")[name]


@asynccontextmanager
async def outboxes(stack: Ground) -> AsyncIterator[Outboxes]:
    collection = connected(stack, f"c{uuid4().hex[:12]}")
    yield collection
    await collection.drop()
    await collection.database.client.close()


@dataclass(frozen=True)
class Pushed:
    document: str
    events: int


@dataclass(frozen=True)
class Ran:
    """Two relays side by side, each with the await at which it dies, if it does."""

    crashes: tuple[int | None, int | None]


crashes = st.none() | st.integers(1, 14)
pushed = st.builds(Pushed, st.sampled_from("abc"), st.integers(1, 3))
ran = st.builds(Ran, st.tuples(crashes, crashes))


@given(
    steps=st.lists(pushed | ran, min_size=2, max_size=12),
    fails_at=st.frozensets(st.integers(0, 20), max_size=6),
    keep_sent=st.sampled_from([None, SENT_IS_KEPT]),
)
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
def test_every_event_comes_out_in_its_documents_order_whatever_crashes(
    stack: Ground, steps: list[Pushed | Ran], fails_at: frozenset[int], keep_sent: timedelta | None
) -> None:
    asyncio.run(_live_through(stack, steps, Broker(fails_at), keep_sent))


async def _live_through(stack: Ground, steps: list[Pushed | Ran], broker: Broker, keep_sent: timedelta | None) -> None:
    expected: dict[str, list[UUID]] = {}
    async with outboxes(stack) as ours:
        processes: list[Process] = []
        for step in steps:
            if isinstance(step, Pushed):
                events = [changed(step.document) for _ in range(step.events)]
                await ours.update_one({"_id": step.document}, push(*events), upsert=True)
                expected.setdefault(step.document, []).extend(event.event_id for event in events)
                continue
            processes = [process for process in processes if process.alive]
            while len(processes) < 2:
                processes.append(Process(connected(stack, ours.name), broker, keep_sent))
            await asyncio.gather(*(p.run(at) for p, at in zip(processes, step.crashes, strict=True)))
        last = Process(ours, broker, keep_sent)
        for _ in range(len(broker.fails_at) + 1):
            await last.run()
        await _nothing_waits(ours, kept=expected if keep_sent else {})
    assert {document: broker.of(document) for document in expected} == expected


async def _nothing_waits(collection: Outboxes, kept: dict[str, list[UUID]]) -> None:
    for document in await collection.find({}).to_list():
        assert document["unsent"] == 0
        assert [e["id"].as_uuid() for e in document["outbox"]] == kept.get(document["_id"], [])
        assert all("sent_at" in e for e in document["outbox"])


@pytest.fixture
async def collection(stack: Ground) -> AsyncIterator[Outboxes]:
    async with outboxes(stack) as collection:
        yield collection


async def test_state_and_events_are_one_write(collection: Outboxes) -> None:
    events = [changed("a"), changed("a")]
    await collection.update_one({"_id": "a"}, {"$set": {"state": "done"}} | push(*events), upsert=True)
    document = await collection.find_one({"_id": "a"})
    assert document is not None
    assert (document["state"], document["unsent"], len(document["outbox"])) == ("done", 2, 2)


async def test_one_document_that_cannot_be_sent_keeps_none_of_the_others(collection: Outboxes) -> None:
    for document in "abc":
        await collection.insert_one({"_id": document} | holding(entry(changed(document))))
    broker = Broker(fails_at=frozenset({1}))
    with pytest.raises(RetryLaterError):
        await Process(collection, broker).relay.run_once()
    assert len(broker.had) == 2
    assert await collection.count_documents({"unsent": 0}) == 2


async def test_where_the_bus_forgets_a_start_sends_everything_of_the_last_day_again(collection: Outboxes) -> None:
    broker, events = Broker(), [changed("a") for _ in range(3)]
    await collection.update_one({"_id": "a"}, push(*events), upsert=True)
    process = Process(collection, broker, keep_sent=SENT_IS_KEPT)
    await process.run()
    await process.relay.sweep()
    await collection.update_one({"_id": "a"}, push(late := changed("a")))
    before = await collection.find_one({"_id": "a"})
    await process.relay.send_again()
    assert await collection.find_one({"_id": "a"}) == before  # so that it may be killed at any moment
    await process.run()
    ids = [event.event_id for event in events]
    assert [event_id for _, event_id in broker.had] == [*ids, *ids, late.event_id]


async def test_what_was_sent_longer_than_a_day_ago_is_swept_and_what_waits_is_not(collection: Outboxes) -> None:
    broker = Broker()
    process = Process(collection, broker, keep_sent=SENT_IS_KEPT)
    await collection.update_one({"_id": "a"}, {"$set": {"state": "done"}} | push(changed("a")), upsert=True)
    await process.run()
    await collection.update_one({"_id": "a"}, push(waits := changed("a")))
    await process.relay.sweep(datetime.now(UTC) + SENT_IS_KEPT + timedelta(minutes=1))
    document: Any = await collection.find_one({"_id": "a"})
    assert [e["id"].as_uuid() for e in document["outbox"]] == [waits.event_id]
    assert (document["unsent"], document["state"]) == (1, "done")
    await process.run()
    assert len(broker.had) == 2


async def test_how_long_what_was_sent_stays_is_the_relays_to_say(collection: Outboxes) -> None:
    broker, month = Broker(), timedelta(days=30)
    process = Process(collection, broker, keep_sent=month)
    await collection.insert_one({"_id": "a"} | holding(entry(changed("a"))))
    await process.run()
    for later, held in ((SENT_IS_KEPT * 2, 1), (month + SENT_IS_KEPT, 0)):
        await process.relay.sweep(datetime.now(UTC) + later)
        await process.relay.send_again()
        document: Any = await collection.find_one({"_id": "a"})
        assert (len(document["outbox"]), document["unsent"]) == (held, 0)
    assert len(broker.had) == 2


@pytest.mark.parametrize("keep_sent", [None, SENT_IS_KEPT])
async def test_what_is_replaced_while_a_relay_sends_it_costs_the_later_event_nothing(
    collection: Outboxes, keep_sent: timedelta | None
) -> None:
    first, second = changed("a"), changed("a")
    had: list[UUID] = []

    async def publish(_topic: str, _key: bytes, body: bytes, _headers: Headers) -> None:
        if not had:
            await collection.update_one({"_id": "a"}, {"$set": replace(second)})
        had.append(msgspec.json.decode(body, type=DocumentChanged).event_id)

    await collection.insert_one({"_id": "a"} | holding(entry(first)))
    relay = Relay(collection, publish, keep_sent=keep_sent)
    while await relay.run_once():
        pass
    document: Any = await collection.find_one({"_id": "a"})
    assert (had, document["unsent"]) == ([first.event_id, second.event_id], 0)
    assert [e["id"].as_uuid() for e in document["outbox"]] == ([second.event_id] if keep_sent else [])


async def test_what_was_parked_and_is_replaced_is_forgotten(collection: Outboxes) -> None:
    first, second = changed("a"), changed("a")
    process = Process(collection, broker := Broker(too_large=frozenset({first.event_id})))
    await collection.insert_one({"_id": "a"} | holding(entry(first)))
    await process.run()
    await collection.update_one({"_id": "a"}, {"$set": replace(second)})
    await process.relay.unpark()
    await process.run()
    document: Any = await collection.find_one({"_id": "a"})
    assert (broker.of("a"), document["unsent"], document["parked"]) == ([second.event_id], 0, 0)


@pytest.mark.parametrize("keep_sent", [None, SENT_IS_KEPT])
async def test_documents_that_hold_nothing_else_go_when_they_are_sent(
    collection: Outboxes, keep_sent: timedelta | None
) -> None:
    process = Process(collection, Broker(), keep_sent=keep_sent, only_outbox=True)
    await collection.insert_one({"_id": "a"} | holding(entry(changed("a"))))
    await process.run()
    assert await collection.count_documents({}) == (1 if keep_sent else 0)
    await process.relay.sweep(datetime.now(UTC) + SENT_IS_KEPT + timedelta(minutes=1))
    assert await collection.count_documents({}) == 0


@pytest.mark.parametrize("keep_sent", [None, SENT_IS_KEPT])
@pytest.mark.parametrize("only_outbox", [False, True])
async def test_what_is_too_large_for_the_bus_is_parked_and_offered_again_at_the_next_start(
    collection: Outboxes, keep_sent: timedelta | None, only_outbox: bool
) -> None:
    events = [changed("a") for _ in range(3)]
    broker = Broker(too_large=frozenset({events[1].event_id}))
    process = Process(collection, broker, keep_sent=keep_sent, only_outbox=only_outbox)
    await collection.insert_one({"_id": "a"} | holding(*map(entry, events)))
    assert await process.relay.run_once() == 2
    assert await process.relay.run_once() == 0
    document: Any = await collection.find_one({"_id": "a"})
    assert (document["unsent"], document["parked"]) == (0, 1)
    assert [e["id"].as_uuid() for e in document["outbox"] if "parked_at" in e] == [events[1].event_id]
    broker.too_large = frozenset()
    await process.relay.unpark()
    await process.run()
    assert broker.had[2][1] == events[1].event_id
    left: Any = await collection.find_one({"_id": "a"})
    if keep_sent:
        assert all(e.get("sent_at") and not e.get("parked_at") for e in left["outbox"])
    elif not only_outbox:
        assert (left["outbox"], left["unsent"]) == ([], 0)
    else:
        assert left is None
