"""Experiments that people set up. One runs on a task: what a running one holds in `runs` is unique.

Study and events are one write, which insists on the revision that it changes.
"""

from collections.abc import Sequence

from pymongo import DESCENDING
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError

from ratchet_common.events import Event, VerdictReached
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.outbox import entry, holding, push
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.store.documents import document_of, not_later, struct_of
from ratchet_monitor.studies.study import State, Study

MOST_RUNNING = 1000  # of all tenants
WITHOUT_OUTBOX = {"outbox": 0}


class MongoStudies:
    def __init__(self, database: Database) -> None:
        self._studies = database.studies

    @property
    def collection(self) -> AsyncCollection[Document]:
        """For the relay."""
        return self._studies

    async def create_indexes(self) -> None:
        await self._studies.create_index("runs", unique=True)
        await self._studies.create_index([("tenant", 1), ("place", 1)])
        await self._studies.create_index([("state", 1), ("started_at", 1)])

    async def add(self, study: Study, event: Event) -> bool:
        """False: one with this id is there, or another one runs on the task."""
        own = {"_id": _id(study.tenant, study.experiment_id), **holding(entry(event))}
        try:
            with waiting_is_worth_it():
                await self._studies.insert_one(own | _document(study))
        except DuplicateKeyError:
            return False
        return True

    async def study(self, tenant: str, experiment_id: str) -> Study | None:
        with waiting_is_worth_it():
            found = await self._studies.find_one({"_id": _id(tenant, experiment_id)}, WITHOUT_OUTBOX)
        return struct_of(Study, found) if found else None

    async def running(self, task: TaskKey) -> Study | None:
        with waiting_is_worth_it():
            found = await self._studies.find_one({"runs": task.text}, WITHOUT_OUTBOX)
        return struct_of(Study, found) if found else None

    async def all_running(self) -> Sequence[Study]:
        """Of all tenants, those that began first."""
        with waiting_is_worth_it():
            found = self._studies.find({"state": State.RUNNING.value}, WITHOUT_OUTBOX)
            return [struct_of(Study, one) for one in await found.sort("started_at").limit(MOST_RUNNING).to_list()]

    async def record(self, before: Study, after: Study, events: Sequence[Event]) -> bool:
        as_before: Document = {
            "_id": _id(before.tenant, before.experiment_id),
            "state": State.RUNNING.value,
            "revision": before.revision,
        }
        change: Document = {"$set": _document(after)}
        if events:
            change |= push(*events)
        elif after.finding:
            as_before |= not_later(after.finding.at)
        with waiting_is_worth_it():
            result = await self._studies.update_one(as_before, change)
        return result.matched_count == 1

    async def say(self, study: Study, verdict: VerdictReached) -> None:
        day = f"{verdict.occurred_at:%Y-%m-%d}"
        runs = {"_id": _id(study.tenant, study.experiment_id), "state": State.RUNNING.value}
        with waiting_is_worth_it():
            await self._studies.update_one(
                {**runs, "said_on": {"$ne": day}}, {"$set": {"said_on": day}} | push(verdict)
            )

    async def page(self, tenant: str, before: str, limit: int) -> Sequence[Study]:
        """The latest first; `before`: the place of the last one of the page before, or empty."""
        wanted = {"tenant": tenant} | ({"place": {"$lt": before}} if before else {})
        with waiting_is_worth_it():
            found = self._studies.find(wanted, WITHOUT_OUTBOX).sort("place", DESCENDING).limit(limit)
            return [struct_of(Study, document) async for document in found]


def _document(study: Study) -> Document:
    own_id = _id(study.tenant, study.experiment_id)
    runs = study.task.text if study.state is State.RUNNING else own_id
    return {**document_of(study), "place": study.place, "runs": runs}


def _id(tenant: str, experiment_id: str) -> str:
    return f"{experiment_id}|{tenant}"
