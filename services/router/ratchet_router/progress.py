"""One request on its way: enough to record it wherever it stops, and to say what an answer to it amounts to."""

import time
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec.structs import replace

from ratchet_common.errors import RefusedError
from ratchet_common.events import BASE_VERSION, Attempt, Decision, Outcome, PredictionMade, Usage
from ratchet_providers.base import ModelAnswer, ModelRequest
from ratchet_providers.usage import estimated_of
from ratchet_router.answered import Answered, again, prediction, to_keep
from ratchet_router.ask import Ask
from ratchet_router.assembly import thinks_aloud
from ratchet_router.cache import cache_key
from ratchet_router.in_flight import Call
from ratchet_router.in_parts import Window
from ratchet_router.judged import checks_of, confidence_of, raw_confidence_of
from ratchet_router.limits.admitted import Admitted, Estimate
from ratchet_router.limits.subjects import Who
from ratchet_router.memory import Entry
from ratchet_router.metrics import observed
from ratchet_router.parts import Parts
from ratchet_router.plan import Plan
from ratchet_router.recording import NotRecordedError
from ratchet_router.shaping import shaped
from ratchet_router.target import Target
from ratchet_router.targets import request_for, targets
from ratchet_router.template import Template
from ratchet_router.tries import Tries, tries


class NotCachedError(RefusedError):
    status = 504  # as RFC 9111 has it
    type = "not-cached"
    title = "There is no kept answer"


