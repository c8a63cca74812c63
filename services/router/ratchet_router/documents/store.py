"""Documents in the router's database: every query that a caller brings about names its tenant."""

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import Any, Final

import msgspec
from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from ratchet_common.events import DocumentChanged
from ratchet_common.forgotten import Person
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.outbox import entry, holding, push
from ratchet_router.documents.document import LEAVING, Answer, DocumentRecord, State, content_key, name_key
from ratchet_router.documents.registering import Upload

ANSWERS_KEPT: Final = 20  # of a document, to Idempotency-Keys
AT_ONCE: Final = 200
FIRST: Final = 0.0  # due before all that waits
THERE: Final[Document] = {"$nin": sorted(LEAVING)}
NEITHER_NAME_NOR_CONTENT: Final = {"name_key": "", "content_key": ""}


class MongoDocumentStore:
    def __init__(self, database: Database) -> None:
        self.collection = database.documents

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            await self.collection.create_index([("tenant", ASCENDING), ("_id", ASCENDING)])
            await self.collection.create_index([("tenant", ASCENDING), ("state", ASCENDING), ("_id", ASCENDING)])
            await self.collection.create_index([("tenant", ASCENDING), ("changed_at", ASCENDING)])
            await self.collection.create_index("due_at")
            await self.collection.create_index("state")
            await self.collection.create_index("files")
            await self.collection.create_index("keys")
            for key in ("name_key", "content_key"):
                some = {key: {"$gt": ""}}
                await self.collection.create_index(key, unique=True, partialFilterExpression=some)
            await self.collection.create_index("user", partialFilterExpression={"user": {"$gt": ""}})
            await self.collection.create_index("delete_at")
            await self.collection.create_index("forgotten_at", expireAfterSeconds=0)

    # for callers

    async def any(self) -> bool:
        """Of any tenant; those that are gone count for a while, too."""
        with waiting_is_worth_it():
            return await self.collection.estimated_document_count() > 0

    async def get(self, tenant: str, id_: str) -> DocumentRecord | None:
        """None: there is none, or it is gone."""
        with waiting_is_worth_it():
            found = await self.collection.find_one({"_id": id_, "tenant": tenant, "state": {"$ne": "gone"}})
        return record_of(found) if found else None

    async def of_key(self, tenant: str, key: str) -> DocumentRecord | None:
        """What an Idempotency-Key brought about."""
        with waiting_is_worth_it():
            found = await self.collection.find_one({"keys": key, "tenant": tenant, "state": THERE})
        return record_of(found) if found else None

    async def of_name(self, tenant: str, user: str, name: str) -> DocumentRecord | None:
        return await self._of("name_key", name_key(tenant, user, name))

    async def of_content(self, tenant: str, user: str, sha256: str) -> DocumentRecord | None:
        return await self._of("content_key", content_key(tenant, user, sha256))

    async def _of(self, field: str, key: str) -> DocumentRecord | None:
        with waiting_is_worth_it():
            found = await self.collection.find_one({field: key, "state": THERE})
        return record_of(found) if found else None

    async def listed(self, tenant: str, *, state: State | None, after: str, limit: int) -> list[DocumentRecord]:
        """Newest first, behind the id `after`; empty: from the newest."""
        wanted: Document = {"tenant": tenant, "state": state or {"$ne": "gone"}}
        if after:
            wanted["_id"] = {"$lt": after}
        with waiting_is_worth_it():
            found = await self.collection.find(wanted).sort("_id", DESCENDING).limit(limit).to_list()
        return [record_of(d) for d in found]

    async def there(self, tenant: str, most: int) -> list[DocumentRecord]:
        """Of those that do not go, in no order, as far as `most`."""
        return await self._some({"tenant": tenant, "state": THERE}, most)

    async def changed_since(self, tenant: str, since: datetime, most: int) -> list[DocumentRecord]:
        """Those that go, too, in no order."""
        return await self._some({"tenant": tenant, "changed_at": {"$gte": since}}, most)

    async def _some(self, wanted: Document, most: int) -> list[DocumentRecord]:
        with waiting_is_worth_it():
            found = await self.collection.find(wanted, {"outbox": 0, "answers": 0, "keys": 0}).limit(most).to_list()
        return [record_of(d) for d in found]

    async def waiting(self, tenant: str, most: int) -> int:
        """Documents of the tenant that are yet to be read, as far as `most`."""
        wanted = {"tenant": tenant, "state": "received"}
        with waiting_is_worth_it():
            return await self.collection.count_documents(wanted, limit=most)

    async def insert(self, new: DocumentRecord, upload: Upload, delete_at: datetime | None) -> bool:
        """False: another has its name or its content."""
        made = _fields(new) | _keys_of(new) | {"_id": new.id, "due_at": new.received_at.timestamp()}
        made |= {"keys": [upload.key] if upload.key else [], **_firstchange_of(new, "came")}
        if delete_at is not None:
            made["delete_at"] = delete_at
        try:
            with waiting_is_worth_it():
                await self.collection.insert_one(made)
        except DuplicateKeyError:
            return False
        return True

    async def revise(self, new: DocumentRecord, upload: Upload, delete_at: datetime | None) -> bool:
        """`new`: as it is to be, one revision further. False: it changed meanwhile, or another has name or content."""
        wanted = {"_id": new.id, "tenant": new.tenant, "revision": new.revision - 1, "state": THERE}
        fields = ("name", "sha256", "size", "file", "files", "given", "state", "received_at", "changed_at", "progress")
        said = _fields(new)
        set_: Document = {field: said[field] for field in fields} | _keys_of(new)
        set_ |= {
            "revision": new.revision,
            "content_since": new.content_since,
            "begun": 0,
            "refusal": None,
            "due_at": new.received_at.timestamp(),
        }
        if delete_at is not None:
            set_["delete_at"] = delete_at
        update = push(change_of(new))
        update["$set"] = set_
        _add_answer(update, new, upload.key)
        try:
            with waiting_is_worth_it():
                done = await self.collection.update_one(wanted, update)
        except DuplicateKeyError:
            return False
        return done.matched_count == 1

    async def note_answer(self, of: DocumentRecord, answer: Answer) -> None:
        """Of a request that changed nothing."""
        wanted = {"_id": of.id, "tenant": of.tenant, "keys": {"$ne": answer.key}, "state": THERE}
        pushed = {"answers": _last(msgspec.to_builtins(answer)), "keys": _last(answer.key)}
        with waiting_is_worth_it():
            await self.collection.update_one(wanted, {"$push": pushed})

    async def ask_to_delete(self, of: DocumentRecord, now: datetime) -> bool:
        """From here on nobody finds it by name or content. False: it was asked for before, or it is gone."""
        leaving = msgspec.structs.replace(of, state="deleting", changed_at=now)
        update = push(change_of(leaving))
        update["$set"] = {"state": "deleting", "changed_at": now, "due_at": FIRST, "keys": [], "answers": []}
        update["$unset"] = {**NEITHER_NAME_NOR_CONTENT, "delete_at": ""}
        wanted = {"_id": of.id, "tenant": of.tenant, "state": THERE}
        with waiting_is_worth_it():
            return (await self.collection.update_one(wanted, update)).matched_count == 1

    # for those who look after all of them

    async def of_person(self, person: Person) -> AsyncIterator[DocumentRecord]:
        """With text that came before he asked to be forgotten, and not gone yet."""
        wanted = {"user": person.name, "tenant": person.tenant, "state": {"$ne": "gone"}}
        with waiting_is_worth_it():
            found = [record_of(d) async for d in self.collection.find(wanted, {"outbox": 0}, batch_size=AT_ONCE)]
        for one in found:
            if one.oldest_at <= person.asked_at:
                yield one

    async def expired(self, now: datetime) -> list[DocumentRecord]:
        wanted = {"delete_at": {"$lte": now}}
        with waiting_is_worth_it():
            return [record_of(d) for d in await self.collection.find(wanted).limit(AT_ONCE).to_list()]

    async def without_document(self, files: Collection[str]) -> set[str]:
        """Those of them that no document names."""
        wanted = {"files": {"$in": list(files)}}
        named: set[str] = set()
        with waiting_is_worth_it():
            async for found in self.collection.find(wanted, {"files": 1}):
                named.update(found["files"])
        return set(files) - named


