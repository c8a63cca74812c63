"""A consumer that is crashed at each await in turn, started again, and fed from the offset committed last."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

import msgspec
from aiokafka import ConsumerRecord

from ratchet_common import mongo
from ratchet_common.dead_letters import DeadLetters
from ratchet_common.events import Event
from ratchet_common.messaging import Handle, handle_batch
from ratchet_common.mongo import Database
from ratchet_common.topics import Topic, group_of
from tests.integration.conftest import Ground
from tests.integration.crashing import CrashAt, CrashedError
from tests.unit.common.records import record

CRASHES_OF_A_CLIENT = 50  # each leaves a connection that nobody gives back


@dataclass
class Log:
    """A partition: its records, and the offset up to which its group has committed."""

    records: list[ConsumerRecord] = field(default_factory=list)
    committed: int = 0

    def add(self, value: bytes, key: bytes = b"acme:1", headers: dict[str, bytes] | None = None) -> None:
        self.records.append(record(value, offset=len(self.records), key=key, headers=headers))

    def fetch(self, at_most: int) -> list[ConsumerRecord]:
        return self.records[self.committed : self.committed + at_most]

    async def commit(self, offset: int) -> None:
        await asyncio.sleep(0)
        self.committed = offset
        await asyncio.sleep(0)


@dataclass(frozen=True)
class Consumer:
    """What feeds a service's handler of a topic, batch by batch. What fails in the handler is buried."""

    service: str
    topic: Topic
    handle: Handle
    letters: DeadLetters
    batch: int

    async def run(self, log: Log) -> None:
        while records := log.fetch(self.batch):
            group = group_of(self.service, self.topic.name)
            await handle_batch(records, self.topic, group, self.handle, self.letters.bury)
            await log.commit(records[-1].offset + 1)


class Scene(Protocol):
    """One handler of a service and what it is fed, for a tenant of its own."""

    @property
    def topic(self) -> Topic: ...

    @property
    def events(self) -> Sequence[Event]:
        """As they are delivered: some again, some too late."""

    def handler(self, database: Database) -> Handle:
        """As the composition root makes it."""

    async def before(self, database: Database) -> None: ...

    async def check(self, database: Database) -> None:
        """Counts what came out."""


async def crashes(work: Coroutine[Any, Any, None], at: int) -> bool:
    """Whether the n-th await was reached. In a task of its own: a time-out of what was dropped hits nobody else."""

    async def life() -> None:
        await CrashAt(at, work)

    try:
        await asyncio.create_task(life())
    except CrashedError:
        return True
    return False


async def crash_at_each_await(
    service: str, scene_of: Callable[[str], Scene], stack: Ground, database: Database, batch: int = 3
) -> None:
    """Life after life, each with a tenant of its own; the last is one that no crash reaches."""
    for at in count(1):
        if at % CRASHES_OF_A_CLIENT == 1:
            doomed = mongo.database(mongo.connect(stack.mongodb_url), database.name)  # stays open: closing may hang
        scene, log = scene_of(f"tenant-{at}"), Log()
        for event in scene.events:
            log.add(msgspec.json.encode(event), scene.topic.key(event).encode())
        await scene.before(database)
        await mongo.ping(doomed)  # leaves an open connection: crashes while it connects would keep the next ones out
        died = await crashes(_consumer(service, scene, doomed, batch).run(log), at)
        await _consumer(service, scene, database, batch).run(log)
        assert log.committed == len(log.records)
        await scene.check(database)
        if not died:
            break
    assert at > len(scene.events)
    assert await database.dead_letters.count_documents({}) == 0


def _consumer(service: str, scene: Scene, database: Database, batch: int) -> Consumer:
    letters = DeadLetters(database.dead_letters, service)
    return Consumer(service, scene.topic, scene.handler(database), letters, batch)
