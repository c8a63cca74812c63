"""The key that links are signed with, where the settings name none: made once, and kept, for all replicas."""

import secrets

from bson import Binary

from ratchet_common.mongo import Database, waiting_is_worth_it
from ratchet_common.upserts import upsert
from ratchet_feedback.links import SHORTEST_KEY

ID = "links"


async def kept_key(database: Database) -> bytes:
    """The first to ask makes it; all who ask get the same."""
    await upsert(database.keys, ID, {"$setOnInsert": {"key": Binary(secrets.token_bytes(SHORTEST_KEY))}})
    with waiting_is_worth_it():
        found = await database.keys.find_one({"_id": ID})
    if found is None:
        raise LookupError("The key of the links that was just kept is not there.")
    return bytes(found["key"])
