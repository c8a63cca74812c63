"""HTTP out: what was learned from a document, and which documents a dataset was made of. Ids, no text."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from ratchet_common.auth import MayRead
from ratchet_common.problems import documented
from ratchet_trainer.api.datasets import DatasetId
from ratchet_trainer.api.examples import TheData
from ratchet_trainer.api.parameters import Cursor, Limit
from ratchet_trainer.documents.tracing import ExampleOf, Found, HeldIn

routes = APIRouter(prefix="/api/models", tags=["lineage of documents"])

DocumentId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:-]{1,200}$")]


class ShownVersion(BaseModel):
    version_id: str
    platform: str
    state: str


class ShownHolding(BaseModel):
    """A document in a dataset."""

    document_id: str
    dataset_id: str
    examples: int = Field(description="of the dataset that rested on it when it was built")
    deleted_at: datetime | None = Field(description="since then the dataset is read without them")
    changed_at: datetime | None = Field(description="since then it has another content than one of them read")

    @classmethod
    def of(cls, held: HeldIn) -> Self:
        return cls(**_of(held))


class ShownDataset(ShownHolding):
    versions: list[ShownVersion] = Field(description="that were trained on the dataset; 1,000 on a page at most")


def _of(held: HeldIn) -> dict[str, object]:
    return {
        "document_id": held.document_id,
        "dataset_id": held.dataset_id,
        "examples": held.examples,
        "deleted_at": held.deleted_at,
        "changed_at": held.changed_at,
    }


class DocumentLineage(BaseModel):
    document_id: str
    state: Literal["", "changed", "deleted"] = Field(description="empty: it is as it was, as far as was heard")
    deleted_at: datetime | None
    changed_at: datetime | None
    served_since: int = Field(description="its content is the same since this revision; 0: not heard of")
    examples: dict[str, int] = Field(
        description="that rest on it or did: example; archived or outdated, which no new dataset takes; refused, "
        "which what is deleted becomes"
    )
    datasets: list[ShownDataset] = Field(description="that hold some of them, the latest first")
    next: str | None

    @classmethod
    def of(cls, found: Found) -> Self:
        versions: dict[str, list[ShownVersion]] = {}
        for one in found.versions:
            shown = ShownVersion(version_id=one.version_id, platform=one.platform, state=one.state)
            versions.setdefault(one.dataset_id, []).append(shown)
        return cls.model_validate(
            {
                "document_id": found.fate.document_id,
                "state": found.state,
                "deleted_at": found.fate.deleted_at,
                "changed_at": found.fate.changed_at,
                "served_since": found.fate.served_since,
                "examples": dict(found.examples),
                "datasets": [{**_of(one), "versions": versions.get(one.dataset_id, [])} for one in found.datasets],
                "next": found.next,
            }
        )


class ShownExampleOf(BaseModel):
    example_id: UUID
    task_type: str
    state: str
    reason: str | None = Field(description="why it was refused")
    source: str | None = Field(description="of its target; null: it is an example no more")
    result_id: UUID | None = Field(description="of the answer that it was learned from")
    revision: int = Field(description="of the document, that was read; 0: not known")
    approach: str | None
    learned_at: datetime

    @classmethod
    def of(cls, one: ExampleOf) -> Self:
        return cls(
            example_id=one.example_id,
            task_type=one.task_type,
            state=one.state,
            reason=one.reason or None,
            source=one.source,
            result_id=one.result_id,
            revision=one.revision,
            approach=one.approach or None,
            learned_at=one.learned_at,
        )


class ExamplesOf(BaseModel):
    items: list[ShownExampleOf]
    next: str | None


class DocumentsOf(BaseModel):
    items: list[ShownHolding]
    next: str | None


@routes.get("/documents/{document_id}", responses=documented(404))
async def get_document_lineage(
    document_id: DocumentId, caller: MayRead, data: TheData, limit: Limit = 50, cursor: Cursor = None
) -> DocumentLineage:
    """What was learned from it: how many examples, and which datasets and versions."""
    return DocumentLineage.of(await data.tracing.of(caller.tenant, document_id, limit=limit, cursor=cursor))


@routes.get("/documents/{document_id}/examples", responses=documented(404))
async def list_examples_of_document(
    document_id: DocumentId, caller: MayRead, data: TheData, limit: Limit = 50, cursor: Cursor = None
) -> ExamplesOf:
    """What was learned last first, refused ones too."""
    found, following = await data.tracing.examples_of(caller.tenant, document_id, limit=limit, cursor=cursor)
    return ExamplesOf(items=[ShownExampleOf.of(one) for one in found], next=following)


@routes.get("/datasets/{dataset_id}/documents", responses=documented(404))
async def list_documents_of_dataset(
    dataset_id: DatasetId, caller: MayRead, data: TheData, limit: Limit = 50, cursor: Cursor = None
) -> DocumentsOf:
    """The documents that its examples' answers were given from, and what became of them."""
    await data.datasets.get(caller.tenant, dataset_id)
    found, following = await data.made_of.of_dataset(caller.tenant, dataset_id, limit=limit, cursor=cursor)
    return DocumentsOf(items=[ShownHolding.of(one) for one in found], next=following)
