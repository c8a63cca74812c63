"""Graphs of documents in the router's database, one document of the store each: it is there whole, or not at all.

Every query names its tenant.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from pymongo import ASCENDING, DESCENDING

from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.upserts import upsert_where
from ratchet_documents.graph import Graph
from ratchet_router.graph.part import Part, keys_of, packed, unpacked

AT_ONCE: Final = 50  # parts in one look, at most
LAST: Final = "\U0010ffff"  # behind all that names have
_NOTHING: Final = Graph()


@dataclass(frozen=True, slots=True)
class Narrow:
    """Parts that match all that is said here; None: any. `companies`: keys of whose documents they are."""

    documents: Collection[str] | None = None
    companies: Collection[str] | None = None
    periods: Collection[str] | None = None
    document_types: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A part as it came out of the store: its graph is unpacked where that holds up nobody."""

    part: Part
    body: bytes

    def unpacked(self) -> Part:
        its = self.part
        graph = unpacked(self.body)
        return Part(its.document_id, its.revision, its.title, its.company, its.period, its.document_type, graph)


class MongoGraphStore:
    def __init__(self, database: Database) -> None:
        self._collection = database.document_graphs

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            for fields in (("_id",), ("keys", "_id"), ("company", "_id"), ("period", "_id")):
                await self._collection.create_index([(field, ASCENDING) for field in ("tenant", *fields)])

    async def put(self, tenant: str, part: Part) -> None:
        """In place of the part of an older revision, in one write. Once more, or an older one, changes nothing.

        Raises RetryLaterError, as all below do.
        """
        body = await asyncio.to_thread(packed, part.graph)
        older = {"_id": part.document_id, "tenant": tenant, "revision": {"$lt": part.revision}}
        said: Document = {
            "revision": part.revision,
            "title": part.title,
            "company": part.company,
            "period": part.period,
            "document_type": part.document_type,
            "keys": keys_of(part.graph),
            "body": body,
        }
        await upsert_where(self._collection, [(older, {"$set": said})])

    async def remove(self, tenant: str, document_id: str) -> None:
        """Fine where there is none."""
        with waiting_is_worth_it():
            await self._collection.delete_one({"_id": document_id, "tenant": tenant})

    async def listed(
        self, tenant: str, narrow: Narrow, *, keys: Sequence[str] = (), until: str = "", limit: int = AT_ONCE
    ) -> list[Kept]:
        """Newest documents first. `keys`: those alone that have one of them. `until`: from the document of that id on,
        which is among them; empty: from the newest.
        """
        wanted = _wanted(tenant, narrow)
        if keys:
            wanted["keys"] = {"$in": list(keys)}
        if until:
            wanted = {"$and": [wanted, {"_id": {"$lte": until}}]}
        with waiting_is_worth_it():
            cursor = self._collection.find(wanted, {"keys": 0, "tenant": 0})
            found = await cursor.sort("_id", DESCENDING).limit(min(limit, AT_ONCE)).to_list()
        return [_kept(one) for one in found]

    async def keys_that_begin(self, tenant: str, beginning: str, most: int) -> list[str]:
        """Ids of entities, in order. By the index of `keys`, whose order is that of their letters."""
        within = {"$gte": beginning, "$lt": f"{beginning}{LAST}"}
        with waiting_is_worth_it():
            found = await self._collection.aggregate(
                [
                    {"$match": {"tenant": tenant, "keys": {"$elemMatch": within}}},
                    {"$project": {"keys": 1}},
                    {"$unwind": "$keys"},
                    {"$match": {"keys": within}},
                    {"$group": {"_id": "$keys"}},
                    {"$sort": {"_id": ASCENDING}},
                    {"$limit": most},
                ]
            )
            return [one["_id"] for one in await found.to_list()]


def _wanted(tenant: str, narrow: Narrow) -> Document:
    fields = {
        "_id": narrow.documents,
        "company": narrow.companies,
        "period": narrow.periods,
        "document_type": narrow.document_types,
    }
    return {"tenant": tenant} | {name: {"$in": sorted(values)} for name, values in fields.items() if values is not None}


def _kept(one: Document) -> Kept:
    about = Part(
        document_id=one["_id"],
        revision=one["revision"],
        title=one["title"],
        company=one["company"],
        period=one["period"],
        document_type=one["document_type"],
        graph=_NOTHING,
    )
    return Kept(about, one["body"])
