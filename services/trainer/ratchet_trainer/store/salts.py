"""The salt of the hashes of users and sessions, where the settings name none: made once, and kept."""

import secrets

from bson import Binary
from pymongo.asynchronous.database import AsyncDatabase

from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_common.upserts import upsert

BYTES = 32
KEY = "users and sessions"


async def kept_salt(database: AsyncDatabase[Document]) -> bytes:
    """The first to ask makes it; all who ask get the same."""
    made = {"$setOnInsert": {"salt": Binary(secrets.token_bytes(BYTES))}}
    await upsert(database.salts, KEY, made)
    with waiting_is_worth_it():
        found = await database.salts.find_one({"_id": KEY})
    if found is None:
        raise LookupError("The salt that was just kept is not there.")
    return bytes(found["salt"])
