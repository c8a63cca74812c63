"""What somebody says of an answer, and the store in which it waits for that answer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID, uuid5

from ratchet_common.events import FeedbackJoined
from ratchet_feedback.answers import Answer, ResultKey
from ratchet_feedback.cells import Cell
from ratchet_feedback.scoring import Rating

LARGEST_CORRECTIONS: Final = 64 * 1024  # bytes as JSON: they travel in an event beside the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    tenant: str
    result_id: UUID
    user_id: str
    rating: Rating | None  # None: nobody rated; there are words, or what would have been right
    corrections: Mapping[str, Any] = field(default_factory=dict)
    comments: str = ""
    issues: tuple[str, ...] = ()
    stars: int | None = None  # 1 to 5
    signal: str = ""  # what was done with the answer
    spoken: bool = True  # false: only the signal tells, and the rating is what it stands for
    session_id: str = ""  # of this whole session it was said, of which the answer is one
    reference: Any = None  # what should have been answered, as it turned out afterwards
    cells: tuple[Cell, ...] = ()  # of a table in the answer

    @property
    def corrects(self) -> bool:
        """It says what would have been right, of the answer or of a part."""
        return bool(self.corrections or self.cells or self.reference is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """Feedback as it stands in the store: the latest word of this user on this result."""

    said: Feedback
    revision: int
    said_at: datetime

    @property
    def about(self) -> ResultKey:
        return self.said.tenant, self.said.result_id


class FeedbackStore(Protocol):
    async def save(self, said: Feedback) -> Saved:
        """Replaces what this user said before, under a higher revision; returns what stands there now."""

    async def save_first(self, saved: Saved, event: FeedbackJoined) -> bool:
        """`save` and `join` in one write. False, and nothing is written, where this user has said something before."""

    async def save_new(self, first: Collection[tuple[Saved, FeedbackJoined | None]]) -> set[UUID]:
        """As `save_first` of many; those without an event wait for their answers. Returns the `feedback_id` of those
        that it turned away, since these users have said something before."""

    async def save_all(self, said: Collection[Feedback]) -> list[Saved]:
        """Each as `save` does, unless it says what stands there; no two of them by one user on one result.

        Returns what waits for its answer.
        """

    async def answers(self, keys: Collection[ResultKey]) -> dict[ResultKey, Answer]: ...

    async def join(self, found: Collection[tuple[Saved, FeedbackJoined]]) -> None:
        """Each state and its event in one write. What was joined or replaced meanwhile stays as it is."""


def feedback_id(said: Feedback) -> UUID:
    """What a user did with an answer stands beside what he said of it, and takes the place of no word."""
    return uuid5(said.result_id, _whose(said))


def event_id(saved: Saved) -> UUID:
    """Joined twice, it is still one event."""
    return uuid5(saved.said.result_id, f"{_whose(saved.said)}/{saved.revision}")


def _whose(said: Feedback) -> str:
    weak = f"\0in {said.session_id}" if said.session_id else "\0did"
    return f"{said.tenant}\0{said.user_id}" + ("" if said.spoken else weak)
