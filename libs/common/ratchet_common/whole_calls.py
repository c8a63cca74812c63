"""A database whose every call runs to its end, whoever asked for it: clients hang up, services stop, patience ends.
And which says of a collection that it was written to, so that nobody has to look all the time, and what of it expires
where the store is not asked to see to that.

A call that is cancelled within the driver may leave its locks held, and the store is away for the process from then on.
Walking over a cursor (`async for`) is left as it is: a task for each document would cost more than the document.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.command_cursor import AsyncCommandCursor
from pymongo.asynchronous.cursor import AsyncCursor
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.results import BulkWriteResult, DeleteResult, InsertManyResult, InsertOneResult, UpdateResult

from ratchet_common.expiring import Expiry
from ratchet_common.mongo import Database, Document, for_long, to_its_end


def with_whole_calls(database: Database) -> "WholeDatabase":
    return WholeDatabase(database.client, database.name, write_concern=database.write_concern)


class _Cursor(AsyncCursor[Document]):
    async def to_list(self, length: int | None = None) -> list[Document]:
        return await to_its_end(super().to_list(length))


class _Collection(AsyncCollection[Document]):
    def _written(self) -> None:
        whole = self.database
        if isinstance(whole, WholeDatabase):
            whole.was_written(self.name)

    def find(self, *args: Any, **kwargs: Any) -> AsyncCursor[Document]:
        return _Cursor(self, *args, **kwargs)

    async def find_one(self, *args: Any, **kwargs: Any) -> Document | None:
        return await to_its_end(super().find_one(*args, **kwargs))

    async def count_documents(self, *args: Any, **kwargs: Any) -> int:
        return await to_its_end(super().count_documents(*args, **kwargs))

    async def aggregate(self, *args: Any, **kwargs: Any) -> AsyncCommandCursor[Document]:
        return await to_its_end(super().aggregate(*args, **kwargs))

    async def insert_one(self, *args: Any, **kwargs: Any) -> InsertOneResult:
        try:
            return await to_its_end(super().insert_one(*args, **kwargs))
        finally:  # part of a bulk may be there though it failed
            self._written()

    async def insert_many(self, *args: Any, **kwargs: Any) -> InsertManyResult:
        try:
            return await to_its_end(super().insert_many(*args, **kwargs))
        finally:  # part of a bulk may be there though it failed
            self._written()

    async def update_one(self, *args: Any, **kwargs: Any) -> UpdateResult:
        try:
            return await to_its_end(super().update_one(*args, **kwargs))
        finally:  # part of a bulk may be there though it failed
            self._written()

    async def update_many(self, *args: Any, **kwargs: Any) -> UpdateResult:
        try:
            return await to_its_end(super().update_many(*args, **kwargs))
        finally:  # part of a bulk may be there though it failed
            self._written()

    async def delete_one(self, *args: Any, **kwargs: Any) -> DeleteResult:
        return await to_its_end(super().delete_one(*args, **kwargs))

    async def delete_many(self, *args: Any, **kwargs: Any) -> DeleteResult:
        return await to_its_end(super().delete_many(*args, **kwargs))

    async def bulk_write(self, *args: Any, **kwargs: Any) -> BulkWriteResult:
        try:
            return await to_its_end(super().bulk_write(*args, **kwargs))
        finally:  # part of a bulk may be there though it failed
            self._written()

    async def create_index(self, keys: Any, *args: Any, **kwargs: Any) -> str:
        """One by which documents expire is like any other where the store does not see to that: `expiries` holds it."""
        whole = self.database
        if isinstance(whole, WholeDatabase) and not whole.watched and "expireAfterSeconds" in kwargs:
            after = timedelta(seconds=kwargs.pop("expireAfterSeconds"))
            field = keys if isinstance(keys, str) else keys[0][0]
            whole.expiries.append(Expiry(self, field, after))
            await to_its_end(self._unwatch(field))
            kwargs.setdefault("name", f"{field}_swept")  # an earlier release that comes back makes its own
        with for_long():
            return await to_its_end(super().create_index(keys, *args, **kwargs))

    async def _unwatch(self, field: str) -> None:
        """Drops the index that an earlier release has made, by which the store itself would see to it."""
        for name, index in (await self.index_information()).items():
            if "expireAfterSeconds" in index and [key for key, _ in index["key"]] == [field]:
                await self.drop_index(name)


class WholeDatabase(AsyncDatabase[Document]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._told: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
        self.watched = True  # by the store itself, for what has expired
        self.expiries: list[Expiry] = []  # what of it we see to in its place

    def on_write(self, collection: str, tell: Callable[[], None]) -> None:
        """`tell` is called after each write of this process to the collection. Others' writes are not seen."""
        self._told[collection].append(tell)

    def was_written(self, collection: str) -> None:
        for tell in self._told.get(collection, ()):
            tell()

    def __getitem__(self, name: str) -> AsyncCollection[Document]:
        return _Collection(self, name)

    async def command(self, *args: Any, **kwargs: Any) -> Any:
        return await to_its_end(super().command(*args, **kwargs))

    async def list_collection_names(self, *args: Any, **kwargs: Any) -> list[str]:
        return await to_its_end(super().list_collection_names(*args, **kwargs))
