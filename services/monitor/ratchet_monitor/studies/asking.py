"""What may be asked for, and the experiment that follows from it. Pure."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from ratchet_common.errors import RefusedError
from ratchet_common.events import BASE_VERSION
from ratchet_monitor.studies.metrics import BOUNDED, UNIT_OF, Metric, Unit
from ratchet_monitor.studies.study import Arm, Rail, Study

MINIMUM_EFFECT: Final = 0.05
FINEST: Final = 1e-9  # a nano-dollar: costs are counted no finer, and an interval made for less overflows
TOO_FINE: Final = "finer than anything is measured"
WINDOW_HOURS: Final[dict[Unit, float]] = {"result": 0.0, "session": 1.0, "user": 24.0}
PRE_PERIOD_DAYS: Final = 7
RESERVED: Final = frozenset({"control", "shares"})  # what verdicts call their own numbers by
WHOLE: Final = 100
TUNED: Final = frozenset({"finetuned", "hybrid_rag_finetuned"})


class ExperimentRefusedError(RefusedError):
    type = "experiment-refused"
    title = "The experiment cannot be set up so"

    def __init__(self, detail: str, field: str) -> None:
        super().__init__(detail, field=field, errors=[{"field": field, "message": detail}])


class ExperimentRunsError(RefusedError):
    status = 409
    type = "experiment-runs"
    title = "An experiment runs on the task already"


class IdempotencyMismatchError(RefusedError):
    type = "idempotency-mismatch"
    title = "The idempotency key belongs to another request"

    def __init__(self) -> None:
        super().__init__("Another request had this Idempotency-Key: give each request of its own a key of its own.")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """None: the default, which depends on the metric and the unit."""

    name: str
    task_type: str
    arms: tuple[Arm, ...]
    unit: Unit = "session"
    metric: Metric = Metric.SCORE
    minimum_effect: float | None = None
    guard_rails: tuple[Rail, ...] = ()
    pre_period_days: int | None = None
    window_hours: float | None = None
    why: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class By:
    tenant: str
    who: str
    at: datetime


def study_of(asked: Asked, experiment_id: str, by: By, *, versions: Collection[str], raw_days: int) -> Study:
    """`versions`: that can be asked for the task now. `raw_days`: single answers are kept.

    Raises ExperimentRefusedError.
    """
    _insist_on_arms(asked.arms, versions)
    _insist_on_metric(asked)
    _insist_on_rails(asked)
    window = WINDOW_HOURS[asked.unit] if asked.window_hours is None else asked.window_hours
    if asked.unit == "result" and window:
        raise ExperimentRefusedError("window_hours: a result is one answer, and has no window.", "window_hours")
    return Study(
        experiment_id=experiment_id,
        tenant=by.tenant,
        task_type=asked.task_type,
        name=asked.name,
        arms=asked.arms,
        unit=asked.unit,
        metric=asked.metric,
        minimum_effect=MINIMUM_EFFECT if asked.minimum_effect is None else asked.minimum_effect,
        guard_rails=asked.guard_rails,
        pre_period_days=_pre_period(asked, raw_days),
        window_hours=window,
        started_at=by.at,
        who=by.who,
        why=asked.why,
        asked=asked.digest,
    )


def _insist_on_arms(arms: Sequence[Arm], versions: Collection[str]) -> None:
    total = sum(arm.share for arm in arms)
    if total != WHOLE:
        raise ExperimentRefusedError(f"arms: the shares add up to {total}, and have to add up to 100.", "arms")
    for place, arm in enumerate(arms):
        before, field = arms[:place], f"arms.{place}"
        given = [kind for kind in (arm.version_id, arm.template, arm.model, arm.approach) if kind]
        if len(given) != 1:
            raise ExperimentRefusedError(
                f"{field}: an arm is one version_id, template, model or approach, and this one names {len(given)}.",
                field,
            )
        if arm.name in RESERVED and place:
            raise ExperimentRefusedError(
                f"{field}.name: verdicts name the first arm's units control, and the shares shares: "
                "name this one otherwise.",
                f"{field}.name",
            )
        if any(arm.name == other.name for other in before):
            raise ExperimentRefusedError(f"{field}.name: two arms have the same name.", f"{field}.name")
        if any(arm.what == other.what for other in before):
            raise ExperimentRefusedError(f"{field}: two arms are the same {arm.what}.", field)
        if arm.approach in TUNED and not {*versions} - {BASE_VERSION}:
            raise ExperimentRefusedError(
                f"{field}.approach: no tuned version serves this task now. Give one a share of the traffic first.",
                f"{field}.approach",
            )
        if arm.version_id and arm.version_id not in (BASE_VERSION, *versions):
            known = ", ".join(sorted({BASE_VERSION, *versions}))
            raise ExperimentRefusedError(
                f"{field}.version_id: {arm.version_id} cannot be asked for this task now; {known} can. "
                "Give it a share of the traffic first.",
                f"{field}.version_id",
            )


def _insist_on_metric(asked: Asked) -> None:
    if asked.metric is Metric.COST_PER_SESSION and asked.unit == "result":
        raise ExperimentRefusedError(
            "unit: a cost per session needs sessions or users as units, and results are single answers.", "unit"
        )
    if asked.minimum_effect is None and asked.metric not in BOUNDED:
        raise ExperimentRefusedError(
            f"minimum_effect: {asked.metric} is measured in {UNIT_OF[asked.metric]}: say how many of them matter.",
            "minimum_effect",
        )
    if asked.minimum_effect is not None and asked.minimum_effect < FINEST:
        raise ExperimentRefusedError(f"minimum_effect: it is below {FINEST:g}, {TOO_FINE}.", "minimum_effect")
    if asked.metric in BOUNDED and (asked.minimum_effect or 0) >= 1:
        raise ExperimentRefusedError("minimum_effect: it lies between 0 and 1 for this metric.", "minimum_effect")


def _insist_on_rails(asked: Asked) -> None:
    for place, rail in enumerate(asked.guard_rails):
        field = f"guard_rails.{place}"
        if rail.metric is asked.metric or any(rail.metric is one.metric for one in asked.guard_rails[:place]):
            raise ExperimentRefusedError(f"{field}: {rail.metric} is watched already.", field)
        if rail.metric is Metric.COST_PER_SESSION and asked.unit == "result":
            raise ExperimentRefusedError(f"{field}: results are single answers and have no sessions.", field)
        if rail.metric in BOUNDED and rail.limit >= 1:
            raise ExperimentRefusedError(f"{field}.limit: it lies between 0 and 1 for {rail.metric}.", f"{field}.limit")
        if rail.metric not in BOUNDED and not rail.limit > 0:
            raise ExperimentRefusedError(
                f"{field}.limit: say how many {UNIT_OF[rail.metric]} an arm may take more, above 0.", f"{field}.limit"
            )
        if 0 < rail.limit < FINEST:
            raise ExperimentRefusedError(f"{field}.limit: it is below {FINEST:g}, {TOO_FINE}.", f"{field}.limit")


def _pre_period(asked: Asked, raw_days: int) -> int:
    """Costs and times are adjusted by default, where units have a past; scores and failures where it is asked for."""
    most = max(raw_days - 1, 0)
    if asked.unit == "result":
        if asked.pre_period_days:
            raise ExperimentRefusedError("pre_period_days: a result has no past.", "pre_period_days")
        return 0
    if asked.pre_period_days is None:
        return 0 if asked.metric in BOUNDED else min(PRE_PERIOD_DAYS, most)
    if asked.pre_period_days > most:
        raise ExperimentRefusedError(
            f"pre_period_days: single answers are known for {raw_days} days (MONITOR_RAW_DAYS), so {most} at most.",
            "pre_period_days",
        )
    return asked.pre_period_days
