"""An answer with all that is said about it: over HTTP, in the prediction's event, in the cache. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from ratchet_common.events import (
    BASE_VERSION,
    Approach,
    Attempt,
    Check,
    Decision,
    Outcome,
    PredictionMade,
    RawConfidence,
    Savings,
    Usage,
)
from ratchet_common.persons import digest_of_some
from ratchet_providers.base import Evidence, Shape
from ratchet_router.ask import Ask
from ratchet_router.grounding.sources import Grounding
from ratchet_router.memory import Entry
from ratchet_router.recording import fitting

NOTHING_USED = Usage()


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """`output` is None where nothing answered. `recorded`: its event is safe."""

    result_id: UUID
    unit: str
    output: str | None
    model: str
    version_id: str
    tier: str
    decision: Decision
    usage: Usage = NOTHING_USED
    cost_usd: Decimal = Decimal(0)
    premium_cost_usd: Decimal = Decimal(0)
    savings: Savings | None = None
    latency_ms: float = 0.0
    items: tuple[str, ...] | None = None
    label: str | None = None
    evidence: tuple[Evidence, ...] = ()
    assumptions: tuple[str, ...] = ()
    template: str | None = None
    approach: Approach = "direct"
    cached_from: UUID | None = None
    confidence: float | None = None
    raw_confidence: RawConfidence | None = None
    checks: tuple[Check, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    simulated: bool = False
    recorded: bool = True
    age_s: int = 0  # of a cache hit
    rate_headers: Mapping[str, str] | None = None
    replayed: bool = False  # given once more for the same Idempotency-Key
    body: Mapping[str, msgspec.Raw] | None = None
    shape: Shape = "chat"  # of the body
    events: tuple[tuple[str, msgspec.Raw], ...] | None = None  # of a stream in the caller's own shape
    finish: str = "stop"
    grounding: Grounding | None = None  # of one from documents

    @property
    def found(self) -> bool:
        """Whether it answers: the documents that it should be from may not."""
        return self.grounding is None or self.grounding.found

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    @property
    def experiment(self) -> str | None:
        """`<experiment_id>:<arm>`. An answer that was given before counts in none."""
        return self.decision.experiment or None if self.cached_from is None else None

    @property
    def by_base(self) -> bool:
        return self.version_id == BASE_VERSION


def prediction(ask: Ask, answered: Answered, outcome: Outcome, text_limit_bytes: int) -> PredictionMade:
    texts = fitting(ask.messages, answered.output, text_limit_bytes)
    return PredictionMade(
        tenant=ask.tenant,
        result_id=answered.result_id,
        task_type=ask.task_type,
        unit=answered.unit,
        model=answered.model,
        version_id=answered.version_id,
        tier=answered.tier,
        decision=answered.decision,
        outcome=outcome,
        usage=answered.usage,
        cost_usd=answered.cost_usd,
        latency_ms=answered.latency_ms,
        premium_cost_usd=answered.premium_cost_usd,
        savings=answered.savings,
        document=ask.document_id,
        cached_from=answered.cached_from,
        document_type=ask.document_type,
        user=ask.user,
        session=ask.session,
        template=answered.template,
        approach=answered.approach,
        experiment=answered.experiment,
        attempts=answered.attempts,
        confidence=answered.confidence,
        raw_confidence=answered.raw_confidence,
        checks=answered.checks,
        tags=ask.tags,
        labels=ask.labels,
        has_document=ask.has_document,
        simulated=answered.simulated,
        collect=ask.collect,
        input=texts.input,
        output=texts.output,
        text_omitted=texts.text_omitted,
        documents_read=answered.grounding.documents if answered.grounding else (),
        revisions_read=answered.grounding.revisions if answered.grounding else (),
        retrieval=answered.grounding.decision if answered.grounding else "",
    )


def to_keep(ask: Ask, answered: Answered, expires_at: datetime) -> Entry:
    return Entry(
        tenant=ask.tenant,
        result_id=answered.result_id,
        version_id=answered.version_id,
        model=answered.model,
        tier=answered.tier,
        approach=answered.approach,
        output=answered.output or "",
        usage=answered.usage,
        cost_usd=answered.cost_usd,
        premium_cost_usd=answered.premium_cost_usd,
        expires_at=expires_at,
        template=answered.template,
        items=answered.items,
        label=answered.label,
        evidence=answered.evidence,
        assumptions=answered.assumptions,
        confidence=answered.confidence,
        checks=answered.checks,
        simulated=answered.simulated,
        body=answered.body,
        shape=answered.shape,
        events=answered.events,
        finish=answered.finish,
        grounding=answered.grounding,
        user=digest_of_some(ask.tenant, ask.user) or "",
    )


def again(entry: Entry, *, result_id: UUID, unit: str, decision: Decision, latency_ms: float) -> Answered:
    """A kept answer, given once more: it costs nothing and names its origin."""
    return Answered(
        result_id=result_id,
        unit=unit,
        output=entry.output,
        model=entry.model,
        version_id=entry.version_id,
        tier=entry.tier,
        decision=decision,
        usage=entry.usage,
        premium_cost_usd=entry.premium_cost_usd,
        latency_ms=latency_ms,
        items=entry.items,
        label=entry.label,
        evidence=entry.evidence,
        assumptions=entry.assumptions,
        template=entry.template,
        approach=entry.approach,
        cached_from=entry.result_id,
        age_s=int(entry.age_s(datetime.now(UTC))),
        confidence=entry.confidence,
        checks=entry.checks,
        simulated=entry.simulated,
        body=entry.body,
        shape=entry.shape,
        events=entry.events,
        finish=entry.finish,
        grounding=entry.grounding,
    )
