"""The answers that feedback is about, as this service keeps them for some days."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from ratchet_common.events import NOTHING, Approach, AssignedBy, Outcome, PredictionMade

ResultKey = tuple[str, UUID]  # (tenant, result_id)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What this service keeps of a prediction, for as long as feedback on it is welcome."""

    tenant: str
    result_id: UUID
    answered_at: datetime
    task_type: str
    version_id: str
    model: str
    tier: str = ""
    template: str = ""
    assigned_by: AssignedBy
    traffic_revision: int = 0
    assigned_version: str = ""
    abstained: bool = False
    outcome: Outcome
    unit: str = ""
    cached_from: UUID | None = None
    document_type: str | None = None
    user: str | None = None
    session: str | None = None
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    confidence: float | None = None
    cost_usd: Decimal = Decimal(0)
    latency_ms: float = 0.0
    collect: bool = True
    reference: Any = None
    input: msgspec.Raw = msgspec.field(default_factory=lambda: NOTHING)
    output: str | None = None
    text_omitted: Literal["", "too_large", "not_collected"] = ""
    approach: Approach = "direct"
    documents_read: tuple[str, ...] = ()
    revisions_read: tuple[int, ...] = ()


def key_of(answer: Answer) -> ResultKey:
    return answer.tenant, answer.result_id


def answer_of(made: PredictionMade) -> Answer:
    return Answer(
        tenant=made.tenant,
        result_id=made.result_id,
        answered_at=made.occurred_at,
        task_type=made.task_type,
        version_id=made.version_id,
        model=made.model,
        tier=made.tier,
        template=made.template or "",
        assigned_by=made.decision.assigned_by,
        traffic_revision=made.decision.revision,
        assigned_version=made.decision.assigned_version,
        abstained=made.decision.abstained,
        outcome=made.outcome,
        unit=made.unit,
        cached_from=made.cached_from,
        document_type=made.document_type,
        user=made.user,
        session=made.session,
        tags=made.tags,
        labels=made.labels,
        confidence=made.confidence,
        cost_usd=made.cost_usd,
        latency_ms=made.latency_ms,
        collect=made.collect,
        reference=made.reference,
        input=made.input,
        output=made.output,
        text_omitted=made.text_omitted,
        approach=made.approach,
        documents_read=made.documents_read,
        revisions_read=made.revisions_read,
    )


def without_text(answer: Answer) -> Answer:
    """What was asked, what was answered, and what would have been right."""
    return msgspec.structs.replace(answer, input=NOTHING, output=None, reference=None, text_omitted="not_collected")


def origin_of(answer: Answer) -> ResultKey | None:
    """Where a cache hit was first given."""
    return (answer.tenant, answer.cached_from) if answer.cached_from else None


def counted_for(answer: Answer, origin: Answer | None) -> Answer:
    """The answer that feedback on `answer` counts for: of a cache hit its origin, of which the hit is a copy.

    Nobody learns from it where either of the two requests forbade it.
    """
    if answer.cached_from is None:
        return answer
    known = origin or msgspec.structs.replace(answer, result_id=answer.cached_from, cached_from=None)
    return msgspec.structs.replace(known, collect=known.collect and answer.collect)
