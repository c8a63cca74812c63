"""What people wrote, for those who read it."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ratchet_common.mongo import Database, Document
from ratchet_feedback.scoring import Rating
from ratchet_feedback.store.documents import comments_in, uuid_in
from ratchet_feedback.store.reports import rows_of, scoped
from ratchet_feedback.store.windows import Window
from ratchet_feedback.summary import Scope

COMMENTS_READ: Final = 500  # the latest


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
