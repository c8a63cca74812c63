"""The router's own database: kept answers, its outbox, what it knows of traffic, quality, estimates, experiments."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from bson import Binary, Int64
from pymongo import ASCENDING, UpdateOne
from uuid_utils import uuid4

from ratchet_common.bulk import BulkInserter
from ratchet_common.events import (
    EstimateTrained,
    Event,
    ExperimentChanged,
    PredictionMade,
    QualityMeasured,
    ShadowAnswered,
    TrafficAssigned,
)
from ratchet_common.forgotten import Person, gone
from ratchet_common.look_ups import LookUps
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.outbox import entry, holding
from ratchet_common.persons import digest
from ratchet_common.upserts import Change, upsert, upsert_where
from ratchet_router.cache import Tallies, Tally
from ratchet_router.changed_documents import ChangedDocument
from ratchet_router.epochs import EVERYTHING, Drop, Epoch
from ratchet_router.memory import Entry
from ratchet_router.snapshot import Changes

LARGEST_ENTRY_BYTES = 256 * 1024
KNOWN = ("traffic", "quality", "caches", "experiments", "estimates", "forgotten", "changed_documents")


class MongoRouterStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._by = uuid4().hex[:16]  # of this process: what it kept itself it need not read again
        self._responses = database.responses
        self.outbox = database.outbox
        self.held = BulkInserter(self.outbox)
        self.kept = BulkInserter(self._responses, batch=200, waiting=1_000)
        self._looked_up = LookUps(self._responses, {"tenant": 1, "body": 1})

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            await self._responses.create_index([("expires_at", ASCENDING)], expireAfterSeconds=0)
            await self._responses.create_index([("tenant", ASCENDING), ("version_id", ASCENDING)])
            for name in KNOWN:
                await self._database[name].create_index([("written_at", ASCENDING)])

    async def hold(self, event: PredictionMade | ShadowAnswered) -> None:
        """Returns once the store has the event, for the relay to send."""
        whose: Document = {"tenant": event.tenant, "user": digest(event.tenant, event.user)} if event.user else {}
        said = {"_id": Binary.from_uuid(event.event_id), "at": event.occurred_at}
        await self.held.insert({**said, **whose, **holding(entry(event))})

    async def save_traffic(self, events: Sequence[TrafficAssigned]) -> None:
        """An older revision, or the same one again, changes nothing."""
        saved = [_newer(f"{e.tenant}:{e.task_type}", e.revision, _body(e)) for e in events]
        await upsert_where(self._database.traffic, saved)

    async def save_quality(self, events: Sequence[QualityMeasured]) -> None:
        saved = [_newer(f"{e.tenant}:{e.task_type}:{e.model}", _millis(e.occurred_at), _body(e)) for e in events]
        await upsert_where(self._database.quality, saved)

    async def save_experiments(self, events: Sequence[ExperimentChanged]) -> None:
        """An older revision, or the same one again, changes nothing."""
        saved = [_newer(f"{e.tenant}:{e.experiment_id}", e.revision, _body(e)) for e in events]
        await upsert_where(self._database.experiments, saved)

    async def save_estimates(self, events: Sequence[EstimateTrained]) -> None:
        """An older revision, or the same one again, changes nothing."""
        saved = [_newer(f"{e.tenant}:{e.task_type}", e.revision, _body(e)) for e in events]
        await upsert_where(self._database.estimates, saved)

    async def changes(self, since: datetime | None) -> Changes:
        found = {name: await self._written(name, since) for name in KNOWN}
        times = [document["written_at"] for documents in found.values() for document in documents]
        return Changes(
            traffic=[msgspec.json.decode(d["body"], type=TrafficAssigned) for d in found["traffic"]],
            quality=[msgspec.json.decode(d["body"], type=QualityMeasured) for d in found["quality"]],
            epochs=[(str(d["_id"]), _epoch(d)) for d in found["caches"]],
            until=max(times, default=None),
            experiments=[msgspec.json.decode(d["body"], type=ExperimentChanged) for d in found["experiments"]],
            estimates=[msgspec.json.decode(d["body"], type=EstimateTrained) for d in found["estimates"]],
            forgotten=[Person(d["tenant"], d["name"], d["asked_at"]) for d in found["forgotten"]],
            documents=[
                ChangedDocument(d["tenant"], d["document_id"], d["written_at"]) for d in found["changed_documents"]
            ],
        )

    async def _written(self, name: str, since: datetime | None) -> list[Document]:
        wanted: Document = {"written_at": {"$gte": since}} if since else {"written_at": {"$exists": True}}
        with waiting_is_worth_it():
            return await self._database[name].find(wanted).to_list()

    def offer(self, key: bytes, entry: Entry, body: bytes) -> bool:
        """False when too much waits already, or the entry is too large: it is not kept then."""
        if len(body) > LARGEST_ENTRY_BYTES:
            return False
        by = {"version_id": entry.version_id, "model": entry.model, "template": entry.template, "by": self._by}
        about: Document = {"tenant": entry.tenant, **by, "expires_at": entry.expires_at}
        if entry.user:
            about["user"] = entry.user
        if entry.documents:
            about["documents"] = list(entry.documents)
        return self.kept.offer({"_id": Binary(key), **about, "hits": 0, "body": body})

    async def withdraw(self, documents: Collection[tuple[str, str]], persons: Collection[tuple[str, str]]) -> None:
        """What waits to be kept and was made from these documents, or for these persons; each with its tenant."""

        def goes(waiting: Document) -> bool:
            tenant = waiting["tenant"]
            return (tenant, waiting.get("user")) in persons or any(
                (tenant, document) in documents for document in waiting.get("documents", ())
            )

        await self.kept.withdraw(goes)

    async def cached(self, key: bytes, tenant: str) -> bytes | None:
        found = await self._looked_up.one(key)
        return bytes(found["body"]) if found and found["tenant"] == tenant else None

    async def kept_keys(self, since: datetime | None, most: int) -> list[tuple[datetime, bytes]]:
        """Of those that others kept."""
        wanted: Document = {"by": {"$ne": self._by}}
        if since:
            wanted["expires_at"] = {"$gte": since}
        with waiting_is_worth_it():
            found = self._responses.find(wanted, {"expires_at": 1}).sort("expires_at", ASCENDING).limit(most)
            return [(document["expires_at"], bytes(document["_id"])) for document in await found.to_list()]

    async def forget(self, key: bytes, tenant: str) -> None:
        with waiting_is_worth_it():
            await self._responses.delete_one({"_id": Binary(key), "tenant": tenant})

    async def forget_versions(self, tenant: str, versions: Collection[str]) -> None:
        with waiting_is_worth_it():
            await self._responses.delete_many({"tenant": tenant, "version_id": {"$in": list(versions)}})

    async def forget_person(self, person: Person) -> None:
        """Once more, after this replica knows: answers that it was about to keep may have come meanwhile."""
        async for _ in gone(self._responses, {"tenant": person.tenant, "user": person.name}):
            pass

    async def drop(self, tenant: str, asked: Drop) -> int:
        """The higher epoch first: what is written meanwhile under the old one is never found again."""
        caches = self._database.caches
        with waiting_is_worth_it():
            known = await caches.find_one({"_id": tenant})
        drop = _epoch(known).with_room(asked) if known else asked
        await upsert(caches, tenant, _higher(drop) | {"$currentDate": {"written_at": True}})
        with waiting_is_worth_it():
            result = await self._responses.delete_many({"tenant": tenant, **_taken(drop)})
        return result.deleted_count

    async def count(self, tallies: Tallies) -> None:
        of_entries = [UpdateOne({"_id": Binary(key)}, {"$inc": {"hits": n}}) for key, n in tallies.by_entry.items()]
        of_tenants = [
            UpdateOne({"_id": tenant}, {"$inc": _amounts(tally)}, upsert=True)
            for tenant, tally in tallies.by_tenant.items()
        ]
        with waiting_is_worth_it():
            await self._database.tallies.bulk_write(of_tenants, ordered=False)
            if of_entries:
                await self._responses.bulk_write(of_entries, ordered=False)

    async def entries(self, tenant: str) -> tuple[int, int]:
        """How many answers are kept, and how often they were used."""
        summed: Document = {"_id": None, "entries": {"$sum": 1}, "hits": {"$sum": "$hits"}}
        with waiting_is_worth_it():
            cursor = await self._responses.aggregate([{"$match": {"tenant": tenant}}, {"$group": summed}])
            found = await cursor.to_list()
        return (int(found[0]["entries"]), int(found[0]["hits"])) if found else (0, 0)

    async def tally(self, tenant: str) -> Tally:
        with waiting_is_worth_it():
            found: dict[str, Any] = await self._database.tallies.find_one({"_id": tenant}) or {}
        return Tally(found.get("hits", 0), found.get("misses", 0), found.get("saved_nano", 0))


def _epoch(document: Document) -> Epoch:
    parts = document.get("parts", {}).values()
    return Epoch(document["epoch"], {Drop(part["template"], part["version"]): part["times"] for part in parts})


def _higher(drop: Drop) -> Document:
    if drop == EVERYTHING:
        return {"$inc": {"epoch": 1}, "$unset": {"parts": ""}}
    part = f"parts.{sha256(msgspec.json.encode(drop)).hexdigest()[:32]}"
    named = {f"{part}.template": drop.template, f"{part}.version": drop.version}
    return {"$inc": {f"{part}.times": 1}, "$set": named, "$setOnInsert": {"epoch": 0}}


def _taken(drop: Drop) -> Document:
    """Of what is kept."""
    taken: Document = {}
    if drop.template is not None:
        taken["template"] = {"$regex": rf"^{re.escape(drop.template)}(_v[0-9]+)?$"}
    if drop.version is not None:
        taken["$or"] = [{"version_id": drop.version}, {"model": drop.version}]
    return taken


def _newer(key: str, revision: int, body: bytes) -> Change:
    said = {"$set": {"revision": Int64(revision), "body": body}, "$currentDate": {"written_at": True}}
    return {"_id": key, "revision": {"$lt": Int64(revision)}}, said


def _millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _body(event: Event) -> bytes:
    return msgspec.json.encode(event)


def _amounts(tally: Tally) -> Document:
    return {"hits": tally.hits, "misses": tally.misses, "saved_nano": Int64(tally.saved_nano)}
