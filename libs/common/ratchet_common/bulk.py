"""Inserts that arrive side by side are written together: one bulk write costs little more than a single one."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.background import described
from ratchet_common.errors import RetryLaterError
from ratchet_common.mongo import Document, duplicates_are_fine, waiting_is_worth_it

log = logging.getLogger(__name__)

Waiting = tuple[Document, asyncio.Future[None] | None]


class BulkInserter:
    """Inserts under the documents' own `_id`; one that is there already stays as it is."""

    def __init__(self, collection: AsyncCollection[Document], *, batch: int = 500, waiting: int = 5_000) -> None:
        self._collection, self._batch = collection, batch
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue(waiting)
        self._writing = asyncio.Lock()

    async def insert(self, document: Document) -> None:
        """Returns once the store has it. Raises RetryLaterError when the store is away."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._queue.put((document, done))
        await done

    def offer(self, document: Document) -> bool:
        """Does not wait: for what may be lost, such as cache entries. False when the queue is full."""
        try:
            self._queue.put_nowait((document, None))  # nobody waits: its failure is not news
        except asyncio.QueueFull:
            return False
        return True

    async def withdraw(self, unwanted: Callable[[Document], bool]) -> None:
        """Of what was offered and is not written yet. Returns once the batch under way, too, is written or has failed:
        what is deleted after that stays deleted.
        """
        for _ in range(self._queue.qsize()):
            document, done = self._queue.get_nowait()
            if done is not None or not unwanted(document):
                self._queue.put_nowait((document, done))
        async with self._writing:
            return

    async def write_once(self) -> int:
        """One round: waits for the first, takes what else has come, writes all."""
        waiting = [await self._queue.get()]
        while len(waiting) < self._batch and not self._queue.empty():
            waiting.append(self._queue.get_nowait())
        try:
            async with self._writing:
                await self._write_all(waiting)
        except BaseException as error:
            _settle(waiting, error)
            raise
        return len(waiting)

    async def _write_all(self, waiting: Sequence[Waiting]) -> None:
        """One document that cannot be written (too large, a value that is no BSON) fails alone."""
        try:
            await self._write([document for document, _ in waiting])
        except RetryLaterError:
            raise
        except Exception as error:  # noqa: BLE001  whoever waits for it gets it
            if len(waiting) == 1:
                log.error("A document for %s could not be written: %s", self._collection.name, described(error))
                _settle(waiting, error)
                return
            for one in waiting:
                await self._write_all([one])
        _settle(waiting, None)

    async def _write(self, documents: Sequence[Document]) -> None:
        with waiting_is_worth_it(), duplicates_are_fine():
            await self._collection.insert_many(documents, ordered=False)


def _settle(waiting: Sequence[Waiting], error: BaseException | None) -> None:
    for _, done in waiting:
        if done is None or done.done():
            continue
        if error is None:
            done.set_result(None)
        elif isinstance(error, Exception):
            done.set_exception(error)
        else:
            done.set_exception(RetryLaterError("The service is stopping."))
