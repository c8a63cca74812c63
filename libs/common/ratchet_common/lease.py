"""Work that one worker at a time may do: a lease in the document, by the store's clock, with a growing epoch.

Whoever holds a lease puts `held(document)` into the filter of every write: a worker that was overtaken matches nothing.
Times are compared as numbers (`$toLong`): not every store compares `$$NOW` with a stored date.
"""

import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from pymongo import ASCENDING
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Document, waiting_is_worth_it

CANDIDATES = 20  # looked at in one try: others may take some of them meanwhile

_NOW: Document = {"$toLong": "$$NOW"}
_FREE: Document = {"$lt": [{"$ifNull": ["$lease.until_ms", 0]}, _NOW]}


async def take(
    collection: AsyncCollection[Document], wanted: Mapping[str, Any], *, seconds: float, order: str = ""
) -> Document | None:
    """Takes one document that matches `wanted` and that nobody holds; None if there is none. The one first whose field
    `order` is lowest, if that is given.

    Found first and then written, since not every store gives back atomically what it changed; and read last: what has
    changed in between, and matches no longer, is given back. Our own clock only says where to look. The store's decides
    in what is written, not in a filter: an expression there makes some stores read all documents.
    """
    holder = uuid4().hex
    perhaps = {**wanted, "lease.until_ms": {"$not": {"$gte": int(time.time() * 1000)}}}
    mine = [{"$set": {"lease": {"$cond": [_FREE, _lease(holder, seconds), "$lease"]}}}]
    with waiting_is_worth_it():
        found = collection.find(perhaps, {"_id": 1})
        candidates = await (found.sort(order, ASCENDING) if order else found).limit(CANDIDATES).to_list()
        for candidate in candidates:
            if not (await collection.update_one({**candidate, **wanted}, mine)).modified_count:
                continue
            ours = {**candidate, "lease.holder": holder}
            if taken := await collection.find_one({**ours, **wanted}):
                return taken
            await collection.update_one(ours, {"$set": {"lease.until_ms": 0}})
    return None


def held(document: Document) -> Document:
    """The filter of a write by the holder of `document`'s lease."""
    return {"_id": document["_id"], "lease.epoch": document["lease"]["epoch"]}


async def renew(collection: AsyncCollection[Document], document: Document, *, seconds: float) -> bool:
    """False: another worker has it now, and this one must stop."""
    until = {"$add": [_NOW, int(seconds * 1000)]}
    with waiting_is_worth_it():
        result = await collection.update_one(held(document), [{"$set": {"lease.until_ms": until}}])
    return result.matched_count == 1


async def release(collection: AsyncCollection[Document], document: Document) -> None:
    """Gives it back at once. The epoch stays, and the next holder's is higher."""
    with waiting_is_worth_it():
        await collection.update_one(held(document), {"$set": {"lease.until_ms": 0}})


def _lease(holder: str, seconds: float) -> Document:
    return {
        "holder": holder,
        "until_ms": {"$add": [_NOW, int(seconds * 1000)]},
        "epoch": {"$add": [{"$ifNull": ["$lease.epoch", 0]}, 1]},
    }
