"""What could not be handled: kept in the store of the service that buried it, and sent to `<topic>.dlq`."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from aiokafka import ConsumerRecord
from bson import Binary
from pymongo import ASCENDING
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_common.outbox import holding, raw_entry
from ratchet_common.topics import DEAD_LETTERS_KEPT, group_of
from ratchet_common.trace_context import TRACEPARENT, TRACESTATE
from ratchet_common.upserts import upsert

FOR_GROUP = "ratchet-for-group"
REPLAYED = "ratchet-replayed"  # how often it was brought back
KEPT = (REPLAYED, TRACEPARENT, TRACESTATE)
NAMESPACE = UUID("7a0a3c0e-3f0e-5d5c-9b1b-1f2f5d1c6f10")
REASON_LIMIT = 500
COUNTED_AT_MOST = 10_000


def letter_id(record: ConsumerRecord, group: str) -> UUID:
    """The same record, buried twice by one group, is one letter; brought back and buried again, it is another.

    Not by its offset: a bus that forgets counts anew.
    """
    times = dict(record.headers).get(REPLAYED, b"0")
    digest = hashlib.sha256(record.value or b"").hexdigest()
    return uuid5(NAMESPACE, f"{group}/{record.topic}/{record.key!r}/{times!r}/{digest}")


def headers_of(record: ConsumerRecord, group: str, reason: str, now: datetime) -> dict[str, bytes]:
    kept = {name: value for name, value in record.headers if name in KEPT}
    return kept | {
        "ratchet-reason": reason[:REASON_LIMIT].encode(),
        "ratchet-group": group.encode(),
        "ratchet-topic": record.topic.encode(),
        "ratchet-offset": f"{record.partition}:{record.offset}".encode(),
        "ratchet-time": now.isoformat().encode(),
    }


class DeadLetters:
    def __init__(self, collection: AsyncCollection[Document], service: str) -> None:
        self._collection, self._service = collection, service

    async def create_indexes(self) -> None:
        seconds = int((DEAD_LETTERS_KEPT + timedelta(days=1)).total_seconds())
        await self._collection.create_index([("at", ASCENDING)], expireAfterSeconds=seconds)

    async def count(self) -> int:
        """At most `COUNTED_AT_MOST`."""
        with waiting_is_worth_it():
            return await self._collection.count_documents({}, limit=COUNTED_AT_MOST)

    async def bury(self, record: ConsumerRecord, reason: str) -> None:
        """One write holds the letter and, in its outbox, the record for the dead-letter topic."""
        now, group = datetime.now(UTC), group_of(self._service, record.topic)
        letter = Binary.from_uuid(letter_id(record, group))
        headers = headers_of(record, group, reason, now)
        waiting = raw_entry(letter, f"{record.topic}.dlq", record.key or b"", record.value or b"", headers)
        said = {"topic": record.topic, "group": group, "reason": reason[:REASON_LIMIT], "at": now}
        await upsert(self._collection, letter, {"$setOnInsert": said | holding(waiting)})


Publish = Callable[[str, bytes, bytes, dict[str, bytes]], Awaitable[None]]


async def bring_back(record: ConsumerRecord, publish: Publish) -> str:
    """Sends a record of a dead-letter topic to where it came from, for the group that had buried it."""
    headers = dict(record.headers)
    topic = str(headers["ratchet-topic"], "utf-8")
    times = int(headers.get(REPLAYED, b"0")) + 1
    again = {FOR_GROUP: headers["ratchet-group"], REPLAYED: str(times).encode()}
    again |= {name: headers[name] for name in (TRACEPARENT, TRACESTATE) if name in headers}
    await publish(topic, record.key, record.value, again)
    return topic
