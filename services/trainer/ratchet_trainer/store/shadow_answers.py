"""What versions said in the shadow: every query on it stands here. It is forgotten after a while."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from bson import Binary
from pymongo import DESCENDING
from pymongo.asynchronous.database import AsyncDatabase

from ratchet_common.mongo import Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_trainer.rollouts.shadow_answers import Failures, ShadowAnswer, ShadowFailure


class MongoShadowAnswerStore:
    def __init__(self, database: AsyncDatabase[Document], *, kept: timedelta) -> None:
        self._answers, self._failures, self._kept = database.shadow_answers, database.shadow_failures, kept

    async def create_indexes(self) -> None:
        await self._answers.create_index("until", expireAfterSeconds=0)
        await self._answers.create_index([("tenant", 1), ("version_id", 1)])
        await self._answers.create_index([("tenant", 1), ("user_hash", 1)])
        await self._failures.create_index("until", expireAfterSeconds=0)
        await self._failures.create_index([("tenant", 1), ("version_id", 1), ("at", 1)])

    async def add(self, answers: Sequence[ShadowAnswer]) -> None:
        if not answers:
            return
        with waiting_is_worth_it(), duplicates_are_fine():
            await self._answers.insert_many([self._document(one) for one in answers], ordered=False)

    async def fail(self, failures: Sequence[ShadowFailure]) -> None:
        if not failures:
            return
        documents = [
            {
                "_id": _id(one.tenant, one.version_id, one.result_id),
                "tenant": one.tenant,
                "version_id": one.version_id,
                "error": one.error,
                "at": one.answered_at,
                "until": one.answered_at + self._kept,
            }
            for one in failures
        ]
        with waiting_is_worth_it(), duplicates_are_fine():
            await self._failures.insert_many(documents, ordered=False)

    async def failures(self, tenant: str, version_id: str) -> Failures:
        whose = {"tenant": tenant, "version_id": version_id}
        with waiting_is_worth_it():
            count = await self._failures.count_documents(whose)
            latest = await self._failures.find(whose, {"error": 1}).sort("at", DESCENDING).limit(1).to_list()
        return Failures(count, latest[0]["error"] if latest else "")

    async def count(self, tenant: str, version_id: str) -> int:
        with waiting_is_worth_it():
            return await self._answers.count_documents({"tenant": tenant, "version_id": version_id})

    async def of_results(self, tenant: str, version_id: str, result_ids: Collection[UUID]) -> dict[UUID, ShadowAnswer]:
        wanted = {"_id": {"$in": [_id(tenant, version_id, one) for one in result_ids]}, "tenant": tenant}
        with waiting_is_worth_it():
            found = await self._answers.find(wanted).to_list(len(result_ids) or 1)
        return {answer.result_id: answer for answer in map(_answer, found)}

    def _document(self, answer: ShadowAnswer) -> dict[str, Any]:
        return {
            "_id": _id(answer.tenant, answer.version_id, answer.result_id),
            "tenant": answer.tenant,
            "version_id": answer.version_id,
            "result_id": Binary.from_uuid(answer.result_id),
            "output": answer.output,
            "latency_ms": answer.latency_ms,
            "cost_usd": answer.cost_usd,
            "user_hash": answer.user_hash,
            "answered_at": answer.answered_at,
            "until": answer.answered_at + self._kept,
        }


def _id(tenant: str, version_id: str, result_id: UUID) -> Binary:
    return Binary.from_uuid(uuid5(result_id, f"{tenant}\0{version_id}"))


def _answer(document: Document) -> ShadowAnswer:
    return ShadowAnswer(
        tenant=document["tenant"],
        version_id=document["version_id"],
        result_id=document["result_id"].as_uuid(),
        output=document["output"],
        latency_ms=document["latency_ms"],
        cost_usd=document["cost_usd"],
        user_hash=document["user_hash"],
        answered_at=document["answered_at"],
    )
