"""What every service's composition root starts from: store, bus, consumer, worker processes; closed in reverse."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from fastapi import FastAPI
from faststream.kafka import KafkaBroker
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common import expiring, mongo, telemetry
from ratchet_common.background import Loop, once, running
from ratchet_common.bus import Bus
from ratchet_common.dead_letters import DeadLetters
from ratchet_common.http import Check
from ratchet_common.lag import lag_of
from ratchet_common.measures import Found, Measures
from ratchet_common.messaging import LARGE, Handle, Portion, consumer, start_side_by_side, stop_listening, subscribe
from ratchet_common.mongo import Document
from ratchet_common.outbox import SENT_IS_KEPT, Relay
from ratchet_common.settings import CommonSettings
from ratchet_common.topics import DEAD_LETTERS_KEPT, Topic, group_of
from ratchet_common.tracing import Tracing
from ratchet_common.whole_calls import WholeDatabase, with_whole_calls
from ratchet_common.workers import MakeWorkers, Workers

RELAY_EVERY_S = 0.1
RELAY_IDLE_S = 3.0  # only what another process left behind: a write of our own pokes the relay
SWEEP_EVERY_S = 300.0


@dataclass(frozen=True)
class Connections:
    name: str
    settings: CommonSettings
    database: WholeDatabase
    bus: Bus
    consumer: KafkaBroker
    workers: Workers
    letters: DeadLetters
    measures: Measures
    tracing: Tracing | None = None
    role: str = ""

    @property
    def label(self) -> str:
        """What metrics and logs call it."""
        return self.role or self.name

    @property
    def ready(self) -> dict[str, Check]:
        async def store() -> None:
            await mongo.ping(self.database)

        return {"store": store, "bus": self.bus.reachable}

    def hear(self, topic: Topic, handle: Handle, portion: Portion = LARGE) -> None:
        group = group_of(self.name, topic.name)
        how: dict[str, Any] = {"bury": self.letters.bury, "portion": portion, "tracing": self.tracing}
        session = self.settings.kafka_session_timeout_ms
        reading = subscribe(self.consumer, topic, group=group, handle=handle, session_timeout_ms=session, **how)

        async def lag() -> Found:
            behind = await lag_of(reading.consumer)
            return [] if behind is None else [(telemetry.LAG, (topic.name, group), behind)]

        self.measures.add(f"lag of {topic.name}", lag)

    async def relay(
        self,
        collection: AsyncCollection[Document],
        *,
        only_outbox: bool = False,
        keep_sent: timedelta | None = None,
    ) -> dict[str, Loop]:
        """The loops that send what waits in the collection's outboxes.

        `keep_sent` None: for a day where the bus forgets, and elsewhere not at all.
        """
        forgets = self.settings.bus_forgets
        kept = keep_sent or (SENT_IS_KEPT if forgets else None)
        relay = Relay(collection, self.bus.publish, keep_sent=kept, only_outbox=only_outbox)
        await relay.create_index()
        await relay.unpark()

        async def waiting() -> Found:
            count, age = await relay.waiting()
            who = (self.label, collection.name)
            return [(telemetry.OUTBOX_WAITING, who, count), (telemetry.OUTBOX_AGE, who, age)]

        self.measures.add(f"outbox of {collection.name}", waiting)

        async def send() -> int:
            sent = await relay.run_once()
            telemetry.EVENTS_RELAYED.labels(self.label).inc(sent)
            return sent

        sending = Loop(send, every=RELAY_EVERY_S, idle=RELAY_IDLE_S, gather=RELAY_EVERY_S)
        self.database.on_write(collection.name, sending.poke)
        loops = {f"relay of {collection.name}": sending}
        if forgets:
            loops[f"sending again of {collection.name}"] = Loop(once(relay.send_again), every=SWEEP_EVERY_S)
        if kept:
            loops[f"sweep of {collection.name}"] = Loop(relay.sweep, every=SWEEP_EVERY_S)
        return loops


@asynccontextmanager
async def connections(
    name: str,
    settings: CommonSettings,
    app: FastAPI | None = None,
    *,
    role: str = "",
    make_workers: MakeWorkers = Workers,
) -> AsyncIterator[Connections]:
    """`app`: whose requests and measures these are; none in tests of parts.

    `role`: of a process that does a part of the service's work, with its database and groups: what metrics call it.
    """
    tracing, measures = (app.state.tracing, app.state.measures) if app is not None else (None, Measures(role or name))
    async with AsyncExitStack() as stack:
        client = mongo.connect(settings.mongodb_url)
        stack.push_async_callback(client.close)
        stack.push_async_callback(mongo.settled)
        database = with_whole_calls(mongo.database(client, name))
        letters = DeadLetters(database.dead_letters, name)
        await mongo.insist_on_store(database)
        database.watched = await expiring.watches(database)
        bus = await stack.enter_async_context(Bus(settings, tracing=tracing))
        workers = await stack.enter_async_context(make_workers(settings.worker_processes))
        await letters.create_indexes()

        async def buried() -> Found:
            return [(telemetry.DEAD_LETTERS, (role or name,), await letters.count())]

        measures.add("dead letters", buried)
        yield Connections(name, settings, database, bus, consumer(settings), workers, letters, measures, tracing, role)


@asynccontextmanager
async def at_work(its: Connections, loops: dict[str, Loop]) -> AsyncIterator[None]:
    """Consumes and loops until left; `its.hear` comes before.

    Dead letters lie in the service's store, whoever buries them, and go out from there once: a process that does a part
    of its work leaves them to the others.
    """
    if not its.role:
        loops = loops | await its.relay(its.database.dead_letters, keep_sent=DEAD_LETTERS_KEPT)
    if expiries := its.database.expiries:
        loops["sweep of what has expired"] = Loop(partial(expiring.sweep, expiries), every=expiring.SWEEP_EVERY_S)
    async with running(its.label, loops):
        try:
            await start_side_by_side(its.consumer)
            yield
        finally:
            await stop_listening(its.consumer)
