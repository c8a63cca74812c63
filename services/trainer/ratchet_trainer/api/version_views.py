"""A version as it is shown."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from ratchet_trainer.rollouts.versions import Version, VersionState


class VersionView(BaseModel):
    version_id: str
    task_type: str
    platform: str
    state: VersionState
    traffic_percentage: int = Field(description="its share; of a holdout, the part that is held out")
    reason: str = ""
    base_model: str | None = None
    model: str | None = Field(None, description="its name at the platform that serves it")
    artifact: str | None = None
    sha256: str | None = None
    dataset_id: str | None = None
    parent: str | None = None
    job_id: str | None = None
    evaluation_id: str | None = None
    baseline: str | None = Field(None, description="what it was evaluated against")
    metrics: dict[str, float] = {}
    learned_until: datetime | None = None
    created_at: datetime | None = None
    taken_down_at: datetime | None = Field(None, description="what served it at its platform was removed")
    erasures: list[UUID] = Field([], description="of users whose examples its dataset had held")
    documents_deleted: int = Field(0, description="of those that its dataset was made of")
    documents_changed: int = Field(0, description="of them: they have another content now than was read")
    registered_by: str | None = Field(None, description="who brought it, where no job made it")
    why: str | None = Field(None, description="it was brought")


def view(version: Version) -> VersionView:
    return VersionView(
        version_id=version.version_id,
        task_type=version.task_type,
        platform=version.platform,
        state=version.state,
        traffic_percentage=version.traffic_percentage,
        reason=version.reason,
        base_model=version.base_model or None,
        model=version.model or None,
        artifact=version.artifact or None,
        sha256=version.sha256 or None,
        dataset_id=version.dataset_id or None,
        parent=version.parent,
        job_id=version.job_id or None,
        evaluation_id=version.evaluation_id or None,
        baseline=version.baseline or None,
        metrics=dict(version.metrics),
        learned_until=version.learned_until,
        created_at=version.created_at,
        taken_down_at=version.taken_down_at,
        erasures=list(version.erasures),
        documents_deleted=version.documents_deleted,
        documents_changed=version.documents_changed,
        registered_by=version.registered_by or None,
        why=version.why or None,
    )
