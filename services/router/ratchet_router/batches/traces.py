"""What there is of a person in batches, found by digests.

A batch stays whole: each of its requests has a line in what it came to. So a request is emptied, and has failed, since
its user was forgotten. A file of requests holds those of others too, as they were sent in: it goes, once its requests
have been read.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

from pymongo import UpdateOne

from ratchet_common.errors import RetryLaterError
from ratchet_common.forgetting import Step
from ratchet_common.forgotten import Person
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_router.batches.batch import Item
from ratchet_router.batches.files import MongoFileStore
from ratchet_router.batches.said import ERASED, failed_line
from ratchet_router.traces import WHOSE

AT_ONCE: Final = 200
EMPTY: Final = b"{}"  # a request that says nothing


class MongoBatchTraces:
    """`kept`: how long batches are."""

    def __init__(self, database: Database, *, kept: timedelta) -> None:
        self._batches, self._items, self._singles = database.batches, database.batch_items, database.batch_singles
        self._files, self._kept = MongoFileStore(database), kept

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            for collection in (self._items, self._singles):
                await collection.create_index("user", partialFilterExpression=WHOSE)

    @property
    def steps(self) -> dict[str, Step]:
        """Files first: by the requests it is known which."""
        return {"batch_files": self._input_files, "batch_requests": self._requests, "single_requests": self._alone}

    async def _input_files(self, person: Person) -> AsyncIterator[int]:
        await self._none_is_being_read(person)
        with waiting_is_worth_it():
            batches = {item["batch"] async for item in self._items.find(self._of(person), {"batch": 1})}
            found = await self._batches.find({"_id": {"$in": list(batches)}}, {"input_file": 1}).to_list()
        for file in {batch["input_file"] for batch in found}:
            yield int(await self._files.delete(person.tenant, file))

    async def _none_is_being_read(self, person: Person) -> None:
        """Whose the requests are is known once they are read."""
        reading = {"tenant": person.tenant, "status": "validating", "created_at": {"$lte": person.asked_at}}
        with waiting_is_worth_it():
            if await self._batches.find_one(reading, {"_id": 1}):
                raise RetryLaterError("A batch of the tenant is being read: whose its requests are is not known yet.")

    async def _requests(self, person: Person) -> AsyncIterator[int]:
        with waiting_is_worth_it():
            while found := await self._items.find(self._of(person), {"outbox": 0}).limit(AT_ONCE).to_list():
                emptied = await self._items.bulk_write([_emptied(document) for document in found], ordered=False)
                yield emptied.modified_count

    async def _alone(self, person: Person) -> AsyncIterator[int]:
        """They are not taken away from under a batch that is being made of them."""
        emptied = {"$set": {"body": EMPTY, "user": ""}}
        with waiting_is_worth_it():
            yield (await self._singles.update_many(self._of(person), emptied)).modified_count

    def _of(self, person: Person) -> dict[str, Any]:
        older = {"$lte": person.asked_at + self._kept}
        return {"tenant": person.tenant, "user": person.name, "gone_at": older}


def _emptied(document: Document) -> UpdateOne:
    """Holds while its state is that which was read: a result may come meanwhile."""
    item = Item(
        batch=document["batch"],
        tenant=document["tenant"],
        line=document["line"],
        custom_id=document["custom_id"],
        body=b"",
    )
    said = failed_line(item, ERASED)
    gone = {
        "body": b"",
        "said": said,
        "size": len(said) + 1,
        "state": "failed",
        "user": None,
        "outbox": [],
        "unsent": 0,
    }
    return UpdateOne({"_id": document["_id"], "state": document["state"]}, {"$set": gone})
