"""Use case: texts become vectors. One model makes them: another one's vectors would lie in another space."""

import asyncio
import time
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from msgspec.structs import replace
from uuid_utils.compat import uuid7

from ratchet_catalogue.catalogue import EmbeddingModel
from ratchet_catalogue.discounts import savings_of
from ratchet_common.events import Attempt, Outcome, PredictionMade, Usage
from ratchet_providers.base import TimeLimits
from ratchet_providers.embedding import EmbeddingRequest, Embeddings, in_openais_shape
from ratchet_router.answer import Gone
from ratchet_router.embedded import EmbedAsk, Embedded, again, event_of, key_of, kind_of, to_keep
from ratchet_router.failures import NoAnswerError, no_answer
from ratchet_router.impatience import usual_s
from ratchet_router.in_flight import Call
from ratchet_router.limits.admitted import Admitted, Estimate
from ratchet_router.limits.subjects import Who
from ratchet_router.memory import Entry
from ratchet_router.metrics import observed
from ratchet_router.one_try import CANCELLED
from ratchet_router.parts import Parts
from ratchet_router.routing import UnknownModelError
from ratchet_router.sharing import NotCachedError, Wanted, kept_or_to_be_made
from ratchet_router.target import EmbeddingTarget
from ratchet_router.targets import limits_at
from ratchet_router.tries import Tries, tries

NOTHING_USED = Usage()


async def embed(ask: EmbedAsk, parts: Parts, gone: Gone) -> Embedded:
    """Raises UnknownModelError, NotCachedError, NoAnswerError, NotRecordedError, and what limits raise."""
    key = key_of(ask, parts.snapshot.epoch(ask.tenant, kind_of(ask)))
    under_way = _UnderWay(ask, parts, embedding_model(ask, parts), key)
    try:
        made = replace(await _kept_or_made(under_way), latency_ms=under_way.elapsed_ms())
        return await under_way.record(made, "cancelled" if await gone() else "ok")
    except NoAnswerError as error:
        under_way.settle(error)
        await under_way.record_nothing("failed")
        raise
    except asyncio.CancelledError:
        await under_way.record_nothing("cancelled")
        raise
    finally:
        under_way.over()


@dataclass(slots=True)
class _UnderWay:
    """One request on its way: enough to record it wherever it stops."""

    ask: EmbedAsk
    parts: Parts
    model: EmbeddingModel
    key: bytes
    result_id: UUID = field(default_factory=uuid7)
    started: float = field(default_factory=time.perf_counter)
    attempts: list[Attempt] = field(default_factory=list)
    leads: Call | None = None
    admitted: Admitted | None = None
    spent: Usage = NOTHING_USED
    event: PredictionMade | None = None  # once it is recorded, or on its way there

    def elapsed_ms(self) -> float:
        return round((time.perf_counter() - self.started) * 1000, 3)

    def deadline_s(self) -> float:
        return self.ask.deadline_s or self.parts.settings.deadline_ms / 1000

    async def admit(self) -> Admitted:
        """Raises BudgetExhaustedError, RateLimitedError, LimitsAwayError."""
        ask = self.ask
        who = Who(ask.tenant, ask.key, ask.key_limits, ask.user)
        estimate = Estimate(self.model.prices.of(ask.estimate), ask.estimate.input_tokens)
        self.admitted = await self.parts.admission.admit(who, estimate)
        return self.admitted

    def settle(self, outcome: Entry | NoAnswerError | None = None) -> None:
        """Those who wait for the same vectors need not wait any longer."""
        if self.leads is not None:
            self.leads.settle(outcome, for_all=isinstance(outcome, Entry))
            self.leads = None

    def over(self) -> None:
        self.settle()
        if self.admitted is not None:
            self.admitted.settle(self.model.prices.of(self.spent), self.spent.input_tokens)

    async def record(self, made: Embedded, outcome: Outcome) -> Embedded:
        """Raises NotRecordedError."""
        self.event = event_of(self.ask, made, outcome)
        observed(self.event, trained=False)
        return made if await self.parts.recorder.record(self.event) else replace(made, recorded=False)

    def _read_by_now(self) -> Usage:
        """Whoever was asked when the caller hung up has read the texts, and wants to be paid for that."""
        if any(attempt.error == CANCELLED for attempt in self.attempts):
            return self.ask.estimate
        return self.spent

    async def record_nothing(self, outcome: Outcome) -> None:
        """There are no vectors. Goes on behind the back of a request that is being cancelled."""
        if self.event is None:
            self.spent = self._read_by_now()
            nothing = Embedded(
                result_id=self.result_id,
                model=self.model.name,
                body={},
                usage=self.spent,
                cost_usd=self.model.prices.of(self.spent),
                attempts=tuple(self.attempts),
                latency_ms=self.elapsed_ms(),
            )
            self.event = event_of(self.ask, nothing, outcome)
            observed(self.event, trained=False)
            await self.parts.recorder.record_whatever_happens(self.event)


