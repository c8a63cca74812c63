"""The documents of a person who is to be forgotten: they go as if they had been deleted, and that is waited for."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime

from ratchet_common.errors import RetryLaterError
from ratchet_common.forgetting import Step
from ratchet_common.forgotten import Person
from ratchet_router.documents.store import MongoDocumentStore


class DocumentTraces:
    def __init__(self, store: MongoDocumentStore, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    @property
    def steps(self) -> dict[str, Step]:
        return {"documents": self._documents}

    async def _documents(self, person: Person) -> AsyncIterator[int]:
        """Counts each once. Raises RetryLaterError while a worker has not come to one of them."""
        found = [one async for one in self._store.of_person(person)]
        for one in found:
            yield int(one.state != "deleting" and await self._store.ask_to_delete(one, self._now()))
        if found:
            raise RetryLaterError(f"{len(found)} documents of somebody who asked to be forgotten are being deleted.")
