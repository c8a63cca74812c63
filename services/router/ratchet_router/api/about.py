"""What Ratchet says of an answer beside the answer: in headers, and in a `ratchet` object for those who see none."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from fastapi import Response
from pydantic import BaseModel, Field

from ratchet_router.answered import Answered
from ratchet_router.api.grounding_views import CitationView, RetrievalView, citations, retrieval
from ratchet_router.api.views import QualityView, UsageView, usd

_encode = msgspec.json.Encoder().encode


class Tried(BaseModel):
    """One call to a model. `error`: empty for the one that answered."""

    model: str
    error: str


class Said(BaseModel):
    """What Ratchet says of the answer, for callers that see no headers."""

    result_id: UUID
    model: str
    version_id: str
    tier: str
    decision: str
    usage: UsageView
    cost_usd: float
    confidence: float | None
    quality: QualityView
    label: str | None
    items: list[str] | None
    cached: bool
    cached_from: UUID | None
    age_s: int
    simulated: bool
    recorded: bool
    replayed: bool
    attempts: list[Tried]
    approach: str | None = Field(None, description="of a request with a context, as the next two")
    citations: list[CitationView] = []
    retrieval: RetrievalView | None = None


def said_of(answered: Answered) -> dict[str, Any]:
    """For msgspec to encode."""
    said = {
        "result_id": answered.result_id,
        "model": answered.model,
        "version_id": answered.version_id,
        "tier": answered.tier,
        "decision": _decision(answered),
        "usage": answered.usage,
        "cost_usd": usd(answered.cost_usd),
        "confidence": answered.confidence,
        "quality": {"passed": answered.passed, "checks": answered.checks},
        "label": answered.label,
        "items": answered.items,
        "cached": answered.cached_from is not None,
        "cached_from": answered.cached_from,
        "age_s": answered.age_s,
        "simulated": answered.simulated,
        "recorded": answered.recorded,
        "replayed": answered.replayed,
        "attempts": [{"model": tried.model, "error": tried.error} for tried in answered.attempts],
    }
    if answered.grounding is not None:
        its = {"citations": citations(answered), "retrieval": retrieval(answered)}
        return said | {"approach": answered.approach} | its
    return said


def _decision(answered: Answered) -> str:
    made = answered.decision
    return f"{made.assigned_by}; complexity={made.complexity}; revision={made.revision}"


class JsonAnswer(Response):
    """Made without the look-ups in headers that Starlette's own makes for each of them."""

    def __init__(self, body: bytes, headers: Mapping[str, str]) -> None:
        self.status_code, self.body, self.background = 200, body, None
        said = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        self.raw_headers = [*said, (b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]


def at_the_end(answered: Answered) -> bytes:
    """Of a stream, whose headers went out before this was known."""
    return _encode(said_of(answered))


def headers(answered: Answered, *, streamed: bool = False) -> dict[str, str]:
    found = {
        "x-ratchet-result-id": str(answered.result_id),
        "x-ratchet-model": answered.model,
        "x-ratchet-version": answered.version_id,
        "x-ratchet-tier": answered.tier,
        "x-ratchet-cached": "false" if answered.cached_from is None else "true",
        "x-ratchet-decision": _decision(answered),
        "x-ratchet-simulated": "true" if answered.simulated else "false",
    }
    if answered.cached_from is not None:
        found["age"] = str(answered.age_s)
    if answered.replayed:
        found["x-ratchet-replayed"] = "true"
    if answered.rate_headers:
        found |= answered.rate_headers
    if not streamed:
        found["x-ratchet-cost-usd"] = f"{answered.cost_usd:.6f}"
    return found if answered.recorded else found | {"x-ratchet-recorded": "false"}
