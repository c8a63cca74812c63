"""Use cases of callers: a report is asked for, looked at, read, and told to go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from ratchet_common.auth import Caller
from ratchet_common.errors import NotFoundError, RefusedError, UnavailableError
from ratchet_common.persons import digest_of_some
from ratchet_router.idempotency import IdempotencyError, Once
from ratchet_router.reporting.from_documents import calls_for_statements
from ratchet_router.reporting.record import Refusal, ReportRecord, State, new_id
from ratchet_router.reporting.store import MongoReportStore
from ratchet_router.reporting.wanted import Wanted
from ratchet_router.settings import RouterSettings

SHOWN_QUESTION = 500  # characters of it that a list shows


class NoReportError(NotFoundError):
    title = "There is no such report"


class NotReadyError(RefusedError):
    status = 409
    type = "not-ready"
    title = "The report is not ready"


class ReportFailedError(RefusedError):
    status = 409
    type = "report-failed"
    title = "The report was not made"


class TooManyReportsError(UnavailableError):
    status = 429
    type = "too-many-waiting"
    title = "Too many reports wait to be made"


class NothingWantedError(RefusedError):
    type = "invalid"
    title = "A field of the request is wrong"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Reports:
    """`waiting`: reports of a tenant that may be under way at once. `kept`: for so long."""

    store: MongoReportStore
    waiting: int
    kept: timedelta
    now: Callable[[], datetime] = _now

    async def take(self, wanted: Wanted, caller: Caller, once: Once | None) -> ReportRecord:
        """In the store when it returns. Raises NothingWantedError, TooManyReportsError, IdempotencyError."""
        key = once.key.hex() if once else ""
        if (before := await self._before(caller.tenant, key, once)) is not None:
            return before
        if await self.store.waiting(caller.tenant, self.waiting) >= self.waiting:
            raise TooManyReportsError(
                f"{self.waiting} reports of the tenant are being made, and no more are taken: ask later.",
                retry_after_s=30,
            )
        now = self.now()
        new = ReportRecord(
            id=new_id(),
            tenant=caller.tenant,
            user=digest_of_some(caller.tenant, wanted.user) or "",
            title=wanted.title,
            question=wanted.question[:SHOWN_QUESTION],
            state=first_state(wanted),
            created_at=now,
            changed_at=now,
            caller=msgspec.json.encode(caller),
            fingerprint=once.fingerprint if once else b"",
        )
        if await self.store.insert(new, key, msgspec.json.encode(wanted), now + self.kept):
            return new
        return await self._before(caller.tenant, key, once) or new

    async def _before(self, tenant: str, key: str, once: Once | None) -> ReportRecord | None:
        found = await self.store.of_key(tenant, key) if once else None
        if found is not None and once is not None and found.fingerprint != once.fingerprint:
            raise IdempotencyError("Another request was sent with this Idempotency-Key: use one key a request.")
        return found

    async def get(self, tenant: str, id_: str) -> ReportRecord:
        """Raises NoReportError."""
        found = await self.store.get(tenant, id_)
        if found is None:
            raise NoReportError("There is no such report.")
        return found

    async def listed(self, tenant: str, *, state: State | None, after: str, limit: int) -> list[ReportRecord]:
        return await self.store.listed(tenant, state=state, after=after, limit=limit)

    async def page(self, tenant: str, id_: str, name: str) -> bytes:
        """Raises NoReportError, NotReadyError, ReportFailedError."""
        found = await self.get(tenant, id_)
        if found.state == "failed":
            refusal = found.refusal or Refusal("failed", "It was not made.")
            raise ReportFailedError(refusal.sentence, reason=refusal.type)
        if found.state != "ready":
            raise NotReadyError(f"The report is {found.state}: look again, or follow its events.", state=found.state)
        content = await self.store.part(tenant, id_, name)
        if content is None:
            raise NoReportError(f"The report has no {name}.")
        return content

    async def delete(self, tenant: str, id_: str) -> ReportRecord:
        """As it is from then on. Raises NoReportError."""
        found = await self.get(tenant, id_)
        await self.store.ask_to_delete(found, self.now())
        return msgspec.structs.replace(found, state="deleting")


def first_state(wanted: Wanted) -> State:
    """Raises NothingWantedError."""
    if wanted.computes:
        return "choosing" if wanted.chooser == "model" and not wanted.computing.named else "computing"
    if calls_for_statements(wanted):
        return "computing"
    if not wanted.asks_a_model or wanted.context is None:
        message = "a report needs a portfolio, statements, or documents to look into (context)"
        raise NothingWantedError(f"context: {message}.", errors=[{"field": "context", "message": message}])
    return "answering"


def reports_of(store: MongoReportStore, settings: RouterSettings) -> Reports:
    return Reports(store, settings.reports_waiting, timedelta(days=settings.report_days))
