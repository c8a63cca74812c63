"""A user asked to be forgotten: who has done so by now, what had held him, and what still lies where. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from ratchet_common.errors import NotFoundError
from ratchet_common.topics import BY_NAME, DEAD_LETTERS_KEPT, EVERY_SERVICE

# Kafka deletes whole segments, once the newest record in one is old enough; it closes them after a week at the latest.
SEGMENT: Final = timedelta(days=7)
HOLDS: Final[Mapping[str, str]] = {
    "predictions": "what the user asked and was answered, with the user's id",
    "feedback": "what the user said of answers and what others said of the user's, with the answers and the ids",
    "erasures": "a digest of the user's id, by which somebody who guesses the id can check his guess",
    "shadows": "the requests, and what versions in the shadow said to them",
}


class ErasureState(StrEnum):
    ASKED = "asked"  # not every service has said yet that it is done
    DONE = "done"


class UnknownErasureError(NotFoundError):
    type = "unknown-erasure"
    title = "There is no such erasure"

    def __init__(self, erasure_id: UUID) -> None:
        super().__init__(f"There is no erasure {erasure_id}: GET /api/models/erasures lists them.")


@dataclass(frozen=True, slots=True)
class Erasure:
    """`user_hash` is keyed with the trainer's salt. `removed`: by service and kind, of those that are done."""

    erasure_id: UUID
    tenant: str
    user_hash: str
    who: str
    why: str
    asked_at: datetime
    removed: Mapping[str, Mapping[str, int]]
    reported_at: datetime | None = None  # the last of them

    @property
    def done_at(self) -> datetime | None:
        return None if self.waits_for else self.reported_at

    @property
    def state(self) -> ErasureState:
        return ErasureState.ASKED if self.waits_for else ErasureState.DONE

    @property
    def waits_for(self) -> list[str]:
        return [service for service in EVERY_SERVICE if service not in self.removed]


@dataclass(frozen=True, slots=True)
class HeldBy:
    """A dataset, and how many of its examples were the user's."""

    dataset_id: str
    examples: int


@dataclass(frozen=True, slots=True)
class LearnedBy:
    """A version that was trained on such a dataset."""

    version_id: str
    dataset_id: str
    platform: str


@dataclass(frozen=True, slots=True)
class Lasting:
    """What nobody can take out of Kafka, and when it is gone at the latest."""

    topic: str
    holds: str
    until: datetime


@dataclass(frozen=True, slots=True)
class UsedBy:
    """A job whose files may have had examples of the user. `files_left`: they are at its platform still."""

    job_id: UUID
    dataset_id: str
    platform: str
    state: str
    files_left: bool


def still_on_the_bus(asked_at: datetime) -> Sequence[Lasting]:
    """By how long the topics are kept. A record may be buried on its last day."""
    found = []
    for name, holds in HOLDS.items():
        topic = BY_NAME[name]
        if topic.kept is None:
            raise ValueError(f"{name} is compacted: it would keep what it holds of the user for ever.")
        until = asked_at + topic.kept + SEGMENT
        found.append(Lasting(name, holds, until))
        buried = f"of the same, what could not be handled: {holds}"
        found.append(Lasting(topic.dead_letters, buried, until + DEAD_LETTERS_KEPT + SEGMENT))
    return found
