"""What is kept of a prediction: what it was, what it took and what came of it. Never what was asked or answered.

Money is in nano-USD, time in microseconds, what lies between 0 and 1 in millionths: sums of integers are exact, so that
an hour counted twice, or in another order, gives the same numbers.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from ratchet_common.errors import RefusedError
from ratchet_common.events import (
    AssignedBy,
    Attempt,
    ConfidenceSource,
    Outcome,
    PredictionMade,
    RawConfidence,
    Savings,
    Usage,
)
from ratchet_common.persons import digest
from ratchet_common.vocabulary import recorded_task
from ratchet_monitor.hours import BucketKey, hour_of, made_at
from ratchet_monitor.measuring import NOT_MEASURED, Measures

NANO, MICRO, MILLION = 10**9, 10**6, 10**6
DEAREST_USD = Decimal(10_000)
MOST_TOKENS = 10**9
LONGEST_MS = timedelta(days=1) / timedelta(milliseconds=1)
AHEAD = timedelta(days=1)


class ImplausibleError(RefusedError):
    type = "implausible"
    title = "A number lies outside what it can be"


class Spent(msgspec.Struct, frozen=True, array_like=True):
    """Of a call whose answer was not given, and which cost something. Tokens as `Usage` counts them."""

    model: str
    cost: int
    input: int = 0
    output: int = 0
    cached: int = 0


class Observation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    result_id: UUID
    tenant: str
    task_type: str
    version_id: str
    model: str
    tier: str
    template: str
    approach: str
    document_type: str
    unit: str  # a digest, as of the user: who they were stays with those who need to know
    user: str = ""
    experiment: str = ""  # that people set up, and its arm that the unit belongs to
    arm_of_experiment: str = ""
    assigned_by: AssignedBy
    revision: int  # of the TrafficAssigned that the share came from
    arm: str = ""  # the version that the share gave to the unit, whoever answered
    fell_back: bool = False
    misshapen: bool = False  # a check of the answer failed
    cached: bool
    simulated: bool
    has_document: bool
    cost: int
    cost_of_attempts: int = 0  # whose answers were not given
    premium_cost: int
    latency: int
    confidence: int | None
    raw_confidence: int | None = None
    confidence_source: ConfidenceSource = "model"
    output_length: int | None = None  # characters; None: there is no text
    input_length: int | None = None  # this and the next three: measuring.py
    language: str = ""
    word: int | None = None
    refusal: bool | None = None
    tokens: tuple[int, int, int] = (0, 0, 0)  # of input, output, and cached ones of the input
    discounts: tuple[int, int] = (0, 0)  # of the price of batches, and of what the provider had cached
    reference: str = ""  # the model that savings are counted from; empty: the dearest candidate
    reference_cost: int = 0
    document: str = ""  # a digest of the name that the caller gave it
    spent: tuple[Spent, ...] = ()
    outcome: Outcome
    at: datetime  # when the result came to be
    seen_at: datetime  # when it came here; a second delivery does not change it

    @property
    def bucket(self) -> BucketKey:
        return BucketKey(self.tenant, self.task_type, hour_of(self.at))

    @property
    def compared_cost(self) -> int | None:
        """What the reference would have cost. None: there is nothing to compare with."""
        if self.outcome != "ok" or self.cached or self.assigned_by == "pinned":
            return None
        return self.reference_cost if self.reference else self.premium_cost or None


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """An answer out of the cache, filed under the answer that it repeats: its origin's cost is what it saved."""

    result_id: UUID
    origin: UUID
    tenant: str
    task_type: str
    at: datetime  # when the origin came to be

    @property
    def bucket(self) -> BucketKey:
        return BucketKey(self.tenant, self.task_type, hour_of(self.at))


