"""Examples and refusals: every query on them stands here.

A head says what an example is and where it stands in its life; its texts are kept apart, once for each revision, and
never change: a dataset that was built with them can always be read again.
"""

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec
import pymongo
from bson import Binary
from pymongo import DESCENDING, ReplaceOne, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError

from ratchet_common.errors import NotFoundError
from ratchet_common.mongo import DUPLICATE_KEY, Document, duplicates_are_fine, for_long, waiting_is_worth_it
from ratchet_trainer.collecting.collection import Word
from ratchet_trainer.collecting.counting import Counts
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.collecting.head import Head
from ratchet_trainer.collecting.learning import Learned
from ratchet_trainer.datasets.overlap import Fingerprints
from ratchet_trainer.rollouts.lineage import Origin
from ratchet_trainer.store import example_counts, heads
from ratchet_trainer.store.paging import create_index, page, place_of

IDS_AT_ONCE = 200  # SecantusDB compares each of them with each document: 2,000 at once take 11 s, ten times 200 one
HEADS_AT_ONCE = 2_000
BY_PARTS = "by_parts"
PATIENCE_S = 60  # SecantusDB reads and sorts all that it finds before it gives the first one
FINGERPRINT = {"document_hash": 1, "signature": 1}
EXAMPLE = {"state": heads.EXAMPLE}
KEPT = {"state": {"$in": [heads.EXAMPLE, heads.ARCHIVED, heads.OUTDATED]}}


class UnknownExampleError(NotFoundError):
    type = "unknown-example"
    title = "There is no such example"

    def __init__(self, example_id: UUID) -> None:
        super().__init__(f"There is no example {example_id}: GET /api/models/examples lists them.")


