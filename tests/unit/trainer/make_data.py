"""Events for the tests of what the trainer collects."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec

from ratchet_common.conversation import as_messages
from ratchet_common.events import Decision, FeedbackJoined, PredictionMade, Usage

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def messages(text: str, question: str = "") -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(as_messages([text], question)))


def made(**fields: Any) -> PredictionMade:
    """An answer that is good enough to be sampled."""
    given: dict[str, Any] = {
        "tenant": "acme",
        "occurred_at": NOW,
        "result_id": uuid4(),
        "task_type": "summary",
        "unit": "u",
        "model": "m",
        "version_id": "base",
        "tier": "fast",
        "decision": Decision(assigned_by="routed"),
        "outcome": "ok",
        "usage": Usage(),
        "cost_usd": Decimal("0.01"),
        "latency_ms": 12.0,
        "input": messages("Dear Ann, the report is late."),
        "output": "The report is late.",
        "confidence": 0.95,
    }
    return PredictionMade(**given | fields)


def said(**fields: Any) -> FeedbackJoined:
    """A correction of a summary."""
    given: dict[str, Any] = {
        "tenant": "acme",
        "occurred_at": NOW,
        "result_id": uuid4(),
        "user_id": "u1",
        "revision": 1,
        "task_type": "summary",
        "version_id": "base",
        "model": "m",
        "input": messages("Dear Ann, mail bob@example.com.", "What is asked of Ann?"),
        "output": "Mail bob@example.com",
        "rating": "negative",
        "score": 0.4,
        "score_source": "correction",
        "corrections": {"summary": "Ann must mail bob@example.com"},
        "user": "asker",
        "session": "s1",
    }
    return FeedbackJoined(**given | fields)
