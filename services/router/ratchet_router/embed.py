"""Use case: texts become vectors. One model makes them: another one's vectors would lie in another space."""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec.structs import replace
from uuid_utils.compat import uuid7

from ratchet_common.events import BASE_VERSION, Attempt, Decision, Outcome, PredictionMade, Usage
from ratchet_common.limits import Limits
from ratchet_providers.base import TimeLimits
from ratchet_providers.embedding import EmbeddingRequest, Embeddings, EncodingFormat, Inputs, in_openais_shape
from ratchet_providers.usage import estimated_tokens
from ratchet_router.answer import Gone
from ratchet_router.ask import CacheUse
from ratchet_router.cache import WITHOUT_MEANING
from ratchet_router.catalogue import EmbeddingModel
from ratchet_router.failures import NoAnswerError, no_answer
from ratchet_router.limits.admitted import Admitted, Estimate
from ratchet_router.limits.subjects import Who
from ratchet_router.memory import Entry
from ratchet_router.metrics import observed
from ratchet_router.parts import Parts
from ratchet_router.prices import ZERO
from ratchet_router.provider_table import LimitsTable
from ratchet_router.routing import UnknownModelError
from ratchet_router.target import EmbeddingTarget
from ratchet_router.targets import limits_at
from ratchet_router.tries import Tries, tries

TASK = "embedding"
NOT_COUNTED = Usage()


class EmbedAsk(msgspec.Struct, frozen=True, kw_only=True):
    """`fields`: the request's body as it came."""

    tenant: str
    model: str
    inputs: Inputs
    fields: Mapping[str, msgspec.Raw]
    dimensions: int | None = None
    encoding_format: EncodingFormat = "float"
    key: str = ""
    key_limits: Limits | None = None
    user: str | None = None
    session: str | None = None
    tags: tuple[str, ...] = ()
    cache: CacheUse = "use"
    limits: LimitsTable | None = None
    deadline_s: float | None = None

    @property
    def estimate(self) -> Usage:
        read = sum(estimated_tokens(len(one)) if isinstance(one, str) else len(one) for one in self.inputs)
        return Usage(input_tokens=read, estimated=True)


class Embedded(msgspec.Struct, frozen=True, kw_only=True):
    """`body` is in OpenAI's shape."""

    result_id: UUID
    model: str
    body: Mapping[str, msgspec.Raw]
    usage: Usage
    cost_usd: Decimal = ZERO
    attempts: tuple[Attempt, ...] = ()
    cached_from: UUID | None = None
    latency_ms: float = 0.0
    recorded: bool = True
    simulated: bool = False
    rate_headers: Mapping[str, str] | None = None


async def embed(ask: EmbedAsk, parts: Parts, gone: Gone) -> Embedded:
    """Raises UnknownModelError, NoAnswerError, NotRecordedError, and what limits raise."""
    started, result_id = time.perf_counter(), uuid7()
    model = _model(ask, parts)
    attempts: list[Attempt] = []
    admitted: Admitted | None = None
    spent = NOT_COUNTED
    key = _key(ask, parts.snapshot.epoch(ask.tenant))
    try:
        if ask.cache == "use" and (entry := await parts.cache.look_up(key, ask.tenant)) is not None:
            made = _again(entry, result_id)
        else:
            who = Who(ask.tenant, ask.key, ask.key_limits, ask.user)
            cost = model.prices.of(ask.estimate)
            admitted = await parts.admission.admit(who, Estimate(cost, ask.estimate.input_tokens))
            made = await _made(ask, model, parts, result_id, attempts)
            made = replace(made, rate_headers=admitted.headers())
            spent = made.usage
            _keep(ask, key, made, parts)
        made = replace(made, latency_ms=_elapsed_ms(started))
        return await _recorded(ask, made, "cancelled" if await gone() else "ok", parts)
    except (NoAnswerError, asyncio.CancelledError) as error:
        nothing = Embedded(result_id=result_id, model=model.name, body={}, usage=NOT_COUNTED, attempts=tuple(attempts))
        nothing = replace(nothing, latency_ms=_elapsed_ms(started))
        outcome: Outcome = "failed" if isinstance(error, NoAnswerError) else "cancelled"
        await parts.recorder.record_whatever_happens(_event(ask, nothing, outcome))
        raise
    finally:
        if admitted is not None:
            admitted.settle(model.prices.of(spent), spent.input_tokens)


