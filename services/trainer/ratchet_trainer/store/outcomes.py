"""Outcomes: every query on them stands here. No text of theirs is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bson import Binary
from pymongo import DESCENDING
from pymongo.asynchronous.database import AsyncDatabase

from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_common.upserts import Change, upsert_where
from ratchet_trainer.estimate.estimating import Known
from ratchet_trainer.estimate.outcomes import Look, Outcome


class MongoOutcomeStore:
    def __init__(self, database: AsyncDatabase[Document], *, kept: timedelta) -> None:
        self._outcomes, self._kept = database.outcomes, kept

    async def create_indexes(self) -> None:
        await self._outcomes.create_index("until", expireAfterSeconds=0)
        await self._outcomes.create_index([("tenant", 1), ("task_type", 1), ("written_at", DESCENDING)])

    async def write(self, outcomes: Sequence[Outcome]) -> None:
        latest = {one.outcome_id: one for one in sorted(outcomes, key=lambda one: one.revision)}
        await upsert_where(self._outcomes, [self._change(one) for one in latest.values()])

    async def by_tier(self, tenant: str, task_type: str) -> dict[str, int]:
        pipeline: list[Document] = [
            {"$match": {"tenant": tenant, "task_type": task_type}},
            {"$group": {"_id": "$tier", "count": {"$sum": 1}}},
        ]
        with waiting_is_worth_it():
            rows = await (await self._outcomes.aggregate(pipeline)).to_list()
        return {row["_id"]: row["count"] for row in rows}

    async def since(self, tenant: str, task_type: str, at: datetime | None) -> int:
        later: Document = {"written_at": {"$gt": at}} if at else {}
        with waiting_is_worth_it():
            return await self._outcomes.count_documents({"tenant": tenant, "task_type": task_type, **later})

    async def newest(self, tenant: str, task_type: str, limit: int) -> Known | None:
        """None: there are none."""
        wanted = {"tenant": tenant, "task_type": task_type}
        with waiting_is_worth_it():
            found = await self._outcomes.find(wanted).sort("written_at", DESCENDING).limit(limit).to_list()
        if not found:
            return None
        return Known([_outcome(document) for document in found], found[-1]["written_at"], found[0]["written_at"])

    async def forget_before(self, tenant: str, task_type: str, at: datetime) -> None:
        """No training reads so far back any more."""
        with waiting_is_worth_it():
            await self._outcomes.delete_many({"tenant": tenant, "task_type": task_type, "written_at": {"$lt": at}})

    def _change(self, outcome: Outcome) -> Change:
        key = Binary.from_uuid(outcome.outcome_id)
        fields = _fields(outcome) | {"until": outcome.answered_at + self._kept}
        return {"_id": key, "revision": {"$lt": outcome.revision}}, {
            "$set": fields,
            "$currentDate": {"written_at": True},
        }


def _fields(outcome: Outcome) -> Document:
    look = outcome.look
    return {
        "tenant": outcome.tenant,
        "task_type": outcome.task_type,
        "revision": outcome.revision,
        "tier": outcome.tier,
        "score": outcome.score,
        "stratum": outcome.stratum,
        "user_hash": outcome.user_hash,
        "speaker_hash": outcome.speaker_hash,
        "session_hash": outcome.session_hash,
        "answered_at": outcome.answered_at,
        "look": {"buckets": look.buckets, "counts": look.counts, "shape": look.shape, "text_hash": look.text_hash},
        **({"documents": list(outcome.documents)} if outcome.documents else {}),
    }


def _outcome(document: Document) -> Outcome:
    look = document["look"]
    return Outcome(
        outcome_id=document["_id"].as_uuid(),
        revision=document["revision"],
        tenant=document["tenant"],
        task_type=document["task_type"],
        tier=document["tier"],
        score=document["score"],
        stratum=document["stratum"],
        user_hash=document["user_hash"],
        speaker_hash=document["speaker_hash"],
        session_hash=document["session_hash"],
        answered_at=document["answered_at"],
        look=Look(bytes(look["buckets"]), bytes(look["counts"]), bytes(look["shape"]), look["text_hash"]),
    )
