"""Experiments are set up and stopped here."""

from typing import Annotated, Final, Literal, cast

from fastapi import APIRouter, Header, Path, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ratchet_common.auth import Caller, MayOperate
from ratchet_common.events import Approach
from ratchet_common.legible import legible
from ratchet_common.problems import documented
from ratchet_common.vocabulary import known_task
from ratchet_monitor.api.asking import Store
from ratchet_monitor.api.experiments import NoSuchExperimentError
from ratchet_monitor.api.study_views import StudyView, view
from ratchet_monitor.hours import Keeping, TaskKey
from ratchet_monitor.intake import utc_now
from ratchet_monitor.studies.asking import Asked, By
from ratchet_monitor.studies.metrics import Metric, Unit
from ratchet_monitor.studies.setting_up import never_seen, set_up, stop, used_lately
from ratchet_monitor.studies.study import Arm, Ended, Rail

NAME: Final = r"^[a-z0-9][a-z0-9_-]{0,39}$"
REFERENCE: Final = r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$"
FEW, MANY = 2, 6  # arms

routes = APIRouter(prefix="/api/models/experiments", tags=["experiments"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1, max_length=255, description="the same key and body: the same answer, and nothing is made twice"
    ),
]


def in_words(text: str) -> str:
    """On one line. Raises ValueError for what has control characters, or turns around the text beside it."""
    line = " ".join(text.split())
    if legible(line) != line:
        raise ValueError("it has control characters: write it in words")
    return line


Words = Annotated[str, AfterValidator(in_words)]


class ArmRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=NAME, description="as verdicts and answers call it")
    share: int = Field(ge=1, le=99, strict=True, description="per cent of the units; all arms' add up to 100")
    version_id: str = Field("", max_length=100, pattern=f"{REFERENCE}|^$", description="or `base`")
    template: str = Field("", max_length=100, pattern=f"{REFERENCE}|^$", description="`id`, `id@2` or `id_v2`")
    model: str = Field("", max_length=200, pattern=f"{REFERENCE}|^$", description="a name of the catalogue")
    approach: Approach | Literal[""] = Field("", description="of requests with a context")


class RailRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    metric: Metric
    limit: float = Field(ge=0, le=1_000_000, allow_inf_nan=False, description="by how much an arm may be worse")


class ExperimentRequest(BaseModel):
    """`minimum_effect` and limits are in the metric's unit: a share of 1, USD, or ms."""

    model_config = ConfigDict(extra="forbid")

    name: Words = Field(min_length=1, max_length=200)
    task_type: str = Field(max_length=64)
    arms: list[ArmRequest] = Field(min_length=FEW, max_length=MANY, description="the first one is the control")
    unit: Unit = "session"
    metric: Metric = Metric.SCORE
    minimum_effect: float | None = Field(
        None, gt=0, le=1_000_000, allow_inf_nan=False, description=".05 for scores and failures; else it has to be said"
    )
    guard_rails: list[RailRequest] = Field([], max_length=4)
    pre_period_days: int | None = Field(None, ge=0, le=364, description="0: none; default: 7 for costs and times")
    window_hours: float | None = Field(
        None, ge=0, le=168, allow_inf_nan=False, description="of a unit's costs and times; default: 1, of users 24"
    )
    why: Words = Field("", max_length=500)

    def asked(self) -> Asked:
        """Raises UnknownTaskError."""
        return Asked(
            name=self.name,
            task_type=known_task(self.task_type).value,
            arms=tuple(Arm(**arm.model_dump()) for arm in self.arms),
            unit=self.unit,
            metric=self.metric,
            minimum_effect=self.minimum_effect,
            guard_rails=tuple(Rail(metric=rail.metric, limit=rail.limit) for rail in self.guard_rails),
            pre_period_days=self.pre_period_days,
            window_hours=self.window_hours,
            why=self.why,
        )


class Why(BaseModel):
    model_config = ConfigDict(extra="forbid")

    why: Words = Field("", max_length=500, description="kept on the experiment, with who stopped it")


@routes.post("", status_code=201, responses=documented(404, 409))
async def create_experiment(
    body: ExperimentRequest, caller: MayOperate, request: Request, store: Store, idempotency_key: IdempotencyKey = None
) -> StudyView:
    """It runs from now on: the router draws its units within seconds, where no request names a model of its own."""
    now, keeping = utc_now(), cast("Keeping", request.app.state.keeping)
    asked = body.asked()
    serving = await store.experiments.serving(TaskKey(caller.tenant, asked.task_type))
    by = By(caller.tenant, _name_of(caller), now)
    versions = serving.versions if serving else ()
    made = await set_up(asked, idempotency_key, by, store.studies, versions=versions, raw=keeping.raw)
    return view(made, never_seen(made.arms, *await used_lately(store.buckets, made.task, now)))


@routes.post("/{experiment_id}/stop", responses=documented(404, 409))
async def stop_experiment(
    experiment_id: Annotated[str, Path(max_length=400)], caller: MayOperate, store: Store, body: Why | None = None
) -> StudyView:
    """Its units are answered as they were before. A rollout is not stopped here: roll its version back."""
    by = Ended(at=utc_now(), who=_name_of(caller), why=body.why if body else "")
    over = await stop(caller.tenant, experiment_id, by, store.studies)
    if over is None:
        raise NoSuchExperimentError(
            "There is no experiment with this id that somebody set up; `GET /api/models/experiments` lists them."
        )
    return view(over)


def _name_of(caller: Caller) -> str:
    return caller.name or f"token {caller.sha256[:8]}"
