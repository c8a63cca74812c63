"""Upserts that race. MongoDB tries again by itself only where the filter is the unique key and nothing more."""

from collections.abc import Sequence

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, DuplicateKeyError

from ratchet_common.errors import RetryLaterError
from ratchet_common.mongo import Document, only_duplicates, waiting_is_worth_it

ATTEMPTS = 3

Change = tuple[Document, Document]  # (filter with a scalar _id, update)


async def upsert(collection: AsyncCollection[Document], key: object, update: Document) -> None:
    """Updates the document with that `_id`, or makes it. Raises RetryLaterError where others make it all the time."""
    for _ in range(ATTEMPTS):
        try:
            with waiting_is_worth_it():
                await collection.update_one({"_id": key}, update, upsert=True)
        except DuplicateKeyError:  # somebody made it a moment before: it is there now
            continue
        return
    raise RetryLaterError(f"A document of {collection.name} is being made by others at the same time.")


async def upsert_where(collection: AsyncCollection[Document], changes: Sequence[Change]) -> None:
    """Updates each document whose filter holds, or makes it; where the filter misses, the document stays as it is.

    A filter that misses meets the `_id` of what is there. In a race that may be older than what was to be written, so
    what was turned away is tried once more: the document is there now, and the filter alone decides.
    """
    if not changes:
        return
    try:
        with waiting_is_worth_it():
            await collection.bulk_write([UpdateOne(*change, upsert=True) for change in changes], ordered=False)
    except BulkWriteError as error:
        if not only_duplicates(error):
            raise
        again = [UpdateOne(*changes[one["index"]]) for one in error.details["writeErrors"]]
        with waiting_is_worth_it():
            await collection.bulk_write(again, ordered=False)
