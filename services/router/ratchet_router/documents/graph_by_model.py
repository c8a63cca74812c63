"""Relations that a model finds in a document's passages, beside those that the rules find. No document waits for it.

It is asked in bounded batches, again where that helps. Each batch is an event as any request is, without its text, so
that its cost is counted as the tenant's.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple

from uuid_utils.compat import uuid7

from ratchet_catalogue.catalogue import Model
from ratchet_catalogue.discounts import savings_of
from ratchet_common.events import BASE_VERSION, Attempt, Decision, PredictionMade
from ratchet_common.vocabulary import TaskType
from ratchet_documents.asked_documents import About
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
TRIES: Final = 6  # of a batch; then the model is taken to be away, and the rest is read by rules
PAUSE_S: Final = 0.5  # after the first failure, and twice as long after each further one
LONGEST_PAUSE_S: Final = 30.0
PATIENCE_S: Final = 120.0  # of a batch: after it a failure is the last
TAG: Final = "ingestion"
FORM: Final[dict[str, Any]] = {
    "response_format": {"type": "json_schema", "json_schema": {"name": "relations", "strict": True, "schema": SCHEMA}}
}
log = logging.getLogger(__name__)


class ReadByModel(NamedTuple):
    """`assumptions`: what of the document the model did not read, and what of its answers does not hold; sentences."""

    graph: Graph
    assumptions: tuple[str, ...] = ()


class _SilentError(Exception):
    """Nobody answers now."""


@dataclass(slots=True)
class _Told:
    """What came of the batches of one document. `silent`: why no further one was asked about."""

    of: int
    beyond: bool = False
    asked: int = 0
    unusable: int = 0
    dropped: int = 0
    silent: str = ""
    claimed: list[Graph] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class GraphByModel:
    """`allows`: whether a tenant's texts may go to the model. `record`: makes an event safe."""

    model: Model
    by: Provider
    record: Callable[[PredictionMade], Awaitable[object]]
    allows: Callable[[str], bool]
    limits: TimeLimits
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.perf_counter

    async def with_claims(self, tenant: str, about: About, chunks: Iterable[Chunk], by_rules: Graph) -> ReadByModel:
        """What the rules found, and what of the model's answers stands in the passages. A batch that the model refuses,
        or answers with something else, adds nothing; once it does not answer at all the rest is read by rules alone,
        so that no document waits for it. Raises AwayError: what a request cost could not be recorded.
        """
        if not self.allows(tenant):
            return ReadByModel(by_rules)
        batches = list(islice(_batches(chunks), MOST_ASKED + 1))
        told = _Told(min(len(batches), MOST_ASKED), beyond=len(batches) > MOST_ASKED)
        for batch in batches[:MOST_ASKED]:
            try:
                answer = await self._asked(tenant, about, batch)
            except _SilentError as error:
                told.silent = str(error)
                log.warning("The document %s: %s does not answer (%s).", about.document_id, self.model.name, error)
                break
            told.asked += 1
            self._hold(answer, about, batch, told)
        graph = bounded(together(by_rules, told.claimed)) if told.claimed else by_rules
        return ReadByModel(graph, tuple(_assumed(self.model.name, told)))

    def _hold(self, answer: ModelAnswer | None, about: About, batch: Sequence[Chunk], told: _Told) -> None:
        if answer is None:
            told.unusable += 1
            return
        try:
            found = held(answer.output, about, batch)
        except NoClaimsError as error:
            log.warning("The document %s: %s gave no graph: %s", about.document_id, self.model.name, error)
            told.unusable += 1
            return
        told.dropped += found.dropped
        told.claimed.append(found.graph)

    async def _asked(self, tenant: str, about: About, batch: Sequence[Chunk]) -> ModelAnswer | None:
        """None: the model refuses these passages. Raises _SilentError, AwayError."""
        request = self._request(about, batch)
        attempts: list[Attempt] = []
        first = self.clock()
        while True:
            began = time.perf_counter()
            try:
                answer = await self.by.answer(request)
            except ProviderError as error:
                attempts.append(self._attempt(began, error))
                if error.kind in THE_REQUESTS_FAULT:
                    said = "The document %s: %s refused passages of it (%s): they are read by rules alone."
                    log.warning(said, about.document_id, self.model.name, error.kind)
                    return None
                if len(attempts) == TRIES or self.clock() - first >= PATIENCE_S:
                    raise _SilentError(error.kind) from None
                pause = PAUSE_S * 2 ** (len(attempts) - 1)
                await self.pause(min(error.retry_after_s or pause, LONGEST_PAUSE_S))
            else:
                attempts.append(self._attempt(began))
                await self._told(tenant, answer, attempts)
                return answer

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


def _assumed(model: str, told: _Told) -> Iterator[str]:
    name = f"The model of the graph, {model},"
    anew = "Have it read anew once the model answers."
    if told.silent and not told.asked:
        rules = "who and what the document speaks of was read by rules alone"
        yield f"{name} did not answer ({told.silent}): {rules}. {anew}"
    elif told.silent:
        yield (
            f"{name} answered for {told.asked} of {told.of} parts of the document and then no more ({told.silent}): "
            f"what the others speak of was read by rules alone. {anew}"
        )
    elif told.beyond:
        yield (
            f"{name} was asked about the first {told.of} parts of the document: what the rest speaks of was read by "
            "rules alone."
        )
    if told.unusable:
        yield (
            f"{name} gave no answer that can be used for {told.unusable} of {told.of} parts of the document: what it "
            "speaks of there was read by rules alone."
        )
    if told.dropped:
        said = "1 of the relations" if told.dropped == 1 else f"{told.dropped:,} of the relations"
        does = (
            "does not stand in the document, and is" if told.dropped == 1 else "do not stand in the document, and are"
        )
        yield f"{said} that the model of the graph, {model}, told {does} left out."


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
