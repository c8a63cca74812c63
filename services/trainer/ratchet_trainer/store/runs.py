"""Evaluations that somebody asked for, in the same collection as the gate's: every query on them stands here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from bson import Binary
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from ratchet_common import lease, outbox
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.incurred import of_run
from ratchet_trainer.leased import Leased
from ratchet_trainer.store.paging import place_of
from ratchet_trainer.suites.judged import JudgeReport
from ratchet_trainer.suites.outcomes import CaseOutcome
from ratchet_trainer.suites.run import OPEN, Order, Run, RunEndedError, RunState
from ratchet_trainer.suites.summary import Summary

ASKED: Final = "asked"  # the kind of a document; the gate's have none
STILL_OPEN: Final[Document] = {"kind": ASKED, "state": {"$in": [str(state) for state in OPEN]}}


class MongoRunStore:
    def __init__(self, database: AsyncDatabase[Document], *, lease_s: float) -> None:
        self._runs, self._lease_s = database.evaluations, lease_s

    async def create_indexes(self) -> None:
        await self._runs.create_index([("state", 1), ("due_at", 1)])

    async def add(self, run: Run) -> Run:
        """Under its own id, once: the one that is there."""
        with waiting_is_worth_it():
            try:
                await self._runs.insert_one(_document(run))
            except DuplicateKeyError:
                return await self.find(run.tenant, run.run_id) or run
        return run

    async def find(self, tenant: str, run_id: UUID) -> Run | None:
        wanted = {"_id": Binary.from_uuid(run_id), "tenant": tenant, "kind": ASKED}
        with waiting_is_worth_it():
            found = await self._runs.find_one(wanted)
        return run_in(found) if found else None

    async def take(self, now: datetime) -> Leased[Run] | None:
        """The oldest that is due first."""
        wanted = {**STILL_OPEN, "due_at": {"$lte": now}}
        taken = await lease.take(self._runs, wanted, seconds=self._lease_s, order="created_at")
        return Leased(run_in(taken), taken) if taken else None

    async def save(self, held: Leased[Run], run: Run) -> bool:
        """Its state and its result. False: another worker has it now, or it was cancelled."""
        return await self._write(held, {"$set": _state(run)})

    async def keep(self, held: Leased[Run], outcomes: Sequence[CaseOutcome], spent_usd: float) -> bool:
        """Cases that are done, beside those that are kept. False: as with `save`."""
        more: Document = {"$push": {"outcomes": {"$each": msgspec.to_builtins(list(outcomes))}}} if outcomes else {}
        event = of_run(held.value, spent_usd)
        spent = {"spent_usd": spent_usd, **(outbox.replace(event) if event else {})}
        return await self._write(held, {"$set": spent, "$inc": {"done": len(outcomes)}, **more})

    async def renew(self, held: Leased[Run]) -> bool:
        """False: as with `save`."""
        if not await lease.renew(self._runs, held.document, seconds=self._lease_s):
            return False
        with waiting_is_worth_it():
            return await self._runs.count_documents({**lease.held(held.document), **STILL_OPEN}) == 1

    async def release(self, held: Leased[Run]) -> None:
        await lease.release(self._runs, held.document)

    async def cancel(self, tenant: str, run_id: UUID, reason: str, now: datetime) -> None:
        """Raises RunEndedError. Whoever works on it finds out by its next write."""
        who: Document = {"_id": Binary.from_uuid(run_id), "tenant": tenant}
        change = {"state": str(RunState.CANCELLED), "reason": reason, "ended_at": now}
        with waiting_is_worth_it():
            written = await self._runs.update_one({**who, **STILL_OPEN}, {"$set": change})
        if written.matched_count == 0:
            raise RunEndedError(f"The evaluation {run_id} has ended already: there is nothing to cancel.")

    async def _write(self, held: Leased[Run], change: Document) -> bool:
        with waiting_is_worth_it():
            written = await self._runs.update_one({**lease.held(held.document), **STILL_OPEN}, change)
        return written.matched_count == 1


def run_in(document: Document) -> Run:
    found = document.get("summary"), document.get("judged")
    return Run(
        run_id=document["_id"].as_uuid(),
        tenant=document["tenant"],
        task_type=document["task_type"],
        order=msgspec.convert(document["order"], Order),
        made_by=document["made_by"],
        created_at=document["created_at"],
        due_at=document["due_at"],
        cases=document["total"],
        left_out=document.get("left_out", 0),
        state=RunState(document["state"]),
        reason=document["reason"],
        attempts=document["attempts"],
        spent_usd=document["spent_usd"],
        done=document["done"],
        ended_at=document["ended_at"],
        outcomes=msgspec.convert(document.get("outcomes", []), tuple[CaseOutcome, ...]),
        summary=msgspec.convert(found[0], Summary) if found[0] else None,
        judged=msgspec.convert(found[1], JudgeReport) if found[1] else None,
        asked=document.get("asked", ""),
    )


def _state(run: Run) -> dict[str, Any]:
    return {
        "state": str(run.state),
        "reason": run.reason,
        "attempts": run.attempts,
        "due_at": run.due_at,
        "ended_at": run.ended_at,
        "summary": msgspec.to_builtins(run.summary),
        "judged": msgspec.to_builtins(run.judged),
    }


def _document(run: Run) -> Document:
    return {
        "_id": Binary.from_uuid(run.run_id),
        "kind": ASKED,
        "tenant": run.tenant,
        "place": place_of(run.created_at, run.run_id),
        "task_type": run.task_type,
        "version_id": run.order.candidate.version_id,
        "order": msgspec.to_builtins(run.order),
        "made_by": run.made_by,
        "created_at": run.created_at,
        "total": run.cases,
        "left_out": run.left_out,
        "spent_usd": 0.0,
        "done": 0,
        "outcomes": [],
        "asked": run.asked,
        **_state(run),
    }
