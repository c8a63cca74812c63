"""Reports in the router's database: every query that a caller brings about names its tenant."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from ratchet_common.events import ReportChanged
from ratchet_common.forgotten import Person
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.outbox import entry, holding, push
from ratchet_router.reporting.record import LEAVING, UNDER_WAY, ReportRecord, State

AT_ONCE: Final = 200
FIRST: Final = 0.0  # due before all that waits
THERE: Final[Document] = {"$nin": sorted(LEAVING)}
WANTED: Final = "wanted"  # the part that says what was asked for


class MongoReportStore:
    """`parts`: what belongs to a report and is large: what was asked, computed, answered, and its pages."""

    def __init__(self, database: Database) -> None:
        self.collection, self.parts = database.reports, database.report_parts

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            await self.collection.create_index([("tenant", ASCENDING), ("_id", ASCENDING)])
            await self.collection.create_index([("tenant", ASCENDING), ("state", ASCENDING), ("_id", ASCENDING)])
            for field in ("due_at", "state"):
                await self.collection.create_index(field)
            await self.collection.create_index("key", unique=True, partialFilterExpression={"key": {"$gt": ""}})
            await self.collection.create_index("user", partialFilterExpression={"user": {"$gt": ""}})
            await self.collection.create_index("documents", partialFilterExpression={"documents": {"$gt": ""}})
            await self.collection.create_index("delete_at")
            await self.parts.create_index("report")
            await self.parts.create_index("delete_at", expireAfterSeconds=0)

    # for callers

    async def insert(self, new: ReportRecord, key: str, wanted: bytes, delete_at: datetime) -> bool:
        """False: one was asked for under the same Idempotency-Key."""
        await self.put_parts(new.tenant, new.id, {WANTED: wanted}, delete_at)
        made = _fields(new) | {"_id": new.id, "key": key, "due_at": new.created_at.timestamp(), "delete_at": delete_at}
        made |= holding(entry(change_of(new)))
        try:
            with waiting_is_worth_it():
                await self.collection.insert_one(made)
        except DuplicateKeyError:
            with waiting_is_worth_it():
                there = await self.collection.find_one({"_id": new.id, "tenant": new.tenant}, {"_id": 1})
                if there is None:  # else it was this very write, done a second time
                    await self.parts.delete_many({"report": new.id, "tenant": new.tenant})
            return there is not None
        return True

    async def get(self, tenant: str, id_: str) -> ReportRecord | None:
        with waiting_is_worth_it():
            found = await self.collection.find_one({"_id": id_, "tenant": tenant, "state": THERE}, {"outbox": 0})
        return record_of(found) if found else None

    async def of_key(self, tenant: str, key: str) -> ReportRecord | None:
        with waiting_is_worth_it():
            found = await self.collection.find_one({"key": key, "tenant": tenant, "state": THERE}, {"outbox": 0})
        return record_of(found) if found else None

    async def listed(self, tenant: str, *, state: State | None, after: str, limit: int) -> list[ReportRecord]:
        """Newest first, behind the id `after`; empty: from the newest."""
        wanted: Document = {"tenant": tenant, "state": state or THERE}
        if after:
            wanted["_id"] = {"$lt": after}
        with waiting_is_worth_it():
            found = await self.collection.find(wanted, {"outbox": 0}).sort("_id", DESCENDING).limit(limit).to_list()
        return [record_of(d) for d in found]

    async def waiting(self, tenant: str, most: int) -> int:
        """Reports of the tenant that are under way, as far as `most`."""
        wanted = {"tenant": tenant, "state": {"$in": sorted(UNDER_WAY)}}
        with waiting_is_worth_it():
            return await self.collection.count_documents(wanted, limit=most)

    async def ask_to_delete(self, of: ReportRecord, now: datetime) -> bool:
        """From here on nobody finds it. False: it was asked for before, or it is gone."""
        update: dict[str, Any] = push(change_of(msgspec.structs.replace(of, state="deleting")))
        update["$set"] = {"state": "deleting", "changed_at": now, "due_at": FIRST}
        update["$unset"] = {"key": "", "delete_at": ""}
        wanted = {"_id": of.id, "tenant": of.tenant, "state": THERE}
        with waiting_is_worth_it():
            return (await self.collection.update_one(wanted, update)).matched_count == 1

    # what belongs to one

    async def put_parts(self, tenant: str, id_: str, parts: Mapping[str, bytes], delete_at: datetime) -> None:
        """Over what was there under these names. `delete_at`: of the report; what a kill left without one goes then."""
        for name, content in parts.items():
            made = {"report": id_, "tenant": tenant, "name": name, "content": content, "delete_at": delete_at}
            with waiting_is_worth_it():
                await self.parts.replace_one({"_id": _part_id(id_, name)}, made, upsert=True)

    async def part(self, tenant: str, id_: str, name: str) -> bytes | None:
        with waiting_is_worth_it():
            found = await self.parts.find_one({"_id": _part_id(id_, name), "tenant": tenant})
        return bytes(found["content"]) if found else None

    async def remove_parts(self, tenant: str, id_: str) -> None:
        with waiting_is_worth_it():
            await self.parts.delete_many({"report": id_, "tenant": tenant})

    # for those who look after all of them

    async def of_document(self, tenant: str, document_id: str) -> list[ReportRecord]:
        return await self._some({"documents": document_id, "tenant": tenant, "state": THERE})

    async def of_person(self, person: Person) -> AsyncIterator[ReportRecord]:
        """Asked for before he asked to be forgotten, and not gone yet."""
        wanted = {"user": person.name, "tenant": person.tenant, "state": {"$ne": "gone"}}
        with waiting_is_worth_it():
            found = [record_of(d) async for d in self.collection.find(wanted, {"outbox": 0}, batch_size=AT_ONCE)]
        for one in found:
            if one.created_at <= person.asked_at:
                yield one

    async def expired(self, now: datetime) -> list[ReportRecord]:
        return await self._some({"delete_at": {"$lte": now}})

    async def _some(self, wanted: Document) -> list[ReportRecord]:
        with waiting_is_worth_it():
            found = await self.collection.find(wanted, {"outbox": 0}).limit(AT_ONCE).to_list()
        return [record_of(d) for d in found]


def record_of(document: Document) -> ReportRecord:
    return msgspec.convert({**document, "id": document["_id"]}, ReportRecord)


def change_of(of: ReportRecord) -> ReportChanged:
    return ReportChanged(tenant=of.tenant, report_id=of.id, state=of.state)


def plain(of: object) -> Any:
    return msgspec.to_builtins(of, builtin_types=(datetime, bytes))


def _fields(of: ReportRecord) -> Document:
    found: Document = plain(of)
    found.pop("id")
    return found


def _part_id(id_: str, name: str) -> str:
    return f"{id_}:{name}"
