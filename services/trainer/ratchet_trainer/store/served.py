"""Answers that were given, as facts without text: by these the chance of feedback is counted."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from bson import Binary
from pymongo.asynchronous.database import AsyncDatabase

from ratchet_common.mongo import Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_trainer.collecting.collection import Served


class MongoServedStore:
    def __init__(self, database: AsyncDatabase[Document], *, kept: timedelta) -> None:
        self._served, self._kept = database.served, kept

    async def create_indexes(self) -> None:
        await self._served.create_index("until", expireAfterSeconds=0)
        await self._served.create_index([("tenant", 1), ("task_type", 1), ("at", 1)])

    async def add(self, served: Sequence[Served]) -> None:
        if not served:
            return
        with waiting_is_worth_it(), duplicates_are_fine():
            await self._served.insert_many([self._document(one) for one in served], ordered=False)

    async def by_stratum(self, tenant: str, task_type: str, since: datetime) -> dict[str, int]:
        pipeline = [
            {"$match": {"tenant": tenant, "task_type": task_type, "at": {"$gte": since}}},
            {"$group": {"_id": "$stratum", "count": {"$sum": 1}}},
        ]
        with waiting_is_worth_it():
            rows = await (await self._served.aggregate(pipeline)).to_list()
        return {row["_id"]: row["count"] for row in rows}

    async def templates(self, tenant: str, result_ids: Collection[UUID]) -> dict[UUID, str]:
        """That dressed the requests to these answers, as far as that is still known."""
        ids = {uuid5(result_id, tenant): result_id for result_id in result_ids}
        wanted = {"_id": {"$in": [Binary.from_uuid(one) for one in ids]}, "tenant": tenant, "template": {"$ne": None}}
        with waiting_is_worth_it():
            found = await self._served.find(wanted, {"template": 1}).to_list(len(ids) or 1)
        return {ids[row["_id"].as_uuid()]: row["template"] for row in found if row.get("template")}

    def _document(self, served: Served) -> Document:
        return {
            "_id": Binary.from_uuid(uuid5(served.result_id, served.tenant)),
            "tenant": served.tenant,
            "task_type": served.task_type,
            "stratum": served.stratum,
            "template": served.template,
            "at": served.at,
            "until": served.at + self._kept,
        }
