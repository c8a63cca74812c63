"""Vectors of a document's passages: made in bounded batches, asked for again where that helps.

Each batch is an event as a request to /v1/embeddings is, so that its cost is counted as the tenant's.
"""

import asyncio
import time
from array import array
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from uuid_utils.compat import uuid7

from ratchet_catalogue.catalogue import EmbeddingModel
from ratchet_catalogue.discounts import savings_of
from ratchet_common.events import Attempt, PredictionMade
from ratchet_providers.base import TimeLimits
from ratchet_providers.embedding import Embedding, EmbeddingRequest, Embeddings
from ratchet_providers.failing import THE_REQUESTS_FAULT, ProviderError
from ratchet_retrieval.away import AwayError
from ratchet_retrieval.embedding import NoDirectionError, NotEmbeddedError, Vector, checked
from ratchet_router.embedded import EmbedAsk, Embedded, event_of
from ratchet_router.metrics import called, counted
from ratchet_router.recording import NotRecordedError

AT_ONCE: Final = 64  # passages in one request
TRIES: Final = 6  # of a batch; then the document waits
PAUSE_S: Final = 0.5  # after the first failure, and twice as long after each further one
LONGEST_PAUSE_S: Final = 30.0
TAG: Final = "ingestion"


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """`allows`: whether a tenant's texts may go to the model. `record`: makes an event safe."""

    model: EmbeddingModel
    by: Embedding
    record: Callable[[PredictionMade], Awaitable[object]]
    allows: Callable[[str], bool]
    limits: TimeLimits
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def of(self, tenant: str, texts: Sequence[str]) -> list[Vector] | None:
        """One for each text, in that order; None: the tenant's texts may not go there. Batches that were paid for are
        made and paid anew where the document waits after one of them.

        Raises NotEmbeddedError: the model refuses the texts, or makes none of them; AwayError: nobody answers now.
        """
        if not self.allows(tenant):
            return None
        found: list[Vector] = []
        for start in range(0, len(texts), AT_ONCE):
            found += await self._batch(tenant, texts[start : start + AT_ONCE])
        try:
            if found:
                checked(found)
        except NoDirectionError as error:
            raise NotEmbeddedError(f"Nothing can be found by what {self.model.name} made: {error}") from None
        return found

    async def _batch(self, tenant: str, texts: Sequence[str]) -> list[Vector]:
        attempts: list[Attempt] = []
        for tried in range(TRIES):
            began = time.perf_counter()
            try:
                made = await self.by.embed(self._request(texts))
            except ProviderError as error:
                attempts.append(self._attempt(began, error))
                if error.kind in THE_REQUESTS_FAULT:
                    raise NotEmbeddedError(
                        f"The embedding model {self.model.name} refused its passages ({error.kind})."
                    ) from None
                if tried + 1 < TRIES:
                    await self.pause(min(error.retry_after_s or PAUSE_S * 2**tried, LONGEST_PAUSE_S))
            else:
                attempts.append(self._attempt(began))
                await self._told(tenant, texts, made, attempts)
                return _as_floats(made, self.model.name)
        raise AwayError(f"The embedding model {self.model.name} does not answer ({attempts[-1].error}).")

    def _request(self, texts: Sequence[str]) -> EmbeddingRequest:
        return EmbeddingRequest(
            model=self.model.upstream_model or self.model.name, inputs=list(texts), limits=self.limits
        )

    def _attempt(self, began: float, error: ProviderError | None = None) -> Attempt:
        seconds, kind = time.perf_counter() - began, error.kind if error else ""
        called("embeddings", self.model.provider, self.model.name, kind, seconds)
        return Attempt(
            model=self.model.name,
            latency_ms=round(seconds * 1000, 3),
            error=kind,
            provider=self.model.provider,
            status=error.status if error else 0,
        )

    async def _told(self, tenant: str, texts: Sequence[str], made: Embeddings, attempts: Sequence[Attempt]) -> None:
        prices = self.model.prices
        ask = EmbedAsk(tenant=tenant, model=self.model.name, inputs=texts, fields={}, tags=(TAG,))
        said = Embedded(
            result_id=uuid7(),
            model=self.model.name,
            body={},
            usage=made.usage,
            cost_usd=prices.of(made.usage),
            savings=savings_of(made.usage, prices),
            attempts=tuple(attempts),
            latency_ms=attempts[-1].latency_ms,
            simulated=made.simulated,
        )
        event = event_of(ask, said, "ok")
        counted(event)
        try:
            await self.record(event)
        except NotRecordedError as error:
            raise AwayError(f"What vectors of passages cost could not be recorded: {error.detail}") from None


def _as_floats(made: Embeddings, model: str) -> list[Vector]:
    """Of 4 bytes each, as the index keeps them: a long document has millions."""
    if any(isinstance(vector, str) for vector in made.vectors):
        raise NotEmbeddedError(f"The embedding model {model} gave no numbers.")
    return [array("f", vector) for vector in made.vectors]  # type: ignore[arg-type]  # no text, as was looked at
