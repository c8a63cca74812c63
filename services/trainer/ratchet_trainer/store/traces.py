"""What there is of a person in the trainer's collections, found by salted hashes and removed.

An answer is older than what was said of it, so the time of the answer bounds both.
"""

from collections.abc import AsyncIterator
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

from ratchet_common.forgotten import AT_ONCE, Person, gone
from ratchet_common.mongo import Document, waiting_is_worth_it

ROLES = ("user_hash", "speaker_hash")  # who had asked, and who said what it was worth


class MongoTraces:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._heads, self._texts, self._outcomes = database.examples, database.example_texts, database.outcomes
        self._shadow_answers = database.shadow_answers

    async def create_indexes(self) -> None:
        for collection in (self._heads, self._texts, self._outcomes):
            for role in ROLES:
                await collection.create_index([("tenant", 1), (role, 1)])

    async def example_ids(self, person: Person) -> set[bytes]:
        """Sixteen bytes each, archived and refused ones too."""
        found: set[bytes] = set()
        with waiting_is_worth_it():
            for wanted in _of(person):
                async for head in self._heads.find(wanted, {"_id": 1}, batch_size=AT_ONCE):
                    found.add(bytes(head["_id"]))
        return found

    def examples(self, person: Person) -> AsyncIterator[int]:
        return _gone(self._heads, person)

    def texts(self, person: Person) -> AsyncIterator[int]:
        """Of all revisions."""
        return _gone(self._texts, person)

    def outcomes(self, person: Person) -> AsyncIterator[int]:
        return _gone(self._outcomes, person)

    def shadow_answers(self, person: Person) -> AsyncIterator[int]:
        return _gone(self._shadow_answers, person)


async def _gone(collection: AsyncCollection[Document], person: Person) -> AsyncIterator[int]:
    for wanted in _of(person):
        async for count in gone(collection, wanted):
            yield count


def _of(person: Person) -> list[dict[str, Any]]:
    """What says nothing of its time counts as old."""
    older = {"$not": {"$gt": person.asked_at}}
    return [{"tenant": person.tenant, role: person.name, "answered_at": older} for role in ROLES]
