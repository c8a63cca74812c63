"""What there is of a person in this service's collections, found by digests and removed.

What tasks have gathered is counted anew, so that nothing falls due by words that are gone. Hours and days are added up
anew at once, and told from what is left until they are.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from pymongo import DeleteOne, UpdateOne

from ratchet_common.forgetting import Step
from ratchet_common.forgotten import AT_ONCE, Person, gone
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_feedback.rollups.pieces import GONE
from ratchet_feedback.rollups.spans import Length, Span
from ratchet_feedback.store.changed import MongoChanged
from ratchet_feedback.store.pieces import CHANGED, changed_in
from ratchet_feedback.store.tallies import MongoTallyStore
from ratchet_feedback.tallies import Task


class MongoTraces:
    def __init__(self, database: Database) -> None:
        self._changed, self._tallies = MongoChanged(database), MongoTallyStore(database)
        self._answers, self._known = database.answers, database.known_answers
        self._feedback, self._words = database.feedback, database.session_words

    async def create_indexes(self) -> None:
        for answers in (self._answers, self._known):
            await answers.create_index([("tenant", 1), ("asker", 1)])
        for role in ("speaker", "asker"):
            await self._feedback.create_index([("tenant", 1), (role, 1)])
        for role in ("speaker", "askers"):
            await self._words.create_index([("tenant", 1), (role, 1)])

    @property
    def steps(self) -> dict[str, Step]:
        """Answers first: what waits for one of them is not joined with it any more."""
        return {
            "known_answers": self.known_answers,
            "answers": self.answers,
            "sessions": self.sessions,
            "feedback": self.feedback,
        }

    def known_answers(self, person: Person) -> AsyncIterator[int]:
        return gone(self._known, _asked_by(person))

    def answers(self, person: Person) -> AsyncIterator[int]:
        return gone(self._answers, _asked_by(person))

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
            async for count in self._gone(wanted):
                yield count

    async def _gone(self, wanted: Document) -> AsyncIterator[int]:
        """It counts nowhere any more, then its hours and its task are marked, then it goes: a crash between two of
        these does all of it again, and what is added up meanwhile is added up without it."""
        some: list[Document] = []
        with waiting_is_worth_it():
            async for document in self._feedback.find(wanted, CHANGED | {"task_type": 1}, batch_size=AT_ONCE):
                some.append(document)
                if len(some) == AT_ONCE:
                    yield await self._take_out(some)
                    some = []
        if some:
            yield await self._take_out(some)

    async def _take_out(self, some: Sequence[Document]) -> int:
        pieces = [changed_in(document) for document in some]
        stood = {Span(one.tenant, Length.HOUR, hour) for one in pieces for hour in (*one.hours, one.hour)}
        keys: list[Document] = [{"_id": document["_id"]} for document in some]
        with waiting_is_worth_it():
            taken_out = [UpdateOne(key, {"$set": {"state": GONE}}) for key in keys]
            await self._feedback.bulk_write(taken_out, ordered=False)
            await self._changed.put(stood, datetime.now(UTC))
            for task in {Task(one["tenant"], one["task_type"]) for one in some if one.get("task_type")}:
                await self._tallies.mark(task)
            return (await self._feedback.bulk_write([DeleteOne(key) for key in keys], ordered=False)).deleted_count


def _asked_by(person: Person) -> Document:
    return {"tenant": person.tenant, "asker": person.name, "at": {"$lte": person.asked_at}}
