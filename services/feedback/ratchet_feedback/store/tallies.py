"""What each task has gathered, and what bears on it: traffic and drift."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from bson import Binary
from pymongo import UpdateOne

from ratchet_common import outbox
from ratchet_common.events import AlertChanged, RetrainingFellDue, TrafficAssigned
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.topics import ALERTS, TRAFFIC
from ratchet_common.trace_context import kept
from ratchet_common.upserts import upsert
from ratchet_feedback.decisions import Decision
from ratchet_feedback.retraining import Dismissal, Hold, Tally
from ratchet_feedback.rollups.pieces import GONE
from ratchet_feedback.scoring import Rating
from ratchet_feedback.store.decided import counted_in, deciding, dismissal_fields, hold_fields
from ratchet_feedback.store.documents import task_key, uuid_in
from ratchet_feedback.tallies import Changes, Task, Uncounted
from ratchet_feedback.traffic import counts_from, listened

OPEN_DRIFTS = 100  # of a task are looked at
COUNTED_AT_MOST = 100_000  # of a task's feedback; retraining is long due by then


class MongoTallyStore:
    def __init__(self, database: Database) -> None:
        self._feedback, self._tallies = database.feedback, database.tallies
        self._traffic, self._drifts = database.traffic, database.drifts

    async def create_indexes(self) -> None:
        await self._feedback.create_index("uncounted", partialFilterExpression={"uncounted": {"$gt": 0}})
        await self._feedback.create_index([("tenant", 1), ("task_type", 1), ("joined_at", 1)])
        await self._tallies.create_index("changes", partialFilterExpression={"changes": {"$gt": 0}})
        await self._tallies.create_index("look_again_at")
        await self._tallies.create_index("tenant")
        await self._traffic.create_index("tenant")
        await self._drifts.create_index("task")

    async def uncounted(self, limit: int) -> list[Uncounted]:
        fields = {"uncounted": 1, "tenant": 1, "task_type": 1, "trace": 1}
        with waiting_is_worth_it():
            marked = await self._feedback.find({"uncounted": {"$gt": 0}}, fields).limit(limit).to_list()
        return [
            Uncounted(uuid_in(d["_id"]), d["uncounted"], Task(d["tenant"], d["task_type"]), d.get("trace"))
            for d in marked
        ]

    async def changed(self, now: datetime) -> dict[Task, Changes]:
        with waiting_is_worth_it():
            changed = await self._tallies.find({"changes": {"$gt": 0}}).to_list()
            rested = await self._tallies.find({"look_again_at": {"$lte": now}}).to_list()
        return {
            Task(d["tenant"], d["task_type"]): Changes(
                d.get("changes", 0), d.get("trace") if d.get("changes") else None, d.get("last_change")
            )
            for d in changed + rested
        }

    async def count(self, task: Task) -> Tally:
        with waiting_is_worth_it():
            before = await self._tallies.find_one({"_id": task_key(task)}) or {}
            traffic = await self._traffic.find_one({"_id": task_key(task)}) or {}
            drifts = await self._drifts.find({"task": task_key(task), "state": "open"}).limit(OPEN_DRIFTS).to_list()
            cursor = await self._feedback.aggregate(_counts(task, traffic.get("counts_from")))
            counted = next(iter(await cursor.to_list()), {"corrections": 0, "ratings": 0, "negative": 0})
        began = [drift.get("opened_at") or drift["at"] for drift in drifts]
        return counted_in(
            before,
            corrections=counted["corrections"],
            ratings=counted["ratings"],
            negative=counted["negative"],
            drifted=bool(began),
            drifted_at=max(began, default=None),
            trained_at=traffic.get("counts_from"),
        )

    async def keep(self, task: Task, tally: Tally, look_again: datetime | None) -> bool:
        counted = {
            "corrections": tally.corrections,
            "ratings": tally.ratings,
            "negative": tally.negative,
            "drifted": tally.drifted,
            "drifted_at": tally.drifted_at,
            "trained_at": tally.trained_at,
            "look_again_at": look_again,
        }
        await upsert(self._tallies, task_key(task), _named(task))
        nobody_else = _one(task) | _after(tally.triggers) | _since("counts", tally.counts)
        with waiting_is_worth_it():
            written = await self._tallies.update_one(nobody_else, {"$set": counted, "$inc": {"counts": 1}})
        return written.matched_count == 1

    async def trigger(
        self, event: RetrainingFellDue, tally: Tally, cool_down: timedelta, by: Decision | None = None
    ) -> bool:
        rested = {"$not": {"$gt": event.occurred_at - cool_down}}  # matches what was never triggered, too
        nobody_else = _after(tally.triggers) | _undecided(tally) | {"triggered_at": rested}
        said = {"triggered_at": event.occurred_at, "reasons": list(event.reasons), "triggers": tally.triggers + 1}
        said["look_again_at"] = event.occurred_at + cool_down
        task, sent = Task(event.tenant, event.task_type), outbox.push(event)
        if by is not None:
            await upsert(self._tallies, task_key(task), _named(task))
            decided = deciding(by)
            sent = {name: sent.get(name, {}) | decided.get(name, {}) for name in {*sent, *decided}}
        with waiting_is_worth_it():
            written = await self._tallies.update_one(_one(task) | nobody_else, {"$set": said} | sent)
        return written.matched_count == 1

    async def decide(
        self, task: Task, tally: Tally, decision: Decision, hold: Hold | None, dismissal: Dismissal | None
    ) -> bool:
        """In one write that also has it counted anew."""
        await upsert(self._tallies, task_key(task), _named(task))
        change = deciding(decision)
        change["$inc"] |= {"changes": 1}
        change["$set"] = {"hold": hold_fields(hold), "dismissal": dismissal_fields(dismissal)} | _last_change()
        nobody_else = _one(task) | _after(tally.triggers) | _undecided(tally)
        with waiting_is_worth_it():
            written = await self._tallies.update_one(nobody_else, change)
        return written.matched_count == 1

    async def counted(self, feedback: Collection[Uncounted], changes: Mapping[Task, Changes]) -> None:
        by_revision: dict[int, list[Binary]] = {}
        for one in feedback:
            by_revision.setdefault(one.revision, []).append(Binary.from_uuid(one.feedback_id))
        done = [
            UpdateOne(_one(task) | {"changes": change.number, "last_change": change.last}, {"$set": {"changes": 0}})
            for task, change in changes.items()
            if change.number
        ]
        with waiting_is_worth_it():
            for revision, ids in by_revision.items():
                marked = {"_id": {"$in": ids}, "uncounted": revision}  # a later word has its own mark
                await self._feedback.update_many(marked, {"$unset": {"uncounted": ""}})
            if done:
                await self._tallies.bulk_write(done, ordered=False)

    async def assign(self, traffic: TrafficAssigned) -> None:
        task = Task(traffic.tenant, traffic.task_type)
        newer: Document = {
            "revision": traffic.revision,
            "counts_from": counts_from(traffic),
            "versions": [{"version_id": v.version_id, "until": v.until} for v in listened(traffic)],
        }
        not_yet = _one(task) | {"revision": {"$not": {"$gte": traffic.revision}}}
        await upsert(self._traffic, task_key(task), _named(task))
        with waiting_is_worth_it():
            await self._traffic.update_one(not_yet, {"$set": newer})
        await self.mark(task, kept(TRAFFIC.key(traffic).encode()))

    async def drift(self, alert: AlertChanged) -> None:
        task = Task(alert.tenant, alert.task_type or "")
        key, about = f"{alert.tenant}:{alert.alert_id}", {"tenant": alert.tenant, "task": task_key(task)}
        not_yet = {"_id": key, "tenant": alert.tenant, "at": {"$not": {"$gte": alert.occurred_at}}}
        newer = {"at": alert.occurred_at, "state": alert.state}
        await upsert(self._drifts, key, {"$setOnInsert": about})
        with waiting_is_worth_it():
            if alert.state == "open":  # it may tell more of what is open already: that began before
                began = not_yet | {"state": {"$ne": "open"}}
                await self._drifts.update_one(began, {"$set": newer | {"opened_at": alert.occurred_at}})
            await self._drifts.update_one(not_yet, {"$set": newer})
        await self.mark(task, kept(ALERTS.key(alert).encode()))

    async def mark(self, task: Task, trace: str | None = None) -> None:
        """After the write that it tells of; said again when that is delivered again."""
        change = _last_change() | ({"trace": trace} if trace else {})
        await upsert(self._tallies, task_key(task), {"$inc": {"changes": 1}, "$set": change} | _named(task))


def _one(task: Task) -> Document:
    return {"_id": task_key(task), "tenant": task.tenant}


def _last_change() -> Document:
    """As many changes may stand there as before, since another replica has counted those, and be others."""
    return {"last_change": uuid4().hex}


def _after(triggers: int) -> Document:
    """Holds only while there have been so many triggers and no more."""
    return _since("triggers", triggers)


def _undecided(tally: Tally) -> Document:
    """Holds only while no person has decided since it was counted."""
    return _since("decided", tally.decided)


def _since(what: str, often: int) -> Document:
    """Holds only while it happened so often and no more."""
    return {what: often or {"$not": {"$gt": 0}}}


def _named(task: Task) -> Document:
    return {"$setOnInsert": {"tenant": task.tenant, "task_type": task.task_type}}


def _counts(task: Task, since: datetime | None) -> list[dict[str, Any]]:
    joined: Document = {"tenant": task.tenant, "task_type": task.task_type}  # only what is joined has a task
    lately = {"joined_at": {"$gt": since}} if since else {}
    negative = {"$cond": [{"$eq": ["$rating", Rating.NEGATIVE.value]}, 1, 0]}
    unrated = {"$or": ["$weak", {"$eq": ["$rating", None]}]}  # what was only done, or said, is no rating
    # Words under a field that the task does not have correct nothing: the score, if any, then came from the rating.
    by_what_is_right = {"$or": [{"$eq": ["$score_source", one]} for one in ("correction", "reference")]}
    corrects = {"$and": ["$corrected", by_what_is_right]}
    return [
        {"$match": joined | lately | {"state": {"$ne": GONE}}},
        {"$limit": COUNTED_AT_MOST},
        {
            "$group": {
                "_id": None,
                "ratings": {"$sum": {"$cond": [unrated, 0, 1]}},
                "negative": {"$sum": {"$cond": ["$weak", 0, negative]}},
                "corrections": {"$sum": {"$cond": [corrects, 1, 0]}},
            }
        },
    ]
