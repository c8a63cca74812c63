"""Answers and feedback for the tests, with what matters to them left to say."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import msgspec

from ratchet_common.events import Decision, PredictionMade, Serving, TrafficAssigned, Usage
from ratchet_feedback.said import Feedback
from ratchet_feedback.scoring import Rating

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def prediction(tenant: str = "acme", **fields: Any) -> PredictionMade:
    result_id: UUID = fields.pop("result_id", None) or uuid4()
    given: dict[str, Any] = {
        "tenant": tenant,
        "result_id": result_id,
        "task_type": "summary",
        "unit": str(result_id),
        "model": "small",
        "version_id": "base",
        "tier": "fast",
        "decision": Decision(assigned_by="routed"),
        "outcome": "ok",
        "usage": Usage(input_tokens=100, output_tokens=10),
        "cost_usd": Decimal("0.000123"),
        "latency_ms": 12.5,
        "input": msgspec.Raw(b'[{"role":"user","content":"When do we ship?"}]'),
        "output": "We ship on Monday.",
    }
    return PredictionMade(**given | fields)


def feedback(tenant: str = "acme", **fields: Any) -> Feedback:
    given: dict[str, Any] = {"tenant": tenant, "result_id": uuid4(), "user_id": "ann", "rating": Rating.NEGATIVE}
    return Feedback(**given | fields)


def traffic(tenant: str = "acme", **fields: Any) -> TrafficAssigned:
    given: dict[str, Any] = {
        "tenant": tenant,
        "task_type": "summary",
        "revision": 1,
        "shares": {"summary-0a1b2c3d": 100},
        "versions": {"summary-0a1b2c3d": Serving(platform="local", learned_until=NOW)},
    }
    return TrafficAssigned(**given | fields)
