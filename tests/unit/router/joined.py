"""Feedback for the tests, with what matters to them left to say."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from ratchet_common import conversation
from ratchet_common.events import FeedbackJoined


def joined(document: str = "The minutes.", question: str = "", **how: Any) -> FeedbackJoined:
    """A positive rating of a summary, given just now."""
    given: dict[str, Any] = {
        "tenant": "acme",
        "result_id": uuid4(),
        "user_id": "ann",
        "revision": 1,
        "task_type": "summary",
        "version_id": "base",
        "model": "small",
        "input": msgspec.Raw(msgspec.json.encode(conversation.as_messages([document], question))),
        "output": f"Short: {document}",
        "rating": "positive",
        "score": 1.0,
        "score_source": "rating",
        "answered_at": datetime.now(UTC),
    }
    return FeedbackJoined(**given | how)
