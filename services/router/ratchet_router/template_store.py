"""The tenants' own templates in the router's database: every version for ever, and which of them is live."""

from datetime import UTC, datetime

import msgspec
from bson import Binary
from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.upserts import upsert, upsert_where
from ratchet_router.library import Chosen, Owned, TemplateChanges
from ratchet_router.publishing import Newest
from ratchet_router.shelf import Known
from ratchet_router.template import Template, as_kept


class MongoTemplateStore:
    def __init__(self, database: Database) -> None:
        self._versions, self._live = database.templates, database.live_templates

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            by_age = [("tenant", ASCENDING), ("template_id", ASCENDING), ("version", DESCENDING)]
            await self._versions.create_index(by_age)
            for collection in (self._versions, self._live):
                await collection.create_index([("written_at", ASCENDING)])

    async def newest(self, tenant: str, id_: str) -> Newest | None:
        with waiting_is_worth_it():
            found = await self._versions.find_one(
                {"tenant": tenant, "template_id": id_}, sort=[("version", DESCENDING)]
            )
        return Newest(found["version"], bytes(found["digest"]), found["task"]) if found else None

    async def count(self, tenant: str) -> int:
        with waiting_is_worth_it():
            return await self._versions.count_documents({"tenant": tenant})

    async def insert(self, tenant: str, template: Template, digest: bytes) -> bool:
        """False: that version is there already. The filter matches nothing that is there: nothing is ever changed."""
        said = {
            "tenant": tenant,
            "template_id": template.id,
            "version": template.version,
            "task": str(template.task),
            "digest": Binary(digest),
            "body": msgspec.json.encode(as_kept(template)),
            "created_at": datetime.now(UTC),
        }
        new = {"_id": f"{tenant}/{template.id}/{template.version}", "digest": {"$exists": False}}
        try:
            with waiting_is_worth_it():
                await self._versions.update_one(new, {"$set": said, "$currentDate": {"written_at": True}}, upsert=True)
        except DuplicateKeyError:
            return False
        return True

    async def make_live(self, tenant: str, id_: str, version: int) -> None:
        await upsert(self._live, f"{tenant}/{id_}", _chosen(tenant, id_, version))

    async def make_newest_live(self, tenant: str, id_: str, version: int) -> None:
        older = {"_id": f"{tenant}/{id_}", "version": {"$lt": version}}
        await upsert_where(self._live, [(older, _chosen(tenant, id_, version))])

    async def template_changes(self, since: datetime | None) -> TemplateChanges:
        wanted: Document = {"written_at": {"$gte": since}} if since else {"written_at": {"$exists": True}}
        with waiting_is_worth_it():
            versions = await self._versions.find(wanted).to_list()
            live = await self._live.find(wanted).to_list()
        return TemplateChanges(
            owned=[Owned(d["tenant"], _known(d)) for d in versions],
            chosen=[Chosen(d["tenant"], d["template_id"], d["version"]) for d in live],
            until=max((d["written_at"] for d in [*versions, *live]), default=None),
        )


def _chosen(tenant: str, id_: str, version: int) -> Document:
    said = {"tenant": tenant, "template_id": id_, "version": version}
    return {"$set": said, "$currentDate": {"written_at": True}}


def _known(document: Document) -> Known:
    template = msgspec.json.decode(document["body"], type=Template)
    return Known(template, "tenant", document["created_at"])
