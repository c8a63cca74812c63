"""What people say of answers from documents, taken for what it says of the passages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ratchet_common.events import FeedbackJoined
from ratchet_common.persons import digest
from ratchet_router.grounding.order.worth import worth_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody said last. `worth`: numbers of passages; empty: it says of none that it was."""

    tenant: str
    result_id: UUID
    speaker: str
    revision: int
    at: datetime
    worth: frozenset[int]


class Verdicts(Protocol):
    async def save(self, verdicts: Sequence[Verdict]) -> None:
        """An older word of the same speaker, or the same again, changes nothing. Raises RetryLaterError."""


async def keep_verdicts(store: Verdicts, events: Sequence[FeedbackJoined]) -> None:
    await store.save([verdict_of(said) for said in events if _tells(said)])


def verdict_of(said: FeedbackJoined) -> Verdict:
    return Verdict(
        said.tenant,
        said.result_id,
        digest(said.tenant, said.user_id),
        said.revision,
        said.answered_at or said.occurred_at,
        worth_of(said),
    )


def _tells(said: FeedbackJoined) -> bool:
    return bool(said.documents_read) and said.collect and not said.text_omitted and not said.is_weak
