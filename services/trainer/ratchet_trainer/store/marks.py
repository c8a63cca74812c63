"""Datasets and versions that had held what was erased are marked, since neither ever changes; so are jobs whose files
may have it, which has these removed.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from datetime import datetime
from uuid import UUID

from pymongo.asynchronous.database import AsyncDatabase

from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.privacy.erasure import HeldBy, LearnedBy, UsedBy
from ratchet_trainer.store.datasets import REF
from ratchet_trainer.store.job_marks import mark_jobs
from ratchet_trainer.tuning.jobs import AT_PLATFORM

MOST = 10_000  # datasets, versions and jobs of one erasure that are named


class MongoMarks:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._datasets, self._versions, self._jobs = database.datasets, database.versions, database.jobs

    async def mark(self, tenant: str, erasure_id: UUID, at: datetime, example_ids: Collection[bytes]) -> None:
        """Datasets first: a version that is added meanwhile looks at its dataset's marks."""
        ids = frozenset(example_ids)
        async for document in self._sides(tenant):
            held = await asyncio.to_thread(_held, document["sides"].values(), ids)
            if held:
                mark = {"erasure_id": erasure_id.hex, "at": at, "examples": held}
                not_yet = {"_id": document["_id"], "erasures.erasure_id": {"$ne": erasure_id.hex}}
                with waiting_is_worth_it():
                    await self._datasets.update_one(not_yet, {"$push": {"erasures": mark}})
        marked = [held.dataset_id for held in await self.held_by(tenant, erasure_id)]
        of_them = {"tenant": tenant, "dataset_id": {"$in": marked}}
        with waiting_is_worth_it():
            await self._versions.update_many(of_them, {"$addToSet": {"erasures": erasure_id.hex}})
        await mark_jobs(self._jobs, of_them, [erasure_id.hex], at)

    async def held_by(self, tenant: str, erasure_id: UUID) -> list[HeldBy]:
        wanted = {"tenant": tenant, "erasures.erasure_id": erasure_id.hex}
        with waiting_is_worth_it():
            found = await self._datasets.find(wanted, {"dataset_id": 1, "erasures": 1}).to_list(MOST)
        return [
            HeldBy(document["dataset_id"], mark["examples"])
            for document in found
            for mark in document["erasures"]
            if mark["erasure_id"] == erasure_id.hex
        ]

    async def learned_by(self, tenant: str, erasure_id: UUID) -> list[LearnedBy]:
        wanted = {"tenant": tenant, "erasures": erasure_id.hex}
        fields = {"version_id": 1, "dataset_id": 1, "platform": 1}
        with waiting_is_worth_it():
            found = await self._versions.find(wanted, fields).to_list(MOST)
        return [LearnedBy(one["version_id"], one["dataset_id"], one["platform"]) for one in found]

    async def used_by(self, tenant: str, erasure_id: UUID) -> list[UsedBy]:
        wanted = {"tenant": tenant, "erasures": erasure_id.hex}
        fields = {"dataset_id": 1, "platform": 1, "state": 1, "files": 1, "left": 1}
        with waiting_is_worth_it():
            found = await self._jobs.find(wanted, fields).to_list(MOST)
        return [_used_by(one) for one in found]

    async def _sides(self, tenant: str) -> AsyncIterator[Document]:
        """One dataset at a time: each may take some megabytes."""
        with waiting_is_worth_it():
            ids = [one["_id"] for one in await self._datasets.find({"tenant": tenant}, {"_id": 1}).to_list()]
            for dataset in ids:
                if found := await self._datasets.find_one({"_id": dataset}, {"sides": 1}):
                    yield found


def _used_by(job: Document) -> UsedBy:
    left = bool(job["files"]) or job["left"] or job["state"] in AT_PLATFORM
    return UsedBy(job["_id"].as_uuid(), job["dataset_id"], job["platform"], job["state"], left)


def _held(sides: Collection[bytes], example_ids: frozenset[bytes]) -> int:
    return sum(example_id in example_ids for packed in sides for example_id, _ in REF.iter_unpack(packed))
