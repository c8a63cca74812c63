"""State and event in one write: events wait inside the document that they are about until a relay has sent them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from bson import Binary
from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.events import Event
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_common.topics import TOPIC_OF

Headers = dict[str, bytes]
Publish = Callable[[str, bytes, bytes, Headers], Awaitable[None]]  # (topic, key, body, …): returns once it is there
SENT_IS_KEPT = timedelta(days=1)


def entry(event: Event) -> Document:
    topic = TOPIC_OF[type(event)]
    return raw_entry(
        Binary.from_uuid(event.event_id), topic.name, topic.key(event).encode(), msgspec.json.encode(event)
    )


def raw_entry(entry_id: Binary, topic: str, key: bytes, body: bytes, headers: Headers | None = None) -> Document:
    return {"id": entry_id, "topic": topic, "key": key, "body": body, "headers": headers or {}}


def push(*events: Event) -> Document:
    """The part of a Mongo update that leaves `events` in the document's outbox."""
    entries = [entry(e) for e in events]
    return {"$push": {"outbox": {"$each": entries}}, "$inc": {"unsent": len(entries)}}


def holding(*entries: Document) -> Document:
    """The part of a new Mongo document that leaves `entries` in its outbox."""
    return {"outbox": list(entries), "unsent": len(entries)}


class Relay:
    """Sends what waits in a collection's outboxes, at least once, the entries of one document in their order.

    Where the bus forgets (`keep_sent`), sent entries stay for a day and `send_again` offers all of them anew.
    """

    def __init__(
        self,
        collection: AsyncCollection[Document],
        publish: Publish,
        *,
        batch: int = 500,
        keep_sent: bool = False,
        only_outbox: bool = False,
    ) -> None:
        """`only_outbox`: the documents hold nothing else and get no second entry, so they go when they are sent."""
        self._collection, self._publish, self._batch = collection, publish, batch
        self._keep_sent, self._only_outbox = keep_sent, only_outbox

    async def create_index(self) -> None:
        await self._collection.create_index("unsent", partialFilterExpression={"unsent": {"$gt": 0}})

    async def run_once(self) -> int:
        """Returns how many events it sent. A crash between sending and forgetting sends again, never less.

        One document that cannot be sent keeps none of the others: its error comes out at the end.
        """
        with waiting_is_worth_it():
            waiting = await self._collection.find({"unsent": {"$gt": 0}}, {"outbox": 1}).limit(self._batch).to_list()
        tried = await asyncio.gather(*(self._send(d["outbox"]) for d in waiting), return_exceptions=True)
        sent = {d["_id"]: ids for d, ids in zip(waiting, tried, strict=True) if not isinstance(ids, BaseException)}
        await self._forget({of: ids for of, ids in sent.items() if ids})
        failed = [error for error in tried if isinstance(error, BaseException)]
        if failed:
            raise failed[0]
        return sum(map(len, sent.values()))

    async def _forget(self, sent: dict[object, list[Binary]]) -> None:
        if not sent:
            return
        with waiting_is_worth_it():
            if self._only_outbox and not self._keep_sent:
                await self._collection.delete_many({"_id": {"$in": list(sent)}})
            else:
                updates = [UpdateOne({"_id": of}, self._sent(ids)) for of, ids in sent.items()]
                await self._collection.bulk_write(updates, ordered=False)

    async def send_again(self) -> None:
        """At a start, where the bus forgets: everything that the outboxes still hold counts as unsent."""
        everything = {"$set": {"outbox": _without_sent_at(), "unsent": {"$size": "$outbox"}}}
        with waiting_is_worth_it():
            await self._collection.update_many({"outbox.0": {"$exists": True}}, [everything])

    async def sweep(self, now: datetime | None = None) -> None:
        """Forgets entries that were sent longer than a day ago."""
        limit = (now or datetime.now(UTC)) - SENT_IS_KEPT
        old = {"outbox.sent_at": {"$lt": limit}}
        with waiting_is_worth_it():
            await self._collection.update_many(old, {"$pull": {"outbox": {"sent_at": {"$lt": limit}}}})
            if self._only_outbox:
                await self._collection.delete_many({"outbox": []})

    async def _send(self, outbox: Sequence[Document]) -> list[Binary]:
        unsent = [e for e in outbox if "sent_at" not in e]
        for waiting in unsent:
            await self._publish(waiting["topic"], waiting["key"], waiting["body"], waiting["headers"])
        return [e["id"] for e in unsent]

    def _sent(self, ids: list[Binary]) -> list[Document]:
        """Counts what is unsent anew instead of counting down: two relays that send the same entry do no harm."""
        kept = _marked(ids) if self._keep_sent else _without(ids)
        return [{"$set": {"outbox": kept}}, {"$set": {"unsent": {"$size": _not_sent()}}}]


def _without(ids: list[Binary]) -> Document:
    return {"$filter": {"input": "$outbox", "as": "e", "cond": {"$not": [{"$in": ["$$e.id", ids]}]}}}


def _marked(ids: list[Binary]) -> Document:
    marked = {"$mergeObjects": ["$$e", {"sent_at": "$$NOW"}]}
    return {"$map": {"input": "$outbox", "as": "e", "in": {"$cond": [{"$in": ["$$e.id", ids]}, marked, "$$e"]}}}


def _not_sent() -> Document:
    unsent = {"$eq": [{"$ifNull": ["$$e.sent_at", None]}, None]}
    return {"$filter": {"input": "$outbox", "as": "e", "cond": unsent}}


def _without_sent_at() -> Document:
    fields = {field: f"$$e.{field}" for field in ("id", "topic", "key", "body", "headers")}
    return {"$map": {"input": "$outbox", "as": "e", "in": fields}}
