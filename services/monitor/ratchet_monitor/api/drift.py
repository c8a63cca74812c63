"""What has changed: of the two windows, looked at now; of the streams, as they came."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast

from fastapi import APIRouter, Query, Request

from ratchet_common.auth import MayRead
from ratchet_common.problems import documented
from ratchet_monitor.api.asking import Store, Task, behind_of
from ratchet_monitor.behind import Behind
from ratchet_monitor.drift.finding import Finding
from ratchet_monitor.drift.looking import INPUTS, Looked
from ratchet_monitor.drift.streams import Change
from ratchet_monitor.drift.windows import begins
from ratchet_monitor.drifting import DriftRules, compared, windows
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.intake import utc_now

routes = APIRouter(prefix="/api/models/performance", tags=["numbers"])


@dataclass(frozen=True, slots=True)
class SideView:
    n: int
    value: float | None


@dataclass(frozen=True, slots=True)
class FeatureView:
    """`of`: inputs, or the answers of `model_version` and `model`. `p` is null where there is too little to say, and
    adjusted for all that was looked at together. `effect` is the loss of accuracy, or a PSI; under `least` it does not
    matter. `interval`: 95 %, of current - reference, where the test gives one."""

    task_type: str
    of: str
    model_version: str
    model: str
    feature: str
    what: str
    reference: SideView
    current: SideView
    statistic: float | None
    p: float | None
    effect: float
    least: float
    interval: tuple[float, float] | None
    drifted: bool
    why: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A detector's word on a stream. `signal`: failures, slowness or discontent; `before` and `after`: its means."""

    task_type: str
    model_version: str
    model: str
    template: str
    signal: str
    at: datetime
    rose: bool
    before: float
    after: float
    answers_since: int


@dataclass(frozen=True, slots=True)
class DriftView:
    """`level`: of a task's look, so that no more false alarms come than the month's budget allows."""

    drifted: bool
    reference_from: datetime
    current_from: datetime
    level: float
    features: list[FeatureView]
    streams: list[ChangeView]
    behind: Behind | None = None


@routes.get("/drift", responses=documented(404))
async def show_drift(
    request: Request,
    caller: MayRead,
    store: Store,
    task_type: Task,
    model_version: Annotated[str, Query(max_length=200, description="A version_id; all if left out")] = "",
) -> DriftView:
    """The last days against those before: accuracy, inputs, outputs, cost and latency, each with its test. Without a
    task: each of them, and their mix."""
    now, rules = utc_now(), cast("DriftRules", request.app.state.drift)
    level = rules.level(await store.looks.of_tenant(caller.tenant))

    def wanted(version: str) -> bool:
        return model_version in ("", version)

    since, cut = begins(now, rules.lengths)
    missing = await behind_of(store, caller.tenant, since, task_type)
    pairs = await windows(store.buckets, TaskKey(caller.tenant, task_type), now, rules.lengths, wanted)
    features = [
        _feature(task, one)
        for task, pair in sorted(pairs.items())
        for one in compared(pair, task, level, rules.allowed)
    ]
    changes = await store.streams.changes_of(caller.tenant, task_type)
    return DriftView(
        drifted=any(one.drifted for one in features),
        reference_from=since,
        current_from=cut,
        level=level,
        features=features,
        streams=[_change(task, one) for task, one in changes if wanted(one.key.version_id)],
        behind=missing,
    )


def _feature(task: str, looked: Looked) -> FeatureView:
    finding: Finding = looked.finding
    return FeatureView(
        task_type=task,
        of="inputs" if looked.speaker == INPUTS else "answers",
        model_version=looked.speaker.version_id,
        model=looked.speaker.model,
        feature=finding.feature,
        what=finding.what,
        reference=SideView(finding.reference.n, finding.reference.value),
        current=SideView(finding.current.n, finding.current.value),
        statistic=finding.statistic,
        p=finding.adjusted_p,
        effect=finding.effect,
        least=finding.least,
        interval=finding.interval,
        drifted=finding.drifted,
        why=finding.why,
    )


def _change(task: str, change: Change) -> ChangeView:
    return ChangeView(
        task_type=task,
        model_version=change.key.version_id,
        model=change.key.model,
        template=change.key.template,
        signal=change.signal,
        at=change.at,
        rose=change.rose,
        before=round(change.before, 6),
        after=round(change.after, 6),
        answers_since=change.since,
    )
