"""Which documents datasets were made of: one row a dataset and document, since either may have thousands of the other.

How many of a dataset's documents were deleted or have changed is counted anew with each of them, and stands in the
dataset and in its versions, where it only grows.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import uuid5

from bson import Binary
from pymongo.asynchronous.database import AsyncDatabase

from ratchet_common.mongo import Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_trainer.datasets.dataset import Composition
from ratchet_trainer.documents.resting import Fate
from ratchet_trainer.documents.tracing import HeldIn, TaughtBy
from ratchet_trainer.store.fates import NAMESPACE
from ratchet_trainer.store.job_marks import mark_jobs
from ratchet_trainer.store.paging import page, place_of

ROWS_AT_ONCE: Final = 1_000
MOST_VERSIONS: Final = 1_000  # of the datasets on one page
GONE, OTHER = "documents_deleted", "documents_changed"  # counts, in datasets and versions


class MongoDatasetDocuments:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._rows, self._datasets = database.dataset_documents, database.datasets
        self._versions, self._jobs = database.versions, database.jobs

    async def create_indexes(self) -> None:
        for one in ("dataset_id", "document_id"):
            await self._rows.create_index([("tenant", 1), (one, 1), ("place", -1)])
        for collection in (self._versions, self._jobs):
            await collection.create_index([("tenant", 1), ("dataset_id", 1)])

    async def add(self, tenant: str, composition: Composition, now: datetime) -> None:
        """Each once, before the dataset itself: there is none whose documents are not named."""
        rows = [
            {
                "_id": Binary.from_uuid(uuid5(NAMESPACE, f"{tenant}\0{composition.dataset_id}\0{document_id}")),
                "tenant": tenant,
                "dataset_id": composition.dataset_id,
                "document_id": document_id,
                "place": place_of(now, f"{composition.dataset_id}/{document_id}"),
                "examples": held.examples,
                "oldest": held.oldest,
            }
            for document_id, held in sorted(composition.documents.items())
        ]
        for start in range(0, len(rows), ROWS_AT_ONCE):
            with waiting_is_worth_it(), duplicates_are_fine():
                await self._rows.insert_many(rows[start : start + ROWS_AT_ONCE], ordered=False)

    async def mark(self, tenant: str, fates: Collection[Fate]) -> None:
        """Rows first, then what is counted of them, then jobs: done once more, it comes to the same."""
        deleted_in: dict[str, list[str]] = {}
        for fate in fates:
            its = {"tenant": tenant, "document_id": fate.document_id}
            with waiting_is_worth_it():
                await self._mark_rows(its, fate)
                found = await self._rows.find(its, {"dataset_id": 1}).to_list()
            for row in found:
                marks = deleted_in.setdefault(row["dataset_id"], [])
                marks += [_mark(tenant, fate.document_id)] if fate.deleted_at else []
        for dataset_id, marks in deleted_in.items():
            await self._count(tenant, dataset_id)
            if marks:
                at = max(fate.deleted_at for fate in fates if fate.deleted_at)
                await mark_jobs(self._jobs, {"tenant": tenant, "dataset_id": dataset_id}, marks, at)

    async def _mark_rows(self, its: Document, fate: Fate) -> None:
        not_yet: Document = {**its, "deleted_at": {"$exists": False}}
        if fate.deleted_at is not None:
            await self._rows.update_many(not_yet, {"$set": {"deleted_at": fate.deleted_at}})
        if fate.has_changed:
            older: Document = {**its, "oldest": {"$lt": fate.served_since}}
            await self._rows.update_many(older, {"$max": {"changed_at": fate.changed_at}})

    async def _count(self, tenant: str, dataset_id: str) -> None:
        """Datasets first: a version that is added meanwhile looks at its dataset's counts."""
        of_it = {"tenant": tenant, "dataset_id": dataset_id}
        with waiting_is_worth_it():
            counts = {
                GONE: await self._rows.count_documents({**of_it, "deleted_at": {"$exists": True}}),
                OTHER: await self._rows.count_documents({**of_it, "changed_at": {"$exists": True}}),
            }
            for collection in (self._datasets, self._versions):
                await collection.update_many(of_it, {"$max": counts})

    async def of_dataset(
        self, tenant: str, dataset_id: str, *, limit: int, cursor: str | None
    ) -> tuple[list[HeldIn], str | None]:
        found = await page(self._rows, tenant, {"dataset_id": dataset_id}, limit=limit, cursor=cursor)
        return [_held(row) for row in found.documents], found.next

    async def holding(
        self, tenant: str, document_id: str, *, limit: int, cursor: str | None
    ) -> tuple[list[HeldIn], str | None]:
        """Without those that were never finished: a page may be shorter for them."""
        found = await page(self._rows, tenant, {"document_id": document_id}, limit=limit, cursor=cursor)
        names = [row["dataset_id"] for row in found.documents]
        wanted = {"_id": {"$in": [f"{tenant}:{name}" for name in names]}, "tenant": tenant}
        with waiting_is_worth_it():
            there = {one["dataset_id"] for one in await self._datasets.find(wanted, {"dataset_id": 1}).to_list()}
        return [_held(row) for row in found.documents if row["dataset_id"] in there], found.next

    async def taught_by(self, tenant: str, dataset_ids: Collection[str]) -> list[TaughtBy]:
        wanted = {"tenant": tenant, "dataset_id": {"$in": list(dataset_ids)}}
        fields = {"version_id": 1, "dataset_id": 1, "platform": 1, "state": 1}
        with waiting_is_worth_it():
            found = await self._versions.find(wanted, fields).to_list(MOST_VERSIONS)
        return [TaughtBy(one["version_id"], one["dataset_id"], one["platform"], one["state"]) for one in found]


def _mark(tenant: str, document_id: str) -> str:
    """What a job is marked with, beside the ids of erasures."""
    return uuid5(NAMESPACE, f"{tenant}\0{document_id}").hex


def _held(row: Mapping[str, Any]) -> HeldIn:
    return HeldIn(
        dataset_id=row["dataset_id"],
        document_id=row["document_id"],
        examples=row["examples"],
        oldest=row["oldest"],
        deleted_at=row.get("deleted_at"),
        changed_at=row.get("changed_at"),
    )
