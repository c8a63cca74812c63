"""What was learned from documents, in the trainer's collections: found by their ids, and taken out or set aside.

What an example says of itself besides its texts, such as its label and the fingerprints of its document, goes with
these: it stays that it was one, of which answer and of which documents.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from uuid import UUID

from bson import Binary
from pymongo import UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from ratchet_common.forgotten import gone
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.collecting.targets import Reason
from ratchet_trainer.documents.resting import Fate
from ratchet_trainer.documents.tracing import ExampleOf
from ratchet_trainer.store import heads
from ratchet_trainer.store.examples import KEPT, texts_id
from ratchet_trainer.store.paging import page

AT_ONCE: Final = 500
TOLD: Final = ("target_source", "label", "document_hash", "question_hash", "signature", "content", "chars", "quality")
TAKEN_OUT: Final[Document] = {
    "$set": {"state": heads.REFUSED, "reason": str(Reason.DOCUMENT_DELETED)},
    "$unset": dict.fromkeys((*TOLD, "pii"), ""),
}
SET_ASIDE: Final[Document] = {"$set": {"state": heads.OUTDATED}}
MAY_BE_SET_ASIDE: Final[Document] = {"state": {"$in": [heads.EXAMPLE, heads.ARCHIVED]}}


class MongoDocumentTraces:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._heads, self._texts, self._outcomes = database.examples, database.example_texts, database.outcomes

    async def create_indexes(self) -> None:
        await self._heads.create_index([("tenant", 1), ("documents", 1), ("place", -1)])
        for collection in (self._texts, self._outcomes):
            await collection.create_index([("tenant", 1), ("documents", 1)])

    async def take_out(self, tenant: str, document_id: str) -> None:
        """Heads first: the next dataset is made of them. Cut off anywhere, it is done once more."""
        its = {"tenant": tenant, "documents": document_id}
        async for some in self._some({**its, **KEPT}):
            await self._change([one["_id"] for one in some], {"tenant": tenant, **KEPT}, TAKEN_OUT)
        for collection in (self._texts, self._outcomes):
            async for _ in gone(collection, its):
                pass

    async def set_aside(self, tenant: str, fate: Fate) -> None:
        its = {"tenant": tenant, "documents": fate.document_id, **MAY_BE_SET_ASIDE}
        async for some in self._some(its):
            older = [one["_id"] for one in some if fate.of(_revision(one, fate.document_id))]
            await self._change(older, {"tenant": tenant, **MAY_BE_SET_ASIDE}, SET_ASIDE)

    async def take_out_examples(self, tenant: str, refs: Sequence[tuple[UUID, int]]) -> None:
        ids = [Binary.from_uuid(example_id) for example_id, _ in refs]
        await self._change(ids, {"tenant": tenant, **KEPT}, TAKEN_OUT)
        for example_id, revision in refs:
            with waiting_is_worth_it():
                await self._texts.delete_one({"_id": texts_id(example_id, revision), "tenant": tenant})
                await self._outcomes.delete_one({"_id": Binary.from_uuid(example_id), "tenant": tenant})

    async def set_aside_examples(self, tenant: str, refs: Sequence[tuple[UUID, int]]) -> None:
        ids = [Binary.from_uuid(example_id) for example_id, _ in refs]
        await self._change(ids, {"tenant": tenant, **MAY_BE_SET_ASIDE}, SET_ASIDE)

    async def by_state(self, tenant: str, document_id: str) -> dict[str, int]:
        pipeline: list[Document] = [
            {"$match": {"tenant": tenant, "documents": document_id}},
            {"$group": {"_id": "$state", "count": {"$sum": 1}}},
        ]
        with waiting_is_worth_it():
            rows = await (await self._heads.aggregate(pipeline)).to_list()
        return {row["_id"]: row["count"] for row in sorted(rows, key=lambda row: str(row["_id"]))}

    async def examples_of(
        self, tenant: str, document_id: str, *, limit: int, cursor: str | None
    ) -> tuple[list[ExampleOf], str | None]:
        wanted = {"documents": document_id}
        found = await page(self._heads, tenant, wanted, limit=limit, cursor=cursor, without=("signature",))
        return [_example_of(one, document_id) for one in found.documents], found.next

    async def _some(self, wanted: Document) -> AsyncIterator[list[Document]]:
        """A few at a time: all at once may take longer than a call may."""
        some: list[Document] = []
        with waiting_is_worth_it():
            async for one in self._heads.find(wanted, {"documents": 1, "revisions": 1}, batch_size=AT_ONCE):
                some.append(one)
                if len(some) == AT_ONCE:
                    yield some
                    some = []
        if some:
            yield some

    async def _change(self, ids: Sequence[Any], wanted: Document, change: Document) -> None:
        if ids:
            with waiting_is_worth_it():
                await self._heads.bulk_write([UpdateOne({"_id": one, **wanted}, change) for one in ids], ordered=False)


def _revision(stored: Document, document_id: str) -> int:
    return next((one.revision for one in heads.documents_of(stored) if one.document_id == document_id), 0)


def _example_of(stored: Document, document_id: str) -> ExampleOf:
    result_id = stored["result_id"]
    return ExampleOf(
        example_id=stored["_id"].as_uuid(),
        task_type=stored["task_type"],
        state=stored["state"],
        reason=stored.get("reason", ""),
        source=stored.get("target_source"),
        result_id=result_id.as_uuid() if result_id else None,
        revision=_revision(stored, document_id),
        approach=stored.get("approach", ""),
        learned_at=stored["learned_at"],
    )
