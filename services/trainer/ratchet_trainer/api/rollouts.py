"""How traffic is shared, over HTTP: to look at. It is changed at /api/models/versions."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from ratchet_common.auth import MayRead
from ratchet_common.problems import documented
from ratchet_common.vocabulary import known_task
from ratchet_trainer.rollouts.rollout import Change, Rollout, RolloutState, Shadowed
from ratchet_trainer.store.rollouts import MongoRolloutStore

routes = APIRouter(prefix="/api/models/rollouts", tags=["rollouts"])


class HoldoutView(BaseModel):
    version_id: str
    percent: int
    until: datetime


class ShadowView(BaseModel):
    version_id: str
    percent: int


class ChangeView(BaseModel):
    revision: int
    who: str
    why: str
    at: datetime
    shares: dict[str, int]
    shadow: ShadowView | None = None


class RolloutView(BaseModel):
    task_type: str
    state: RolloutState
    revision: int
    stable: str
    canary: str | None
    waits_for: str = Field(description="of a trial that finds too little traffic: how far it is, and for how long more")
    shares: dict[str, int]
    holdout: HoldoutView | None
    shadow: ShadowView | None = Field(None, description="answers copies of so many per cent of the units, unseen")
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
        waits_for=rollout.waits_for,
        shares=rollout.shares,
        holdout=HoldoutView(version_id=held.version_id, percent=held.percent, until=held.until) if held else None,
        shadow=_shadow(rollout.shadow),
        history=[_change(change) for change in rollout.history],
    )


def _change(change: Change) -> ChangeView:
    by = change.by
    shares, shadow = dict(change.shares), _shadow(change.shadow)
    return ChangeView(revision=change.revision, who=by.who, why=by.why, at=by.at, shares=shares, shadow=shadow)


def _shadow(shadow: Shadowed | None) -> ShadowView | None:
    return ShadowView(version_id=shadow.version_id, percent=shadow.percent) if shadow else None
