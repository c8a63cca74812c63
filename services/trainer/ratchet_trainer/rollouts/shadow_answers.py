"""Use case: what a version said in the shadow is kept, scrubbed as an example is, for its evaluation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, Protocol
from uuid import UUID

import msgspec

from ratchet_common import conversation
from ratchet_common.events import ShadowAnswered
from ratchet_trainer.collecting.collection import Prepare
from ratchet_trainer.privacy.hashing import Hashes

AT_ONCE: Final = 50  # in one call to a worker process

Pair = tuple[ShadowAnswered, tuple[str, ...]]  # with its texts, the document first and what was said last


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowAnswer:
    """`result_id`: of what the caller got; `output`: of the version in the shadow, without private data."""

    tenant: str
    version_id: str
    result_id: UUID
    output: str
    latency_ms: float
    cost_usd: float
    user_hash: str | None
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowFailure:
    """A copy that was not answered. `error`: its kind, never the platform's words."""

    tenant: str
    version_id: str
    result_id: UUID
    error: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Failures:
    count: int = 0
    latest: str = ""  # its kind


class ShadowAnswerStore(Protocol):
    async def add(self, answers: Sequence[ShadowAnswer]) -> None:
        """Each once a result and version."""

    async def fail(self, failures: Sequence[ShadowFailure]) -> None:
        """Each once a result and version."""


@dataclass(frozen=True)
class ShadowCollector:
    store: ShadowAnswerStore
    prepare: Prepare
    hashes: Hashes

    async def on_answered(self, answered: Sequence[ShadowAnswered]) -> None:
        """What failed, and what the bus has no text of, is asked anew where it is needed; failures are counted."""
        await self.store.fail([_failure(event) for event in answered if event.outcome == "failed"])
        pairs = (pair for event in answered if (pair := readable(event)) is not None)
        while batch := list(islice(pairs, AT_ONCE)):
            await self.store.add(list(await self._scrubbed(batch)))

    async def _scrubbed(self, batch: Sequence[Pair]) -> Iterator[ShadowAnswer]:
        """Together with the request: what stands in both has the same placeholder, as in the example."""
        prepared = await self.prepare([texts for _, texts in batch])
        outputs = [its.texts[-1] for its in prepared]
        return (self._kept(event, output) for (event, _), output in zip(batch, outputs, strict=True))

    def _kept(self, event: ShadowAnswered, output: str) -> ShadowAnswer:
        return ShadowAnswer(
            tenant=event.tenant,
            version_id=event.version_id,
            result_id=event.result_id,
            output=output,
            latency_ms=event.latency_ms,
            cost_usd=float(event.cost_usd),
            user_hash=self.hashes.of_some("user", event.tenant, event.user),
            answered_at=event.occurred_at,
        )


def _failure(event: ShadowAnswered) -> ShadowFailure:
    return ShadowFailure(
        tenant=event.tenant,
        version_id=event.version_id,
        result_id=event.result_id,
        error=event.error or "unknown",
        answered_at=event.occurred_at,
    )


def readable(event: ShadowAnswered) -> Pair | None:
    if event.outcome != "ok" or event.output is None or event.text_omitted:
        return None
    try:
        reading = conversation.read(event.input)
    except msgspec.DecodeError:
        return None
    return event, (reading.document, reading.question, *event.labels, event.output)