def observation_of(event: PredictionMade, now: datetime, measures: Measures = NOT_MEASURED) -> Observation:
    """Raises ImplausibleError, UnknownTaskError."""
    raw, (experiment, _, arm) = raw_confidence_of(event), (event.experiment or "").rpartition(":")
    return Observation(  # in the order of its fields: another one takes three times as long
        result_id=event.result_id,
        tenant=event.tenant,
        task_type=recorded_task(event.task_type),
        version_id=event.version_id,
        model=event.model,
        tier=event.tier,
        template=event.template or "",
        approach=event.approach,
        document_type=event.document_type or "",
        unit=digest(event.tenant, event.unit),
        user=digest(event.tenant, event.user) if event.user else "",
        experiment=experiment,
        arm_of_experiment=arm,
        assigned_by=event.decision.assigned_by,
        revision=event.decision.revision,
        arm=event.decision.assigned_version,
        fell_back=event.decision.fell_back,
        misshapen=bool(event.checks) and not all(check.passed for check in event.checks),
        cached=event.cached_from is not None,
        simulated=event.simulated,
        has_document=event.has_document,
        cost=nano("cost_usd", event.cost_usd),
        cost_of_attempts=_cost_of(event.attempts) if event.attempts else 0,
        premium_cost=nano("premium_cost_usd", event.premium_cost_usd),
        latency=_latency(event.latency_ms),
        confidence=None if event.confidence is None else millionths("confidence", event.confidence),
        raw_confidence=None if raw is None else millionths("raw_confidence", raw.value),
        confidence_source=raw.source if raw else "model",
        output_length=None if event.output is None else len(event.output),
        input_length=measures.input_length,
        language=measures.language,
        word=measures.word,
        refusal=measures.refusal,
        tokens=_tokens(event.usage),
        discounts=_discounts(event.savings),
        reference=event.savings.reference_model if event.savings else "",
        reference_cost=nano("savings", event.savings.reference_usd) if event.savings else 0,
        document=digest(event.tenant, event.document) if event.document else "",
        spent=tuple(_spent(one) for one in event.attempts if one.cost_usd) if event.attempts else (),
        outcome=event.outcome,
        at=plausible(made_at(event.result_id, event.occurred_at), now),
        seen_at=now,
    )


def _cost_of(attempts: Sequence[Attempt]) -> int:
    return nano("attempts", sum((one.cost_usd for one in attempts), Decimal(0)))


def raw_confidence_of(event: PredictionMade) -> RawConfidence | None:
    if event.raw_confidence is None and event.confidence is not None:
        return RawConfidence(value=event.confidence, source="model")
    return event.raw_confidence


def hit_of(event: PredictionMade, now: datetime) -> Hit | None:
    """None of an answer that was made. Raises ImplausibleError, UnknownTaskError."""
    if event.cached_from is None:
        return None
    return Hit(
        result_id=event.result_id,
        origin=event.cached_from,
        tenant=event.tenant,
        task_type=recorded_task(event.task_type),
        at=plausible(made_at(event.cached_from, event.occurred_at), now),
    )


def plausible(at: datetime, now: datetime) -> datetime:
    """Clocks differ, but not by a day."""
    if at > now + AHEAD:
        raise ImplausibleError("The result says that it was made in the future.", field="result_id")
    return at


def nano(field: str, usd: Decimal, most: Decimal = DEAREST_USD) -> int:
    """`most`: USD; that of one answer if left out."""
    if not usd:
        return 0
    if not (usd.is_finite() and 0 <= usd <= most):
        raise ImplausibleError(f"{field} lies outside 0 to {most} USD.", field=field)
    return round(usd * NANO)


def millionths(field: str, share: float) -> int:
    if not 0 <= share <= 1:
        raise ImplausibleError(f"{field} lies outside 0 to 1.", field=field)
    return round(share * MILLION)


def _tokens(usage: Usage) -> tuple[int, int, int]:
    read, written, cached = usage.input_tokens, usage.output_tokens, usage.cached_tokens
    if not (0 <= read <= MOST_TOKENS and 0 <= written <= MOST_TOKENS and 0 <= cached <= MOST_TOKENS):
        raise ImplausibleError(f"usage lies outside 0 to {MOST_TOKENS} tokens.", field="usage")
    return read, written, cached


def _discounts(savings: Savings | None) -> tuple[int, int]:
    """Writing into a provider's cache may cost more than reading from it saves: then it is less than 0."""
    if savings is None:
        return 0, 0
    cache = savings.provider_cache_usd
    more = nano("savings", abs(cache)) if cache.is_finite() else nano("savings", cache)
    return nano("savings", savings.batch_usd), more if cache >= 0 else -more


def _spent(attempt: Attempt) -> Spent:
    return Spent(attempt.model, nano("attempts", attempt.cost_usd), *_tokens(attempt.usage or Usage()))


def _latency(ms: float) -> int:
    if not 0 <= ms <= LONGEST_MS:
        raise ImplausibleError("latency_ms lies outside 0 to one day.", field="latency_ms")
    return round(ms * 1000)
