"""Consuming processes that are killed while events flow, on the real broker and the real store."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import msgspec
import pytest
from bson import Binary

from ratchet_common import mongo
from ratchet_common.bus import Bus
from ratchet_common.dead_letters import letter_id
from ratchet_common.errors import RetryLaterError
from ratchet_common.mongo import waiting_is_worth_it
from ratchet_common.settings import CommonSettings
from ratchet_common.topics import PREDICTIONS, group_of
from tests.integration.conftest import Ground, SettingsFor, Tenant
from tests.integration.consuming import POISON
from tests.patience import PATIENCE_S
from tests.unit.common.records import record
from tests.unit.feedback.said import prediction

KILLS = 2  # of each consumer; a group takes some 20 s to let the next member in
AWAY_S = 10.0  # longer than it takes to join the group and to lose patience


@dataclass
class Sent:
    """What went to the topic: good events by their result, bad ones as they went."""

    tenant: str
    good: set[str] = field(default_factory=set)
    bad: list[tuple[bytes, bytes]] = field(default_factory=list)
    done: bool = False

    def letters(self, service: str) -> set[UUID]:
        group = group_of(service, PREDICTIONS.name)
        return {letter_id(record(value, topic=PREDICTIONS.name, key=key), group) for key, value in self.bad}


async def flow(bus: Bus, sent: Sent) -> None:
    """Some sixty events a second until it is done: most good, some that hit a bug, some that nobody can read."""
    for n in range(1_000_000):
        if sent.done:
            return
        event = prediction(sent.tenant, model=POISON if n % 50 == 7 else "small")
        key, value = PREDICTIONS.key(event).encode(), msgspec.json.encode(event)
        if n % 70 == 9:
            value = value[:-1]
        if n % 50 == 7 or n % 70 == 9:
            sent.bad.append((key, value))
        else:
            sent.good.add(str(event.result_id))
        await bus.publish(PREDICTIONS.name, key, value)
        if n % 6 == 0:
            await asyncio.sleep(0.1)


@asynccontextmanager
async def consumer(name: str, away_s: float, settings: CommonSettings, errors: Path) -> AsyncIterator[None]:
    """A process that has joined its group; it is killed at the end."""
    given = msgspec.json.encode(settings.model_dump(mode="json")).decode()
    with errors.open("ab") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.integration.consuming", name, str(away_s), given),
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
        )
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"consuming\n", f"it did not start: see {errors}"
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


async def until(count: Callable[[], Awaitable[int]], wanted: int) -> None:
    while True:
        with suppress(RetryLaterError), waiting_is_worth_it():  # a slow store is not what is tried here
            if await count() >= wanted:
                return
        await asyncio.sleep(0.3)


async def live(name: str, database: mongo.Database, settings: CommonSettings, sent: Sent, errors: Path) -> None:
    """Life after life, each ended by a kill in the midst of the flow; in the first the store is away for a while."""
    random = Random(name[-1])
    await database.kept.create_index("tenant")
    for life in range(KILLS):
        async with consumer(name, AWAY_S if life == 0 else 0.0, settings, errors):
            kept = partial(database.kept.count_documents, {"tenant": sent.tenant})
            await until(kept, await kept() + random.randint(1, 100))


@pytest.mark.slow
async def test_killed_again_and_again_each_event_has_its_effect(
    stack: Ground, settings_for: SettingsFor, tenant: Tenant, tmp_path: Path
) -> None:
    settings, sent = settings_for(CommonSettings), Sent(tenant.name)
    names = [f"killed-{uuid4().hex[:8]}-{n}" for n in range(2)]
    client = mongo.connect(stack.mongodb_url)
    databases = {name: mongo.database(client, name) for name in names}
    async with asyncio.timeout(PATIENCE_S), Bus(settings) as bus:
        flowing = asyncio.create_task(flow(bus, sent))
        lives = [live(name, its, settings, sent, tmp_path / name) for name, its in databases.items()]
        await asyncio.gather(*lives)
        sent.done = True
        await flowing
        await asyncio.gather(*(finish(name, its, settings, sent, tmp_path) for name, its in databases.items()))
    for name in names:
        with suppress(RetryLaterError), waiting_is_worth_it():
            await client.drop_database(name)
    await client.close()


async def finish(name: str, database: mongo.Database, settings: CommonSettings, sent: Sent, errors: Path) -> None:
    """One life more, until all has come out; then it is counted."""
    letters = [Binary.from_uuid(letter) for letter in sent.letters(name)]
    async with consumer(name, 0.0, settings, errors / name):
        await until(partial(database.kept.count_documents, {"tenant": sent.tenant}), len(sent.good))
        await until(partial(database.dead_letters.count_documents, {"_id": {"$in": letters}}), len(letters))
    kept = await database.kept.find({"tenant": sent.tenant}).to_list()
    assert {document["_id"] for document in kept} == sent.good
    buried = await database.dead_letters.find({"_id": {"$in": letters}}).to_list()
    assert len(buried) == len(sent.bad)
    reasons = {document["reason"].partition(":")[0] for document in buried}
    assert reasons == {"ValueError in the handler", "DecodeError"}