class MongoExampleStore:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._heads, self._texts = database.examples, database.example_texts

    async def create_indexes(self) -> None:
        await create_index(self._heads)
        await self._create_index_by_parts()
        await self._heads.create_index([("state", 1), ("learned_at", 1)])

    async def _create_index_by_parts(self) -> None:
        """What was stored before there were parts is put into them once."""
        if BY_PARTS not in await self._heads.index_information():
            part = {"$substrCP": ["$place", heads.PART_IN_PLACE, 1]}
            with for_long():
                await self._heads.update_many({"part": {"$exists": False}}, [{"$set": {"part": part}}])
        its = [("tenant", 1), ("task_type", 1), ("state", 1), ("part", 1), ("place", DESCENDING)]
        await self._heads.create_index(its, name=BY_PARTS)

    async def write(self, words: Sequence[Word]) -> None:
        """Texts first: a head never points at nothing. The newest word of each example counts, in whatever order."""
        latest: dict[UUID, Word] = {}
        for word in sorted(words, key=lambda word: word.about.revision):
            latest[word.about.example_id] = word
        if not latest:
            return
        texts = [_texts(word) for word in latest.values() if isinstance(word, Learned)]
        with waiting_is_worth_it():
            if texts:
                with duplicates_are_fine():
                    await self._texts.insert_many(texts, ordered=False)
            there = await self._insert([heads.document(word) for word in latest.values()])
            if there:
                await self._heads.bulk_write([_replacement(document) for document in there], ordered=False)
                await self._heads.bulk_write([_brought_back(document) for document in there], ordered=False)

    async def _insert(self, documents: Sequence[Document]) -> list[Document]:
        """Returns those whose example is there already."""
        try:
            await self._heads.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            errors = error.details.get("writeErrors", [])
            if error.details.get("writeConcernErrors") or any(e.get("code") != DUPLICATE_KEY for e in errors):
                raise
            return [documents[e["index"]] for e in errors]
        return []

    async def archive(self, learned_before: datetime) -> int:
        """Of all tenants; returns how many. What is learned anew of the same answer is an example again."""
        old = {**EXAMPLE, "learned_at": {"$lt": learned_before}}
        with waiting_is_worth_it():
            return (await self._heads.update_many(old, {"$set": {"state": heads.ARCHIVED}})).modified_count

    async def archived(self, tenant: str, task_type: str, most: int) -> int:
        """How many no new dataset takes; no more are counted than `most`."""
        wanted = {"tenant": tenant, "task_type": task_type, "state": heads.ARCHIVED}
        with waiting_is_worth_it():
            return await self._heads.count_documents(wanted, limit=most)

    async def among(self, tenant: str, example_ids: Collection[UUID]) -> set[UUID]:
        """Those that are there as examples, and not archived."""
        found: set[UUID] = set()
        for ids in _portions([Binary.from_uuid(one) for one in example_ids]):
            wanted = {"_id": {"$in": ids}, "tenant": tenant, **EXAMPLE}
            with waiting_is_worth_it():
                found |= {
                    document["_id"].as_uuid() for document in await self._heads.find(wanted, {"_id": 1}).to_list()
                }
        return found

    async def newest(
        self, tenant: str, task_type: str, limit: int, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Head]:
        """The heads of a task's examples, what was learned last first. `until` itself is not in."""
        wanted: Document = {"tenant": tenant, "task_type": task_type, **EXAMPLE}
        if until is not None:
            wanted["place"] = {"$lt": place_of(until, "")}
        each = heads.of_each_part(limit)
        while True:
            parts = [await self._newest_in(wanted | {"part": part}, each, since) for part in heads.PARTS]
            found = heads.newest(parts, each, limit)
            if found is not None:
                return found
            each *= 4

    async def _newest_in(self, wanted: Document, limit: int, since: datetime | None) -> list[tuple[str, Head]]:
        """With their places."""
        found: list[tuple[str, Head]] = []
        with waiting_is_worth_it(), pymongo.timeout(PATIENCE_S):
            async with self._heads.find(wanted, heads.HEAD, batch_size=HEADS_AT_ONCE) as cursor:
                async for document in cursor.sort("place", DESCENDING).limit(limit):
                    # A lower bound is not for the store to look after: of a descending index SecantusDB leaves out
                    # the first one that is above it.
                    if since is not None and document["learned_at"] < since:
                        break
                    found.append((document["place"], heads.head(document)))
        return found

    async def present(self, tenant: str, wanted: Sequence[tuple[UUID, int]]) -> int:
        """How many of these are there, and not erased."""
        found = 0
        for ids in _portions([texts_id(*one) for one in wanted]):
            with waiting_is_worth_it():
                found += await self._texts.count_documents({"_id": {"$in": ids}, "tenant": tenant})
        return found

    async def fingerprints(self, tenant: str, wanted: Sequence[tuple[UUID, int]]) -> Fingerprints:
        """Of the documents of these that are there, in no order."""
        hashes, signatures = list[str](), list[bytes]()
        for ids in _portions([Binary.from_uuid(example_id) for example_id, _ in wanted]):
            with waiting_is_worth_it():
                found = self._heads.find({"_id": {"$in": ids}, "tenant": tenant, **KEPT}, FINGERPRINT)
                async for document in found:
                    hashes.append(document["document_hash"])
                    signatures.append(bytes(document["signature"]))
        return Fingerprints(hashes, signatures)

    async def list(
        self, tenant: str, *, task_type: str | None, limit: int, cursor: str | None
    ) -> tuple[Sequence[Example], str | None]:
        wanted = EXAMPLE | ({"task_type": task_type} if task_type else {})
        found = await page(self._heads, tenant, wanted, limit=limit, cursor=cursor, without=("signature",))
        ids = [(document["_id"].as_uuid(), document["revision"]) for document in found.documents]
        return [example async for example in self.read(tenant, ids)], found.next

    async def get(self, tenant: str, example_id: UUID) -> Example:
        """An archived or outdated one too. Raises UnknownExampleError."""
        with waiting_is_worth_it():
            found = await self._heads.find_one({"_id": Binary.from_uuid(example_id), "tenant": tenant, **KEPT})
        async for example in self.read(tenant, [(example_id, found["revision"])] if found else []):
            return example
        raise UnknownExampleError(example_id)

    async def read(self, tenant: str, wanted: Sequence[tuple[UUID, int]]) -> AsyncIterator[Example]:
        """By id and revision, in the order of `wanted`. What was erased since is left out."""
        for ids in _portions([texts_id(*one) for one in wanted]):
            with waiting_is_worth_it():
                found = await self._texts.find({"_id": {"$in": ids}, "tenant": tenant}).to_list()
            by_id = {document["_id"]: document["example"] for document in found}
            for text_id in ids:
                if text_id in by_id:
                    yield msgspec.json.decode(by_id[text_id], type=Example)

    async def origins(self, tenant: str, example_ids: Collection[UUID]) -> dict[UUID, Origin]:
        """Of what was refused or archived since as well."""
        shown = {"result_id": 1, "target_source": 1, "version_id": 1, "spoken": 1, "reason": 1}
        shown |= {"documents": 1, "revisions": 1}
        found: dict[UUID, Origin] = {}
        for ids in _portions([Binary.from_uuid(one) for one in example_ids]):
            with waiting_is_worth_it():
                documents = await self._heads.find({"_id": {"$in": ids}, "tenant": tenant}, shown).to_list()
            found |= {origin.example_id: origin for origin in map(heads.origin, documents)}
        return found

    async def counts(self, tenant: str) -> Counts:
        return await example_counts.counts(self._heads, tenant)

    async def spoken_of(self, tenant: str, task_type: str, since: datetime) -> dict[str, int]:
        """By stratum, how many answers that were given since then got feedback."""
        rows = await example_counts.grouped(
            self._heads,
            [
                {"$match": {"tenant": tenant, "task_type": task_type}},
                {"$match": {"spoken": True, "answered_at": {"$gte": since}}},
                {"$group": {"_id": {"stratum": "$stratum", "result": "$result_id"}}},
                {"$group": {"_id": "$_id.stratum", "count": {"$sum": 1}}},
            ],
        )
        return {row["_id"]: row["count"] for row in rows}


def _replacement(document: Document) -> ReplaceOne[Document]:
    """An older word, or the same one again, changes nothing."""
    not_yet = {"_id": document["_id"], "tenant": document["tenant"], "revision": {"$lt": document["revision"]}}
    return ReplaceOne(not_yet, document)


def _brought_back(document: Document) -> UpdateOne:
    """What was archived and comes again is learned from again, as if it had come now."""
    archived = {"_id": document["_id"], "tenant": document["tenant"], "state": heads.ARCHIVED}
    again = {name: document[name] for name in ("state", "learned_at", "place") if name in document}
    return UpdateOne({**archived, "revision": document["revision"]}, {"$set": again})


def texts_id(example_id: UUID, revision: int) -> Binary:
    return Binary.from_uuid(uuid5(example_id, str(revision)))


def _texts(learned: Learned) -> Document:
    about = learned.about
    return {
        "_id": texts_id(about.example_id, about.revision),
        "tenant": about.tenant,
        "user_hash": about.user_hash,
        "speaker_hash": about.speaker_hash,
        "session_hash": about.session_hash,
        "answered_at": about.answered_at,
        "example": msgspec.json.encode(learned.example),
        **heads.read_from(about.documents),
    }


def _portions(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE))
