"""What ended jobs have left at their platforms: the queries on it stand here, over the jobs' own documents."""

from collections.abc import Collection
from datetime import datetime

from bson import Binary
from pymongo.asynchronous.database import AsyncDatabase

from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.store.job_documents import job_in
from ratchet_trainer.tuning.jobs import OPEN, Job
from ratchet_trainer.tuning.leavings import Leaving

ENDED: Document = {"state": {"$nin": [str(state) for state in OPEN]}, "run_id": {"$ne": ""}, "left": {"$ne": True}}


class MongoLeavingStore:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._jobs = database.jobs

    async def due(self, now: datetime, platforms: Collection[str], limit: int) -> list[Leaving]:
        wanted = {
            **ENDED,
            "platform": {"$in": list(platforms)},
            "leaving.gone_at": {"$exists": False},
            "leaving.look_at": {"$not": {"$gt": now}},
        }
        with waiting_is_worth_it():
            found = await self._jobs.find(wanted).limit(limit).to_list()
        return [Leaving(job_in(one), one.get("leaving", {}).get("unused_since")) for one in found]

    async def look_again(self, job: Job, at: datetime, *, unused_since: datetime | None) -> None:
        await self._note(job, {"look_at": at, "unused_since": unused_since})

    async def gone(self, job: Job, at: datetime) -> None:
        await self._note(job, {"gone_at": at})

    async def _note(self, job: Job, leaving: Document) -> None:
        who = {"_id": Binary.from_uuid(job.job_id), "tenant": job.tenant}
        with waiting_is_worth_it():
            await self._jobs.update_one(who, {"$set": {"leaving": leaving}})
