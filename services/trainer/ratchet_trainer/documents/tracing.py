"""Use case: what was learned from a document: examples, datasets, versions. Ids, no text."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ratchet_common.errors import NotFoundError
from ratchet_trainer.documents.resting import Became, Fate


class NothingLearnedError(NotFoundError):
    type = "nothing-learned"
    title = "Nothing was learned from such a document"

    def __init__(self, document_id: str) -> None:
        super().__init__(
            f"Nothing was learned from a document {document_id}: GET /api/documents lists those there are."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleOf:
    """An example that rests on the document, or did. `reason`: why it is none, where it was refused."""

    example_id: UUID
    task_type: str
    state: str
    reason: str
    source: str | None  # of its target; None: it is an example no more
    result_id: UUID | None
    revision: int  # of the document, that was read; 0: not known
    approach: str
    learned_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldIn:
    """A document in a dataset. `examples`: how many rested on it when the dataset was built."""

    dataset_id: str
    document_id: str
    examples: int
    oldest: int  # the oldest revision that one of them read; 0: not known
    deleted_at: datetime | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaughtBy:
    """A version that was trained on a dataset."""

    version_id: str
    dataset_id: str
    platform: str
    state: str


@dataclass(frozen=True, slots=True)
class Found:
    """`examples`: how many, by their states. `datasets`: a page of them, the latest first."""

    fate: Fate
    examples: Mapping[str, int]
    datasets: Sequence[HeldIn]
    versions: Sequence[TaughtBy]
    next: str | None

    @property
    def state(self) -> str:
        """Of the document, as far as anything follows from it here."""
        if self.fate.deleted_at is not None:
            return Became.DELETED
        return Became.CHANGED if self.fate.has_changed else ""


class Fates(Protocol):
    async def of(self, tenant: str, document_ids: Collection[str]) -> dict[str, Fate]: ...


class Examples(Protocol):
    async def by_state(self, tenant: str, document_id: str) -> dict[str, int]: ...
    async def examples_of(
        self, tenant: str, document_id: str, *, limit: int, cursor: str | None
    ) -> tuple[list[ExampleOf], str | None]: ...


class Datasets(Protocol):
    async def holding(
        self, tenant: str, document_id: str, *, limit: int, cursor: str | None
    ) -> tuple[list[HeldIn], str | None]:
        """The latest first."""

    async def taught_by(self, tenant: str, dataset_ids: Collection[str]) -> list[TaughtBy]: ...


@dataclass(frozen=True)
class Tracing:
    fates: Fates
    examples: Examples
    datasets: Datasets

    async def of(self, tenant: str, document_id: str, *, limit: int, cursor: str | None) -> Found:
        """Raises NothingLearnedError, CursorError."""
        fates = await self.fates.of(tenant, [document_id])
        counts = await self.examples.by_state(tenant, document_id)
        held, following = await self.datasets.holding(tenant, document_id, limit=limit, cursor=cursor)
        if not (fates or counts or held or cursor):
            raise NothingLearnedError(document_id)
        versions = await self.datasets.taught_by(tenant, [one.dataset_id for one in held]) if held else []
        return Found(fates.get(document_id, Fate(document_id)), counts, held, versions, following)

    async def examples_of(
        self, tenant: str, document_id: str, *, limit: int, cursor: str | None
    ) -> tuple[list[ExampleOf], str | None]:
        """What was learned last first. Raises NothingLearnedError, CursorError."""
        found, following = await self.examples.examples_of(tenant, document_id, limit=limit, cursor=cursor)
        if not (found or cursor or await self.fates.of(tenant, [document_id])):
            raise NothingLearnedError(document_id)
        return found, following
