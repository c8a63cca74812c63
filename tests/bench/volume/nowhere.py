"""A store that keeps nothing, after all has been done to each fact that the real one does before its insert."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from ratchet_common.forgotten import Person
from ratchet_monitor.filing import Filed
from ratchet_monitor.hours import BucketKey
from ratchet_monitor.marks import Mark
from ratchet_monitor.observations import Hit, Observation
from ratchet_monitor.scores import Score
from ratchet_monitor.store.segments import Segments

CAME_AT: Final = datetime.now(UTC)
SEEN: Final = Segments(Observation, lambda seen: seen.result_id)
REPEATED: Final = Segments(Hit, lambda hit: hit.result_id)
SAID: Final = Segments(Score, lambda score: score.event_id)


class Nowhere:
    async def add_observations(self, observations: Filed[Observation]) -> None:
        list(SEEN.of(observations, CAME_AT))

    async def add_hits(self, hits: Filed[Hit]) -> None:
        list(REPEATED.of(hits, CAME_AT))

    async def add_scores(self, scores: Filed[Score]) -> None:
        list(SAID.of(scores, CAME_AT))

    async def add_late(self, late: Collection[Observation | Score]) -> None:
        """None of the bench's events is late."""
        if late:
            raise AssertionError(f"{len(late)} facts of the bench are late for their hours.")


class Unmarked:
    async def set(self, keys: Collection[BucketKey]) -> None: ...

    async def take(self, before: datetime | None = None) -> Mark[BucketKey] | None:  # noqa: ARG002  as the protocol has it
        return None

    async def done(self, mark: Mark[BucketKey]) -> None: ...

    async def put_back(self, mark: Mark[BucketKey], seconds: float = 0) -> None: ...


class Nobody:
    """Was forgotten."""

    async def among(self, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], datetime]:  # noqa: ARG002  as above
        return {}

    async def begin(self, person: Person, erasure_id: UUID) -> bool:  # noqa: ARG002  as above
        return False

    async def count(self, person: Person, erasure_id: UUID, kind: str, removed: int) -> None: ...

    async def end(self, person: Person, erasure_id: UUID) -> None: ...
