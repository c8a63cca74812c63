"""One document a round, under its lease. Whatever is cut off half-way is taken up by the next worker."""

import asyncio
import contextlib
import logging
from datetime import timedelta
from typing import Final

from ratchet_common.errors import RetryLaterError
from ratchet_retrieval.away import AwayError
from ratchet_router.documents.deleting import Deleting
from ratchet_router.documents.document import LEAVING, UNDER_WAY, needed_files
from ratchet_router.documents.ingesting import Coming, Ingesting, Reads
from ratchet_router.documents.work_store import Held, MongoWorkStore
from ratchet_router.under_lease import OvertakenError, under_lease

PUT_OFF: Final = timedelta(seconds=20)  # where the index or the place of files is away
log = logging.getLogger(__name__)


class Worker:
    """One of them does one document at a time; its parser is its own."""

    def __init__(self, store: MongoWorkStore, ingesting: Ingesting, deleting: Deleting, parser: Reads) -> None:
        self._store, self._ingesting, self._deleting, self._parser = store, ingesting, deleting, parser

    async def round(self) -> bool:
        """True: there may be more at once. Raises RetryLaterError."""
        held = await self._store.take(self._ingesting.now())
        if held is None:
            return False
        coming = Coming()
        try:
            name, work = f"the document {held.record.id}", self._step(held, coming)
            await under_lease(self._store, held, name, work, lambda: self._tell(held, coming))
        except OvertakenError as error:
            log.info("%s", error)
        except (AwayError, RetryLaterError, OSError) as error:
            await self._put_off(held, error)
        except asyncio.CancelledError:  # told to stop: the next worker shall not take it for a death
            with contextlib.suppress(RetryLaterError):  # where the store is away, its lease ends by itself
                await self._store.put_off(held, self._ingesting.now())
            with contextlib.suppress(RetryLaterError):
                await self._store.release(held)
            raise
        await self._store.release(held)  # nothing where another has it by now
        return True

    async def _step(self, held: Held, coming: Coming) -> None:
        state = held.record.state
        if state in UNDER_WAY:
            await self._ingesting.ingest(held, self._parser, coming)
        elif state in LEAVING:
            await (self._deleting.delete(held) if state == "deleting" else self._deleting.delete_again(held))
            return
        if held.record.may_hold_unserved:
            await self._ingesting.put_back(held, self._parser)
        await self._clear(held)

    async def _clear(self, held: Held) -> None:
        """Files that nobody needs any more: of a refused revision, or of the one before that which is served."""
        its = held.record
        await self._ingesting.files.remove(set(its.files) - needed_files(its))
        await self._store.cleared(held)

    async def _tell(self, held: Held, coming: Coming) -> None:
        if held.record.state == "parsing" and coming.progress != coming.told:
            coming.told = coming.progress
            await self._store.progress(held, coming.progress)

    async def _put_off(self, held: Held, error: Exception) -> None:
        said = str(error) if isinstance(error, AwayError | RetryLaterError) else type(error).__name__
        log.warning("The document %s waits: %s", held.record.id, said)
        with contextlib.suppress(OvertakenError):  # a revision came meanwhile, which is due at once
            await self._store.put_off(held, self._ingesting.now() + PUT_OFF)
