"""What a tenant has set down of its alerts: rules, receivers, silences. A few hundred documents a tenant at most."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.errors import RefusedError
from ratchet_common.mongo import Document, duplicates_are_fine, waiting_is_worth_it

M = TypeVar("M", bound=BaseModel)
MOST: Final = 200


class TooManyError(RefusedError):
    status = 409
    type = "too-many"
    title = "There are too many of them already"


class AlreadyThereError(RefusedError):
    status = 409
    type = "already-there"
    title = "There is one of this name already"


class MongoNamed(Generic[M]):
    def __init__(self, collection: AsyncCollection[Document], kind: type[M]) -> None:
        self._collection = collection
        self._kind: type[M] = kind

    async def create_indexes(self) -> None:
        await self._collection.create_index([("tenant", 1), ("name", 1)])
        await self._collection.create_index("until", expireAfterSeconds=0)

    async def all(self, tenant: str) -> Sequence[M]:
        """By name."""
        with waiting_is_worth_it():
            found = await self._collection.find({"tenant": tenant}).sort("name", 1).limit(MOST).to_list()
        return [self._read(document) for document in found]

    async def one(self, tenant: str, name: str) -> M | None:
        with waiting_is_worth_it():
            found = await self._collection.find_one({"_id": f"{name}|{tenant}", "tenant": tenant})
        return self._read(found) if found else None

    async def add(self, tenant: str, name: str, given: M, until: datetime | None = None) -> None:
        """Raises TooManyError, AlreadyThereError."""
        with waiting_is_worth_it():
            if await self._collection.count_documents({"tenant": tenant}, limit=MOST) >= MOST:
                raise TooManyError(f"There may be {MOST} of them, and there are: delete some first.")
            with duplicates_are_fine():
                made = await self._collection.insert_many([self._stored(tenant, name, given, until)], ordered=False)
                if made.inserted_ids:
                    return
        raise AlreadyThereError(f"There is one called {name}: replace it with PUT, or choose another name.")

    async def put(self, tenant: str, name: str, given: M, until: datetime | None = None) -> None:
        with waiting_is_worth_it():
            await self._collection.replace_one(
                {"_id": f"{name}|{tenant}"}, self._stored(tenant, name, given, until), upsert=True
            )

    async def delete(self, tenant: str, name: str) -> bool:
        with waiting_is_worth_it():
            return bool((await self._collection.delete_one({"_id": f"{name}|{tenant}"})).deleted_count)

    def _stored(self, tenant: str, name: str, given: M, until: datetime | None) -> Document:
        lasting: dict[str, Any] = {"until": until} if until else {}
        body = given.model_dump(mode="json")
        return {"_id": f"{name}|{tenant}", "tenant": tenant, "name": name, "body": body} | lasting

    def _read(self, document: Document) -> M:
        return self._kind.model_validate(document["body"])
