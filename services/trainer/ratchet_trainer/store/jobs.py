"""Training jobs: every query on them stands here."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from bson import Binary
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from ratchet_common import lease
from ratchet_common.errors import RetryLaterError
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.jobs import OPEN, Job, JobEndedError, JobOpenError, JobState, Step, UnknownJobError, taken_along
from ratchet_trainer.leased import Leased
from ratchet_trainer.store.paging import Page, create_index, page, place_of

STATES = [str(state) for state in OPEN]
STILL_OPEN: Document = {"state": {"$in": STATES}}
TRIES = 5


class MongoJobStore:
    def __init__(self, database: AsyncDatabase[Document], *, lease_s: float) -> None:
        self._jobs, self._lease_s = database.jobs, lease_s

    async def create_indexes(self) -> None:
        await create_index(self._jobs)
        await self._jobs.create_index("open", unique=True, partialFilterExpression={"open": {"$exists": True}})
        await self._jobs.create_index("part_of")

    async def add(self, job: Job) -> None:
        """Under its own id, once. Raises JobOpenError where one for its task is open already."""
        with waiting_is_worth_it():
            try:
                await self._jobs.insert_one(_document(job))
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
                    other = await self._jobs.find_one({"open": _open_key(job)}, {"_id": 1})
            if other is not None:
                return await self.add(taken_along(job, other["_id"].as_uuid(), now))
        raise RetryLaterError(f"The jobs for {job.task_type} change too quickly.")

    async def take(self, now: datetime) -> Leased[Job] | None:
        wanted = {**STILL_OPEN, "due_at": {"$lte": now}}
        taken = await lease.take(self._jobs, wanted, seconds=self._lease_s)
        return Leased(_job(taken), taken) if taken else None

    async def save(self, held: Leased[Job], job: Job) -> bool:
        """False: another worker has it now, or it was cancelled."""
        with waiting_is_worth_it():
            written = await self._jobs.update_one({**lease.held(held.document), **STILL_OPEN}, _update(job))
        return written.matched_count == 1

    async def renew(self, held: Leased[Job]) -> bool:
        """False: as with `save`."""
        if not await lease.renew(self._jobs, held.document, seconds=self._lease_s):
            return False
        with waiting_is_worth_it():
            return await self._jobs.count_documents({**lease.held(held.document), **STILL_OPEN}) == 1

    async def release(self, held: Leased[Job]) -> None:
        await lease.release(self._jobs, held.document)

    async def cancel(self, tenant: str, job_id: UUID, step: Step) -> Job:
        """Raises UnknownJobError or JobEndedError. Whoever works on it finds out by its next write."""
        who: Document = {"_id": Binary.from_uuid(job_id), "tenant": tenant}
        set_ = {"state": str(step.state), "reason": step.reason}
        change = {"$set": set_, "$push": {"history": _step(step)}, "$unset": {"open": ""}}
        with waiting_is_worth_it():
            written = await self._jobs.update_one({**who, **STILL_OPEN}, change)
        job = await self.get(tenant, job_id)
        if written.matched_count == 0:
            raise JobEndedError(f"The job {job_id} has ended already ({job.state}): there is nothing to cancel.")
        return job

    async def get(self, tenant: str, job_id: UUID) -> Job:
        """Raises UnknownJobError."""
        with waiting_is_worth_it():
            found = await self._jobs.find_one({"_id": Binary.from_uuid(job_id), "tenant": tenant})
        if found is None:
            raise UnknownJobError(job_id)
        return _job(found)

    async def triggers(self, tenant: str, job_id: UUID) -> list[Job]:
        """Those that came while it was open."""
        with waiting_is_worth_it():
            found = await self._jobs.find({"part_of": Binary.from_uuid(job_id), "tenant": tenant}).to_list(1000)
        return [_job(document) for document in found]

    async def list(
        self, tenant: str, *, task_type: str | None, state: JobState | None, limit: int, cursor: str | None
    ) -> tuple[list[Job], str | None]:
        wanted = {"task_type": task_type, "state": str(state) if state else None}
        found: Page = await page(
            self._jobs, tenant, {k: v for k, v in wanted.items() if v is not None}, limit=limit, cursor=cursor
        )
        return [_job(document) for document in found.documents], found.next


def _open_key(job: Job) -> str:
    return f"{job.tenant}:{job.task_type}"


def _fields(job: Job) -> dict[str, Any]:
    """What changes in a job's life."""
    return {
        "state": str(job.state),
        "reason": job.reason,
        "progress": job.progress,
        "due_at": job.due_at,
        "looks": job.looks,
        "attempts": job.attempts,
        "dataset_id": job.dataset_id,
        "version_id": job.version_id,
        "history": [_step(step) for step in job.history],
    }


def _step(step: Step) -> Document:
    return asdict(step) | {"state": str(step.state)}


def _document(job: Job) -> Document:
    return {
        "_id": Binary.from_uuid(job.job_id),
        "tenant": job.tenant,
        "place": place_of(job.created_at, job.job_id),
        "task_type": job.task_type,
        "platform": job.platform,
        "made_by": job.made_by,
        "reasons": list(job.reasons),
        "created_at": job.created_at,
        "waits": job.waits,
        "part_of": Binary.from_uuid(job.part_of) if job.part_of else None,
        **_fields(job),
        **({"open": _open_key(job)} if job.state in OPEN else {}),
    }


def _update(job: Job) -> Document:
    return {"$set": _fields(job)} | ({} if job.state in OPEN else {"$unset": {"open": ""}})


def _job(document: Document) -> Job:
    return Job(
        job_id=document["_id"].as_uuid(),
        tenant=document["tenant"],
        task_type=document["task_type"],
        platform=document["platform"],
        made_by=document["made_by"],
        reasons=tuple(document["reasons"]),
        created_at=document["created_at"],
        due_at=document["due_at"],
        waits=document["waits"],
        state=JobState(document["state"]),
        reason=document["reason"],
        progress=document["progress"],
        looks=document["looks"],
        attempts=document["attempts"],
        dataset_id=document["dataset_id"],
        version_id=document["version_id"],
        part_of=document["part_of"].as_uuid() if document["part_of"] else None,
        history=tuple(Step(JobState(step["state"]), step["at"], step["reason"]) for step in document["history"]),
    )
