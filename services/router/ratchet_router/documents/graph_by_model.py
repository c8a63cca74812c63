"""Relations that a model finds in a document's passages, beside those that the rules find.

It is asked in bounded batches, again where that helps. Each batch is an event as any request is, without its text, so
that its cost is counted as the tenant's.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from uuid_utils.compat import uuid7

from ratchet_catalogue.catalogue import Model
from ratchet_catalogue.discounts import savings_of
from ratchet_common.events import BASE_VERSION, Attempt, Decision, PredictionMade
from ratchet_common.vocabulary import TaskType
from ratchet_documents.asked_about import About
from ratchet_documents.chunking import Chunk
from ratchet_documents.graph import Graph
from ratchet_providers.base import ModelAnswer, ModelRequest, Provider, TimeLimits
from ratchet_providers.failing import THE_REQUESTS_FAULT, ProviderError
from ratchet_retrieval.away import AwayError
from ratchet_router.graph.claims import SCHEMA, NoClaimsError, asked, held, together
from ratchet_router.graph.part import bounded
from ratchet_router.metrics import called, counted
from ratchet_router.recording import NotRecordedError

CHARACTERS: Final = 12_000  # of the passages in one request
MOST_ASKED: Final = 40  # requests for one document: the rest of a longer one is read by rules alone
MOST_TOKENS: Final = 4_000  # of an answer
TRIES: Final = 6  # of a batch; then the document waits
PAUSE_S: Final = 0.5  # after the first failure, and twice as long after each further one
LONGEST_PAUSE_S: Final = 30.0
TAG: Final = "ingestion"
FORM: Final[dict[str, Any]] = {
    "response_format": {"type": "json_schema", "json_schema": {"name": "relations", "strict": True, "schema": SCHEMA}}
}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GraphByModel:
    """`allows`: whether a tenant's texts may go to the model. `record`: makes an event safe."""

    model: Model
    by: Provider
    record: Callable[[PredictionMade], Awaitable[object]]
    allows: Callable[[str], bool]
    limits: TimeLimits
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def with_claims(self, tenant: str, about: About, chunks: Iterable[Chunk], by_rules: Graph) -> Graph:
        """What the rules found, and what of the model's answers stands in the passages. A batch that the model refuses,
        or answers with something else, adds nothing. Raises AwayError: nobody answers now.
        """
        if not self.allows(tenant):
            return by_rules
        claimed = []
        for batch in islice(_batches(chunks), MOST_ASKED):
            answer = await self._asked(tenant, about, batch)
            if answer is not None and (graph := self._held(answer, about, batch)) is not None:
                claimed.append(graph)
        return bounded(together(by_rules, claimed)) if claimed else by_rules

    def _held(self, answer: ModelAnswer, about: About, batch: Sequence[Chunk]) -> Graph | None:
        try:
            found = held(answer.output, about, batch)
        except NoClaimsError as error:
            log.warning("The document %s: %s gave no graph: %s", about.document_id, self.model.name, error)
            return None
        if found.dropped:
            said = "The document %s: %s relations of %s do not stand in its passages, and are left out."
            log.info(said, about.document_id, found.dropped, self.model.name)
        return found.graph

    async def _asked(self, tenant: str, about: About, batch: Sequence[Chunk]) -> ModelAnswer | None:
        """None: the model refuses these passages."""
        request = self._request(about, batch)
        attempts: list[Attempt] = []
        for tried in range(TRIES):
            began = time.perf_counter()
            try:
                answer = await self.by.answer(request)
            except ProviderError as error:
                attempts.append(self._attempt(began, error))
                if error.kind in THE_REQUESTS_FAULT:
                    said = "The document %s: %s refused passages of it (%s): they are read by rules alone."
                    log.warning(said, about.document_id, self.model.name, error.kind)
                    return None
                if tried + 1 < TRIES:
                    await self.pause(min(error.retry_after_s or PAUSE_S * 2**tried, LONGEST_PAUSE_S))
            else:
                attempts.append(self._attempt(began))
                await self._told(tenant, answer, attempts)
                return answer
        raise AwayError(f"The model of the graph, {self.model.name}, does not answer ({attempts[-1].error}).")

    def _request(self, about: About, batch: Sequence[Chunk]) -> ModelRequest:
        return ModelRequest(
            model=self.model.upstream_model or self.model.name,
            task_type=TaskType.ENTITIES,
            messages=asked(about, batch),
            document="\n\n".join(one.text for one in batch),
            max_output_tokens=MOST_TOKENS,
            limits=self.limits,
            fields=FORM,
        )

    def _attempt(self, began: float, error: ProviderError | None = None) -> Attempt:
        seconds, kind = time.perf_counter() - began, error.kind if error else ""
        called("chat", self.model.provider, self.model.name, kind, seconds)
        return Attempt(
            model=self.model.name,
            latency_ms=round(seconds * 1000, 3),
            error=kind,
            provider=self.model.provider,
            status=error.status if error else 0,
        )

    async def _told(self, tenant: str, answer: ModelAnswer, attempts: Sequence[Attempt]) -> None:
        """Without text: nobody is to learn from it, or to judge it."""
        id_, prices = uuid7(), self.model.prices
        cost = prices.of(answer.usage)
        event = PredictionMade(
            tenant=tenant,
            result_id=id_,
            task_type=TaskType.ENTITIES,
            unit=str(id_),
            model=self.model.name,
            version_id=BASE_VERSION,
            tier=self.model.tier,
            decision=Decision(assigned_by="pinned"),
            outcome="ok",
            usage=answer.usage,
            cost_usd=cost,
            premium_cost_usd=cost,
            savings=savings_of(answer.usage, prices),
            latency_ms=attempts[-1].latency_ms,
            attempts=tuple(attempts),
            tags=(TAG,),
            simulated=answer.simulated,
            collect=False,
            text_omitted="not_collected",
        )
        counted(event)
        try:
            await self.record(event)
        except NotRecordedError as error:
            raise AwayError(f"What the graph of a document cost could not be recorded: {error.detail}") from None


def _batches(chunks: Iterable[Chunk]) -> Iterator[list[Chunk]]:
    batch: list[Chunk] = []
    size = 0
    for chunk in chunks:
        if batch and size + len(chunk.text) > CHARACTERS:
            yield batch
            batch, size = [], 0
        batch.append(chunk)
        size += len(chunk.text)
    if batch:
        yield batch
