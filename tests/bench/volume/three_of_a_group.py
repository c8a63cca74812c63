"""Events from a real Kafka into the embedded store, by three monitors of one group, each a process of its own; then a
public trace of requests at a hundred times its speed."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from ratchet_cli.stack.ports import free_ports
from ratchet_cli.stack.start import start_stack
from ratchet_common import mongo
from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.bus import Bus
from ratchet_common.events import PredictionMade
from ratchet_common.mongo import Database, Document
from ratchet_common.settings import BusSettings
from ratchet_common.topics import PREDICTIONS, group_of
from ratchet_monitor.observations import observation_of
from ratchet_monitor.store.documents import document_of
from tests.bench.cores import cpu_s, resident_mb
from tests.bench.figure import Figure
from tests.bench.volume.events import event, traced
from tests.crash.processes import Victim
from tests.kafka.rig import real_kafka

STORED: Final = 40_000  # at most: the embedded store takes some hundreds to some thousands a second
BATCH: Final = 500
LINGER_MS, AT_ONCE_BYTES = 5, 256 * 1024  # of who sends
REPLICAS: Final = 3
FASTER: Final = 100
BACK_WITHIN_S: Final = 10.0
LEAST_RATIO: Final = 0.5
PATIENCE_S: Final = 600.0
GROUP: Final = group_of("monitor", PREDICTIONS.name)


def from_kafka(most: int) -> list[Figure]:
    """Raises CannotStartError without Java or Maven, DataMissingError without the trace."""
    requests = traced()[:most]
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="ratchet-bench-")))
        servers = opened.enter_context(real_kafka(folder / "kafka"))
        stack = opened.enter_context(start_stack(folder / "stack"))
        bus = BusSettings(kafka_bootstrap_servers=servers, kafka_partitions=REPLICAS)
        events = [event(number) for number in range(min(most, STORED))]
        bare = asyncio.run(_bare(stack.mongodb_url, events))
        replicas = opened.enter_context(_replicas(bus, stack.mongodb_url, folder))
        return asyncio.run(_stored_and_replayed(bus, stack.mongodb_url, replicas, events, requests, bare))


@contextmanager
def _replicas(bus: BusSettings, mongodb_url: str, folder: Path) -> Iterator[Sequence[Victim]]:
    """All of them ready; they share what comes."""
    token = folder / "tokens.json"
    write_tokens(token, [new_token("bench", frozenset(Scope))[1]])
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": bus.kafka_bootstrap_servers,
        "KAFKA_PARTITIONS": str(bus.kafka_partitions),
        "MONGODB_URL": mongodb_url,
        "TOKENS_FILE": str(token),
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "ratchet_monitor"]
    replicas = [
        Victim(f"monitor {n}", command, port, environment | {"PORT": str(port)}, folder / f"monitor-{n}.log")
        for n, port in enumerate(free_ports(REPLICAS))
    ]
    try:
        for one in replicas:
            one.start()
        for one in replicas:
            one.wait_until_ready()
        yield replicas
    finally:
        for one in replicas:
            one.stop()


async def _bare(url: str, events: Sequence[PredictionMade]) -> float:
    """Documents/s by insert_many alone."""
    client, now = mongo.connect(url), datetime.now(UTC)
    bare = mongo.database(client, "bare").bare
    documents: list[Document] = [document_of(observation_of(one, now)) for one in events]
    started = time.perf_counter()
    for start in range(0, len(documents), BATCH):
        await bare.insert_many(documents[start : start + BATCH], ordered=False)
    rate = len(documents) / (time.perf_counter() - started)
    await client.close()
    return rate


async def _stored_and_replayed(
    settings: BusSettings,
    url: str,
    replicas: Sequence[Victim],
    events: Sequence[PredictionMade],
    requests: Sequence[tuple[float, int, int]],
    bare: float,
) -> list[Figure]:
    client = mongo.connect(url)
    database = mongo.database(client, "monitor")
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    await admin.start()
    try:
        await _once_all_have_joined(admin)
        records = [(PREDICTIONS.key(one).encode(), msgspec.json.encode(one)) for one in events]
        used, began = _cpu_s(replicas), time.perf_counter()
        await _publish_all(settings, records)
        await _once_committed(admin, len(events))
        rate = len(events) / (time.perf_counter() - began)
        a_core = len(events) / (_cpu_s(replicas) - used)
        behind = await _once_built(database, len(events))
        before = _resident_mb(replicas)
        took, back = await _replay(settings, admin, requests, after=len(events))
        everything = len(events) + len(requests)
        await _once_built(database, everything)
        grown = max(now - then for now, then in zip(_resident_mb(replicas), before, strict=True))
        lost = everything - await _stored(database)
    finally:
        await admin.close()
        await client.close()
    return [
        Figure(
            f"monitor: events from Kafka by {REPLICAS} of a group, ratio to bare insert_many",
            rate / bare,
            f"({rate:,.0f} events/s, {a_core:,.0f} per s of the replicas' CPU; hours built {behind:.1f} s later)",
            f"≥ {LEAST_RATIO:g}",
            rate / bare >= LEAST_RATIO,
            f"insert_many of the same {len(events):,} documents, no indexes, no Kafka: {bare:,.0f}/s",
        ),
        Figure(
            f"monitor: lag back to zero after a trace at {FASTER} times its speed",
            back,
            f"s after the last of {len(requests):,} requests was due; Kafka had them all {took:.1f} s "
            f"after the first, and {requests[-1][0] / FASTER:.1f} were to be",
            f"≤ {BACK_WITHIN_S:g}",
            back <= BACK_WITHIN_S,
        ),
        Figure("monitor: events lost in all of this", float(lost), f"of {everything:,}", "0", lost == 0),
        Figure("monitor: memory of a replica grown over the trace", grown, "MB resident, the most of any", "", None),
    ]


async def _publish_all(settings: BusSettings, records: Sequence[tuple[bytes, bytes]]) -> None:
    """With as little as it takes: who makes the load has the same two cores as who is measured."""
    servers = settings.kafka_bootstrap_servers
    async with AIOKafkaProducer(bootstrap_servers=servers, linger_ms=LINGER_MS, max_batch_size=AT_ONCE_BYTES) as to:
        sent = [await to.send(PREDICTIONS.name, value, key) for key, value in records]
        await asyncio.gather(*sent)


async def _replay(
    settings: BusSettings, admin: AIOKafkaAdminClient, requests: Sequence[tuple[float, int, int]], *, after: int
) -> tuple[float, float]:
    """Seconds that it took until Kafka had all of the trace; and seconds from when its last request was due until all
    is committed. So what sends too slowly, and would let the consumers rest, counts against them."""
    async with Bus(settings) as bus:
        began, free = time.perf_counter(), asyncio.Semaphore(BATCH)

        async def send(one: PredictionMade) -> None:
            await _publish(bus, one)
            free.release()

        async with asyncio.TaskGroup() as under_way:
            for number, (at, read, written) in enumerate(requests):
                await asyncio.sleep(max(0.0, at / FASTER - (time.perf_counter() - began)))
                await free.acquire()
                under_way.create_task(send(event(number, read=read, written=written)))
        took = time.perf_counter() - began
    await _once_committed(admin, after + len(requests))
    return took, time.perf_counter() - began - requests[-1][0] / FASTER


async def _publish(bus: Bus, one: PredictionMade) -> None:
    await bus.publish(PREDICTIONS.name, PREDICTIONS.key(one).encode(), msgspec.json.encode(one))


async def _once_all_have_joined(admin: AIOKafkaAdminClient) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await _members(admin) < REPLICAS:  # noqa: ASYNC110  what another process does sets no event
            await asyncio.sleep(0.2)


async def _members(admin: AIOKafkaAdminClient) -> int:
    """None while they still share the partitions out."""
    [answer] = await admin.describe_consumer_groups([GROUP])
    [(_, _, state, _, _, members, *_)] = answer.groups
    return len(members) if state == "Stable" else 0


async def _once_committed(admin: AIOKafkaAdminClient, n: int) -> None:
    """By what the group has committed, which is after the write: to ask the store would slow it down."""
    async with asyncio.timeout(PATIENCE_S):
        while await _committed(admin) < n:  # noqa: ASYNC110  as above
            await asyncio.sleep(0.1)


async def _committed(admin: AIOKafkaAdminClient) -> int:
    offsets = await admin.list_consumer_group_offsets(GROUP)
    return sum(max(0, one.offset) for place, one in offsets.items() if place.topic == PREDICTIONS.name)


async def _once_built(database: Database, n: int) -> float:
    """Seconds until the hours hold so many answers."""
    began = time.perf_counter()
    async with asyncio.timeout(PATIENCE_S):
        while await _built(database) < n:  # noqa: ASYNC110  as above
            await asyncio.sleep(0.5)
    return time.perf_counter() - began


async def _built(database: Database) -> int:
    return sum([one["predictions"] async for one in database.buckets.find({}, {"predictions": 1})])


async def _stored(database: Database) -> int:
    """Each as often as it lies there."""
    days = await database.list_collection_names(filter={"name": {"$regex": "^seen_"}})
    return sum([segment["n"] for day in days async for segment in database[day].find({}, {"n": 1})])


def _cpu_s(replicas: Sequence[Victim]) -> float:
    return sum(cpu_s(one.process.pid) for one in replicas if one.process)


def _resident_mb(replicas: Sequence[Victim]) -> list[float]:
    return [resident_mb(one.process.pid) for one in replicas if one.process]
