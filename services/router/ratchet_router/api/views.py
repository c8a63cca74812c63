"""How answers and decisions are shown over HTTP."""

from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec
from pydantic import BaseModel, Field

from ratchet_common.events import Decision
from ratchet_router.answered import Answered
from ratchet_router.api.grounding_views import CitationView, RetrievalView, citations, retrieval


class CheckView(BaseModel):
    name: str
    passed: bool
    detail: str


class QualityView(BaseModel):
    passed: bool
    checks: list[CheckView]


class UsageView(BaseModel):
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    estimated: bool = Field(description="counted from characters, since the provider counts no tokens")


class CandidateView(BaseModel):
    """Terms are scaled to 0…1 over the candidates; `left_out` says why one could not be taken."""

    model: str
    tier: str
    quality: float
    cheapness: float
    speed: float
    score: float
    left_out: str


class RoutingView(BaseModel):
    assigned_by: Literal["routed", "share", "experiment", "pinned"]
    revision: int = Field(description="of the traffic assignment that decided; 0: none did")
    assigned_version: str = Field(description="that the share gave to the unit; empty: no share decided")
    fell_back: bool = Field(description="it could not answer, and the catalogue's models did")
    abstained: bool = Field(description="it was not sure enough of its answer, and the catalogue's models gave theirs")
    experiment: str = Field(description="`<experiment_id>:<arm>` that the unit belongs to; empty: none")
    complexity: float
    reasons: list[str]
    candidates: list[CandidateView]


class AttemptView(BaseModel):
    model: str
    latency_ms: float
    error: str


class EvidenceView(BaseModel):
    """What the answer rests on, and where in the document it stands: characters from `start` to `end`."""

    text: str
    start: int
    end: int


class Generated(BaseModel):
    result_id: UUID
    output: str
    items: list[str] | None
    label: str | None
    evidence: list[EvidenceView] = Field(
        description="of a student that answers a question: where in what it read the answer stands; else empty"
    )
    assumptions: list[str] = Field(description="sentences, on what of the document a reader of tables left out")
    model: str
    version_id: str
    tier: str
    template: str | None
    approach: Literal["direct", "base_rag", "finetuned", "hybrid_rag_finetuned"]
    cached: bool
    cached_from: UUID | None
    confidence: float | None
    quality: QualityView
    usage: UsageView
    cost_usd: float
    latency_ms: float
    routing: RoutingView
    attempts: list[AttemptView]
    citations: list[CitationView] = Field(description="of an answer from documents: where it says it is from")
    retrieval: RetrievalView | None = Field(description="null: no documents were to be looked into")
    simulated: bool = Field(description="rules answered in place of a model")


class Routed(BaseModel):
    """What would answer. A request without session_id and user_id is a unit of its own each time."""

    model: str
    version_id: str
    tier: str
    template: str | None
    estimated_cost_usd: float
    routing: RoutingView


def view(answered: Answered) -> dict[str, Any]:
    return {
        "result_id": answered.result_id,
        "output": answered.output or "",
        "items": answered.items,
        "label": answered.label,
        "evidence": msgspec.to_builtins(answered.evidence),
        "assumptions": answered.assumptions,
        "model": answered.model,
        "version_id": answered.version_id,
        "tier": answered.tier,
        "template": answered.template,
        "approach": answered.approach,
        "cached": answered.cached_from is not None,
        "cached_from": answered.cached_from,
        "confidence": answered.confidence,
        "quality": {"passed": answered.passed, "checks": msgspec.to_builtins(answered.checks)},
        "usage": msgspec.to_builtins(answered.usage),
        "cost_usd": usd(answered.cost_usd),
        "latency_ms": answered.latency_ms,
        "routing": routing(answered.decision),
        "attempts": msgspec.to_builtins(answered.attempts),
        "citations": citations(answered),
        "retrieval": retrieval(answered),
        "simulated": answered.simulated,
    }


def routing(decision: Decision) -> dict[str, Any]:
    return {
        "assigned_by": decision.assigned_by,
        "revision": decision.revision,
        "assigned_version": decision.assigned_version,
        "fell_back": decision.fell_back,
        "abstained": decision.abstained,
        "experiment": decision.experiment,
        "complexity": decision.complexity,
        "reasons": decision.reasons,
        "candidates": msgspec.to_builtins(decision.candidates),
    }


def usd(amount: Decimal) -> float:
    """As numbers go out: to a millionth."""
    return round(float(amount), 6)
