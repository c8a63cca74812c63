"""State and event in one write: events wait inside the document that they are about until a relay has sent them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from bson import Binary
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common import telemetry
from ratchet_common.errors import TooLargeForTheBusError
from ratchet_common.events import Event
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_common.topics import TOPIC_OF
from ratchet_common.trace_context import carried

Headers = dict[str, bytes]
Publish = Callable[[str, bytes, bytes, Headers], Awaitable[None]]  # (topic, key, body, …): returns once it is there
SENT_IS_KEPT = timedelta(days=1)  # where the bus forgets
LOOKED_AT = 1_000  # documents, to say how many wait, and for how long
AT_ONCE = 100  # documents that are sent again: their entries may be large
log = logging.getLogger(__name__)


def entry(event: Event) -> Document:
    topic = TOPIC_OF[type(event)]
    key = topic.key(event).encode()
    return raw_entry(Binary.from_uuid(event.event_id), topic.name, key, msgspec.json.encode(event), carried(key))


def raw_entry(entry_id: Binary, topic: str, key: bytes, body: bytes, headers: Headers | None = None) -> Document:
    written = datetime.now(UTC)
    return {"id": entry_id, "topic": topic, "key": key, "body": body, "headers": headers or {}, "at": written}


def push(*events: Event) -> Document:
    """The part of a Mongo update that leaves `events` in the document's outbox."""
    entries = [entry(e) for e in events]
    return {"$push": {"outbox": {"$each": entries}}, "$inc": {"unsent": len(entries)}}


def replace(event: Event) -> Document:
    """The fields of a `$set` that leave `event` alone in the outbox: what waits or was kept there is superseded by it.

    For a document that may change more often than its events are sent. A relay that is sending the old entry meanwhile
    finds nothing to forget, and counts what is unsent anew.
    """
    return holding(entry(event)) | {"parked": 0}


def holding(*entries: Document) -> Document:
    """The part of a new Mongo document that leaves `entries` in its outbox."""
    return {"outbox": list(entries), "unsent": len(entries)}


