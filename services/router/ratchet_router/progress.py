"""One request on its way: enough to record it wherever it stops, and to say what an answer to it amounts to."""

import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec.structs import replace

from ratchet_catalogue.discounts import savings_of
from ratchet_common.events import Attempt, Outcome, PredictionMade, Usage
from ratchet_providers.base import ModelAnswer, ModelRequest
from ratchet_providers.usage import estimated_of
from ratchet_router.answered import Answered, again, prediction
from ratchet_router.ask import Ask
from ratchet_router.assembly import thinks_aloud
from ratchet_router.dearest import Charged, dearest
from ratchet_router.failures import NoAnswerError
from ratchet_router.falling_back import decision_of
from ratchet_router.grounding.dressed import answered_by
from ratchet_router.grounding.order.noting import note_of
from ratchet_router.impatience import usual_s
from ratchet_router.in_flight import Call
from ratchet_router.in_parts import Window
from ratchet_router.judged import checks_of, confidence_of, raw_confidence_of
from ratchet_router.limits.admitted import Admitted, Estimate
from ratchet_router.limits.subjects import Who
from ratchet_router.memory import Entry
from ratchet_router.metrics import observed
from ratchet_router.paid_attempts import with_their_costs
from ratchet_router.parts import Parts
from ratchet_router.planned import Plan
from ratchet_router.recording import NotRecordedError
from ratchet_router.shaping import shaped
from ratchet_router.stopped import spent_in_parts
from ratchet_router.target import Target
from ratchet_router.targets import as_budgeted, payable, request_for, spare, targets, within
from ratchet_router.template import Template
from ratchet_router.told import as_told
from ratchet_router.tries import Tries, tries
from ratchet_router.usual_length import usual_pictures


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
    event: PredictionMade | None = None  # once it is recorded, or on its way there: a second one would count it twice
    every: list[Tries[Target]] = msgspec.field(default_factory=list)
    key: bytes = b""  # of the cache
    leads: Call | None = None
    admitted: Admitted | None = None
    waited_s: float = 0.0  # for another's call, which came to nothing
    bounded: bool = False  # money may have cut the answer
    used: tuple[Decimal, int] = (Decimal(0), 0)  # in USD, and tokens

    @property
    def template(self) -> str | None:
        return self.prompt.name if self.prompt else None

    def request(self, to: Target | None = None) -> ModelRequest:
        asked = request_for(self.ask, self.prompt)
        return as_told(asked, to) if to else asked

    def elapsed_ms(self) -> float:
        return round((time.perf_counter() - self.started) * 1000, 3)

    async def admit(self) -> None:
        """Raises BudgetExhaustedError, RateLimitedError, LimitsAwayError."""
        ask, plan = self.ask, self.plan
        who = Who(ask.tenant, ask.key, ask.key_limits, ask.user)
        drawn = ask.choices * usual_pictures(ask.passed_on)
        cost, tokens = plan.expected_cost_usd + plan.cost_of_pictures(drawn), plan.expected_tokens + drawn
        self.admitted = await self.parts.admission.admit(who, Estimate(cost, tokens))

    def tries(self, part: Ask | None = None, *, streams: bool = False) -> Tries[Target]:
        """Of the request, or of a part of it. Raises NoModelFitsError where its `max_cost_usd` pays for no answer."""
        settings = self.parts.settings
        first, others = self._whom_to_ask(part or self.ask)
        found = tries(
            first,
            self.parts.around,
            deadline_s=self.patience_s() - self.waited_s,
            models=settings.attempts,
            attempted=self.attempts.append,
            streams=streams,
            limits=self.ask.limits,
            usual_s=usual_s(self.ask, settings.deadline_ms / 1000),
            spare=others,
        )
        self.every.append(found)
        return found

    def _whom_to_ask(self, ask: Ask) -> tuple[list[Target], Mapping[str, Target]]:
        first, others = self._within_max_cost(ask)
        left = self.admitted.usd_left() if self.admitted else None
        if left is None:
            return first, others
        bound = [as_budgeted(one, ask, left) for one in first]
        self.bounded = self.bounded or any(new is not one for new, one in zip(bound, first, strict=True))
        return bound, {name: as_budgeted(one, ask, left) for name, one in others.items()}

    def _within_max_cost(self, ask: Ask) -> tuple[list[Target], Mapping[str, Target]]:
        first, others = targets(self.plan, self.parts, ask), spare(self.plan, self.parts)
        left = self._left_of_max_cost(ask)
        if left is None:
            return first, others
        self.bounded = True
        return payable(first, others, request_for(ask, self.prompt), left)

    def bound_anew(self, its: Tries[Target]) -> bool:
        """By what `max_cost_usd` has left after those who were asked. False: it pays for none of whom there are."""
        left, there = self._left_of_max_cost(self.ask), bool(its.targets)
        if left is None:
            return True
        request = request_for(self.ask, self.prompt)
        its.targets = within(its.targets, request, left)
        its.spare = {one.name: one for one in within(list(its.spare.values()), request, left)}
        return bool(its.targets) or not there

    def _left_of_max_cost(self, ask: Ask) -> Decimal | None:
        """None: it sets no bound. Parts of a long text have a share each, and do not spend each other's."""
        if ask.max_cost_usd is None or self.window is not None:
            return ask.max_cost_usd
        paid = sum((one.cost_usd for one in with_their_costs(self.attempts, self.every)), Decimal(0))
        return max(ask.max_cost_usd - paid, Decimal(0))

    # what it amounts to

    def of_model(self, by: Target, said: ModelAnswer) -> Answered:
        ask, plan = self.ask, self.plan
        found = shaped(ask.task_type, said.output, ask.labels, items=said.items, label=said.label)
        checks = checks_of(ask, found, said, self.prompt, saw_it=by.sees_template)
        raw = raw_confidence_of(ask, found, said, checks)
        cost, approach = by.cost_of(said.usage), answered_by(by.approach, ask)
        calibrations = self.parts.snapshot.calibrations(ask.tenant, ask.task_type, by.model)
        return Answered(
            result_id=self.result_id,
            unit=self.unit,
            output=found.output,
            model=by.model,
            version_id=by.version_id,
            tier=by.tier,
            decision=decision_of(plan, by.name, self.attempts),
            usage=said.usage,
            cost_usd=cost,
            premium_cost_usd=dearest(plan, [Charged(by.prices, said.usage)]),
            savings=savings_of(said.usage, by.prices, self.parts.reference),
            latency_ms=self.elapsed_ms(),
            items=found.items,
            label=found.label,
            evidence=said.evidence,
            assumptions=said.assumptions,
            template=self.template if by.sees_template else None,
            approach=approach,
            grounding=ask.grounding,
            confidence=confidence_of(raw, by.version_id, calibrations, approach),
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
            attempts=tuple(self.attempts) if spent else with_their_costs(self.attempts, self.every),
            latency_ms=self.elapsed_ms(),
            usage=spent or Usage(),
            cost_usd=by.cost_of(spent) if by and spent else Decimal(0),
            rate_headers=self._rate_headers(),
            grounding=self.ask.grounding,
        )

    def _rate_headers(self) -> Mapping[str, str] | None:
        return self.admitted.headers() if self.admitted else None

    def stopped(self) -> Answered:
        """Before there was an answer. Whoever was asked has read the request and wants to be paid for that, and so do
        those whose answers were not good enough.
        """
        asked = next((one.interrupted for one in self.every if one.interrupted), None)
        if self.window is not None:
            spent, cost = spent_in_parts(self.every, self.window)
            return replace(self.of_nobody(spent=spent, by=asked), cost_usd=cost)
        request = self.request(asked)
        spent = estimated_of(request.messages, "", request.fields)
        stopped = self.of_nobody(spent=spent if asked else None, by=asked)
        return replace(stopped, attempts=with_their_costs(self.attempts, self.every))

    # the end

    def settle(self, outcome: Entry | NoAnswerError | None = None, *, for_all: bool = False) -> None:
        """Those who wait for the same answer need not wait any longer."""
        if self.leads is not None:
            self.leads.settle(outcome, for_all=for_all)
            self.leads = None

    def over(self) -> None:
        """Whatever became of it: nobody waits for it any more, and what it used counts."""
        self.settle()
        if self.admitted is not None:
            self.admitted.settle(*self.used)

    def patience_s(self) -> float:
        return self.ask.deadline_s or self.parts.settings.deadline_ms / 1000

    # the record

    async def record(self, answered: Answered, outcome: Outcome) -> Answered:
        """Raises NotRecordedError."""
        self.event = self._event(answered, outcome)
        observed(self.event, trained=not answered.by_base)
        safe = await self.parts.recorder.record(self.event)
        if outcome == "ok" and (note := note_of(self.ask, answered)) is not None:
            self.parts.notes.note(note)
        return answered if safe else replace(answered, recorded=False)

    async def record_failure(self, answered: Answered) -> None:
        """The caller gets the failure itself, whatever becomes of its record."""
        try:
            await self.record(answered, "failed")
        except NotRecordedError:
            return

    async def record_cancelled(self, so_far: Answered) -> None:
        """Goes on behind the back of a request that is being cancelled."""
        if self.event is None:
            self.event = self._event(so_far, "cancelled")
            observed(self.event, trained=not so_far.by_base)
            await self.parts.recorder.record_whatever_happens(self.event)

    async def record_the_unforeseen(self, so_far: Callable[[], Answered]) -> None:
        """A request that ends here and left no event has met a fault of ours, after models were asked for it."""
        if self.event is None and self.attempts:
            await self.record_failure(so_far())

    def _event(self, answered: Answered, outcome: Outcome) -> PredictionMade:
        if answered.cached_from is None:
            self.used = answered.cost_usd, answered.usage.input_tokens + answered.usage.output_tokens
        return prediction(self.ask, answered, outcome, self.parts.settings.text_limit_bytes)
