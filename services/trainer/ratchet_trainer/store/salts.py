"""The salt of the hashes of users and sessions, where the settings name none: made once, and kept."""

import secrets

from bson import Binary
from pymongo.asynchronous.database import AsyncDatabase

from ratchet_common.mongo import Document, waiting_is_worth_it

BYTES = 32


async def kept_salt(database: AsyncDatabase[Document]) -> bytes:
    """The first to ask makes it; all who ask get the same."""
    which = {"_id": "users and sessions"}
    with waiting_is_worth_it():
        made = {"$setOnInsert": {"salt": Binary(secrets.token_bytes(BYTES))}}
        await database.salts.update_one(which, made, upsert=True)
        found = await database.salts.find_one(which)
    if found is None:
        raise LookupError("The salt that was just kept is not there.")
    return bytes(found["salt"])
