"""Who serves, and the comparisons that follow from it. A verdict is written where none stands, with its event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo import DESCENDING
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.events import VerdictReached
from ratchet_common.mongo import Database, Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_common.outbox import push
from ratchet_common.upserts import upsert_where
from ratchet_monitor.experiments import Experiment, Finding, State
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.store.documents import document_of, not_later, struct_of
from ratchet_monitor.traffic import Traffic

MOST_TASKS = 1000
MOST_RUNNING = 1000  # of all tenants
WITHOUT_OUTBOX = {"outbox": 0}


class MongoExperiments:
    def __init__(self, database: Database) -> None:
        self._traffic, self._experiments = database.traffic, database.experiments

    @property
    def collection(self) -> AsyncCollection[Document]:
        """For the relay."""
        return self._experiments

    async def create_indexes(self) -> None:
        await self._traffic.create_index("tenant")
        await self._experiments.create_index([("task", 1), ("revision", 1)])
        await self._experiments.create_index([("tenant", 1), ("place", 1)])
        await self._experiments.create_index([("state", 1), ("started_at", 1)])

    async def assign(self, traffic: Traffic, experiment: Experiment | None, at: datetime) -> bool:
        """Writes, then looks: whichever revision comes second closes what the higher one ends."""
        await self._write(traffic)
        if (await self._now(traffic.task))[0] != traffic.revision:
            return False
        if experiment is not None:
            await self._start(experiment)
        await self._close_before(traffic.task, (await self._now(traffic.task))[1], at)
        return True

    async def running(self, task: TaskKey) -> Experiment | None:
        with waiting_is_worth_it():
            traffic = await self._traffic.find_one({"_id": task.text})
        if not traffic or not traffic["experiment_id"]:
            return None
        found = await self.experiment(task.tenant, traffic["experiment_id"])
        return found if found and found.state is State.RUNNING else None

    async def all_running(self) -> Sequence[Experiment]:
        """Of all tenants, those that began first."""
        with waiting_is_worth_it():
            found = self._experiments.find({"state": State.RUNNING.value}, WITHOUT_OUTBOX)
            return [struct_of(Experiment, one) for one in await found.sort("started_at").limit(MOST_RUNNING).to_list()]

    async def say(self, experiment: Experiment, verdict: VerdictReached) -> None:
        day = f"{verdict.occurred_at:%Y-%m-%d}"
        runs = {"_id": _id(experiment.tenant, experiment.experiment_id), "state": State.RUNNING.value}
        with waiting_is_worth_it():
            await self._experiments.update_one(
                {**runs, "said_on": {"$ne": day}}, {"$set": {"said_on": day}} | push(verdict)
            )

    async def record(self, experiment: Experiment, finding: Finding, verdict: VerdictReached | None) -> bool:
        found: dict[str, Any] = {"finding": document_of(finding)}
        change: Document = {"$set": found}
        if verdict is not None:
            found["state"] = State.DECIDED.value
            change |= push(verdict)
        runs: Document = {"_id": _id(experiment.tenant, experiment.experiment_id), "state": State.RUNNING.value}
        if verdict is None:
            runs |= not_later(finding.at)
        with waiting_is_worth_it():
            result = await self._experiments.update_one(runs, change)
        return result.matched_count == 1

    async def experiment(self, tenant: str, experiment_id: str) -> Experiment | None:
        with waiting_is_worth_it():
            found = await self._experiments.find_one({"_id": _id(tenant, experiment_id)}, WITHOUT_OUTBOX)
        return struct_of(Experiment, found) if found else None

    async def page(self, tenant: str, before: str, limit: int) -> Sequence[Experiment]:
        """The latest first; `before`: the place of the last one of the page before, or empty."""
        wanted = {"tenant": tenant} | ({"place": {"$lt": before}} if before else {})
        with waiting_is_worth_it():
            found = self._experiments.find(wanted, WITHOUT_OUTBOX).sort("place", DESCENDING).limit(limit)
            return [struct_of(Experiment, document) async for document in found]

    async def traffic(self, tenant: str) -> Sequence[Traffic]:
        with waiting_is_worth_it():
            found = await self._traffic.find({"tenant": tenant}).limit(MOST_TASKS).to_list()
        return [struct_of(Traffic, document) for document in found]

    async def serving(self, task: TaskKey) -> Traffic | None:
        with waiting_is_worth_it():
            found = await self._traffic.find_one({"_id": task.text})
        return struct_of(Traffic, found) if found else None

    async def _write(self, traffic: Traffic) -> None:
        older = {"_id": traffic.task.text, "revision": {"$not": {"$gte": traffic.revision}}}
        await upsert_where(self._traffic, [(older, {"$set": document_of(traffic)})])

    async def _now(self, task: TaskKey) -> tuple[int, int]:
        """The revision, and that since which the shares are as they are; zeros if none is known."""
        with waiting_is_worth_it():
            found = await self._traffic.find_one({"_id": task.text}, {"revision": 1, "since": 1})
        revision = int(found["revision"]) if found else 0
        return revision, int(found.get("since") or revision) if found else 0

    async def _start(self, experiment: Experiment) -> None:
        document = {**document_of(experiment), "task": experiment.task.text, "place": experiment.place}
        own = {"_id": _id(experiment.tenant, experiment.experiment_id)}
        with waiting_is_worth_it(), duplicates_are_fine():
            await self._experiments.insert_many([own | document], ordered=False)

    async def _close_before(self, task: TaskKey, revision: int, at: datetime) -> None:
        over = {"task": task.text, "revision": {"$lt": revision}, "state": {"$ne": State.CLOSED.value}}
        with waiting_is_worth_it():
            await self._experiments.update_many(over, {"$set": {"state": State.CLOSED.value, "closed_at": at}})


def _id(tenant: str, experiment_id: str) -> str:
    return f"{experiment_id}|{tenant}"
