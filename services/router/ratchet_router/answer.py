"""Use case: a request gets its answer. Decide, look in the cache, call, record; only then answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from ratchet_common.events import BASE_VERSION, Attempt, Decision, Outcome, Usage
from ratchet_providers.base import ModelAnswer
from ratchet_router.answered import Answered, again, prediction, to_keep
from ratchet_router.ask import Ask
from ratchet_router.cache import cache_key
from ratchet_router.calling import Target, call_in_order, failure
from ratchet_router.metrics import observed
from ratchet_router.parts import Parts
from ratchet_router.plan import Plan
from ratchet_router.recording import NotRecordedError
from ratchet_router.shaping import checks, shaped
from ratchet_router.targets import request_for, targets

Gone = Callable[[], Awaitable[bool]]  # has the client hung up?


@dataclass(slots=True)
class Progress:
    """One request on its way: enough to record it wherever it stops."""

    ask: Ask
    result_id: UUID
    unit: str
    plan: Plan
    template: str | None
    started: float
    attempts: list[Attempt] = field(default_factory=list)
    answered: Answered | None = None

    def elapsed_ms(self) -> float:
        return round((time.perf_counter() - self.started) * 1000, 3)

    def unanswered(self) -> Answered:
        version, model, tier = self.plan.first
        return Answered(
            result_id=self.result_id,
            unit=self.unit,
            output=None,
            model=model,
            version_id=version,
            tier=tier,
            decision=self.plan.decision,
            template=self.template,
            attempts=tuple(self.attempts),
            latency_ms=self.elapsed_ms(),
        )


async def answer(ask: Ask, parts: Parts, gone: Gone) -> Answered:
    """Raises what planning raises, ProvidersDownError, ProviderRefusedError, NotRecordedError."""
    started, result_id = time.perf_counter(), uuid7()
    unit = ask.session or ask.user or str(result_id)
    progress = Progress(ask, result_id, unit, parts.plan(ask, unit), parts.template(ask), started)
    try:
        answered = progress.answered = await _from_cache_or_model(progress, parts)
        outcome: Outcome = "cancelled" if await gone() else "ok"
        return await _recorded(progress, answered, outcome, parts)
    except asyncio.CancelledError:
        so_far = progress.answered or progress.unanswered()
        cancelled = prediction(ask, so_far, "cancelled", parts.settings.text_limit_bytes)
        await parts.recorder.record_whatever_happens(cancelled)
        raise


async def _recorded(progress: Progress, answered: Answered, outcome: Outcome, parts: Parts) -> Answered:
    event = prediction(progress.ask, answered, outcome, parts.settings.text_limit_bytes)
    safe = await parts.recorder.record(event)
    observed(event, trained=not answered.by_base)
    return answered if safe else replace(answered, recorded=False)


async def _from_cache_or_model(progress: Progress, parts: Parts) -> Answered:
    ask = progress.ask
    if ask.cache == "off":
        answered, _ = await _from_model(progress, parts)
        return answered
    resolved = progress.plan.resolved
    key = cache_key(ask, epoch=parts.snapshot.epoch(ask.tenant), template=progress.template, resolved=resolved)
    if ask.cache == "use" and (entry := await parts.cache.look_up(key, ask.tenant)) is not None:
        return again(
            entry,
            result_id=progress.result_id,
            unit=progress.unit,
            decision=progress.plan.decision,
            latency_ms=progress.elapsed_ms(),
        )
    answered, by = await _from_model(progress, parts)
    if by.name == resolved and answered.passed:
        if ask.cache == "refresh":
            await parts.cache.make_way(key, ask.tenant)
        parts.cache.keep(key, to_keep(ask, answered, parts.cache.expires_at()))
    return answered


async def _from_model(progress: Progress, parts: Parts) -> tuple[Answered, Target]:
    ask = progress.ask
    called = await call_in_order(
        targets(progress.plan, parts),
        request_for(ask, parts),
        deadline_s=ask.deadline_s or parts.settings.deadline_ms / 1000,
        health=parts.health,
        attempted=progress.attempts.append,
    )
    if called.target is None or called.answer is None:
        await _record_failure(progress, parts)
        raise failure(called)
    return _answered(progress, called.target, called.answer), called.target


async def _record_failure(progress: Progress, parts: Parts) -> None:
    event = prediction(progress.ask, progress.unanswered(), "failed", parts.settings.text_limit_bytes)
    observed(event, trained=event.version_id != BASE_VERSION)
    try:
        await parts.recorder.record(event)
    except NotRecordedError:
        return  # the caller gets the failure itself, which is a 503 as well


def _answered(progress: Progress, by: Target, said: ModelAnswer) -> Answered:
    ask, plan = progress.ask, progress.plan
    found = shaped(ask.task_type, said.output, ask.labels, items=said.items, label=said.label)
    fell_back = plan.trained is not None and by.version_id == BASE_VERSION
    return Answered(
        result_id=progress.result_id,
        unit=progress.unit,
        output=found.output,
        model=by.model,
        version_id=by.version_id,
        tier=by.tier,
        decision=_after_fallback(plan) if fell_back else plan.decision,
        usage=said.usage,
        cost_usd=by.prices.of(said.usage),
        premium_cost_usd=_dearest(plan, by, said.usage),
        latency_ms=progress.elapsed_ms(),
        items=found.items,
        label=found.label,
        template=None if by.artifact else progress.template,  # a student sees no prompt
        approach=by.approach,
        confidence=said.confidence,
        checks=checks(ask.task_type, found, ask.labels, ask.document),
        attempts=tuple(progress.attempts),
        simulated=said.simulated,
        body=said.body,
    )


def _after_fallback(plan: Plan) -> Decision:
    """The unit stays the version's: left out, the requests on which it fails would make it look better than it is."""
    why = f"{plan.resolved} did not answer, so the catalogue's models were asked."
    return msgspec.structs.replace(plan.decision, reasons=(*plan.decision.reasons, why), fell_back=True)


def _dearest(plan: Plan, by: Target, usage: Usage) -> Decimal:
    prices = [by.prices, *(model.prices for model in plan.ranking.models)]
    return max(one.of(usage) for one in prices)