class Progress(msgspec.Struct):
    ask: Ask
    parts: Parts
    result_id: UUID
    unit: str
    plan: Plan
    prompt: Template | None
    started: float
    attempts: list[Attempt] = msgspec.field(default_factory=list)
    window: Window | None = None  # of the model, where the text is worked on in parts
    answered: Answered | None = None
    latest: Tries[Target] | None = None
    leads: Call | None = None
    admitted: Admitted | None = None
    used: tuple[Decimal, int] = (Decimal(0), 0)  # in USD, and tokens

    @property
    def template(self) -> str | None:
        return self.prompt.name if self.prompt else None

    def request(self) -> ModelRequest:
        return request_for(self.ask, self.prompt)

    def elapsed_ms(self) -> float:
        return round((time.perf_counter() - self.started) * 1000, 3)

    async def admit(self) -> None:
        """Raises BudgetExhaustedError, RateLimitedError, LimitsAwayError."""
        ask, plan = self.ask, self.plan
        who = Who(ask.tenant, ask.key, ask.key_limits, ask.user)
        self.admitted = await self.parts.admission.admit(who, Estimate(plan.expected_cost_usd, plan.expected_tokens))

    def tries(self, *, streams: bool = False) -> Tries[Target]:
        settings = self.parts.settings
        self.latest = tries(
            targets(self.plan, self.parts),
            self.parts.around,
            deadline_s=self._patience_s(),
            models=settings.attempts,
            attempted=self.attempts.append,
            streams=streams,
            limits=self.ask.limits,
        )
        return self.latest

    # what it amounts to

    def of_model(self, by: Target, said: ModelAnswer) -> Answered:
        ask, plan = self.ask, self.plan
        found = shaped(ask.task_type, said.output, ask.labels, items=said.items, label=said.label)
        checks = checks_of(ask, found, said, self.prompt)
        raw = raw_confidence_of(ask, found, said, checks)
        calibrations = self.parts.snapshot.calibrations(ask.tenant, ask.task_type, by.model)
        fell_back = plan.trained is not None and by.version_id == BASE_VERSION
        return Answered(
            result_id=self.result_id,
            unit=self.unit,
            output=found.output,
            model=by.model,
            version_id=by.version_id,
            tier=by.tier,
            decision=_after_fallback(plan) if fell_back else plan.decision,
            usage=said.usage,
            cost_usd=by.cost_of(said.usage),
            premium_cost_usd=_dearest(plan, by, said.usage),
            latency_ms=self.elapsed_ms(),
            items=found.items,
            label=found.label,
            template=None if by.artifact else self.template,  # a student sees no prompt
            approach=by.approach,
            confidence=confidence_of(raw, by.version_id, calibrations),
            raw_confidence=raw,
            checks=checks,
            attempts=tuple(self.attempts),
            simulated=said.simulated,
            body=None if thinks_aloud(ask, self.prompt) else said.body,  # it holds the thoughts too
            shape=said.shape,
            finish=said.finish,
            rate_headers=self._rate_headers(),
        )

    def of_entry(self, entry: Entry) -> Answered:
        return again(
            entry,
            result_id=self.result_id,
            unit=self.unit,
            decision=self.plan.decision,
            latency_ms=self.elapsed_ms(),
        )

    def of_nobody(self, *, spent: Usage | None = None, by: Target | None = None, output: str | None = None) -> Answered:
        """`spent`: what was used up, and `output` what was shown, before it stopped."""
        version, model, tier = (by.version_id, by.model, by.tier) if by else self.plan.first
        return Answered(
            result_id=self.result_id,
            unit=self.unit,
            output=output or None,
            model=model,
            version_id=version,
            tier=tier,
            decision=self.plan.decision,
            template=self.template,
            attempts=tuple(self.attempts),
            latency_ms=self.elapsed_ms(),
            usage=spent or Usage(),
            cost_usd=by.cost_of(spent) if by and spent else Decimal(0),
            rate_headers=self._rate_headers(),
        )

    def _rate_headers(self) -> Mapping[str, str] | None:
        return self.admitted.headers() if self.admitted else None

    def stopped(self) -> Answered:
        """Before there was an answer. Whoever was asked has read the request, and will want to be paid for that."""
        asked = self.latest.interrupted if self.latest else None
        return self.of_nobody(spent=estimated_of(self.ask.messages, "") if asked else None, by=asked)

    # the cache

    def cache_key(self) -> bytes:
        epoch = self.parts.snapshot.epoch(self.ask.tenant)
        return cache_key(self.ask, epoch=epoch, template=self.template, resolved=self.plan.resolved)

    async def kept(self) -> Entry | None:
        """The answer that was given before to the same request, or is under way to it, if it may be used.

        Where there is none, others wait for this one from here on, until `settle`. Raises NotCachedError.
        """
        ask, parts = self.ask, self.parts
        found: Entry | None = None
        if ask.cache == "use":
            key = self.cache_key()
            found = await parts.cache.look_up(key, ask.tenant, ask.max_age_s)
            if found is None and (found := await parts.in_flight.shared(key, self._patience_s())) is not None:
                parts.cache.shared(key, found)
            if found is None and not ask.only_cached:
                self.leads = parts.in_flight.lead(key)
        if found is None and ask.only_cached:
            raise NotCachedError("Only a kept answer was asked for, and there is none: leave out only-if-cached.")
        return found

    async def keep(self, answered: Answered, by: Target) -> None:
        """Only what the resolved one said, and only where nothing is wrong with it."""
        if self.ask.cache == "off" or by.name != self.plan.resolved or not answered.passed:
            return
        key = self.leads.key if self.leads else self.cache_key()
        if self.ask.cache == "refresh":
            await self.parts.cache.make_way(key, self.ask.tenant)
        entry = to_keep(self.ask, answered, self.parts.cache.expires_at())
        self.parts.cache.keep(key, entry)
        self.settle(entry)

    def settle(self, entry: Entry | None = None) -> None:
        """Those who wait for the same answer need not wait any longer."""
        if self.leads is not None:
            self.leads.settle(entry)
            self.leads = None

    def over(self) -> None:
        """Whatever became of it: nobody waits for it any more, and what it used counts."""
        self.settle()
        if self.admitted is not None:
            self.admitted.settle(*self.used)

    def _patience_s(self) -> float:
        return self.ask.deadline_s or self.parts.settings.deadline_ms / 1000

    # the record

    async def record(self, answered: Answered, outcome: Outcome) -> Answered:
        """Raises NotRecordedError."""
        event = self._event(answered, outcome)
        safe = await self.parts.recorder.record(event)
        observed(event, trained=not answered.by_base)
        return answered if safe else replace(answered, recorded=False)

    async def record_failure(self, answered: Answered) -> None:
        """The caller gets the failure itself, whatever becomes of its record."""
        try:
            await self.record(answered, "failed")
        except NotRecordedError:
            return

    async def record_cancelled(self, so_far: Answered) -> None:
        """Goes on behind the back of a request that is being cancelled."""
        event = self._event(so_far, "cancelled")
        observed(event, trained=not so_far.by_base)
        await self.parts.recorder.record_whatever_happens(event)

    def _event(self, answered: Answered, outcome: Outcome) -> PredictionMade:
        if answered.cached_from is None:
            self.used = answered.cost_usd, answered.usage.input_tokens + answered.usage.output_tokens
        return prediction(self.ask, answered, outcome, self.parts.settings.text_limit_bytes)


def _after_fallback(plan: Plan) -> Decision:
    """The unit stays the version's: left out, the requests on which it fails would make it look better than it is."""
    why = f"{plan.resolved} did not answer, so the catalogue's models were asked."
    return msgspec.structs.replace(plan.decision, reasons=(*plan.decision.reasons, why), fell_back=True)


def _dearest(plan: Plan, by: Target, usage: Usage) -> Decimal:
    prices = [by.prices, *(model.prices for model in plan.ranking.models)]
    return max(one.of(usage) for one in prices)
