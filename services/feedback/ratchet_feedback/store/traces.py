"""What there is of a person in this service's collections, found by digests and removed.

Counts stay: nobody is named in them, and they are counted anew from what is left when their task changes next.
"""

from collections.abc import AsyncIterator

from ratchet_common.forgetting import Step
from ratchet_common.forgotten import Person, gone
from ratchet_common.mongo import Database


class MongoTraces:
    def __init__(self, database: Database) -> None:
        self._answers, self._feedback, self._words = database.answers, database.feedback, database.session_words

    async def create_indexes(self) -> None:
        await self._answers.create_index([("tenant", 1), ("asker", 1)])
        for role in ("speaker", "asker"):
            await self._feedback.create_index([("tenant", 1), (role, 1)])
        for role in ("speaker", "askers"):
            await self._words.create_index([("tenant", 1), (role, 1)])

    @property
    def steps(self) -> dict[str, Step]:
        """Answers first: what waits for one of them is not joined with it any more."""
        return {"answers": self.answers, "sessions": self.sessions, "feedback": self.feedback}

    def answers(self, person: Person) -> AsyncIterator[int]:
        asked = {"tenant": person.tenant, "asker": person.name, "at": {"$lte": person.asked_at}}
        return gone(self._answers, asked)

    async def sessions(self, person: Person) -> AsyncIterator[int]:
        """What the person said of sessions, and what others said of those in which the person had asked."""
        for role in ("speaker", "askers"):
            wanted = {"tenant": person.tenant, role: person.name, "said_at": {"$lte": person.asked_at}}
            async for count in gone(self._words, wanted):
                yield count

    async def feedback(self, person: Person) -> AsyncIterator[int]:
        """What the person said, and what others said of the person's answers; with the events that wait beside it."""
        said = {"tenant": person.tenant, "speaker": person.name, "said_at": {"$lte": person.asked_at}}
        about = {"tenant": person.tenant, "asker": person.name, "answered_at": {"$not": {"$gt": person.asked_at}}}
        for wanted in (said, about):
            async for count in gone(self._feedback, wanted):
                yield count
