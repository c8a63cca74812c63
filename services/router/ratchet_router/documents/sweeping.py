"""What nobody asks for: documents whose time is over go, and files that a killed process left without a document."""

from collections.abc import Callable
from datetime import UTC, datetime

from ratchet_router.documents.files import FilePlace
from ratchet_router.documents.store import MongoDocumentStore


def _now() -> datetime:
    return datetime.now(UTC)


class Sweeping:
    def __init__(self, store: MongoDocumentStore, files: FilePlace, now: Callable[[], datetime] = _now) -> None:
        self._store, self._files, self._now = store, files, now

    async def expire(self) -> bool:
        """True: there may be more. Raises RetryLaterError."""
        now = self._now()
        found = await self._store.expired(now)
        for one in found:
            await self._store.ask_to_delete(one, now)
        return bool(found)

    async def clear(self) -> None:
        """Files of a day's age that no document names. Raises RetryLaterError, OSError."""
        async for names in self._files.old():
            await self._files.remove(await self._store.without_document(names))
