"""HTTP in: versions that were tuned or are hosted elsewhere."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from ratchet_common.auth import Caller, MayOperate
from ratchet_common.problems import documented
from ratchet_common.vocabulary import known_task
from ratchet_trainer.api.parameters import Words, name_of
from ratchet_trainer.api.version_views import VersionView, view
from ratchet_trainer.platforms.platform import Tuned
from ratchet_trainer.rollouts.registering import Registering, Registration

routes = APIRouter(prefix="/api/models/versions", tags=["versions"])

Metric = Annotated[float, Field(allow_inf_nan=False)]
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
MetricName = Annotated[str, Field(min_length=1, max_length=100)]


class RegisterRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    task_type: str = Field(max_length=100)
    platform: str = Field(max_length=40, description="openai, bedrock, vertex, lora, local, or one of the catalogue's")
    model: str = Field("", max_length=500, pattern=r"^[!-~]*$", description="its name at the platform that serves it")
    artifact: str = Field("", max_length=1000, description="of a student: file: URL in the artifact store")
    sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$", description="of that file")
    base_model: str = Field("", max_length=200)
    dataset_id: str = Field("", max_length=100, description="it was trained on; empty: not on one of these")
    parent: str = Field("", max_length=100, description="a version, or base; empty: what serves now")
    learned_until: AwareDatetime | None = Field(
        None,
        ge=EARLIEST,
        le=LATEST,
        description="the newest thing that it has learned from: it is judged on newer ones only, without a dataset",
    )
    metrics: dict[MetricName, Metric] = Field({}, max_length=50)
    why: Words = Field(min_length=1, max_length=500, description="kept on the version")

    @field_validator("why")
    @classmethod
    def _said(cls, why: str) -> str:
        if not why:
            raise ValueError("it is blank: say in words why")
        return why

    def of(self, caller: Caller) -> Registration:
        """Raises UnknownTaskError."""
        return Registration(
            tenant=caller.tenant,
            task_type=known_task(self.task_type).value,
            platform=self.platform,
            tuned=Tuned(model=self.model, artifact=self.artifact, sha256=self.sha256),
            base_model=self.base_model,
            dataset_id=self.dataset_id,
            parent=self.parent,
            learned_until=self.learned_until,
            metrics=self.metrics,
            who=name_of(caller),
            why=self.why,
        )


@routes.post(
    "",
    status_code=201,
    responses=documented(404, 409) | {200: {"model": VersionView, "description": "It is a version already."}},
)
async def register_version(
    body: RegisterRequest, caller: MayOperate, request: Request, response: Response
) -> VersionView:
    """A candidate: judged and rolled out like any other. The same model of a platform for a task is one version."""
    registering: Registering = request.app.state.registering
    version, new = await registering.register(body.of(caller))
    if not new:
        response.status_code = 200
    request.app.state.poke_training()
    return view(version)
