"""HTTP in: users who asked to be forgotten."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from ratchet_common.auth import MayOperate, MayRead
from ratchet_common.problems import documented
from ratchet_trainer.api.example_bodies import Name
from ratchet_trainer.api.examples import TheData
from ratchet_trainer.api.parameters import Cursor, Limit, Words, name_of
from ratchet_trainer.privacy.erasing import Found
from ratchet_trainer.privacy.erasure import ErasureState, still_on_the_bus

routes = APIRouter(prefix="/api/models/erasures", tags=["erasures"])


class WantedErasure(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user_id: Name = Field(description="as in requests and feedback; not kept")
    why: Words = Field("", max_length=500, description="kept with the erasure: name nobody in it")


class ShownHeldBy(BaseModel):
    dataset_id: str
    examples: int = Field(description="of the user's; the dataset is read without them, and the next one has none")


class ShownLearnedBy(BaseModel):
    version_id: str
    dataset_id: str
    platform: str = Field(description="what was trained there has learned from them all the same")


class ShownUsedBy(BaseModel):
    job_id: UUID
    dataset_id: str
    platform: str
    state: str
    files_left: bool = Field(
        description="its files are at the platform still: a run may need them. They are removed when the job has "
        "ended, uploads that are kept as well"
    )


class ShownLasting(BaseModel):
    topic: str
    holds: str
    until: datetime = Field(description="gone at the latest, by how long topics and their segments are kept")


class ShownErasure(BaseModel):
    """`removed`: by service, as each of them has said that it is done."""

    erasure_id: UUID
    state: ErasureState
    asked_at: datetime = Field(description="what is of a later time stays")
    done_at: datetime | None
    who: str
    why: str
    waits_for: list[str] = Field(description="services that have not said yet that they are done")
    removed: Mapping[str, Mapping[str, int]]
    datasets: list[ShownHeldBy] = Field(description="that had held the user's examples")
    versions: list[ShownLearnedBy] = Field(description="that were trained on those")
    jobs: list[ShownUsedBy] = Field(description="that had made files of those, or were about to")
    kafka: list[ShownLasting] = Field(description="what still lies on the bus, where nobody can take it out")

    @classmethod
    def of(cls, found: Found) -> Self:
        erasure = found.erasure
        return cls(
            erasure_id=erasure.erasure_id,
            state=erasure.state,
            asked_at=erasure.asked_at,
            done_at=erasure.done_at,
            who=erasure.who,
            why=erasure.why,
            waits_for=erasure.waits_for,
            removed=erasure.removed,
            datasets=[ShownHeldBy(dataset_id=one.dataset_id, examples=one.examples) for one in found.datasets],
            versions=[
                ShownLearnedBy(version_id=one.version_id, dataset_id=one.dataset_id, platform=one.platform)
                for one in found.versions
            ],
            jobs=[
                ShownUsedBy(
                    job_id=one.job_id,
                    dataset_id=one.dataset_id,
                    platform=one.platform,
                    state=one.state,
                    files_left=one.files_left,
                )
                for one in found.jobs
            ],
            kafka=[
                ShownLasting(topic=one.topic, holds=one.holds, until=one.until)
                for one in still_on_the_bus(erasure.asked_at)
            ],
        )


class Erasures(BaseModel):
    items: list[ShownErasure]
    next: str | None


@routes.post("", status_code=202)
async def ask_for_erasure(body: WantedErasure, caller: MayOperate, data: TheData) -> ShownErasure:
    """Examples, feedback, answers, conversations of this user go in every service. Asked again, it takes what came
    since.
    """
    found = await data.erasing.ask(
        caller.tenant, body.user_id, who=name_of(caller), why=body.why, now=datetime.now(UTC)
    )
    return ShownErasure.of(found)


@routes.get("")
async def list_erasures(caller: MayRead, data: TheData, limit: Limit = 20, cursor: Cursor = None) -> Erasures:
    """The latest first."""
    found, following = await data.erasures.list(caller.tenant, limit=limit, cursor=cursor)
    return Erasures(items=[ShownErasure.of(await data.erasing.found(one)) for one in found], next=following)


@routes.get("/{erasure_id}", responses=documented(404))
async def get_erasure(erasure_id: UUID, caller: MayRead, data: TheData) -> ShownErasure:
    """How far it has come."""
    return ShownErasure.of(await data.erasing.found(await data.erasures.get(caller.tenant, erasure_id)))
