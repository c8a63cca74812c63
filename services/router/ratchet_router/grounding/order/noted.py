"""What was given to read for an answer, in numbers: kept until somebody says what the answer was worth, and then for a
while to learn from. No text; of the documents their ids, so that it goes with them.
"""

from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from ratchet_router.grounding.order.features import Features


@dataclass(frozen=True, slots=True)
class Note:
    """`passages`: by their numbers, from 1, those that a search has found: document, place in it, features.

    `user`: a digest. `shown`: the version of the order that they were in; 0: that of the searches.
    """

    tenant: str
    result_id: UUID
    user: str | None
    shown: int
    passages: dict[int, tuple[str, int, Features]]


class Notes(Protocol):
    def note(self, note: Note) -> None:
        """Does not wait. One that is lost was for nobody but for learning."""


class NothingNoted:
    def note(self, note: Note) -> None:
        pass


NOTHING_NOTED: Final = NothingNoted()
