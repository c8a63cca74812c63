"""The best answers in the router's database: unscrubbed text, so only a few of a kind, and only for some days."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bson import Binary, Int64
from pymongo import ASCENDING, DESCENDING

from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.upserts import Change, upsert_where
from ratchet_router.best_answers import Shown, Word

BEST_FIRST = [("corrected", DESCENDING), ("at", DESCENDING)]
TEXTS = ("document", "question", "output", "corrected")
TRIMMED_AT_ONCE = 1_000


class MongoBestAnswers:
    """`most`: of one tenant, task and document type. `kept`: from the answer on."""

    def __init__(self, database: Database, *, most: int, kept: timedelta) -> None:
        self._answers, self._most, self._kept = database.best_answers, most, kept

    async def create_indexes(self) -> None:
        kind = [(name, ASCENDING) for name in ("tenant", "task_type", "document_type", "shown")]
        with waiting_is_worth_it():
            await self._answers.create_index(kind + BEST_FIRST)
            await self._answers.create_index([("tenant", ASCENDING), ("result_id", ASCENDING)])
            await self._answers.create_index([("expires_at", ASCENDING)], expireAfterSeconds=0)

    async def save(self, words: Sequence[Word]) -> None:
        now = datetime.now(UTC)
        fresh = [word for word in words if word.at + self._kept > now]
        await upsert_where(self._answers, [self._change(word) for word in fresh])
        for tenant, task_type, document_type in {(w.tenant, w.task_type, w.document_type) for w in fresh if w.shown}:
            await self._trim(_kind(tenant, task_type, document_type))

    async def of(self, tenant: str, task_type: str, document_type: str | None) -> Sequence[Word]:
        wanted = _kind(tenant, task_type, document_type) | {"expires_at": {"$gt": datetime.now(UTC)}}
        with waiting_is_worth_it():
            found = await self._answers.find(wanted).sort(BEST_FIRST).limit(self._most).to_list()
            spoken_of = {"tenant": tenant, "result_id": {"$in": [one["result_id"] for one in found]}}
            doubts = await self._answers.find(spoken_of | {"doubted": True}, {"result_id": 1}).to_list()
        doubted = {one["result_id"] for one in doubts}
        return [_word(one) for one in found if one["corrected"] or one["result_id"] not in doubted]

    def _change(self, word: Word) -> Change:
        about = {
            "tenant": word.tenant,
            "task_type": word.task_type,
            "document_type": word.document_type,
            "result_id": Binary.from_uuid(word.result_id),
            "about": Binary.from_uuid(word.about),
            "user": word.user,
            "speaker": word.speaker,
            "revision": Int64(word.revision),
            "at": word.at,
            "expires_at": word.at + self._kept,
            "labels": list(word.labels),
            "doubted": word.doubted,
            "shown": word.shown is not None,
        }
        older = {"_id": f"{word.tenant}/{word.about}/{word.speaker}", "revision": {"$lt": Int64(word.revision)}}
        if word.shown is None:
            return older, {"$set": about, "$unset": dict.fromkeys(TEXTS, "")}
        return older, {"$set": about | {name: getattr(word.shown, name) for name in TEXTS}}

    async def _trim(self, kind: Document) -> None:
        """The texts of those beyond the best go; that they were spoken of stays, so that no older word comes back."""
        with waiting_is_worth_it():
            beyond = self._answers.find(kind, {"_id": 1}).sort(BEST_FIRST).skip(self._most).limit(TRIMMED_AT_ONCE)
            ids = [one["_id"] for one in await beyond.to_list()]
            if ids:
                gone = {"$set": {"shown": False}, "$unset": dict.fromkeys(TEXTS, "")}
                await self._answers.update_many({"_id": {"$in": ids}}, gone)


def _kind(tenant: str, task_type: str, document_type: str | None) -> Document:
    return {"tenant": tenant, "task_type": task_type, "document_type": document_type, "shown": True}


def _word(one: Document) -> Word:
    return Word(
        tenant=one["tenant"],
        task_type=one["task_type"],
        document_type=one["document_type"],
        result_id=one["result_id"].as_uuid(),
        about=one["about"].as_uuid(),
        user=one["user"],
        speaker=one["speaker"],
        revision=int(one["revision"]),
        at=one["at"],
        labels=tuple(one["labels"]),
        doubted=one["doubted"],
        shown=Shown(**{name: one[name] for name in TEXTS}),
    )
