"""The running comparisons and those that are over."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Path, Query, Request
from pydantic import PlainSerializer

from ratchet_common.auth import MayRead
from ratchet_common.errors import NotFoundError
from ratchet_common.events import Conclusion
from ratchet_common.problems import documented
from ratchet_monitor.api.asking import Store, behind_of
from ratchet_monitor.api.study_views import StudyView, view
from ratchet_monitor.behind import Behind
from ratchet_monitor.comparison import Rules
from ratchet_monitor.experiments import Arm, Experiment, Finding, State
from ratchet_monitor.intake import utc_now
from ratchet_monitor.store import MonitorStore
from ratchet_monitor.studies.study import Study
from ratchet_monitor.waiting import waits_for

HEX = "^([0-9a-f]{2})*$"
Rounded = Annotated[float, PlainSerializer(lambda number: round(number, 6), return_type=float)]

routes = APIRouter(prefix="/api/models/experiments", tags=["experiments"])


class NoSuchExperimentError(NotFoundError):
    type = "unknown-experiment"
    title = "There is no such experiment"


@dataclass(frozen=True, slots=True)
class ArmView:
    """Means are null of nothing. A unit (session, user or result) counts once."""

    version_id: str
    observations: int
    scored_units: int
    score: Rounded | None
    failure_rate: Rounded | None
    cost_usd: Rounded | None
    latency_ms: Rounded | None


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """`gain` is the canary's mean score minus the control's; its interval holds at any time of looking, at 96 %."""

    gain: Rounded | None
    interval: tuple[Rounded, Rounded]
    failure_interval: tuple[Rounded, Rounded]
    cheaper: Rounded
    faster: Rounded
    looked_at: datetime
    arms: list[ArmView]


@dataclass(frozen=True, slots=True)
class ExperimentView:
    """A rollout: an experiment that the system starts itself."""

    kind: Literal["rollout"]
    experiment_id: str
    task_type: str
    revision: int
    state: State
    canary: str
    control: str
    guard: bool  # the canary was promoted, and is compared with what is held out: it may only be taken back
    percent: int
    metric: str
    started_at: datetime
    closed_at: datetime | None
    verdict: Conclusion
    why: str
    waits_for: str  # more answers or more time, and about how long; empty if for neither
    comparison: ComparisonView | None
    behind: Behind | None = None


@dataclass(frozen=True, slots=True)
class ExperimentPage:
    """`behind`: of all tasks of those that run."""

    items: list[ExperimentView | StudyView]
    next: str | None
    behind: Behind | None = None


@routes.get("")
async def list_experiments(
    request: Request,
    caller: MayRead,
    store: Store,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(max_length=1000, pattern=HEX, description="The `next` of the page before")] = "",
) -> ExperimentPage:
    """The latest first: those that people set up, and rollouts."""
    before = bytes.fromhex(cursor).decode(errors="replace")
    found: list[Experiment | Study] = [
        *await store.experiments.page(caller.tenant, before, limit + 1),
        *await store.studies.page(caller.tenant, before, limit + 1),
    ]
    found.sort(key=lambda one: one.place, reverse=True)
    shown = found[:limit]
    running = [one.started_at for one in shown if one.state == State.RUNNING]
    missing = await behind_of(store, caller.tenant, min(running)) if running else None
    return ExperimentPage(
        [_view(one, request) if isinstance(one, Experiment) else view(one) for one in shown],
        shown[-1].place.encode().hex() if len(found) > limit else None,
        missing,
    )


@routes.get("/{experiment_id}", responses=documented(404))
async def show_experiment(
    request: Request, caller: MayRead, store: Store, experiment_id: Annotated[str, Path(max_length=400)]
) -> ExperimentView | StudyView:
    """One comparison: its statistic, its interval, and what follows from them."""
    study = await store.studies.study(caller.tenant, experiment_id)
    if study is not None:
        return replace(view(study), behind=await _missing(study, store))
    found = await store.experiments.experiment(caller.tenant, experiment_id)
    if found is None:
        raise NoSuchExperimentError("There is no experiment with this id; `GET /api/models/experiments` lists them.")
    return replace(_view(found, request), behind=await _missing(found, store))


async def _missing(one: Experiment | Study, store: MonitorStore) -> Behind | None:
    """What is over is told as it was then."""
    return await behind_of(store, one.tenant, one.started_at, one.task_type) if one.state == State.RUNNING else None


def _view(one: Experiment, request: Request) -> ExperimentView:
    finding, rules = one.finding, cast("Rules", request.app.state.rules)
    return ExperimentView(
        kind="rollout",
        experiment_id=one.experiment_id,
        task_type=one.task_type,
        revision=one.revision,
        state=one.state,
        canary=one.canary,
        control=one.control,
        guard=one.guard,
        percent=one.percent,
        metric="score",
        started_at=one.started_at,
        closed_at=one.closed_at,
        verdict=finding.conclusion if finding else "hold",
        why=finding.why if finding else "Nothing has been compared yet.",
        waits_for=waits_for(one, rules, utc_now()),
        comparison=_comparison(one, finding) if finding else None,
    )


def _comparison(one: Experiment, finding: Finding) -> ComparisonView:
    canary, control = finding.canary, finding.control
    return ComparisonView(
        gain=canary.score - control.score if canary.score is not None and control.score is not None else None,
        interval=(finding.gain_low, finding.gain_high),
        failure_interval=(finding.failures_low, finding.failures_high),
        cheaper=finding.cheaper,
        faster=finding.faster,
        looked_at=finding.at,
        arms=[_arm(one.canary, canary), _arm(one.control, control)],
    )


def _arm(version_id: str, arm: Arm) -> ArmView:
    return ArmView(
        version_id=version_id,
        observations=arm.observations,
        scored_units=arm.scored_units,
        score=arm.score,
        failure_rate=arm.failure_rate,
        cost_usd=arm.cost_usd,
        latency_ms=arm.latency_ms,
    )
