"""What people look at: every query that only reads stands here, each within its tenant."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_feedback.answers import ResultKey
from ratchet_feedback.decisions import Decision
from ratchet_feedback.edits import Edit
from ratchet_feedback.retraining import Tally
from ratchet_feedback.rollups.pieces import GONE
from ratchet_feedback.said import Saved
from ratchet_feedback.store.decided import counted_in, decisions_in
from ratchet_feedback.store.documents import answer_key, edits_in, place, saved_in, uuid_in
from ratchet_feedback.store.windows import Window, window_of
from ratchet_feedback.summary import Given, Scope
from ratchet_feedback.tallies import Task
from ratchet_feedback.traffic import Listened

MOST_USERS: Final = 200  # of one result are shown
ANSWERS_COUNTED: Final = 1_000_000
EVERYTHING: Final = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One user's feedback on a result, with what became of it."""

    feedback_id: UUID
    saved: Saved
    state: str
    place: str  # its place in the order of what was said
    joined_at: datetime | None = None
    score: float | None = None
    score_source: str | None = None
    task_type: str | None = None
    version_id: str | None = None
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A task's tally with the reasons of its last trigger."""

    tally: Tally = field(default_factory=Tally)
    reasons: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()  # the latest first


class MongoReports:
    def __init__(self, database: Database) -> None:
        self._answers, self._feedback = database.answers, database.feedback
        self._tallies, self._traffic = database.tallies, database.traffic

    async def create_indexes(self) -> None:
        await self._feedback.create_index([("tenant", 1), ("place", 1)])

    async def window(self, tenant: str, since: datetime, until: datetime | None = None) -> Window:
        return await window_of(self._feedback, tenant, since, until)

    async def given(self, tenant: str, since: datetime, scope: Scope = EVERYTHING) -> list[Given] | None:
        """None: they are more than can be counted."""
        by = {"task_type": "$task_type", "document_type": "$document_type"}
        lately = {"tenant": tenant, "at": {"$gte": since}}
        with waiting_is_worth_it():
            if await self._answers.count_documents(lately, limit=ANSWERS_COUNTED) == ANSWERS_COUNTED:
                return None
        pipeline: list[Document] = [
            {"$match": lately},
            {"$match": {"outcome": "ok"} | narrowed(scope)},
            {"$group": {"_id": by, "count": {"$sum": 1}}},
        ]
        rows = await rows_of(self._answers, pipeline)
        return [Given(r["_id"].get("task_type"), r["_id"].get("document_type"), r["count"]) for r in rows]

    async def corrections(
        self, tenant: str, task_type: str | None, *, since: datetime, before: str | None, limit: int
    ) -> list[Known]:
        """The latest first; without those whose text was forgotten."""
        wanted: Document = {"state": "joined", "corrected": True, "text_until": {"$ne": None}}
        if task_type:
            wanted["task_type"] = task_type
        rows = await rows_of(
            self._feedback,
            [
                Window(tenant, place(since), before).stage,
                {"$match": wanted},
                {"$sort": {"place": -1}},
                {"$limit": limit},
            ],
        )
        return [_known(row) for row in rows]

    async def about(self, key: ResultKey) -> list[Known]:
        wanted = {"about": answer_key(key), "tenant": key[0], "state": {"$ne": GONE}}
        with waiting_is_worth_it():
            found = await self._feedback.find(wanted).limit(MOST_USERS).to_list()
        return sorted(map(_known, found), key=lambda known: known.place)

    async def knows(self, key: ResultKey) -> bool:
        with waiting_is_worth_it():
            return await self._answers.find_one({"_id": answer_key(key), "tenant": key[0]}, {"_id": 1}) is not None

    async def listened(self, tenant: str) -> dict[str, Sequence[Listened]]:
        """By task, the trained versions that serve."""
        with waiting_is_worth_it():
            found = await self._traffic.find({"tenant": tenant}).to_list()
        return {d["task_type"]: [Listened(v["version_id"], v["until"]) for v in d.get("versions", [])] for d in found}

    async def standings(self, tenant: str) -> dict[Task, Standing]:
        with waiting_is_worth_it():
            found = await self._tallies.find({"tenant": tenant}, {"outbox": 0}).to_list()
        return {Task(tenant, d["task_type"]): _standing(d) for d in found}


async def rows_of(collection: AsyncCollection[Document], pipeline: list[Document]) -> list[Document]:
    with waiting_is_worth_it():
        return await (await collection.aggregate(pipeline)).to_list()


def scoped(scope: Scope) -> Document:
    return {name: value for name, value in asdict(scope).items() if value is not None}


def narrowed(scope: Scope) -> Document:
    """Without task and document type: by these rows are told apart once they are read."""
    return {name: value for name, value in scoped(scope).items() if name not in ("task_type", "document_type")}


def _known(document: Document) -> Known:
    return Known(
        feedback_id=uuid_in(document["_id"]),
        saved=saved_in(document),
        state=document["state"],
        place=document["place"],
        joined_at=document.get("joined_at"),
        score=document.get("score"),
        score_source=document.get("score_source"),
        task_type=document.get("task_type"),
        version_id=document.get("version_id"),
        edits=edits_in(document),
    )


def _standing(document: Document) -> Standing:
    return Standing(counted_in(document), tuple(document.get("reasons", ())), decisions_in(document))
