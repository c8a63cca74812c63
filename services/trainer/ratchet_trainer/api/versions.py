"""Versions over HTTP, and the traffic that they get."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, BeforeValidator, Field

from ratchet_common.auth import Caller, MayOperate, MayRead
from ratchet_common.errors import NotFoundError, RefusedError
from ratchet_common.events import BASE_VERSION
from ratchet_common.problems import documented
from ratchet_trainer.api import evaluations, rollouts
from ratchet_trainer.api.evaluations import EvaluationView
from ratchet_trainer.api.parameters import Cursor, Limit, TaskFilter, VersionId, Why, name_of, task_in
from ratchet_trainer.api.rollouts import RolloutView
from ratchet_trainer.api.version_views import VersionView, view
from ratchet_trainer.artifacts import Artifact, FileArtifacts
from ratchet_trainer.rollouts.by_hand import activate, roll_back, set_traffic
from ratchet_trainer.rollouts.rollout import By, Rollout, Standing, standings
from ratchet_trainer.rollouts.serving import insist_on_platform
from ratchet_trainer.rollouts.shadowing import set_shadow
from ratchet_trainer.rollouts.traffic import Traffic
from ratchet_trainer.rollouts.versions import Version, VersionState
from ratchet_trainer.store.evaluations import MongoEvaluationStore
from ratchet_trainer.store.rollouts import MongoRolloutStore
from ratchet_trainer.store.versions import MongoVersionStore

routes = APIRouter(prefix="/api/models/versions", tags=["versions"])

StateFilter = Annotated[VersionState | None, Query(description="only versions in this state")]


class Versions(BaseModel):
    items: list[VersionView]
    next: str | None


class Comparison(BaseModel):
    version_a: VersionView
    version_b: VersionView
    evaluation_a: EvaluationView | None = Field(description="its latest evaluation")
    evaluation_b: EvaluationView | None
    head_to_head: EvaluationView | None = Field(description="where one of them was evaluated against the other")


class DifferentTasksError(RefusedError):
    type = "different-tasks"
    title = "Versions for different tasks have nothing in common"


def no_truth_value(percentage: object) -> object:
    if isinstance(percentage, bool):
        raise ValueError("it is a number from 0 to 100")
    return percentage


class TrafficRequest(Why):
    percentage: Annotated[int, BeforeValidator(no_truth_value)] = Field(ge=0, le=100)


@routes.get("", responses=documented(404))
async def list_versions(
    caller: MayRead,
    request: Request,
    task_type: TaskFilter = None,
    state: StateFilter = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Versions:
    """The newest first. The first page begins with `base` where the catalogue's models serve beside or before them."""
    task = task_in(task_type)
    found, after = await versions_in(request).list(
        caller.tenant, task_type=task, state=state, limit=limit, cursor=cursor
    )
    base = [] if cursor or state not in (None, VersionState.LIVE) else await _base(request, caller, task)
    return Versions(items=[*base, *(view(version) for version in found)], next=after)


@routes.get("/compare", responses=documented(404))
async def compare_versions(
    version_a: Annotated[str, Query(max_length=100)],
    version_b: Annotated[str, Query(max_length=100)],
    caller: MayRead,
    request: Request,
) -> Comparison:
    """One of them may be `base`: the catalogue's models, as they serve the other's task."""
    other = version_b if version_a == BASE_VERSION else version_a
    task = (await trained(request, caller, other)).task_type
    a, b = await _compared(request, caller, version_a, task), await _compared(request, caller, version_b, task)
    if a.task_type != b.task_type:
        raise DifferentTasksError(f"{version_a} is for {a.task_type}, and {version_b} for {b.task_type}.")
    of_a, of_b = await _evaluations(request, caller, version_a), await _evaluations(request, caller, version_b)
    head_to_head = [e for e in (*of_a, *of_b) if {e.version_id, e.baseline} == {version_a, version_b}]
    return Comparison(
        version_a=a,
        version_b=b,
        evaluation_a=next(iter(of_a), None),
        evaluation_b=next(iter(of_b), None),
        head_to_head=next(iter(head_to_head), None),
    )


@routes.post("/{version_id}/activate", responses=documented(404, 409))
async def activate_version(
    version_id: VersionId, caller: MayOperate, request: Request, body: Why | None = None
) -> RolloutView:
    """All of its task's traffic goes to it, and none is held out."""
    version = await trained(request, caller, version_id, to_serve=True)
    by = _by(caller, body, "activated")
    return await _change(request, version, lambda rollout: activate(rollout, version_id, by))


