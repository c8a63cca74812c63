"""The secret by which words get their numbers: made once, and the same for all replicas."""

import secrets

from bson import Binary

from ratchet_common.mongo import Database, waiting_is_worth_it
from ratchet_common.upserts import upsert

BYTES = 32
OF_WORDS = "words"


async def kept_key(database: Database) -> bytes:
    """The first to ask makes it; all who ask get the same."""
    await upsert(database.secrets, OF_WORDS, {"$setOnInsert": {"key": Binary(secrets.token_bytes(BYTES))}})
    with waiting_is_worth_it():
        found = await database.secrets.find_one({"_id": OF_WORDS})
    if found is None:
        raise LookupError("The key of the words that was just kept is not there: is the store being emptied?")
    return bytes(found["key"])
