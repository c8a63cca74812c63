"""Requests of a batch that a language model answers: chats, tasks, responses, messages."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec.structs import replace

from ratchet_common.auth import Caller
from ratchet_common.events import Decision, Outcome, PredictionMade
from ratchet_providers.base import ModelAnswer
from ratchet_providers.batching import BatchAnswer, BatchRequest
from ratchet_providers.failing import ProviderError
from ratchet_router.answer import from_models
from ratchet_router.answered import Answered, prediction
from ratchet_router.ask import Ask
from ratchet_router.batches.asked import Kept, Pinned, Plan
from ratchet_router.batches.refusals import StreamsError
from ratchet_router.beginning import begun
from ratchet_router.calling import request_to
from ratchet_router.failures import NoAnswerError, no_answer
from ratchet_router.limits.subjects import Who
from ratchet_router.parts import Parts
from ratchet_router.progress import Progress
from ratchet_router.target import Target
from ratchet_router.targets import targets

Write = Callable[[Answered], bytes]  # the body of an answer, JSON


@dataclass(frozen=True, slots=True)
class Reading:
    """What a body asks for, and how it is answered in its shape."""

    ask: Ask
    write: Write


Read = Callable[[bytes, Caller, Parts], Reading]  # raises RefusedError


class AskedAnswer:
    def __init__(self, progress: Progress, write: Write, model: str) -> None:
        self._progress, self._write, self.model = progress, write, model

    @property
    def who(self) -> Who:
        ask = self._progress.ask
        return Who(ask.tenant, ask.key, ask.key_limits, ask.user)

    @property
    def provider(self) -> str:
        """What is worked on in parts takes several calls, one after another, and a trained version runs elsewhere."""
        plan = self._progress.plan
        return "" if plan.trained or self._progress.window else plan.ranking.models[0].provider

    @property
    def pinned(self) -> Pinned:
        plan = self._progress.plan
        return Pinned(plan.resolved, self._progress.template or "", msgspec.json.encode(plan.decision))

    @property
    def expected_usd(self) -> Decimal:
        plan = self._progress.plan
        return plan.expected_cost_usd * plan.ranking.models[0].prices.batch_factor

    @property
    def request(self) -> BatchRequest:
        target = self._target
        bound = replace(target, most_usd=self._progress.ask.max_cost_usd)
        return request_to(bound, self._progress.request(), target.limits)

    @property
    def _target(self) -> Target:
        return targets(self._progress.plan, self._progress.parts, self._progress.ask)[0]

    def answered(self, said: BatchAnswer) -> Kept:
        if not isinstance(said, ModelAnswer):
            raise TypeError("an embedding came where an answer was asked for")
        counted = replace(said, usage=replace(said.usage, batch=True))
        return self._kept(replace(self._progress.of_model(self._target, counted), latency_ms=0.0))

    def not_answered(self, error: ProviderError) -> tuple[NoAnswerError, PredictionMade]:
        return no_answer([(self._target, error)]), self.of_nobody()

    async def ask(self) -> Kept:
        progress = self._progress
        try:
            await progress.admit()
            _, answered = await from_models(progress)
            progress.used = answered.cost_usd, answered.usage.input_tokens + answered.usage.output_tokens
            return self._kept(answered)
        finally:
            progress.over()

    def of_nobody(self) -> PredictionMade:
        return self._event(self._progress.of_nobody(), "failed")

    def _kept(self, answered: Answered) -> Kept:
        return Kept(self._write(answered), answered.cost_usd, self._event(answered, "ok"))

    def _event(self, answered: Answered, outcome: Outcome) -> PredictionMade:
        """The same whoever works on it: one event, however often it is told."""
        progress = self._progress
        event = prediction(progress.ask, answered, outcome, progress.parts.settings.text_limit_bytes)
        return replace(event, event_id=progress.result_id)


def answers(read: Read) -> Plan:
    def plan(body: bytes, caller: Caller, result_id: UUID, pinned: Pinned, parts: Parts) -> AskedAnswer:
        """Raises what reading and planning raise, and StreamsError: a batch has none."""
        reading = read(body, caller, parts)
        if reading.ask.stream:
            raise StreamsError
        ask = _pinned(replace(reading.ask, batched_by=frozenset(parts.batch_platforms)), pinned)
        progress = begun(ask, parts)
        progress.result_id = result_id
        if pinned.decision:
            decision = msgspec.json.decode(pinned.decision, type=Decision)
            progress.plan = replace(progress.plan, decision=decision)
        return AskedAnswer(progress, reading.write, reading.ask.model)

    return plan


def _pinned(ask: Ask, pinned: Pinned) -> Ask:
    return replace(ask, model=pinned.model, template=pinned.template or None) if pinned.model else ask