@routes.post("/{version_id}/rollback", responses=documented(404, 409))
async def roll_version_back(
    version_id: VersionId, caller: MayOperate, request: Request, body: Why | None = None
) -> RolloutView:
    """What it stood beside, or what it took the place of, serves instead."""
    version = await trained(request, caller, version_id)
    by = _by(caller, body, "rolled back")
    there = await _rollouts(request).get(caller.tenant, version.task_type)
    before = await versions_in(request).some(caller.tenant, there.served_before)
    gone = {one.version_id for one in before if one.taken_down_at}
    return await _change(request, version, lambda rollout: roll_back(rollout, version_id, by, gone))


@routes.post("/{version_id}/traffic", responses=documented(404, 409))
async def set_version_traffic(
    version_id: VersionId, body: TrafficRequest, caller: MayOperate, request: Request
) -> RolloutView:
    """From 1 to 99 it is on trial, and verdicts take it further; 100 activates it, 0 takes it off."""
    version = await trained(request, caller, version_id, to_serve=body.percentage > 0)
    by = _by(caller, body, f"traffic set to {body.percentage} %")
    return await _change(request, version, lambda rollout: set_traffic(rollout, version_id, body.percentage, by))


@routes.post("/{version_id}/shadow", responses=documented(404, 409))
async def set_version_shadow(
    version_id: VersionId, body: TrafficRequest, caller: MayOperate, request: Request
) -> RolloutView:
    """It answers copies of so many per cent of its task's units, and nobody sees it; 0 ends that."""
    version = await trained(request, caller, version_id, to_serve=body.percentage > 0)
    by = _by(caller, body, f"shadow set to {body.percentage} %")
    return await _change(request, version, lambda rollout: set_shadow(rollout, version, body.percentage, by))


async def _change(request: Request, version: Version, decide: Callable[[Rollout], Rollout]) -> RolloutView:
    traffic: Traffic = request.app.state.traffic
    changed = await traffic.change(version.tenant, version.task_type, decide)
    rollout = changed or await _rollouts(request).get(version.tenant, version.task_type)
    return rollouts.view(rollout)


async def trained(request: Request, caller: Caller, version_id: str, *, to_serve: bool = False) -> Version:
    """Raises UnknownVersionError; where it shall serve, ArtifactGoneError or NotServedError if nobody could answer."""
    if version_id == BASE_VERSION:
        raise NotFoundError(
            "base stands for the catalogue's models, of each task apart: roll back what took its place instead, "
            "or look at /api/models/rollouts."
        )
    version = await versions_in(request).get(caller.tenant, version_id)
    if to_serve and version.here:
        artifacts: FileArtifacts = request.app.state.artifacts
        artifacts.path_of(Artifact(version.artifact, version.sha256))
    elif to_serve:
        insist_on_platform(version, request.app.state.served_platforms)
    return version


async def _base(request: Request, caller: Caller, task: str | None) -> list[VersionView]:
    found = await _rollouts(request).of_tenant(caller.tenant)
    serving = [rollout for rollout in found if BASE_VERSION in rollout.serving and task in (None, rollout.task_type)]
    return [_base_view(rollout) for rollout in serving]


def _base_view(rollout: Rollout) -> VersionView:
    standing = standings(rollout).get(BASE_VERSION) or Standing(VersionState.RETIRED, 0)
    return VersionView(
        version_id=BASE_VERSION,
        task_type=rollout.task_type,
        platform=BASE_VERSION,
        state=standing.state,
        traffic_percentage=standing.percent,
        reason=standing.why,
    )


async def _compared(request: Request, caller: Caller, version_id: str, task: str) -> VersionView:
    if version_id == BASE_VERSION:
        return _base_view(await _rollouts(request).get(caller.tenant, task))
    return view(await versions_in(request).get(caller.tenant, version_id))


async def _evaluations(request: Request, caller: Caller, version_id: str) -> list[EvaluationView]:
    store: MongoEvaluationStore = request.app.state.evaluations
    found = await store.of_version(caller.tenant, version_id, limit=20)
    return [evaluations.view(evaluation) for evaluation in found]


def versions_in(request: Request) -> MongoVersionStore:
    store: MongoVersionStore = request.app.state.versions
    return store


def _rollouts(request: Request) -> MongoRolloutStore:
    store: MongoRolloutStore = request.app.state.rollouts
    return store


def _by(caller: Caller, body: Why | None, what: str) -> By:
    return By(name_of(caller), (body.why if body else "") or what, datetime.now(UTC))