class Relay:
    """Sends what waits in a collection's outboxes, at least once, the entries of one document in their order.

    Entries stay for as long as `keep_sent` says after they were sent, and `send_again` offers all of them anew. What is
    too large for the bus is parked, and keeps none of the others.
    """

    def __init__(
        self,
        collection: AsyncCollection[Document],
        publish: Publish,
        *,
        batch: int = 500,
        keep_sent: timedelta | None = None,
        only_outbox: bool = False,
    ) -> None:
        """`keep_sent` None: an entry goes when it is sent.

        `only_outbox`: the documents hold nothing else and get no second entry, so they go with it.
        """
        self._collection, self._publish, self._batch = collection, publish, batch
        self._keep_sent, self._only_outbox = keep_sent, only_outbox

    async def create_index(self) -> None:
        for count in ("unsent", "parked"):
            await self._collection.create_index(count, partialFilterExpression={count: {"$gt": 0}})

    async def run_once(self) -> int:
        """Returns how many events it sent. A crash between sending and forgetting sends again, never less.

        One document that cannot be sent keeps none of the others: its error comes out at the end.
        """
        with waiting_is_worth_it():
            waiting = await self._collection.find({"unsent": {"$gt": 0}}, {"outbox": 1}).limit(self._batch).to_list()
        tried = await asyncio.gather(*(self._send(d["outbox"]) for d in waiting), return_exceptions=True)
        offered = {d["_id"]: one for d, one in zip(waiting, tried, strict=True) if isinstance(one, Offered)}
        done = [of for of, one in offered.items() if one.sent and not one.too_large]
        await self._forget(done, [entry_id for of in done for entry_id in offered[of].sent])
        for of, one in offered.items():
            if one.too_large:
                await self._park(of, one)
        failed = [error for error in tried if isinstance(error, BaseException)]
        if failed:
            raise failed[0]
        return sum(len(one.sent) for one in offered.values())

    async def _forget(self, documents: list[object], sent: list[Binary]) -> None:
        if not documents:
            return
        with waiting_is_worth_it():
            if self._only_outbox and not self._keep_sent:
                await self._collection.delete_many({"_id": {"$in": documents}})
            else:
                await self._collection.update_many({"_id": {"$in": documents}}, self._sent(sent))

    async def _park(self, document: object, offered: "Offered") -> None:
        """What is too large for the bus stays where it is, marked, and is offered again at the next start."""
        marked = {"$set": {"outbox": _marked(offered.too_large, "parked_at")}}
        counted = {"$set": {"parked": {"$size": _parked()}}}
        with waiting_is_worth_it():
            await self._collection.update_one({"_id": document}, [marked, counted, *self._sent(offered.sent)])
        telemetry.EVENTS_PARKED.labels(self._collection.name).inc(len(offered.too_large))
        log.error(
            "%s in %s holds %d events that are too large for the bus. Raise message.max.bytes there, and start again.",
            document,
            self._collection.full_name,
            len(offered.too_large),
        )

    async def waiting(self) -> tuple[int, float]:
        """How many documents have something to send, and for how many seconds the oldest that was found has waited.

        Both of `LOOKED_AT` documents at most: with more, something is wrong that more of them would not tell better.
        """
        fields = {f"outbox.{name}": 1 for name in ("at", "sent_at", "parked_at")}
        with waiting_is_worth_it():
            found = await self._collection.find({"unsent": {"$gt": 0}}, fields).limit(LOOKED_AT).to_list()
        entries = [entry for document in found for entry in document["outbox"]]
        began = [e["at"] for e in entries if e.get("at") and not (e.get("sent_at") or e.get("parked_at"))]
        return len(found), max(0.0, (datetime.now(UTC) - min(began)).total_seconds()) if began else 0.0

    async def unpark(self) -> None:
        """At a start: what was parked counts as unsent once more."""
        anew = [{"$set": {"outbox": _without("parked_at")}}, {"$set": {"unsent": {"$size": _not_sent()}}}]
        with waiting_is_worth_it():
            await self._collection.update_many({"parked": {"$gt": 0}}, [*anew, {"$unset": "parked"}])

    async def send_again(self) -> None:
        """At a start, where the bus forgets: everything that the outboxes hold as sent.

        It only reads, however much that is: a crash half-way leaves nothing to be put right.
        """
        held = self._collection.find({"outbox.sent_at": {"$exists": True}}, {"outbox": 1}).batch_size(AT_ONCE)
        with waiting_is_worth_it():
            while batch := await held.to_list(AT_ONCE):
                entries = [e for document in batch for e in document["outbox"] if e.get("sent_at")]
                await asyncio.gather(*map(self._publish_entry, entries))

    async def sweep(self, now: datetime | None = None) -> None:
        """Forgets entries that were sent longer ago than they are kept."""
        limit = (now or datetime.now(UTC)) - (self._keep_sent or timedelta())
        old = {"outbox.sent_at": {"$lt": limit}}
        with waiting_is_worth_it():
            while batch := await self._collection.find(old, {"_id": 1}).limit(self._batch).to_list():
                these = {"_id": {"$in": [document["_id"] for document in batch]}}
                await self._collection.update_many(these, {"$pull": {"outbox": {"sent_at": {"$lt": limit}}}})
                if self._only_outbox:
                    await self._collection.delete_many(these | {"outbox": []})

    async def _publish_entry(self, waiting: Document) -> None:
        await self._publish(waiting["topic"], waiting["key"], waiting["body"], waiting["headers"])

    async def _send(self, outbox: Sequence[Document]) -> "Offered":
        sent: list[Binary] = []
        too_large: list[Binary] = []
        for waiting in outbox:
            if waiting.get("sent_at") or waiting.get("parked_at"):
                continue
            try:
                await self._publish_entry(waiting)
            except TooLargeForTheBusError:
                too_large.append(waiting["id"])
            else:
                sent.append(waiting["id"])
        return Offered(sent, too_large)

    def _sent(self, ids: list[Binary]) -> list[Document]:
        """Counts what is unsent anew instead of counting down: two relays that send the same entry do no harm."""
        kept = _marked(ids, "sent_at") if self._keep_sent else _less(ids)
        return [{"$set": {"outbox": kept}}, {"$set": {"unsent": {"$size": _not_sent()}}}]


@dataclass(frozen=True, slots=True)
class Offered:
    """What became of one document's entries, by their ids."""

    sent: list[Binary]
    too_large: list[Binary]


def _less(ids: list[Binary]) -> Document:
    return {"$filter": {"input": "$outbox", "as": "e", "cond": {"$not": [{"$in": ["$$e.id", ids]}]}}}


def _marked(ids: list[Binary], mark: str) -> Document:
    marked = {"$mergeObjects": ["$$e", {mark: "$$NOW"}]}
    return {"$map": {"input": "$outbox", "as": "e", "in": {"$cond": [{"$in": ["$$e.id", ids]}, marked, "$$e"]}}}


def _not_sent() -> Document:
    waits = {"$eq": [{"$ifNull": ["$$e.sent_at", {"$ifNull": ["$$e.parked_at", None]}]}, None]}
    return {"$filter": {"input": "$outbox", "as": "e", "cond": waits}}


def _parked() -> Document:
    parked = {"$ne": [{"$ifNull": ["$$e.parked_at", None]}, None]}
    return {"$filter": {"input": "$outbox", "as": "e", "cond": parked}}


def _without(mark: str) -> Document:
    fields = {
        field: f"$$e.{field}" for field in ("id", "topic", "key", "body", "headers", "at", "sent_at", "parked_at")
    }
    del fields[mark]
    return {"$map": {"input": "$outbox", "as": "e", "in": fields}}
