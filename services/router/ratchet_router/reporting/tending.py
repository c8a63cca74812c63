"""Reports that go by themselves: their time is over, somebody is to be forgotten, a document that they quote went."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from ratchet_common.errors import RetryLaterError
from ratchet_common.forgetting import Step
from ratchet_common.forgotten import Person
from ratchet_router.reporting.store import AT_ONCE, MongoReportStore


def _now() -> datetime:
    return datetime.now(UTC)


class ReportTending:
    def __init__(self, store: MongoReportStore, now: Callable[[], datetime] = _now) -> None:
        self._store, self._now = store, now

    @property
    def steps(self) -> dict[str, Step]:
        return {"reports": self._of_person}

    async def expire(self) -> bool:
        """True: there may be more. Raises RetryLaterError."""
        now = self._now()
        found = await self._store.expired(now)
        for one in found:
            await self._store.ask_to_delete(one, now)
        return len(found) == AT_ONCE

    async def document_went(self, tenant: str, document_id: str) -> None:
        """What a report quotes of it would outlive it. May be repeated. Raises RetryLaterError."""
        while found := await self._store.of_document(tenant, document_id):
            for one in found:
                await self._store.ask_to_delete(one, self._now())

    async def _of_person(self, person: Person) -> AsyncIterator[int]:
        """Counts each once. Raises RetryLaterError while a worker has not come to one of them."""
        found = [one async for one in self._store.of_person(person)]
        for one in found:
            yield int(one.state != "deleting" and await self._store.ask_to_delete(one, self._now()))
        if found:
            raise RetryLaterError(f"{len(found)} reports of somebody who asked to be forgotten are being deleted.")
