"""Use case: how good each answer was, and what its request looked like, is kept for the estimate that routing asks.

Refused examples count too: an answer that people disliked without saying what was right teaches nobody to answer, and
teaches which requests need a stronger model. Of a request's scrubbed texts only what an estimate reads is kept: hashes
of its words, and its shape.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

import msgspec

from ratchet_common import conversation
from ratchet_common.events import BASE_VERSION, FeedbackJoined
from ratchet_trainer.collecting.drafts import example_id, stratum_in
from ratchet_trainer.privacy.hashing import Hashes

TIERS: Final = ("fast", "balanced", "premium")  # from the cheap to the strong, as the router's catalogue has them
READ: Final = 20_000  # characters of each text: more than an estimate looks at
AT_ONCE: Final = 50
Task = tuple[str, str]  # tenant, task_type


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says, as it came: lives in memory only."""

    question: str = field(repr=False)
    document: str = field(repr=False)
    document_type: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What an estimate reads of a request: the arrays of a `Reading`, as bytes, and a digest of what was asked."""

    buckets: bytes
    counts: bytes
    shape: bytes
    text_hash: str


@dataclass(frozen=True, slots=True)
class Outcome:
    outcome_id: UUID
    revision: int  # a higher one of the same outcome replaces it
    tenant: str
    task_type: str
    tier: str
    score: float
    stratum: str
    user_hash: str | None
    speaker_hash: str
    session_hash: str | None
    answered_at: datetime
    look: Look
    documents: tuple[str, ...] = ()  # ids of those that the answer was given from


LookAt = Callable[[Sequence[Asked]], Awaitable[list[Look]]]


class OutcomeStore(Protocol):
    async def write(self, outcomes: Sequence[Outcome]) -> None:
        """Each under its id. What is there already with the same or a higher revision stays."""


class NewsStore(Protocol):
    async def heard(self, tasks: Collection[Task]) -> None:
        """There are new outcomes of them."""


@dataclass(frozen=True)
class OutcomeCollector:
    outcomes: OutcomeStore
    estimates: NewsStore
    look_at: LookAt
    hashes: Hashes

    async def on_feedback(self, said: Sequence[FeedbackJoined]) -> None:
        """Outcomes first, then that there are some: a kill between both brings the events again."""
        asked = [(event, its) for event in said if counts(event) and (its := asked_in(event)) is not None]
        for batch in _batches(asked):
            looks = await self.look_at([its for _, its in batch])
            await self.outcomes.write(
                [self._outcome(event, look) for (event, _), look in zip(batch, looks, strict=True)]
            )
        if asked:
            await self.estimates.heard({(event.tenant, event.task_type) for event, _ in asked})

    def _outcome(self, said: FeedbackJoined, look: Look) -> Outcome:
        speaker = self.hashes.of("user", said.tenant, said.user_id)
        return Outcome(
            outcome_id=example_id(said.result_id, said.tenant, f"{speaker}/{said.via}" if said.via else speaker),
            revision=said.revision,
            tenant=said.tenant,
            task_type=said.task_type,
            tier=said.tier,
            score=said.score,
            stratum=stratum_in(said),
            user_hash=self.hashes.of_some("user", said.tenant, said.user),
            speaker_hash=speaker,
            session_hash=self.hashes.of_some("session", said.tenant, said.session),
            answered_at=said.answered_at or said.occurred_at,
            look=look,
            documents=said.documents_read,
        )


def counts(said: FeedbackJoined) -> bool:
    """An answer of a catalogue's model that may be learned from, and of which it was said how good it was: a trained
    version is no tier's."""
    made_by_tier = said.tier in TIERS and said.version_id == BASE_VERSION
    return made_by_tier and said.collect and not said.text_omitted and not said.is_weak and said.is_scored


def asked_in(said: FeedbackJoined) -> Asked | None:
    """None: it cannot be read, or says nothing."""
    try:
        reading = conversation.read(said.input)
    except msgspec.DecodeError:
        return None
    if not reading.document.strip() and not reading.question.strip():
        return None
    return Asked(_cut(reading.question), _cut(reading.document), said.document_type)


def _cut(text: str) -> str:
    """Both ends, where an estimate looks."""
    return text if len(text) <= READ else f"{text[: READ // 2]}\n{text[-READ // 2 :]}"


def _batches(asked: Sequence[tuple[FeedbackJoined, Asked]]) -> Iterator[Sequence[tuple[FeedbackJoined, Asked]]]:
    for start in range(0, len(asked), AT_ONCE):
        yield asked[start : start + AT_ONCE]
