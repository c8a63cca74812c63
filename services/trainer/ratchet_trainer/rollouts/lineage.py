"""Where a version comes from: dataset, job, what served before it, and the answers that taught it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from ratchet_common.errors import RefusedError
from ratchet_common.events import BASE_VERSION
from ratchet_trainer.datasets.dataset import Listed, Ref, UnknownDatasetError
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.rollouts.versions import Version
from ratchet_trainer.tuning.jobs import Job, UnknownJobError

MOST_PARENTS: Final = 20
IN_ORDER: Final = (Side.TRAIN, Side.VALIDATION, Side.TEST)


class OffsetError(RefusedError):
    type = "invalid-cursor"
    title = "The cursor is not one of ours"

    def __init__(self) -> None:
        message = "it must be the `next` of the page before"
        super().__init__(f"cursor: {message}.", errors=[{"field": "cursor", "message": message}])


@dataclass(frozen=True, slots=True)
class Origin:
    """Of an example: the answer that it was learned from. `result_id` None: it was brought from outside."""

    example_id: UUID
    result_id: UUID | None
    source: str | None  # of its target, as it stands now; None: it is an example no more
    version_id: str  # that answered
    spoken: bool
    documents: tuple[str, ...] = ()  # ids of those that the answer was given from
    deleted: bool = False  # one of them was deleted, and the example's texts with it


@dataclass(frozen=True, slots=True)
class Taught:
    """`origin` None: the example was erased. `template`: of the request, as long as that is known."""

    example_id: UUID
    side: Side
    origin: Origin | None
    template: str | None


@dataclass(frozen=True, slots=True)
class Ancestry:
    dataset: Listed | None
    job: Job | None
    parents: tuple[Version, ...]  # the nearest first


class Versions(Protocol):
    async def some(self, tenant: str, version_ids: Collection[str]) -> list[Version]: ...


class Datasets(Protocol):
    async def get(self, tenant: str, dataset_id: str) -> Listed: ...
    async def sides(self, tenant: str, dataset_id: str) -> dict[Side, list[Ref]]: ...


class Jobs(Protocol):
    async def get(self, tenant: str, job_id: UUID) -> Job: ...


class Origins(Protocol):
    async def origins(self, tenant: str, example_ids: Collection[UUID]) -> dict[UUID, Origin]: ...


class Templates(Protocol):
    async def templates(self, tenant: str, result_ids: Collection[UUID]) -> dict[UUID, str]: ...


@dataclass(frozen=True)
class Lineage:
    versions: Versions
    datasets: Datasets
    jobs: Jobs
    examples: Origins
    served: Templates

    async def of(self, version: Version) -> Ancestry:
        return Ancestry(await self.dataset(version), await self._job(version), await self._parents(version))

    async def dataset(self, version: Version) -> Listed | None:
        """None where nobody said what it was trained on, or that is gone."""
        try:
            return await self.datasets.get(version.tenant, version.dataset_id) if version.dataset_id else None
        except UnknownDatasetError:
            return None

    async def taught(self, version: Version, *, limit: int, cursor: str | None) -> tuple[list[Taught], str | None]:
        """A page of what its dataset holds, side by side in the order of the dataset. Raises OffsetError."""
        start = _offset(cursor)
        if await self.dataset(version) is None:
            return [], None
        sides = await self.datasets.sides(version.tenant, version.dataset_id)
        every = [(side, ref) for side in IN_ORDER for ref in sides.get(side, [])]
        page = every[start : start + limit]
        origins = await self.examples.origins(version.tenant, [example_id for _, (example_id, _) in page])
        results = [origin.result_id for origin in origins.values() if origin.result_id is not None]
        templates = await self.served.templates(version.tenant, results)
        after = str(start + limit) if start + limit < len(every) else None
        return _taught(page, origins, templates), after

    async def _job(self, version: Version) -> Job | None:
        try:
            return await self.jobs.get(version.tenant, UUID(version.job_id)) if version.job_id else None
        except UnknownJobError:
            return None

    async def _parents(self, version: Version) -> tuple[Version, ...]:
        found: list[Version] = []
        seen, name = {version.version_id}, version.parent
        while name not in (*seen, "", BASE_VERSION) and len(found) < MOST_PARENTS:
            there = await self.versions.some(version.tenant, [name])
            if not there:
                break
            found += there
            seen.add(name)
            name = there[0].parent
        return tuple(found)


def _taught(
    page: Sequence[tuple[Side, Ref]], origins: Mapping[UUID, Origin], templates: Mapping[UUID, str]
) -> list[Taught]:
    found = []
    for side, (example_id, _) in page:
        origin = origins.get(example_id)
        result_id = origin.result_id if origin else None
        found.append(Taught(example_id, side, origin, templates.get(result_id) if result_id else None))
    return found


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
        raise OffsetError
    return int(cursor)
