"""Training jobs: every query on them stands here."""

import builtins
from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from bson import Binary
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from ratchet_common import lease, outbox
from ratchet_common.errors import RetryLaterError
from ratchet_common.events import CostIncurred
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.incurred import of_job
from ratchet_trainer.job_metrics import Open
from ratchet_trainer.leased import Leased
from ratchet_trainer.store.job_documents import document_of, fields_of, job_in, open_in, open_key, step_of
from ratchet_trainer.store.paging import Page, create_index, page
from ratchet_trainer.tuning.job_steps import taken_along
from ratchet_trainer.tuning.jobs import (
    AT_PLATFORM,
    OPEN,
    Job,
    JobEndedError,
    JobOpenError,
    JobState,
    Step,
    UnknownJobError,
)

STILL_OPEN: Document = {"state": {"$in": [str(state) for state in OPEN]}}
LEFT: Document = {"left": True}
BEGUN_THERE: Document = {"state": {"$in": [str(state) for state in AT_PLATFORM]}}
TRIES = 5
COUNTED_AT_MOST = 10_000


class MongoJobStore:
    def __init__(self, database: AsyncDatabase[Document], *, lease_s: float) -> None:
        self._jobs, self._lease_s = database.jobs, lease_s

    async def create_indexes(self) -> None:
        await create_index(self._jobs)
        await self._jobs.create_index("open", unique=True, partialFilterExpression={"open": {"$exists": True}})
        await self._jobs.create_index("part_of")
        await self._jobs.create_index([("due_at", 1), ("state", 1)])
        await self._jobs.create_index("state")

    async def add(self, job: Job) -> None:
        """Under its own id, once. Raises JobOpenError where one for its task is open already."""
        with waiting_is_worth_it():
            try:
                await self._jobs.insert_one(document_of(job))
            except DuplicateKeyError as error:
                there = await self._jobs.find_one({"_id": Binary.from_uuid(job.job_id)}, {"_id": 1})
                if there is None:
                    raise JobOpenError(
                        f"A job for {job.task_type} is open already: wait for it, or cancel it."
                    ) from error

    async def add_or_take_along(self, job: Job, now: datetime) -> None:
        """Where a job for the task is open, this one is kept as a trigger that came meanwhile. Twice is once."""
        for _ in range(TRIES):
            try:
                return await self.add(job)
            except JobOpenError:
                with waiting_is_worth_it():
                    other = await self._jobs.find_one({"open": open_key(job)}, {"_id": 1})
            if other is not None:
                return await self.add(taken_along(job, other["_id"].as_uuid(), now))
        raise RetryLaterError(f"The jobs for {job.task_type} change too quickly.")

    async def take(self, now: datetime, platforms: Collection[str]) -> Leased[Job] | None:
        """One that is open, or that has ended and left something at its platform."""
        wanted = {"$or": [STILL_OPEN, LEFT], "due_at": {"$lte": now}, "platform": {"$in": list(platforms)}}
        taken = await lease.take(self._jobs, wanted, seconds=self._lease_s, order="due_at")
        return Leased(job_in(taken), taken) if taken else None

    async def save(self, held: Leased[Job], job: Job) -> bool:
        """False: another worker has it now, or it was cancelled."""
        with waiting_is_worth_it():
            change = _update(job, of_job(held.value, job))
            written = await self._jobs.update_one({**lease.held(held.document), **_as_taken(held)}, change)
        return written.matched_count == 1

    async def renew(self, held: Leased[Job]) -> bool:
        """False: as with `save`."""
        if not await lease.renew(self._jobs, held.document, seconds=self._lease_s):
            return False
        with waiting_is_worth_it():
            return await self._jobs.count_documents({**lease.held(held.document), **_as_taken(held)}) == 1

    async def release(self, held: Leased[Job]) -> None:
        await lease.release(self._jobs, held.document)

    async def cancel(self, tenant: str, job_id: UUID, step: Step) -> Job:
        """Raises UnknownJobError or JobEndedError. Whoever works on it finds out by its next write; what is at its
        platform is ended and removed there after that."""
        who: Document = {"_id": Binary.from_uuid(job_id), "tenant": tenant}
        ended: Document = {"state": str(step.state), "reason": step.reason}
        rest = {"$push": {"history": step_of(step)}, "$unset": {"open": ""}}
        there = {**ended, **LEFT, "due_at": step.at, "misses": 0, "away_since": None}
        with waiting_is_worth_it():
            written = await self._jobs.update_one({**who, **BEGUN_THERE}, {"$set": there, **rest})
            if written.matched_count == 0:
                written = await self._jobs.update_one({**who, **STILL_OPEN}, {"$set": ended, **rest})
        job = await self.get(tenant, job_id)
        if written.matched_count == 0:
            raise JobEndedError(f"The job {job_id} has ended already ({job.state}): there is nothing to cancel.")
        return job

    async def open(self) -> builtins.list[Open]:
        """Of all tenants; `COUNTED_AT_MOST` of them."""
        fields = {"platform": 1, "state": 1, "due_at": 1, "lease.until_ms": 1, "history": {"$slice": -1}}
        with waiting_is_worth_it():
            found = await self._jobs.find(STILL_OPEN, fields).limit(COUNTED_AT_MOST).to_list()
        return [open_in(document) for document in found]

    async def get(self, tenant: str, job_id: UUID) -> Job:
        """Raises UnknownJobError."""
        with waiting_is_worth_it():
            found = await self._jobs.find_one({"_id": Binary.from_uuid(job_id), "tenant": tenant})
        if found is None:
            raise UnknownJobError(job_id)
        return job_in(found)

    async def some(self, tenant: str, job_ids: Collection[UUID]) -> builtins.list[Job]:
        """Those of them that there are."""
        wanted = {"_id": {"$in": [Binary.from_uuid(one) for one in job_ids]}, "tenant": tenant}
        with waiting_is_worth_it():
            found = await self._jobs.find(wanted).to_list(len(job_ids) or 1)
        return [job_in(document) for document in found]

    async def spent(self, tenant: str, at: datetime, but: UUID) -> float:
        """In USD, of jobs made in the month of `at`, all `but` that one: what they have cost, or may cost yet.

        One that is open counts with all that was estimated, from when that is written.
        """
        since = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        told, expected = {"$ifNull": ["$cost_usd", 0]}, {"$ifNull": ["$estimate.cost_usd", 0]}
        known = {"$ifNull": ["$cost_usd", expected]}
        begun_or_open: Document = {"$or": [STILL_OPEN, {"run_id": {"$ne": ""}}]}
        pipeline: list[Document] = [
            {"$match": {"tenant": tenant, "created_at": {"$gte": since}, "_id": {"$ne": Binary.from_uuid(but)}}},
            {"$match": begun_or_open},
            {"$group": {"_id": "$state", "known": {"$sum": known}, "most": {"$sum": {"$max": [told, expected]}}}},
        ]
        with waiting_is_worth_it():
            found = await (await self._jobs.aggregate(pipeline)).to_list()
        return sum(float(row["most" if row["_id"] in OPEN else "known"]) for row in found)

    async def triggers(self, tenant: str, job_id: UUID) -> list[Job]:
        """Those that came while it was open."""
        with waiting_is_worth_it():
            found = await self._jobs.find({"part_of": Binary.from_uuid(job_id), "tenant": tenant}).to_list(1000)
        return [job_in(document) for document in found]

    async def list(
        self, tenant: str, *, task_type: str | None, state: JobState | None, limit: int, cursor: str | None
    ) -> tuple[list[Job], str | None]:
        wanted = {"task_type": task_type, "state": str(state) if state else None}
        found: Page = await page(
            self._jobs, tenant, {k: v for k, v in wanted.items() if v is not None}, limit=limit, cursor=cursor
        )
        return [job_in(document) for document in found.documents], found.next


def _as_taken(held: Leased[Job]) -> Document:
    """An open job is still open; of one that had ended something is still left."""
    return STILL_OPEN if held.value.state in OPEN else LEFT


def _update(job: Job, event: CostIncurred | None) -> Document:
    sent = outbox.replace(event) if event else {}
    return {"$set": fields_of(job) | sent} | ({} if job.state in OPEN else {"$unset": {"open": ""}})
