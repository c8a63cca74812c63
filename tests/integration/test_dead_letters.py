"""How long a dead letter stays where it was buried, on a bus that forgets and on one that does not."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from ratchet_common.mongo import Database
from ratchet_common.outbox import SENT_IS_KEPT
from ratchet_common.service import at_work, connections
from ratchet_common.settings import CommonSettings
from ratchet_common.topics import DEAD_LETTERS_KEPT, PREDICTIONS
from tests.integration.conftest import SettingsFor
from tests.patience import PATIENCE_S
from tests.unit.common.records import record

AGED = {"two days": SENT_IS_KEPT * 2, "longer than letters are kept": DEAD_LETTERS_KEPT + SENT_IS_KEPT}


async def sent(settings: CommonSettings, key: bytes) -> int:
    """How often the letter of that key lies in the dead-letter topic."""
    there = TopicPartition(PREDICTIONS.dead_letters, 0)
    reader = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap_servers, auto_offset_reset="earliest")
    async with reader:
        reader.assign([there])
        end, found = (await reader.end_offsets([there]))[there], 0
        while await reader.position(there) < end:
            for records in (await reader.getmany(timeout_ms=500)).values():
                found += sum(one.key == key for one in records)
    return found


async def until_sent(settings: CommonSettings, key: bytes, times: int) -> None:
    while True:
        if await sent(settings, key) >= times:
            return
        await asyncio.sleep(0.1)


async def letter_once(database: Database, holds: dict[str, Any]) -> Any:
    while True:
        if letter := await database.dead_letters.find_one(holds):
            return letter
        await asyncio.sleep(0.05)


async def age(database: Database, letter: Any, by: timedelta) -> None:
    """As if its entry had been sent so long ago."""
    (entry,) = letter["outbox"]
    entry["sent_at"] = datetime.now(UTC) - by
    await database.dead_letters.update_one({"_id": letter["_id"]}, {"$set": {"outbox": [entry]}})


@pytest.mark.parametrize("forgets", [False, True])
async def test_a_letter_outlives_restarts_for_as_long_as_letters_are_kept(
    settings_for: SettingsFor, forgets: bool
) -> None:
    name, key = f"letters-{uuid4().hex[:8]}", uuid4().hex.encode()
    settings = settings_for(CommonSettings, bus_forgets=forgets)
    async with asyncio.timeout(PATIENCE_S), AsyncExitStack() as stack:
        its = await stack.enter_async_context(connections(name, settings))
        stack.push_async_callback(its.database.client.drop_database, name)
        async with at_work(its, {}):
            await its.letters.bury(record(b"{", key=key), "DecodeError")
            letter = await letter_once(its.database, {"unsent": 0, "outbox.sent_at": {"$exists": True}})
        assert letter["outbox"][0]["body"] == b"{"

        await age(its.database, letter, AGED["two days"])
        async with connections(name, settings) as later, at_work(later, {}):
            await until_sent(settings, key, 2 if forgets else 1)
        letter = await letter_once(its.database, {"unsent": 0})
        assert letter["outbox"][0]["body"] == b"{"

        await age(its.database, letter, AGED["longer than letters are kept"])
        async with connections(name, settings) as much_later, at_work(much_later, {}):
            await letter_once(its.database, {"outbox": []})
        assert await sent(settings, key) <= (3 if forgets else 1)
