"""Feedback piece by piece, in as far as numbers are told from it: what has changed, and what is of a time."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final

from bson import Binary

from ratchet_common.mongo import Database, Document, for_long, waiting_is_worth_it
from ratchet_feedback.rollups.pieces import JOINED, Kind, Piece
from ratchet_feedback.rollups.rolling import Changed
from ratchet_feedback.rollups.spans import Length, Range, Span, hour_at
from ratchet_feedback.store.documents import place, unmarked, uuid_in
from ratchet_feedback.store.windows import Window, window_of

READ_AT_ONCE: Final = 1_000
WORDS_AT_ONCE: Final = 500
PER_ANSWER: Final = 10  # words: of most answers fewer are said
SHOWN: Final = (
    *("about", "result_id", "place", "state", *Kind._fields, "rating", "score", "stars", "corrected"),
    *("signal", "weak", "session_id", "weight", "issues", "shared"),
)
FIELDS: Final[Document] = dict.fromkeys(SHOWN, 1)
CHANGED: Final[Document] = dict.fromkeys(("tenant", "about", "place", "stood", "changes", "joined"), 1)


class MongoPieces:
    def __init__(self, database: Database, *, at_once: int = WORDS_AT_ONCE) -> None:
        """`at_once`: of words on one answer that are noted as several users'."""
        self._feedback, self._at_once = database.feedback, at_once

    async def create_indexes(self) -> None:
        with for_long(), waiting_is_worth_it():
            await self._feedback.create_index("unmarked")
            await self._feedback.create_index([("tenant", 1), ("shared", 1), ("place", 1)])

    async def changed(self, limit: int) -> list[Changed]:
        with waiting_is_worth_it():
            found = await self._feedback.find({"unmarked": {"$gt": ""}}, CHANGED).limit(limit).to_list()
        return [changed_in(document) for document in found]

    async def share(self, changed: Sequence[Changed]) -> set[Span]:
        return await self._share(sorted({one.about for one in changed}))

    async def marked(self, changed: Sequence[Changed]) -> None:
        alike: dict[tuple[int, datetime], list[Binary]] = {}
        for one in changed:
            alike.setdefault((one.number, one.hour), []).append(Binary(one.key, 4))
        with waiting_is_worth_it():
            for (number, hour), keys in alike.items():
                still = {"_id": {"$in": keys}, "changes": number}
                await self._feedback.update_many(still, {"$set": {"stood": [hour]}, "$unset": {"unmarked": ""}})

    async def of_hour(self, span: Span) -> AsyncIterator[Piece]:
        wanted = Window(span.tenant, place(span.start), place(span.end)).wanted
        with waiting_is_worth_it():
            async for document in self._feedback.find(wanted, FIELDS, batch_size=READ_AT_ONCE):
                yield piece_in(document)

    async def unmarked(self, tenant: str, limit: int) -> tuple[set[datetime], bool]:
        with waiting_is_worth_it():
            changed = self._feedback.find({"unmarked": tenant}, {"place": 1, "stood": 1}).limit(limit)
            found = await changed.to_list()
        hours = {hour for document in found for hour in (*document.get("stood", ()), hour_at(document["place"]))}
        return hours, len(found) < limit

    async def within(self, tenant: str, time: Range, most: int) -> tuple[list[Piece], bool]:
        return await self._latest(tenant, time, most)

    async def shared(self, tenant: str, time: Range, most: int) -> tuple[list[Piece], bool]:
        return await self._latest(tenant, time, most, {"shared": True})

    async def _latest(
        self, tenant: str, time: Range, most: int, only: Document | None = None
    ) -> tuple[list[Piece], bool]:
        since, until = time
        window = await window_of(self._feedback, tenant, since, until, most=most, only=only)
        with waiting_is_worth_it():
            found = self._feedback.find(window.wanted | (only or {}), FIELDS, batch_size=READ_AT_ONCE)
            return [piece_in(document) async for document in found], window.complete

    async def _share(self, about: Sequence[bytes]) -> set[Span]:
        """`about`: some answers, looked at by halves where more was said of them than one look reads. Of a single one
        of which very much was said as much is noted as a look reads. By that it has changed, so the next round of
        `changed` comes back to the rest."""
        most = max(self._at_once, PER_ANSWER * len(about))
        new = await self._words(about, {"shared": None}, most)
        if len(new) == most and len(about) > 1:
            half = len(about) // 2
            return await self._share(about[:half]) | await self._share(about[half:])
        words = Counter(bytes(document["about"]) for document in new)
        known = await self._known([one for one, count in words.items() if count == 1])
        shared = [d for d in new if words[bytes(d["about"])] > 1 or bytes(d["about"]) in known]
        by_tenant: dict[str, list[Any]] = {}
        for document in shared:
            by_tenant.setdefault(document["tenant"], []).append(document["_id"])
        for tenant, ids in by_tenant.items():  # a crash before their hours are marked leaves that to the next round
            await self._note_shared(tenant, ids)
        return {Span(document["tenant"], Length.HOUR, hour_at(document["place"])) for document in shared}

    async def _known(self, about: Sequence[bytes]) -> set[bytes]:
        """Of these answers, those of which some word is noted as one of several."""
        if not about:
            return set()
        most = PER_ANSWER * len(about)
        found = await self._words(about, {"shared": True}, most)
        if len(found) == most and len(about) > 1:
            half = len(about) // 2
            return await self._known(about[:half]) | await self._known(about[half:])
        return {bytes(document["about"]) for document in found}

    async def _words(self, about: Sequence[bytes], only: Document, most: int) -> list[Document]:
        wanted = {"about": {"$in": [Binary(one, 4) for one in about]}} | only | {"state": JOINED, "weak": None}
        with waiting_is_worth_it():
            return await self._feedback.find(wanted, {"about": 1, "tenant": 1, "place": 1}).limit(most).to_list()

    async def _note_shared(self, tenant: str, ids: Sequence[Any]) -> None:
        noted = {"$set": {"shared": True} | unmarked(tenant), "$inc": {"changes": 1}}
        with waiting_is_worth_it():
            for first in range(0, len(ids), WORDS_AT_ONCE):
                some = ids[first : first + WORDS_AT_ONCE]
                await self._feedback.update_many({"_id": {"$in": some}}, noted)


def changed_in(document: Document) -> Changed:
    return Changed(
        key=bytes(document["_id"]),
        tenant=document["tenant"],
        about=bytes(document["about"]),
        hour=hour_at(document["place"]),
        hours=tuple(document.get("stood", ())),
        number=document.get("changes", 0),
        joined=document.get("joined"),
    )


def piece_in(document: Document) -> Piece:
    weak, of_session = bool(document.get("weak")), bool(document.get("session_id"))
    return Piece(
        about=bytes(document["about"]),
        result_id=uuid_in(document["result_id"]),
        place=document["place"],
        state=document["state"],
        kind=Kind(*(document.get(name) for name in Kind._fields)),
        rating=document.get("rating"),
        score=document.get("score"),
        stars=document.get("stars"),
        corrected=bool(document.get("corrected")),
        signal=document.get("signal") if weak else None,
        of_session=of_session,
        weight=document.get("weight") or 0.0,
        issues=tuple(document.get("issues", ())),
        shared=bool(document.get("shared")),
    )
