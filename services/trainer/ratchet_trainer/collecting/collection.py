"""Use case: what was answered, and what people say of it, becomes examples. Nothing is stored before it is scrubbed."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ratchet_common.events import FeedbackJoined, PredictionMade
from ratchet_trainer.collecting.drafts import (
    Draft,
    Refused,
    counts_as_served,
    from_feedback,
    from_reference,
    from_sample,
    replaced_sample,
    stratum_in,
)
from ratchet_trainer.collecting.learning import Learned, learned, texts_of
from ratchet_trainer.collecting.preparing import Prepared
from ratchet_trainer.collecting.sampling import Sampling, is_drawn
from ratchet_trainer.privacy.hashing import Hashes

CHARS_AT_ONCE = 200_000  # in one call to a worker process: others want their turn
DRAFTS_AT_ONCE = 100

Prepare = Callable[[Sequence[tuple[str, ...]]], Awaitable[list[Prepared]]]
Word = Learned | Refused


class Documents(Protocol):
    """What became of documents that answers were given from."""

    async def refusing(self, words: Sequence[Draft | Refused]) -> list[Draft | Refused]: ...
    async def look_again(self, words: Sequence[Draft | Refused]) -> None:
        """After they were written."""


@dataclass(frozen=True, slots=True)
class Served:
    """That an answer was given; no text. By these the chance of feedback is counted."""

    result_id: UUID
    tenant: str
    task_type: str
    stratum: str
    at: datetime
    template: str | None = None


class ExampleStore(Protocol):
    async def write(self, words: Sequence[Word]) -> None:
        """Each under its example's id. What is there already with the same or a higher revision stays."""


class ServedStore(Protocol):
    async def add(self, served: Sequence[Served]) -> None:
        """Each under its result's id, once."""


@dataclass(frozen=True)
class Collector:
    examples: ExampleStore
    served: ServedStore
    prepare: Prepare
    hashes: Hashes
    sampling: Sampling
    documents: Documents

    async def on_predictions(self, made: Sequence[PredictionMade]) -> None:
        answers = [event for event in made if counts_as_served(event)]
        await self.served.add([_served(event) for event in answers])
        words = [from_reference(event, self.hashes) for event in answers]
        words += [from_sample(event, self.hashes, self.sampling) for event in answers]
        await self._write([word for word in words if word is not None])

    async def on_feedback(self, said: Sequence[FeedbackJoined]) -> None:
        said = [event for event in said if not event.is_weak]
        words = [from_feedback(event, self.hashes) for event in said]
        drawn = [is_drawn(event.tenant, event.result_id, self.sampling.share) for event in said]
        await self._write(words)
        await self._write([replaced_sample(word) for word, was in zip(words, drawn, strict=True) if was])

    async def scrubbed(self, drafts: Sequence[Draft]) -> list[Word]:
        """What would be stored of each of them, in their order."""
        return [word for batch in _batches(drafts) for word in await self._scrubbed(batch)]

    async def _write(self, given: Sequence[Draft | Refused]) -> None:
        words = await self.documents.refusing(given)
        drafts = [word for word in words if isinstance(word, Draft)]
        refused = [word for word in words if isinstance(word, Refused)]
        for batch in _batches(drafts):
            await self.examples.write(await self._scrubbed(batch))
        await self.examples.write(refused)
        await self.documents.look_again(words)

    async def _scrubbed(self, drafts: Sequence[Draft]) -> list[Word]:
        prepared = await self.prepare([texts_of(draft) for draft in drafts])
        return [learned(draft, its) for draft, its in zip(drafts, prepared, strict=True)]


def _served(made: PredictionMade) -> Served:
    return Served(made.result_id, made.tenant, made.task_type, stratum_in(made), made.occurred_at, made.template)


def _batches(drafts: Sequence[Draft]) -> Iterator[list[Draft]]:
    batch: list[Draft] = []
    chars = 0
    for draft in drafts:
        batch.append(draft)
        chars += sum(map(len, texts_of(draft)))
        if chars >= CHARS_AT_ONCE or len(batch) >= DRAFTS_AT_ONCE:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch
