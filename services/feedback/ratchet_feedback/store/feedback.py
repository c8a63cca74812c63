"""Answers and what was said of them: every query on the way from a submission to its join stands here."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from bson import Binary
from pymongo import UpdateMany, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError

from ratchet_common import outbox
from ratchet_common.errors import RetryLaterError
from ratchet_common.events import FeedbackJoined
from ratchet_common.mongo import Database, Document, duplicates_are_fine, only_duplicates, waiting_is_worth_it
from ratchet_common.persons import digest_of_some
from ratchet_common.topics import FEEDBACK
from ratchet_common.trace_context import kept
from ratchet_common.upserts import upsert, upsert_where
from ratchet_feedback.answers import Answer, ResultKey, key_of
from ratchet_feedback.joining import edited
from ratchet_feedback.said import Feedback, Saved
from ratchet_feedback.store.documents import (
    WRITTEN,
    answer_document,
    answer_in,
    answer_key,
    feedback_key,
    first_word,
    known_document,
    same_words,
    saved_in,
    saying,
    unmarked,
    uuid_in,
)

COUNTED_AT_MOST = 100_000


class MongoFeedbackStore:
    """Documents are found by scalar keys that hold the tenant; where a filter names more, the key comes first."""

    def __init__(
        self,
        database: Database,
        *,
        answers_kept: timedelta,
        text_kept: timedelta,
        answers_known: timedelta | None = None,
    ) -> None:
        """`answers_kept`: with their text, and `answers_known` without it, which is no shorter."""
        self._answers, self._known, self._feedback = database.answers, database.known_answers, database.feedback
        self._answers_kept, self._text_kept = answers_kept, text_kept
        self._answers_known = max(answers_kept, answers_known or answers_kept)

    async def create_indexes(self) -> None:
        await self._answers.create_index("gone_at", expireAfterSeconds=0)
        # What an earlier release has kept has only this.
        await self._answers.create_index("at", expireAfterSeconds=int(self._answers_kept.total_seconds()))
        await self._answers.create_index([("tenant", 1), ("at", 1)])
        await self._known.create_index("gone_at", expireAfterSeconds=0)
        await self._feedback.create_index([("about", 1), ("shared", 1)])
        await self._feedback.create_index([("state", 1), ("due_at", 1)])
        await self._feedback.create_index("text_until")

    async def keep_answers(self, answers: Sequence[Answer]) -> None:
        """With their text first: where one is known, its text was there before."""
        now = datetime.now(UTC)
        documents = [answer_document(answer, self._answers_kept, now) for answer in answers]
        known = [known_document(answer, self._answers_known, now) for answer in answers]
        with waiting_is_worth_it():
            for collection, its in ((self._answers, documents), (self._known, known)):
                with duplicates_are_fine():
                    await collection.insert_many(its, ordered=False)

    async def answers(self, keys: Collection[ResultKey]) -> dict[ResultKey, Answer]:
        """With their text as long as that is kept, and without it after that.

        What came between two looks, and is known only, is looked for with its text once more.
        """
        wanted = {answer_key(key) for key in keys}
        found = await _by_id(self._answers, wanted)
        if gone := wanted - found.keys():
            known = await _by_id(self._known, gone)
            found |= known | await _by_id(self._answers, known.keys())
        told = {key_of(answer): answer for answer in map(answer_in, found.values())}
        return {key: told[key] for key in keys if key in told}

    async def save(self, said: Feedback) -> Saved:
        """An update and a look: what stands there may be a still later word, and carries its own revision."""
        key = feedback_key(said)
        await upsert(self._feedback, key, self._saying(said))
        with waiting_is_worth_it():
            stands = await self._feedback.find_one({"_id": key})
        if stands is None:  # its user was forgotten in between
            raise RetryLaterError("What was just said is gone again, since its user is being forgotten.")
        return saved_in(stands)

    async def save_first(self, saved: Saved, event: FeedbackJoined) -> bool:
        return not await self.save_new([(saved, event)])

    async def save_new(self, first: Collection[tuple[Saved, FeedbackJoined | None]]) -> set[UUID]:
        documents = [self._new(saved, event) for saved, event in first]
        try:
            with waiting_is_worth_it():
                await self._feedback.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            if not only_duplicates(error):
                raise
            return {uuid_in(documents[one["index"]]["_id"]) for one in error.details["writeErrors"]}
        return set()

    async def save_all(self, said: Collection[Feedback]) -> list[Saved]:
        """What stands there in the same words stays as it is. Whose user was forgotten in between is not among them."""
        keys = {feedback_key(one): one for one in said}
        before = {document["_id"]: document for document in await self._standing(keys)}
        same = [one for key, one in before.items() if one.get("same") == same_words(keys[key])]
        others = keys.keys() - {one["_id"] for one in same}
        changes = [({"_id": k, "same": {"$ne": same_words(keys[k])}}, self._saying(keys[k])) for k in others]
        await upsert_where(self._feedback, changes)
        stands = [*same, *(await self._standing(others) if others else ())]
        return [saved_in(document) for document in stands if document["state"] == "pending"]

    async def join(self, found: Collection[tuple[Saved, FeedbackJoined]]) -> None:
        await self._update([_join(saved, event) for saved, event in found])

    async def waiting_for(self, keys: Collection[ResultKey], limit: int) -> list[Saved]:
        wanted = {"about": {"$in": [answer_key(key) for key in keys]}, "state": "pending"}
        with waiting_is_worth_it():
            return [saved_in(document) for document in await self._feedback.find(wanted).limit(limit).to_list()]

    async def due(self, now: datetime, limit: int) -> list[Saved]:
        with waiting_is_worth_it():
            due = await self._feedback.find({"state": "pending", "due_at": {"$lte": now}}).limit(limit).to_list()
        return [saved_in(document) for document in due]

    async def wait_on(self, waiting: Collection[Saved], patience: timedelta) -> None:
        """What came together in an upload was said at one moment, and is one write."""
        alike: dict[tuple[str, int, datetime], list[Binary]] = {}
        for saved in waiting:
            alike.setdefault((saved.said.tenant, saved.revision, saved.said_at), []).append(feedback_key(saved.said))
        await self._update(
            [
                UpdateMany(
                    {"_id": {"$in": keys}, "tenant": tenant, "revision": revision, "state": "pending"},
                    {"$set": {"due_at": said_at + patience}},
                )
                for (tenant, revision, said_at), keys in alike.items()
            ]
        )

    async def expire(self, waiting: Collection[Saved]) -> None:
        await self._update([_wait(saved, _expired(saved.said.tenant)) for saved in waiting])

    async def forget_text(self, now: datetime) -> None:
        """Removes what people wrote where its time is up; the numbers stay."""
        forgotten = dict.fromkeys((*WRITTEN, "text_until"))
        with waiting_is_worth_it():
            await self._feedback.update_many({"text_until": {"$lte": now}}, {"$set": forgotten})

    async def waiting(self) -> dict[str, int]:
        with waiting_is_worth_it():
            return {
                state: await self._feedback.count_documents({"state": state}, limit=COUNTED_AT_MOST)
                for state in ("pending", "expired")
            }

    async def _standing(self, keys: Collection[Binary]) -> list[Document]:
        with waiting_is_worth_it():
            return await self._feedback.find({"_id": {"$in": list(keys)}}).to_list()

    def _new(self, saved: Saved, event: FeedbackJoined | None) -> Document:
        document = first_word(saved.said, saved.said_at, self._text_kept)
        if event is not None:
            document |= _joined(saved, event)
            del document["due_at"]
        return document

    def _saying(self, said: Feedback) -> Document:
        return saying(said, datetime.now(UTC), self._text_kept)

    async def _update(self, updates: Sequence[UpdateOne | UpdateMany]) -> None:
        if updates:
            with waiting_is_worth_it():
                await self._feedback.bulk_write(updates, ordered=False)


async def _by_id(collection: AsyncCollection[Document], keys: Collection[Binary]) -> dict[Binary, Document]:
    if not keys:
        return {}
    with waiting_is_worth_it():
        return {found["_id"]: found for found in await collection.find({"_id": {"$in": list(keys)}}).to_list()}


def _join(saved: Saved, event: FeedbackJoined) -> UpdateOne:
    """Its event supersedes those of earlier revisions."""
    not_yet = _still(saved) | {"joined": {"$not": {"$gte": saved.revision}}}
    changed = _joined(saved, event)
    return UpdateOne(not_yet, {"$set": changed, "$unset": {"due_at": ""}, "$inc": {"changes": 1}})


def _joined(saved: Saved, event: FeedbackJoined) -> Document:
    """State and event. `uncounted` marks it for the tallies, in the same write."""
    said = {
        "state": "joined",
        "joined": saved.revision,
        "noted": saved.revision,
        "joined_at": event.occurred_at,
        "uncounted": saved.revision,
        "trace": kept(FEEDBACK.key(event).encode()),
        "score": event.score if event.is_scored else None,
        "score_source": event.score_source if event.is_scored else None,
        "task_type": event.task_type,
        "document_type": event.document_type,
        "version_id": event.version_id,
        "model": event.model,
        "template": event.template or None,
        "asker": digest_of_some(event.tenant, event.user),
        "answered_at": event.answered_at,
        "weak": event.is_weak or None,
        "edits": msgspec.json.encode(its) if (its := edited(event)) else None,
    }
    return said | outbox.replace(event) | unmarked(event.tenant)


def _expired(tenant: str) -> Document:
    changed = {"state": "expired"} | unmarked(tenant)
    return {"$set": changed, "$unset": {"due_at": ""}, "$inc": {"changes": 1}}


def _wait(saved: Saved, change: Document) -> UpdateOne:
    return UpdateOne(_still(saved) | {"state": "pending"}, change)


def _still(saved: Saved) -> Document:
    """The filter of a write that holds only while nobody has said a later word."""
    return {"_id": feedback_key(saved.said), "tenant": saved.said.tenant, "revision": saved.revision}