def record_of(document: Document) -> DocumentRecord:
    return msgspec.convert({**document, "id": document["_id"]}, DocumentRecord)


def _firstchange_of(of: DocumentRecord, change: Any) -> Document:
    return holding(entry(change_of(of, change)))


def change_of(of: DocumentRecord, change: Any = "changed") -> DocumentChanged:
    return DocumentChanged(
        tenant=of.tenant,
        document_id=of.id,
        change=change,
        revision=of.revision,
        state=of.state,
        served_since=of.served.content_since if of.served else 0,
    )


def _fields(of: DocumentRecord) -> Document:
    found: Document = msgspec.to_builtins(of, builtin_types=(datetime,))
    found.pop("id")
    return found


def _keys_of(of: DocumentRecord) -> Document:
    name, content = name_key(of.tenant, of.user, of.name), content_key(of.tenant, of.user, of.sha256)
    return {"name_key": name, "content_key": content}


def _add_answer(update: Document, new: DocumentRecord, key: str) -> None:
    """The last of its answers is the one to this request."""
    if key:
        answer = msgspec.to_builtins(new.answers[-1])
        update["$push"] |= {"answers": _last(answer), "keys": _last(key)}


def _last(one: object) -> Document:
    return {"$each": [one], "$slice": -ANSWERS_KEPT}
