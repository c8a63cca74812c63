"""Requests of a batch for embeddings."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from msgspec.structs import replace

from ratchet_catalogue.catalogue import EmbeddingModel
from ratchet_common.auth import Caller
from ratchet_common.events import Attempt, Outcome, PredictionMade
from ratchet_providers.batching import BatchAnswer, BatchRequest
from ratchet_providers.embedding import Embeddings
from ratchet_providers.failing import ProviderError
from ratchet_router.batches.asked import Kept, Pinned, Plan
from ratchet_router.embed import (
    NOTHING_USED,
    embedded,
    embedding_model,
    embedding_request,
    embedding_target,
    made_by,
)
from ratchet_router.embedded import EmbedAsk, Embedded, event_of
from ratchet_router.failures import NoAnswerError, no_answer
from ratchet_router.limits.admitted import Estimate
from ratchet_router.limits.subjects import Who
from ratchet_router.parts import Parts

ReadEmbeddings = Callable[[bytes, Caller], EmbedAsk]
WriteEmbeddings = Callable[[Embedded], bytes]


class AskedEmbedding:
    def __init__(
        self, ask: EmbedAsk, model: EmbeddingModel, result_id: UUID, parts: Parts, write: WriteEmbeddings
    ) -> None:
        self._ask, self._model, self._result_id, self._parts, self._write = ask, model, result_id, parts, write
        self._attempts: list[Attempt] = []

    @property
    def who(self) -> Who:
        return Who(self._ask.tenant, self._ask.key, self._ask.key_limits, self._ask.user)

    @property
    def model(self) -> str:
        return self._model.name

    @property
    def provider(self) -> str:
        return self._model.provider

    @property
    def pinned(self) -> Pinned:
        return Pinned(self._model.name)

    @property
    def expected_usd(self) -> Decimal:
        return self._model.prices.of(replace(self._ask.estimate, batch=True))

    @property
    def request(self) -> BatchRequest:
        target = embedding_target(self._model, self._parts)
        return embedding_request(self._ask, target, target.limits)

    def answered(self, said: BatchAnswer) -> Kept:
        if not isinstance(said, Embeddings):
            raise TypeError("an answer came where an embedding was asked for")
        counted = replace(said, usage=replace(said.usage, batch=True))
        return self._kept(embedded(counted, self._model, self._result_id))

    def not_answered(self, error: ProviderError) -> tuple[NoAnswerError, PredictionMade]:
        return no_answer([(embedding_target(self._model, self._parts), error)]), self.of_nobody()

    async def ask(self) -> Kept:
        cost = self._model.prices.of(self._ask.estimate)
        admitted = await self._parts.admission.admit(self.who, Estimate(cost, self._ask.estimate.input_tokens))
        used = NOTHING_USED
        try:
            made = await made_by(self._ask, self._model, self._parts, self._result_id, self._attempts)
            used = made.usage
            return self._kept(made)
        finally:
            admitted.settle(self._model.prices.of(used), used.input_tokens)

    def of_nobody(self) -> PredictionMade:
        nothing = Embedded(
            result_id=self._result_id,
            model=self._model.name,
            body={},
            usage=NOTHING_USED,
            attempts=tuple(self._attempts),
        )
        return self._event(nothing, "failed")

    def _kept(self, made: Embedded) -> Kept:
        return Kept(self._write(made), made.cost_usd, self._event(made, "ok"))

    def _event(self, made: Embedded, outcome: Outcome) -> PredictionMade:
        return replace(event_of(self._ask, made, outcome), event_id=self._result_id)


def embeddings(read: ReadEmbeddings, write: WriteEmbeddings) -> Plan:
    def plan(body: bytes, caller: Caller, result_id: UUID, pinned: Pinned, parts: Parts) -> AskedEmbedding:  # noqa: ARG001  no other model stands in
        """Raises what reading raises, UnknownModelError."""
        ask = read(body, caller)
        return AskedEmbedding(ask, embedding_model(ask, parts), result_id, parts, write)

    return plan
