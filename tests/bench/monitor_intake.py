"""How fast do prediction events become observations, from a full topic to the embedded store?"""

import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from prometheus_client import REGISTRY

from ratchet_cli.stack.start import Stack, start_stack
from ratchet_common import mongo
from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.bus import Bus
from ratchet_common.events import PredictionMade
from ratchet_common.mongo import Database, Document
from ratchet_common.topics import PREDICTIONS, group_of
from ratchet_monitor.main import build
from ratchet_monitor.observations import observation_of
from ratchet_monitor.settings import MonitorSettings
from ratchet_monitor.store.documents import document_of
from tests.bench.figure import Figure
from tests.bench.volume.events import event

EVENTS = 30_000
GOAL = 2000
BATCH = 500


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="ratchet-bench-") as folder, start_stack(Path(folder) / "data") as stack:
        tokens = Path(folder) / "tokens.json"
        write_tokens(tokens, [new_token("bench", frozenset(Scope))[1]])
        through, bare = asyncio.run(_measure(_settings(stack, tokens)))
    print(f"monitor intake: {through:,.0f} events/s, bare insert_many {bare:,.0f} documents/s")
    return [
        Figure(
            name="monitor: prediction events into the embedded store",
            value=round(through),
            unit=f"events/s over {EVENTS:,}, their hours rebuilt beside it",
            goal=f"≥ {GOAL:,}",
            met=through >= GOAL,
            baseline=f"insert_many of the same documents, no indexes, no Kafka: {bare:,.0f}/s",
        )
    ]


async def _measure(settings: MonitorSettings) -> tuple[float, float]:
    """Events/s through the service, documents/s by insert_many alone."""
    client = mongo.connect(settings.mongodb_url)
    events = [event(number) for number in range(EVENTS)]
    bare = await _bare(mongo.database(client, "bare"), events)
    async with Bus(settings) as bus:
        for start in range(0, EVENTS, BATCH):
            await asyncio.gather(*(_publish(bus, one) for one in events[start : start + BATCH]))
    app = build(settings)
    async with app.router.lifespan_context(app):
        through = await _until_all_are_stored(mongo.database(client, "monitor"))
    await client.close()
    return through, bare


async def _bare(database: Database, events: list[PredictionMade]) -> float:
    now = datetime.now(UTC)
    documents: list[Document] = [document_of(observation_of(one, now)) for one in events]
    started = time.perf_counter()
    for start in range(0, EVENTS, BATCH):
        await database.bare.insert_many(documents[start : start + BATCH], ordered=False)
    return EVENTS / (time.perf_counter() - started)


async def _publish(bus: Bus, made: PredictionMade) -> None:
    await bus.publish(PREDICTIONS.name, PREDICTIONS.key(made).encode(), msgspec.json.encode(made))


async def _until_all_are_stored(database: Database) -> float:
    """From the first batch that is done to the last one. To ask the store itself all the time would slow it down."""
    before = await _once_there_are(1)
    started = time.perf_counter()
    handled = await _once_there_are(EVENTS)
    took = time.perf_counter() - started
    if (stored := await _stored(database)) != EVENTS:
        raise RuntimeError(f"{EVENTS} events were handled, and {stored} observations are stored.")
    return (handled - before) / took


async def _once_there_are(n: int) -> int:
    its = {"topic": PREDICTIONS.name, "group": group_of("monitor", PREDICTIONS.name)}
    while (handled := int(REGISTRY.get_sample_value("ratchet_events_handled_total", its) or 0)) < n:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    return handled


async def _stored(database: Database) -> int:
    days = await database.list_collection_names(filter={"name": {"$regex": "^seen_"}})
    return sum([segment["n"] for day in days async for segment in database[day].find({}, {"n": 1})])


def _settings(stack: Stack, tokens: Path) -> MonitorSettings:
    return MonitorSettings(
        kafka_bootstrap_servers=stack.kafka_bootstrap_servers,
        kafka_idempotence=False,
        kafka_partitions=3,
        bus_forgets=True,
        mongodb_url=stack.mongodb_url,
        tokens_file=tokens,
    )
