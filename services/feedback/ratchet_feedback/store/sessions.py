"""What was said of whole sessions, and its shares at their answers: every query of that stands here."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from bson import Binary
from uuid_utils.compat import uuid7

from ratchet_common.errors import RetryLaterError
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.persons import digest
from ratchet_common.upserts import upsert_where
from ratchet_feedback.answers import Answer
from ratchet_feedback.said import Feedback, Saved
from ratchet_feedback.scoring import Rating
from ratchet_feedback.sessions import CLOCKS, InSession, SavedWord, SessionWord, session_key, word_id
from ratchet_feedback.store.documents import comments_in, feedback_key, same_words, saved_in, saying, unmarked, uuid_in
from ratchet_feedback.waiting import SECOND_LOOK

MOST_READ: Final = 10_000  # answers of a session
MOST_USERS: Final = 200  # of one session are shown


class MongoSessionStore:
    def __init__(self, database: Database, *, text_kept: timedelta) -> None:
        self._answers, self._feedback, self._words = database.answers, database.feedback, database.session_words
        self._text_kept = text_kept

    async def create_indexes(self) -> None:
        await self._answers.create_index("session")
        await self._words.create_index("session")
        await self._words.create_index("due_at")
        await self._words.create_index("text_until")
        await self._words.create_index([("tenant", 1), ("place", 1)])

    async def save_word(self, said: SessionWord) -> SavedWord:
        key, now = Binary.from_uuid(word_id(said)), datetime.now(UTC)
        latest = {
            "same": (same := same_words(said)),
            "rating": said.rating.value if said.rating else None,
            "stars": said.stars,
            "comments": said.comments.encode() or None,
            "issues": list(said.issues),
            "state": "pending",
            "place": uuid7().hex,
            "said_at": now,
            "due_at": now + SECOND_LOOK,
            "text_until": now + self._text_kept if said.comments else None,
        }
        first = {
            "tenant": said.tenant,
            "session": _session(said.tenant, said.session_id),
            "session_id": said.session_id,
            "user_id": said.user_id,
            "speaker": digest(said.tenant, said.user_id),
        }
        latest_word = {"$set": latest, "$setOnInsert": first, "$inc": {"revision": 1}}
        await upsert_where(self._words, [({"_id": key, "same": {"$ne": same}}, latest_word)])
        with waiting_is_worth_it():
            stands = await self._words.find_one({"_id": key})
        if stands is None:  # its user was forgotten in between
            raise RetryLaterError("What was just said is gone again, since its user is being forgotten.")
        return _word(stands)

    async def answers_of(self, said: SessionWord, until: datetime, limit: int) -> list[InSession]:
        wanted = {"session": _session(said.tenant, said.session_id), "tenant": said.tenant}
        with waiting_is_worth_it():
            fields = {"result_id": 1, "at": 1, "asker": 1}
            found = await self._answers.find(wanted, fields).limit(MOST_READ).to_list()
        given = sorted((d for d in found if d["at"] <= until), key=lambda d: (d["at"], d["_id"]), reverse=True)
        return [InSession(uuid_in(d["result_id"]), d.get("asker")) for d in given[:limit]]

    async def keep_shares(self, word: SavedWord, shares: Collection[Feedback]) -> list[Saved]:
        """Each has its part of the one word, which grows smaller when further answers come."""
        keys, part = [feedback_key(share) for share in shares], 1 / len(shares)
        not_yet = {"heard": {"$not": {"$gte": word.revision}}}
        changes = []
        for key, share in zip(keys, shares, strict=True):
            said = saying(share, word.said_at, None)
            said["$set"]["heard"] = word.revision
            changes.append(({"_id": key} | not_yet, said))
        await upsert_where(self._feedback, changes)
        with waiting_is_worth_it():
            other = {"_id": {"$in": keys}, "heard": word.revision, "weight": {"$ne": part}}
            changed = {"$set": {"weight": part} | unmarked(word.said.tenant), "$inc": {"changes": 1}}
            await self._feedback.update_many(other, changed)
            kept = await self._feedback.find({"_id": {"$in": keys}}).to_list()
        return [saved_in(document) for document in kept if document["state"] == "pending"]

    async def told(self, word: SavedWord, results: Sequence[UUID], askers: Iterable[str]) -> None:
        done = {
            "$set": {"state": "joined", "results": [Binary.from_uuid(result) for result in results], "due_at": None},
            "$addToSet": {"askers": {"$each": sorted(askers)}},
        }
        await self._change(word, done)

    async def due_words(self, now: datetime, limit: int) -> list[SavedWord]:
        with waiting_is_worth_it():
            return [_word(d) for d in await self._words.find({"due_at": {"$lte": now}}).limit(limit).to_list()]

    async def wait_on_word(self, word: SavedWord, until: datetime) -> None:
        await self._change(word, {"$set": {"due_at": until}})

    async def expire_word(self, word: SavedWord) -> None:
        await self._change(word, {"$set": {"state": "expired", "due_at": None}})

    async def stir(self, answers: Collection[Answer]) -> None:
        keys = {_session(answer.tenant, answer.session) for answer in answers if answer.session}
        if not keys:
            return
        oldest = min(answer.answered_at for answer in answers if answer.session)
        spoken_of = {"session": {"$in": list(keys)}, "said_at": {"$gte": oldest - CLOCKS}}
        with waiting_is_worth_it():
            await self._words.update_many(spoken_of, {"$set": {"due_at": datetime.now(UTC)}})

    async def said_of(self, tenant: str, session_id: str) -> list[tuple[SavedWord, str]]:
        """Each with its state, in the order in which they were said."""
        wanted = {"session": _session(tenant, session_id), "tenant": tenant}
        with waiting_is_worth_it():
            found = await self._words.find(wanted).limit(MOST_USERS).to_list()
        return [(_word(d), d["state"]) for d in sorted(found, key=lambda d: d["place"])]

    async def forget_text(self, now: datetime) -> None:
        with waiting_is_worth_it():
            gone = {"comments": None, "same": None, "text_until": None}
            await self._words.update_many({"text_until": {"$lte": now}}, {"$set": gone})

    async def _change(self, word: SavedWord, change: Document) -> None:
        still = {"_id": Binary.from_uuid(word_id(word.said)), "revision": word.revision, "due_at": word.due_at}
        with waiting_is_worth_it():
            await self._words.update_one(still, change)


def _session(tenant: str, session_id: str) -> Binary:
    return Binary.from_uuid(session_key(tenant, session_id))


def _word(document: Document) -> SavedWord:
    said = SessionWord(
        tenant=document["tenant"],
        session_id=document["session_id"],
        user_id=document["user_id"],
        rating=Rating(document["rating"]) if document["rating"] else None,
        stars=document["stars"],
        comments=comments_in(document),
        issues=tuple(document["issues"]),
    )
    return SavedWord(
        said=said,
        revision=document["revision"],
        said_at=document["said_at"],
        due_at=document["due_at"],
        results=tuple(uuid_in(result) for result in document.get("results", ())),
    )
