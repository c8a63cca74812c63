"""HTTP out: a version and where it comes from."""

from typing import Self
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from ratchet_common.auth import MayRead
from ratchet_common.problems import documented
from ratchet_trainer.api.dataset_bodies import ShownDataset
from ratchet_trainer.api.parameters import Cursor, Limit, VersionId
from ratchet_trainer.api.version_views import VersionView, view
from ratchet_trainer.api.versions import trained
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.platform import Method, Value
from ratchet_trainer.rollouts.lineage import Ancestry, Lineage, Taught
from ratchet_trainer.rollouts.versions import Version, VersionState
from ratchet_trainer.tuning.jobs import Job, JobState

routes = APIRouter(prefix="/api/models/versions", tags=["versions"])


class JobBrief(BaseModel):
    job_id: UUID
    platform: str
    base_model: str | None
    method: Method
    state: JobState
    run_id: str | None = Field(description="the platform's")
    hyperparameters: dict[str, Value]
    cost_usd: float | None = Field(description="null where it is not known")
    made_by: str
    reasons: list[str] = Field(description="why it was made")

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(
            job_id=job.job_id,
            platform=job.platform,
            base_model=job.recipe.base_model or None,
            method=job.recipe.method,
            state=job.state,
            run_id=job.run_id or None,
            hyperparameters=dict(job.hyperparameters or job.recipe.hyperparameters),
            cost_usd=job.cost_usd,
            made_by=job.made_by,
            reasons=list(job.reasons),
        )


class ParentView(BaseModel):
    version_id: str
    platform: str
    state: VersionState
    dataset_id: str | None
    parent: str

    @classmethod
    def of(cls, version: Version) -> Self:
        return cls(
            version_id=version.version_id,
            platform=version.platform,
            state=version.state,
            dataset_id=version.dataset_id or None,
            parent=version.parent,
        )


class AncestryView(BaseModel):
    """`parents`: the nearest first, 20 at most; what the last one names is not among our versions, or `base`."""

    dataset: ShownDataset | None
    job: JobBrief | None
    parents: list[ParentView]

    @classmethod
    def of(cls, found: Ancestry) -> Self:
        return cls(
            dataset=ShownDataset.of(found.dataset) if found.dataset else None,
            job=JobBrief.of(found.job) if found.job else None,
            parents=[ParentView.of(parent) for parent in found.parents],
        )


class VersionWithAncestry(VersionView):
    lineage: AncestryView


class TaughtView(BaseModel):
    example_id: UUID
    side: Side
    erased: bool
    result_id: UUID | None = Field(description="of the answer that it was learned from; null: brought from outside")
    source: str | None = Field(description="of its target, as it stands now; null: it is an example no more")
    answered_by: str | None = Field(description="a version, or base")
    template: str | None = Field(description="that dressed the request, as long as that is known")
    documents: list[str] = Field(description="ids of those that the answer was given from")
    document_deleted: bool = Field(description="one of them was, and the example's texts with it")

    @classmethod
    def of(cls, taught: Taught) -> Self:
        origin = taught.origin
        return cls(
            example_id=taught.example_id,
            side=taught.side,
            erased=origin is None,
            result_id=origin.result_id if origin else None,
            source=origin.source if origin else None,
            answered_by=(origin.version_id or None) if origin else None,
            template=taught.template,
            documents=list(origin.documents) if origin else [],
            document_deleted=origin is not None and origin.deleted,
        )


class LineagePage(BaseModel):
    version_id: str
    dataset: ShownDataset | None = Field(description="null where nobody said what it was trained on, or that is gone")
    items: list[TaughtView]
    next: str | None


@routes.get("/{version_id}", responses=documented(404))
async def get_version(version_id: VersionId, caller: MayRead, request: Request) -> VersionWithAncestry:
    version = await trained(request, caller, version_id)
    found = await _lineage(request).of(version)
    return VersionWithAncestry(**dict(view(version)), lineage=AncestryView.of(found))


@routes.get("/{version_id}/lineage", responses=documented(404))
async def get_lineage(
    version_id: VersionId, caller: MayRead, request: Request, limit: Limit = 50, cursor: Cursor = None
) -> LineagePage:
    """The dataset that it was trained on, and each example's answer: the training side first. Ids, no text."""
    version = await trained(request, caller, version_id)
    lineage = _lineage(request)
    listed = await lineage.dataset(version)
    found, following = await lineage.taught(version, limit=limit, cursor=cursor)
    return LineagePage(
        version_id=version.version_id,
        dataset=ShownDataset.of(listed) if listed else None,
        items=[TaughtView.of(taught) for taught in found],
        next=following,
    )


def _lineage(request: Request) -> Lineage:
    lineage: Lineage = request.app.state.lineage
    return lineage
