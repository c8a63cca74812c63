"""How traffic is shared, over HTTP: to look at. It is changed at /api/models/versions."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel

from ratchet_common.auth import MayRead
from ratchet_common.problems import documented
from ratchet_common.vocabulary import known_task
from ratchet_trainer.rollout import Rollout, RolloutState
from ratchet_trainer.store.rollouts import MongoRolloutStore

routes = APIRouter(prefix="/api/models/rollouts", tags=["rollouts"])


class HoldoutView(BaseModel):
    version_id: str
    percent: int
    until: datetime


class ChangeView(BaseModel):
    revision: int
    who: str
    why: str
    at: datetime
    shares: dict[str, int]


class RolloutView(BaseModel):
    task_type: str
    state: RolloutState
    revision: int
    stable: str
    canary: str | None
    shares: dict[str, int]
    holdout: HoldoutView | None
    history: list[ChangeView]


class Rollouts(BaseModel):
    items: list[RolloutView]
    next: None = None


@routes.get("")
async def list_rollouts(caller: MayRead, request: Request) -> Rollouts:
    """Those of tasks for which something has been trained. There are as many as tasks: one page."""
    store: MongoRolloutStore = request.app.state.rollouts
    return Rollouts(items=[view(rollout) for rollout in await store.of_tenant(caller.tenant)])


@routes.get("/{task_type}", responses=documented(404))
async def get_rollout(task_type: str, caller: MayRead, request: Request) -> RolloutView:
    store: MongoRolloutStore = request.app.state.rollouts
    return view(await store.get(caller.tenant, known_task(task_type)))


def view(rollout: Rollout) -> RolloutView:
    held = rollout.holdout
    return RolloutView(
        task_type=rollout.task_type,
        state=rollout.state,
        revision=rollout.revision,
        stable=rollout.stable,
        canary=rollout.canary or None,
        shares=rollout.shares,
        holdout=HoldoutView(version_id=held.version_id, percent=held.percent, until=held.until) if held else None,
        history=[
            ChangeView(revision=c.revision, who=c.by.who, why=c.by.why, at=c.by.at, shares=dict(c.shares))
            for c in rollout.history
        ],
    )
