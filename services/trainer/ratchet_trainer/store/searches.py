"""Searches: every query on them stands here."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec
from bson import Binary
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from ratchet_common import lease
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.leased import Leased
from ratchet_trainer.search.search import Search, SearchEndedError, SearchOpenError, SearchState, UnknownSearchError
from ratchet_trainer.store.paging import create_index, page, place_of

RUNNING: Document = {"state": str(SearchState.RUNNING)}
CLOSING: Document = {"closing": True}


class MongoSearchStore:
    def __init__(self, database: AsyncDatabase[Document], *, lease_s: float) -> None:
        self._searches, self._lease_s = database.searches, lease_s

    async def create_indexes(self) -> None:
        await create_index(self._searches)
        await self._searches.create_index("open", unique=True, partialFilterExpression={"open": {"$exists": True}})
        await self._searches.create_index([("due_at", 1), ("state", 1)])

    async def add(self, search: Search) -> None:
        """Raises SearchOpenError."""
        document = {
            "_id": Binary.from_uuid(search.search_id),
            "tenant": search.tenant,
            "task_type": search.task_type,
            "place": place_of(search.created_at, search.search_id),
            "open": f"{search.tenant}:{search.task_type}",
            "closing": False,
            **_fields(search),
        }
        with waiting_is_worth_it():
            try:
                await self._searches.insert_one(document)
            except DuplicateKeyError as error:
                raise SearchOpenError(
                    f"A search for {search.task_type} is open already: wait for it, or cancel it."
                ) from error

    async def take(self, now: datetime) -> Leased[Search] | None:
        """One that runs, or that was cancelled and whose jobs are still to be ended."""
        wanted = {"$or": [RUNNING, CLOSING], "due_at": {"$lte": now}}
        taken = await lease.take(self._searches, wanted, seconds=self._lease_s, order="due_at")
        return Leased(_search(taken), taken) if taken else None

    async def save(self, held: Leased[Search], search: Search) -> bool:
        """False: another worker has it now, or it was cancelled."""
        change: Document = {"$set": _fields(search)}
        if search.state is not SearchState.RUNNING:
            change["$unset"] = {"open": ""}
        with waiting_is_worth_it():
            written = await self._searches.update_one({**lease.held(held.document), **RUNNING}, change)
        return written.matched_count == 1

    async def closed(self, held: Leased[Search]) -> None:
        with waiting_is_worth_it():
            await self._searches.update_one(lease.held(held.document), {"$set": {"closing": False}})

    async def put_off(self, held: Leased[Search], due_at: datetime) -> None:
        """Whatever state it is in."""
        with waiting_is_worth_it():
            await self._searches.update_one(lease.held(held.document), {"$set": {"due_at": due_at}})

    async def renew(self, held: Leased[Search]) -> bool:
        """False: as with `save`."""
        return await lease.renew(self._searches, held.document, seconds=self._lease_s)

    async def release(self, held: Leased[Search]) -> None:
        await lease.release(self._searches, held.document)

    async def cancel(self, tenant: str, search_id: UUID, who: str, now: datetime) -> Search:
        """Its jobs are ended after that. Raises UnknownSearchError or SearchEndedError."""
        search = await self.get(tenant, search_id)
        said = replace(search, state=SearchState.CANCELLED, reason=f"cancelled by {who}", due_at=now)
        change = {"$set": {**_fields(said), **CLOSING}, "$unset": {"open": ""}}
        which = {"_id": Binary.from_uuid(search_id), "tenant": tenant, **RUNNING}
        with waiting_is_worth_it():
            written = await self._searches.update_one(which, change)
        if written.matched_count == 0:
            raise SearchEndedError(f"The search {search_id} has ended already: there is nothing to cancel.")
        return said

    async def get(self, tenant: str, search_id: UUID) -> Search:
        """Raises UnknownSearchError."""
        found = await self.find(tenant, search_id)
        if found is None:
            raise UnknownSearchError(search_id)
        return found

    async def find(self, tenant: str, search_id: UUID) -> Search | None:
        with waiting_is_worth_it():
            found = await self._searches.find_one({"_id": Binary.from_uuid(search_id), "tenant": tenant})
        return _search(found) if found else None

    async def list(
        self, tenant: str, *, task_type: str | None, limit: int, cursor: str | None
    ) -> tuple[list[Search], str | None]:
        wanted = {"task_type": task_type} if task_type else {}
        found = await page(self._searches, tenant, wanted, limit=limit, cursor=cursor)
        return [_search(document) for document in found.documents], found.next


def _fields(search: Search) -> Document:
    return {"state": str(search.state), "due_at": search.due_at, "search": msgspec.json.encode(search)}


def _search(document: Document) -> Search:
    return msgspec.json.decode(document["search"], type=Search)
