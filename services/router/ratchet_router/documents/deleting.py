"""Use case of a worker: a document goes wholly, and what is left is that it went.

A worker that lost its lease may still be putting passages into the index when another removes them. So they are removed
once more a while later, when no such worker can be there any longer.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from ratchet_retrieval.port import Index
from ratchet_router.documents.files import FilePlace
from ratchet_router.documents.work_store import Held, MongoWorkStore

AGAIN_AFTER: Final = timedelta(minutes=10)
KEPT: Final = timedelta(days=31)  # a tombstone: a day longer than the bus keeps what was said of the document
AlsoGone = Callable[[str, str], Awaitable[None]]  # (tenant, document id): removes what was made of it; may be repeated


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Deleting:
    """`also`: what else holds something of documents, such as kept answers."""

    store: MongoWorkStore
    files: FilePlace
    index: Index
    also: Sequence[AlsoGone] = ()
    now: Callable[[], datetime] = _now

    async def delete(self, held: Held) -> None:
        """The record goes last: cut off anywhere, it is done anew.

        Raises OvertakenError, AwayError, RetryLaterError, OSError.
        """
        its = held.record
        await self._remove(its.tenant, its.id)
        await self.files.remove(its.files)
        now = self.now()
        await self.store.gone(held, now, again=now + AGAIN_AFTER, kept=KEPT)

    async def delete_again(self, held: Held) -> None:
        await self._remove(held.record.tenant, held.record.id)
        await self.store.over(held)

    async def _remove(self, tenant: str, document: str) -> None:
        await self.index.remove(tenant, document)
        for removed in self.also:
            await removed(tenant, document)