async def _kept_or_made(under_way: _UnderWay) -> Embedded:
    ask, parts = under_way.ask, under_way.parts
    if ask.cache == "use":
        found = await kept_or_to_be_made(_wanted(under_way), parts.cache, parts.in_flight)
        if isinstance(found, Entry):
            return again(found, under_way.result_id)
        under_way.leads = found
    elif ask.only_cached:
        raise NotCachedError
    admitted = await under_way.admit()
    made = await made_by(ask, under_way.model, parts, under_way.result_id, under_way.attempts)
    under_way.spent = made.usage
    await _keep(under_way, made)
    return replace(made, rate_headers=admitted.headers())


def _wanted(under_way: _UnderWay) -> Wanted:
    ask = under_way.ask
    terms = (ask.deadline_s, ask.limits)
    return Wanted(under_way.key, ask.tenant, ask.max_age_s, ask.only_cached, terms, under_way.deadline_s())


async def _keep(under_way: _UnderWay, made: Embedded) -> None:
    ask, cache = under_way.ask, under_way.parts.cache
    if ask.cache == "off":
        return
    if ask.cache == "refresh":
        await cache.make_way(under_way.key, ask.tenant)
    entry = to_keep(made, ask, cache.expires_at())
    cache.keep(under_way.key, entry)
    under_way.settle(entry)


def embedding_model(ask: EmbedAsk, parts: Parts) -> EmbeddingModel:
    models = parts.catalogue.of(ask.tenant).embedding_models
    model = models.get(ask.model)
    if model is None:
        known = list(models)
        listed = ", ".join(known) or "none: the catalogue has no embedding_models"
        raise UnknownModelError(f"There is no such embedding model; known are {listed}.", known=known)
    return model


async def made_by(
    ask: EmbedAsk, model: EmbeddingModel, parts: Parts, result_id: UUID, attempts: list[Attempt]
) -> Embedded:
    its = _tries(ask, model, parts, attempts)
    while (target := await its.next()) is not None:
        made: Embeddings | None = None
        with its.asking(target):
            made = await target.provider.embed(embedding_request(ask, target, its.limits_of(target)))
        if made is not None:
            return replace(embedded(made, model, result_id), attempts=tuple(attempts))
    raise no_answer(its.errors)


def embedded(made: Embeddings, model: EmbeddingModel, result_id: UUID) -> Embedded:
    shaped = in_openais_shape(made)
    return Embedded(
        result_id=result_id,
        model=model.name,
        body={name: msgspec.Raw(msgspec.json.encode(value)) for name, value in shaped.items()},
        usage=made.usage,
        cost_usd=model.prices.of(made.usage),
        savings=savings_of(made.usage, model.prices),
        simulated=made.simulated,
    )


def embedding_target(model: EmbeddingModel, parts: Parts) -> EmbeddingTarget:
    return EmbeddingTarget(
        name=model.name,
        prices=model.prices,
        at=model.provider,
        window=model.context_window,
        limits=limits_at(model.provider, model.limits, parts),
        provider=parts.embeddings[model.name],
        upstream_model=model.upstream_model or model.name,
    )


def _tries(ask: EmbedAsk, model: EmbeddingModel, parts: Parts, attempts: list[Attempt]) -> Tries[EmbeddingTarget]:
    deadline_s = parts.settings.deadline_ms / 1000
    return tries(
        [embedding_target(model, parts)],
        parts.around,
        deadline_s=ask.deadline_s or deadline_s,
        models=1,
        attempted=attempts.append,
        limits=ask.limits,
        usual_s=usual_s(ask, deadline_s),
    )


def embedding_request(ask: EmbedAsk, target: EmbeddingTarget, limits: TimeLimits) -> EmbeddingRequest:
    return EmbeddingRequest(
        model=target.upstream_model,
        inputs=ask.inputs,
        dimensions=ask.dimensions,
        encoding_format=ask.encoding_format,
        limits=limits,
        fields=ask.fields,
    )
