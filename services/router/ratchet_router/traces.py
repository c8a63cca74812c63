"""What there is of a person in the router's store, beside batches: found by digests and removed.

What a user has spent of a budget stays under a hash until the budget's day or month is over: being forgotten is no way
to a new budget.
"""

from collections.abc import AsyncIterator
from typing import Final

from pymongo import ASCENDING

from ratchet_common.forgetting import Step
from ratchet_common.forgotten import Person, gone, until_asked
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_router.conversation_store import MongoConversationStore

# Requests that name no user cost the index nothing. Of one field: the embedded store finds nothing by an index of more
# that is partial. A digest is of one tenant's user anyway.
WHOSE: Final[Document] = {"user": {"$gt": ""}}


class MongoTraces:
    def __init__(self, database: Database, conversations: MongoConversationStore) -> None:
        self._kept, self._keys, self._outbox = database.responses, database.idempotency, database.outbox
        self._conversations, self._best = conversations, database.best_answers

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            for collection in (self._kept, self._keys, self._outbox):
                await collection.create_index("user", partialFilterExpression=WHOSE)
            for role in ("user", "speaker"):
                await self._best.create_index(_by(role))

    @property
    def steps(self) -> dict[str, Step]:
        return {
            "kept_answers": lambda person: gone(self._kept, _of(person)),
            "conversations": self._turns,
            "best_answers": self._best_answers,
            "idempotency_keys": lambda person: gone(self._keys, _of(person) | until_asked(person)),
            "events": lambda person: gone(self._outbox, _of(person) | until_asked(person)),
        }

    async def _turns(self, person: Person) -> AsyncIterator[int]:
        yield await self._conversations.forget(person.tenant, person.name)

    async def _best_answers(self, person: Person) -> AsyncIterator[int]:
        for role in ("user", "speaker"):
            wanted = {"tenant": person.tenant, role: person.name, "at": {"$lte": person.asked_at}}
            async for count in gone(self._best, wanted):
                yield count


def _by(role: str) -> list[tuple[str, int]]:
    return [("tenant", ASCENDING), (role, ASCENDING)]


def _of(person: Person) -> Document:
    """Whatever its time, where that harms nobody: an answer that is kept for a day is soon made anew.

    An event that goes is an answer that nobody ever hears of, and a key that goes is an answer that is paid for twice:
    of these only what is older than the wish goes, since an old event that comes later has all steps done once more.
    """
    return {"tenant": person.tenant, "user": person.name}
