"""Reports as workers take them: one worker a report, under a lease, one step further."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from ratchet_common import lease
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_common.outbox import push
from ratchet_router.reporting.record import UNDER_WAY, Made, Refusal, State
from ratchet_router.reporting.store import FIRST, MongoReportStore, change_of, plain, record_of
from ratchet_router.under_lease import LEASE_S, OvertakenError

COUNTED: Final = 10_000  # of a state at most, for metrics
NOTHING: Final[Mapping[str, object]] = {}


class Held:
    """A report under this worker's lease."""

    def __init__(self, document: Document) -> None:
        self.document, self.record = document, record_of(document)
        self.delete_at: datetime = document.get("delete_at", self.record.changed_at)

    @property
    def lease(self) -> Document:
        return lease.held(self.document)


class MongoReportWork:
    """`states`: those whose next step is done here."""

    def __init__(self, store: MongoReportStore, states: Sequence[State]) -> None:
        self.store, self._states = store, list(states)
        self._collection = store.collection

    async def take(self, now: datetime) -> Held | None:
        """What is due, the longest first."""
        wanted = {"due_at": {"$lte": now.timestamp()}, "state": {"$in": self._states}}
        found = await lease.take(self._collection, wanted, seconds=LEASE_S, order="due_at")
        return Held(found) if found else None

    async def renew(self, held: Held) -> bool:
        """False: another worker has it now."""
        return await lease.renew(self._collection, held.document, seconds=LEASE_S)

    async def release(self, held: Held) -> None:
        await lease.release(self._collection, held.document)

    async def part(self, held: Held, name: str) -> bytes | None:
        return await self.store.part(held.record.tenant, held.record.id, name)

    async def begin(self, held: Held) -> None:
        """It counts as one more try until the step has ended. Raises OvertakenError, as all below do."""
        await self._write(held, {"$inc": {"begun": 1}})
        held.record.begun += 1

    async def step(
        self, held: Held, to: State, now: datetime, parts: Mapping[str, bytes], also: Mapping[str, object] = NOTHING
    ) -> None:
        """The step is done, and the next one is due at once. What was made is there before it is said."""
        its = held.record
        await self._write(held, {"$set": {"changed_at": now}})  # still ours: a part of a deleted report would stay
        await self.store.put_parts(its.tenant, its.id, parts, held.delete_at)
        await self._become(held, to, now, {"due_at": now.timestamp(), "begun": 0, **also})

    async def ready(self, held: Held, made: Made, now: datetime, pages: Mapping[str, bytes]) -> None:
        its = held.record
        await self._write(held, {"$set": {"changed_at": now}})
        await self.store.put_parts(its.tenant, its.id, pages, held.delete_at)
        await self._become(held, "ready", now, {"made": plain(made), "begun": 0}, over=True)

    async def fail(self, held: Held, refusal: Refusal, now: datetime) -> None:
        await self._become(held, "failed", now, {"refusal": plain(refusal), "begun": 0}, over=True)

    async def put_off(self, held: Held, due: datetime, *, counts: bool = False) -> None:
        """An orderly end. `counts`: as a try; else what went wrong was not the report's fault."""
        await self._write(held, {"$set": {"due_at": due.timestamp()} | ({} if counts else {"begun": 0})})

    async def gone(self, held: Held, now: datetime, again: datetime) -> None:
        """A worker that lost its lease may still be putting parts: they are removed once more, when it is due again."""
        nothing: Document = {"title": "", "question": "", "user": "", "documents": [], "made": None, "refusal": None}
        await self._become(held, "gone", now, nothing | {"caller": b"", "due_at": again.timestamp()})

    async def forget(self, held: Held) -> None:
        with waiting_is_worth_it():
            await self._collection.delete_one(held.lease | {"tenant": held.record.tenant, "state": "gone"})

    async def _become(
        self, held: Held, state: State, now: datetime, said: Mapping[str, object], *, over: bool = False
    ) -> None:
        its = held.record
        update: Document = push(change_of(msgspec.structs.replace(its, state=state)))
        update["$set"] = {"state": state, "changed_at": now, **said}
        if over:
            update["$unset"] = {"due_at": ""}
        await self._write(held, update)
        its.state, its.changed_at = state, now

    async def _write(self, held: Held, update: Document) -> None:
        its = held.record
        with waiting_is_worth_it():
            done = await self._collection.update_one(held.lease | {"tenant": its.tenant, "state": its.state}, update)
        if not done.matched_count:
            raise OvertakenError(f"The report {its.id} is another worker's now, or it is to be deleted.")

    # for dashboards

    async def counts(self) -> dict[State, int]:
        """Of the states that reports pass through, each as far as `COUNTED`."""
        shown = sorted({*UNDER_WAY, "deleting"})
        with waiting_is_worth_it():
            return {state: await self._collection.count_documents({"state": state}, limit=COUNTED) for state in shown}

    async def oldest_due(self, now: datetime) -> float:
        """For how many seconds the report has been due that waits longest; 0: none is."""
        wanted = {"due_at": {"$gt": FIRST, "$lte": now.timestamp()}}
        with waiting_is_worth_it():
            found = await self._collection.find(wanted, {"due_at": 1}).sort("due_at", 1).limit(1).to_list()
        return now.timestamp() - found[0]["due_at"] if found else 0.0
