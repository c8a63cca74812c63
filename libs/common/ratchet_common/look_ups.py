"""Look-ups that are asked for side by side go to the store together: one query costs little more than a single one."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.errors import RetryLaterError
from ratchet_common.mongo import Document, waiting_is_worth_it

BATCH = 100  # documents of one query: they are held in memory together


class LookUps:
    """By `_id`. One query is under way at a time; who asks meanwhile goes with the next. A lone one goes at once."""

    def __init__(self, collection: AsyncCollection[Document], fields: Mapping[str, int], *, batch: int = BATCH) -> None:
        self._collection, self._fields, self._batch = collection, fields, batch
        self._waiting: list[tuple[bytes, asyncio.Future[Document | None]]] = []
        self._at_work: asyncio.Task[None] | None = None

    async def one(self, id_: bytes) -> Document | None:
        """Raises RetryLaterError when the store is away."""
        answer: asyncio.Future[Document | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((id_, answer))
        if self._at_work is None or self._at_work.done():
            self._at_work = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting[: self._batch], self._waiting[self._batch :]
            wanted = [(id_, answer) for id_, answer in asked if not answer.done()]  # who gave up meanwhile is left out
            try:
                found = await self._found({id_ for id_, _ in wanted}) if wanted else {}
            except asyncio.CancelledError:
                _fail([*asked, *self._waiting], RetryLaterError("The service is stopping."))
                raise
            except Exception as error:  # noqa: BLE001  whoever waits for it gets it
                _fail(wanted, error)
            else:
                _answer(wanted, found)

    async def _found(self, ids: Collection[bytes]) -> dict[bytes, Document]:
        with waiting_is_worth_it():
            cursor = self._collection.find({"_id": {"$in": list(ids)}}, self._fields)
            return {bytes(document["_id"]): document for document in await cursor.to_list()}


def _answer(wanted: Collection[tuple[bytes, asyncio.Future[Document | None]]], found: Mapping[bytes, Document]) -> None:
    for id_, answer in wanted:
        if not answer.done():
            answer.set_result(found.get(id_))


def _fail(wanted: Collection[tuple[bytes, asyncio.Future[Any]]], error: Exception) -> None:
    for _, answer in wanted:
        if not answer.done():
            answer.set_exception(error)
