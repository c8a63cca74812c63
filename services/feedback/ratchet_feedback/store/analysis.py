"""What feedback means: every query that groups it by something else than its state stands here."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ratchet_common.mongo import Database, Document
from ratchet_feedback.chances import Scores
from ratchet_feedback.groups import Group, GroupedBy
from ratchet_feedback.opportunities import Named, Rated, Touched
from ratchet_feedback.scoring import Rating
from ratchet_feedback.store.documents import comments_in, uuid_in
from ratchet_feedback.store.reports import rows_of, scoped
from ratchet_feedback.store.windows import Window
from ratchet_feedback.summary import Scope

MOST_GROUPS: Final = 400
EVIDENCE_READ: Final = 5_000  # the latest words that name an issue
COMMENTS_READ: Final = 500  # the latest
SUMS: Final[Document] = {
    "n": {"$sum": {"$cond": [{"$eq": ["$score", None]}, 0, 1]}},  # some words say nothing of how good an answer was
    "score": {"$sum": "$score"},
    "squares": {"$sum": {"$multiply": ["$score", "$score"]}},
}


@dataclass(frozen=True, slots=True)
class Comment:
    """Private text: for the tenant's own readers."""

    text: str
    result_id: UUID
    score: float | None
    rating: Rating | None


class MongoAnalysis:
    def __init__(self, database: Database) -> None:
        self._feedback = database.feedback

    async def grouped(self, window: Window, scope: Scope, by: GroupedBy) -> list[Group]:
        """The largest first. Periods are days here."""
        key: object = f"${by.value}"
        if by.is_period:
            key = {"$dateToString": {"format": "%Y-%m-%d", "date": "$said_at"}}
        sums = dict(SUMS) | {one.value: _number_of({"$eq": ["$rating", one.value]}) for one in Rating}
        sums |= {"words": {"$sum": 1}, "corrections": _number_of("$corrected")}
        grouping: Document = {"$group": {"_id": key, **sums}}
        largest: list[Document] = [{"$sort": {"words": -1, "_id": 1}}, {"$limit": MOST_GROUPS}]
        return [
            Group(
                name=row["_id"] or None,
                words=row["words"],
                scores=_scores(row),
                by_rating={one.value: row[one.value] for one in Rating},
                corrections=row["corrections"],
            )
            for row in await rows_of(self._feedback, [window.stage, _words(scope), grouping, *largest])
        ]

    async def rated(self, window: Window, scope: Scope) -> list[Rated]:
        by_task: Document = {"$group": {"_id": "$task_type", "words": {"$sum": "$words"}, **SUMS}}
        found = await rows_of(self._feedback, [window.stage, _words(scope), _by_answer({}), by_task])
        return [Rated(row["_id"], _scores(row), row["words"]) for row in found]

    async def touched(self, window: Window, scope: Scope) -> list[Touched]:
        each: Document = {"_id": {"about": "$_id", "issue": "$issues"}, "words": {"$sum": 1}}
        by_issue = {"task_type": "$task_type", "issue": "$_id.issue"}
        found = await rows_of(
            self._feedback,
            [
                window.stage,
                _words(scope),
                _by_answer({"issues": {"$push": "$issues"}}),
                {"$unwind": "$issues"},  # what each of its users named
                {"$unwind": "$issues"},
                {"$group": each | _first("task_type", "score")},
                {"$group": {"_id": by_issue, "words": {"$sum": "$words"}, **SUMS}},
            ],
        )
        return [Touched(row["_id"]["task_type"], row["_id"]["issue"], _scores(row), row["words"]) for row in found]

    async def named(self, window: Window, scope: Scope) -> list[Named]:
        """The latest first."""
        naming = _words(scope)["$match"] | {"issues.0": {"$exists": True}}
        shown = {"$project": {"task_type": 1, "issues": 1, "result_id": 1, "score": 1}}
        latest: list[Document] = [{"$sort": {"place": -1}}, {"$limit": EVIDENCE_READ}, shown]
        found = await rows_of(self._feedback, [window.stage, {"$match": naming}, *latest])
        return [Named(d["task_type"], tuple(d["issues"]), uuid_in(d["result_id"]), d["score"]) for d in found]

    async def comments(self, window: Window, scope: Scope) -> list[Comment]:
        """The latest first; without those that were forgotten."""
        with_words = _words(scope)["$match"] | {"comments": {"$ne": None}}
        shown = {"$project": {"comments": 1, "result_id": 1, "score": 1, "rating": 1}}
        latest: list[Document] = [{"$sort": {"place": -1}}, {"$limit": COMMENTS_READ}, shown]
        found = await rows_of(self._feedback, [window.stage, {"$match": with_words}, *latest])
        return [
            Comment(comments_in(d), uuid_in(d["result_id"]), d["score"], Rating(d["rating"]) if d["rating"] else None)
            for d in found
        ]


def _words(scope: Scope) -> Document:
    """What somebody said of one answer that is known."""
    return {"$match": {"state": "joined", "weak": None} | scoped(scope)}


def _by_answer(more: Document) -> Document:
    """What several users said of an answer is one score; null where none of them told how good it was."""
    score = {"score": {"$avg": "$score"}, "words": {"$sum": 1}}
    return {"$group": {"_id": "$about"} | _first("task_type") | score | more}


def _first(*names: str) -> Document:
    return {name: {"$first": f"${name}"} for name in names}


def _number_of(condition: object) -> Document:
    return {"$sum": {"$cond": [condition, 1, 0]}}


def _scores(row: Document) -> Scores:
    return Scores(row["n"], row["score"], row["squares"])
