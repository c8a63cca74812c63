"""Answers that were kept and had been made from documents: they go when such a document changes, or goes itself."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pymongo import ASCENDING

from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.upserts import upsert

TOLD_FOR: Final = timedelta(hours=1)  # to replicas: they look every second
# Of one field: the embedded store finds nothing by an index of more that is partial. What read no documents costs none.
READ_SOME: Final[Document] = {"documents": {"$gt": ""}}


class MongoKeptFromDocuments:
    def __init__(self, database: Database) -> None:
        self._kept, self._changed = (database.responses, database.idempotency), database.changed_documents

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            for collection in self._kept:
                await collection.create_index("documents", partialFilterExpression=READ_SOME)
            await self._changed.create_index([("expires_at", ASCENDING)], expireAfterSeconds=0)

    async def changed(self, tenant: str, document_id: str) -> None:
        """Each replica hears of it by its snapshot, and empties its memory. May be repeated. Raises RetryLaterError."""
        said = {"tenant": tenant, "document_id": document_id, "expires_at": datetime.now(UTC) + TOLD_FOR}
        await upsert(self._changed, f"{tenant}:{document_id}", {"$set": said, "$currentDate": {"written_at": True}})
        await self.forget(tenant, document_id)

    async def forget(self, tenant: str, document_id: str) -> None:
        """Once more by each replica that knows: answers that it was about to keep may have come meanwhile."""
        wanted: dict[str, Any] = {"tenant": tenant, "documents": document_id}
        with waiting_is_worth_it():
            for collection in self._kept:
                await collection.delete_many(wanted)
