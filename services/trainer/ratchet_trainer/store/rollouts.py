"""Rollouts: one document for a tenant's task. A change and its event are one write, under the revision read."""

from datetime import datetime
from typing import Any

import msgspec
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from ratchet_common import outbox
from ratchet_common.events import Holdout, TrafficAssigned
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.rollouts.rollout import By, Change, Rollout, Shadowed
from ratchet_trainer.rollouts.versions import VersionState


class MongoRolloutStore:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._rollouts = database.rollouts

    async def create_indexes(self) -> None:
        await self._rollouts.create_index("tenant")
        await self._rollouts.create_index("unsettled", partialFilterExpression={"unsettled": {"$exists": True}})
        await self._rollouts.create_index("holdout.until")

    async def get(self, tenant: str, task_type: str) -> Rollout:
        """One that nobody has touched yet has the revision 0."""
        with waiting_is_worth_it():
            found = await self._rollouts.find_one({"_id": _id(tenant, task_type), "tenant": tenant})
        return _rollout(found) if found else Rollout(tenant=tenant, task_type=task_type)

    async def save(self, rollout: Rollout, event: TrafficAssigned) -> bool:
        """False: somebody changed it since the revision before this one was read."""
        who: Document = {"_id": _id(rollout.tenant, rollout.task_type), "tenant": rollout.tenant}
        with waiting_is_worth_it():
            if rollout.revision > 1:
                change = {"$set": _fields(rollout)} | outbox.push(event)
                written = await self._rollouts.update_one({**who, "revision": rollout.revision - 1}, change)
                return written.matched_count == 1
            try:
                first = {**who, "task_type": rollout.task_type, **_fields(rollout)}
                await self._rollouts.insert_one(first | outbox.holding(outbox.entry(event)))
            except DuplicateKeyError:
                return False
            return True

    async def note(self, tenant: str, task_type: str, step: int, waits_for: str) -> None:
        trial = {"_id": _id(tenant, task_type), "tenant": tenant, "step": step, "canary": {"$ne": ""}}
        with waiting_is_worth_it():
            await self._rollouts.update_one(trial, {"$set": {"waits_for": waits_for}})

    async def of_tenant(self, tenant: str) -> list[Rollout]:
        """As many as there are tasks."""
        with waiting_is_worth_it():
            found = await self._rollouts.find({"tenant": tenant}, {"outbox": 0}).to_list(100)
        return [_rollout(document) for document in found]

    async def unsettled(self) -> list[Rollout]:
        """Those that the versions' own documents do not follow yet, of all tenants."""
        with waiting_is_worth_it():
            found = await self._rollouts.find({"unsettled": True}, {"outbox": 0}).to_list(100)
        return [_rollout(document) for document in found]

    async def settle(self, rollout: Rollout) -> None:
        who = {"_id": _id(rollout.tenant, rollout.task_type), "revision": rollout.revision}
        with waiting_is_worth_it():
            await self._rollouts.update_one(who, {"$unset": {"unsettled": ""}})

    async def holdouts_over(self, at: datetime) -> list[Rollout]:
        """Of all tenants."""
        with waiting_is_worth_it():
            found = await self._rollouts.find({"holdout.until": {"$lte": at}}, {"outbox": 0}).to_list(100)
        return [_rollout(document) for document in found]


def _id(tenant: str, task_type: str) -> str:
    return f"{tenant}:{task_type}"


def _fields(rollout: Rollout) -> dict[str, Any]:
    return {
        "revision": rollout.revision,
        "state": str(rollout.state),
        "stable": rollout.stable,
        "served_before": list(rollout.served_before),
        "canary": rollout.canary,
        "percent": rollout.percent,
        "holdout": msgspec.structs.asdict(rollout.holdout) if rollout.holdout else None,
        "step": rollout.step,
        "shadow": _shadow(rollout.shadow),
        "waits_for": rollout.waits_for,
        "revoked": list(rollout.revoked),
        "left": [[version, str(state)] for version, state in rollout.left.items()],
        "history": [_history(change) for change in rollout.history],
        "unsettled": True,
    }


def _history(change: Change) -> Document:
    by = change.by
    shares = [[version, percent] for version, percent in change.shares.items()]
    return {"revision": change.revision, "who": by.who, "why": by.why, "at": by.at, "shares": shares} | (
        {"shadow": _shadow(change.shadow)} if change.shadow else {}
    )


def _shadow(shadow: Shadowed | None) -> Document | None:
    return {"version_id": shadow.version_id, "percent": shadow.percent} if shadow else None


def _shadowed(document: Document) -> Shadowed | None:
    """Older documents have none."""
    found = document.get("shadow")
    return Shadowed(found["version_id"], found["percent"]) if found else None


def _rollout(document: Document) -> Rollout:
    held = document["holdout"]
    return Rollout(
        tenant=document["tenant"],
        task_type=document["task_type"],
        revision=document["revision"],
        step=document["step"] if "step" in document else document["revision"],
        stable=document["stable"],
        served_before=tuple(document["served_before"]),
        canary=document["canary"],
        percent=document["percent"],
        holdout=Holdout(**held) if held else None,
        shadow=_shadowed(document),
        waits_for=document.get("waits_for", ""),
        revoked=tuple(document["revoked"]),
        left={version: VersionState(state) for version, state in document["left"]},
        history=tuple(
            Change(c["revision"], By(c["who"], c["why"], c["at"]), dict(c["shares"]), _shadowed(c))
            for c in document["history"]
        ),
    )