def _model(ask: EmbedAsk, parts: Parts) -> EmbeddingModel:
    model = parts.catalogue.embedding_models.get(ask.model)
    if model is None:
        known = list(parts.catalogue.embedding_models)
        listed = ", ".join(known) or "none: the catalogue has no embedding_models"
        raise UnknownModelError(f"There is no such embedding model; known are {listed}.", known=known)
    return model


async def _made(
    ask: EmbedAsk, model: EmbeddingModel, parts: Parts, result_id: UUID, attempts: list[Attempt]
) -> Embedded:
    its = _tries(ask, model, parts, attempts)
    while (target := await its.next()) is not None:
        made: Embeddings | None = None
        async with its.asking(target):
            made = await target.provider.embed(_request(ask, target, its.limits_of(target)))
        if made is not None:
            shaped = in_openais_shape(made)
            return Embedded(
                result_id=result_id,
                model=model.name,
                body={name: msgspec.Raw(msgspec.json.encode(value)) for name, value in shaped.items()},
                usage=made.usage,
                cost_usd=model.prices.of(made.usage),
                attempts=tuple(attempts),
                simulated=made.simulated,
            )
    raise no_answer(its.errors)


def _tries(ask: EmbedAsk, model: EmbeddingModel, parts: Parts, attempts: list[Attempt]) -> Tries[EmbeddingTarget]:
    target = EmbeddingTarget(
        name=model.name,
        prices=model.prices,
        at=model.provider,
        window=model.context_window,
        limits=limits_at(model.provider, model.limits, parts),
        provider=parts.embeddings[model.name],
        upstream_model=model.upstream_model or model.name,
    )
    return tries(
        [target],
        parts.around,
        deadline_s=ask.deadline_s or parts.settings.deadline_ms / 1000,
        models=1,
        attempted=attempts.append,
        limits=ask.limits,
    )


def _request(ask: EmbedAsk, target: EmbeddingTarget, limits: TimeLimits) -> EmbeddingRequest:
    return EmbeddingRequest(
        model=target.upstream_model,
        inputs=ask.inputs,
        dimensions=ask.dimensions,
        encoding_format=ask.encoding_format,
        limits=limits,
        fields=ask.fields,
    )


def _key(ask: EmbedAsk, epoch: int) -> bytes:
    fields = [(name, ask.fields[name]) for name in sorted(ask.fields.keys() - WITHOUT_MEANING)]
    return hashlib.sha256(msgspec.json.encode((ask.tenant, epoch, TASK, ask.model, fields))).digest()


def _keep(ask: EmbedAsk, key: bytes, made: Embedded, parts: Parts) -> None:
    if ask.cache == "off":
        return
    entry = Entry(
        tenant=ask.tenant,
        result_id=made.result_id,
        version_id=BASE_VERSION,
        model=made.model,
        tier="",
        approach="direct",
        output="",
        usage=made.usage,
        cost_usd=made.cost_usd,
        premium_cost_usd=made.cost_usd,
        expires_at=parts.cache.expires_at(),
        simulated=made.simulated,
        body=made.body,
    )
    parts.cache.keep(key, entry)


def _again(entry: Entry, result_id: UUID) -> Embedded:
    return Embedded(
        result_id=result_id,
        model=entry.model,
        body=entry.body or {},
        usage=entry.usage,
        cached_from=entry.result_id,
        simulated=entry.simulated,
    )


async def _recorded(ask: EmbedAsk, made: Embedded, outcome: Outcome, parts: Parts) -> Embedded:
    event = _event(ask, made, outcome)
    safe = await parts.recorder.record(event)
    observed(event, trained=False)
    return made if safe else replace(made, recorded=False)


def _event(ask: EmbedAsk, made: Embedded, outcome: Outcome) -> PredictionMade:
    """Without text: there is nothing to learn from it."""
    return PredictionMade(
        tenant=ask.tenant,
        result_id=made.result_id,
        task_type=TASK,
        unit=ask.session or ask.user or str(made.result_id),
        model=made.model,
        version_id=BASE_VERSION,
        tier="",
        decision=Decision(assigned_by="pinned"),
        outcome=outcome,
        usage=made.usage,
        cost_usd=made.cost_usd,
        premium_cost_usd=made.cost_usd,
        latency_ms=made.latency_ms,
        cached_from=made.cached_from,
        user=ask.user,
        session=ask.session,
        attempts=made.attempts,
        tags=ask.tags,
        simulated=made.simulated,
        collect=False,
        text_omitted="not_collected",
    )


def _elapsed_ms(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)
