"""Who was forgotten, in a service's own store: when, how far it has come, and the event that says what is gone.

Kept for as long as Kafka could bring something of that user back, and then forgotten itself.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

import msgspec
from pymongo import DeleteOne
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common import outbox
from ratchet_common.events import ErasureDone
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.topics import DEAD_LETTERS_KEPT, FEEDBACK, MONTH, PREDICTIONS, SHADOWS
from ratchet_common.upserts import upsert

# An event may lie so long, be buried at the end of it, be brought back at the end of that, and lie once more.
KEPT: Final = MONTH + DEAD_LETTERS_KEPT + MONTH
AT_ONCE: Final = 500
OF_USERS: Final = (PREDICTIONS.name, SHADOWS.name, FEEDBACK.name)


class Person(NamedTuple):
    """`name`: what this service knows the user by. What is of a later time than `asked_at` stays."""

    tenant: str
    name: str
    asked_at: datetime


class MongoForgotten:
    def __init__(self, database: Database, service: str) -> None:
        self.collection, self._service = database.forgotten, service

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            await self.collection.create_index("until", expireAfterSeconds=0)

    async def begin(self, person: Person, erasure_id: UUID) -> bool:
        """From here on nothing older of this person comes in. False: it was done before."""
        key = _key(person.tenant, person.name)
        later = {"$max": {"asked_at": person.asked_at, "until": person.asked_at + KEPT}}
        first = {"$setOnInsert": {"tenant": person.tenant, "name": person.name}}
        await upsert(self.collection, key, later | first | {"$currentDate": {"written_at": True}})
        with waiting_is_worth_it():
            return await self.collection.count_documents({"_id": key, "done": erasure_id.hex}) == 0

    async def count(self, person: Person, erasure_id: UUID, kind: str, removed: int) -> None:
        counted = {"$inc": {f"removed.{erasure_id.hex}.{kind}": removed}}
        with waiting_is_worth_it():
            await self.collection.update_one({"_id": _key(person.tenant, person.name)}, counted)

    async def end(self, person: Person, erasure_id: UUID) -> None:
        """That it is done, and the event that says so, in one write; twice is once."""
        key, counts = _key(person.tenant, person.name), f"removed.{erasure_id.hex}"
        with waiting_is_worth_it():
            found = await self.collection.find_one({"_id": key}, {counts: 1}) or {}
        done = ErasureDone(
            event_id=uuid5(erasure_id, self._service),
            tenant=person.tenant,
            erasure_id=erasure_id,
            service=self._service,
            removed=found.get("removed", {}).get(erasure_id.hex, {}),
        )
        told = outbox.push(done)
        told["$push"] |= {"done": erasure_id.hex}
        with waiting_is_worth_it():
            not_yet = {"_id": key, "done": {"$ne": erasure_id.hex}}
            await self.collection.update_one(not_yet, told | {"$unset": {counts: ""}})

    async def among(self, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], datetime]:
        """Of these (tenant, name) the forgotten ones, each with the time up to which he is."""
        if not names:
            return {}
        with waiting_is_worth_it():
            found = await self.collection.find(
                {"_id": {"$in": [_key(*name) for name in names]}}, {"tenant": 1, "name": 1, "asked_at": 1}
            ).to_list()
        return {(document["tenant"], document["name"]): document["asked_at"] for document in found}


def until_asked(person: Person) -> Document:
    """What is not of a later time than his wish, by its field `at`; what has none was written by an earlier release."""
    return {"at": {"$not": {"$gt": person.asked_at}}}


async def gone(collection: AsyncCollection[Document], wanted: Mapping[str, Any]) -> AsyncIterator[int]:
    """Deletes all that matches, a few at a time: all at once may take longer than a call may.

    One by one within a call: for `$in` the embedded store takes the square of their number.
    """
    some: list[DeleteOne] = []
    with waiting_is_worth_it():
        async for document in collection.find(wanted, {"_id": 1}, batch_size=AT_ONCE):
            some.append(DeleteOne({"_id": document["_id"]}))
            if len(some) == AT_ONCE:
                yield (await collection.bulk_write(some, ordered=False)).deleted_count
                some = []
        if some:
            yield (await collection.bulk_write(some, ordered=False)).deleted_count


class _Named(msgspec.Struct):
    """What of an event that could not be handled says whose it is."""

    tenant: str = ""
    user: str | None = None
    user_id: str | None = None


async def letters_of(
    letters: AsyncCollection[Document], person: Person, name_of: Callable[[str, str], str]
) -> AsyncIterator[int]:
    """Dead letters of this person. In what nobody can read he cannot be found: it goes with its time."""
    with waiting_is_worth_it():
        found = letters.find({"topic": {"$in": OF_USERS}, "at": {"$lte": person.asked_at}}, {"outbox": 1})
        mine = [letter["_id"] async for letter in found if _is_of(letter, person, name_of)]
    if mine:
        async for count in gone(letters, {"_id": {"$in": mine}}):
            yield count


def _is_of(letter: Document, person: Person, name_of: Callable[[str, str], str]) -> bool:
    try:
        said = [msgspec.json.decode(entry["body"], type=_Named) for entry in letter.get("outbox", ())]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    of_tenant = [one for one in said if one.tenant == person.tenant]
    return any(
        name_of(one.tenant, user) == person.name for one in of_tenant for user in (one.user, one.user_id) if user
    )


def _key(tenant: str, name: str) -> str:
    """A name here is hexadecimal, so no two tenants can meet in one key."""
    return f"{name}:{tenant}"
