"""What people say of answers, and what is due by it."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from ratchet_common.events.event import Approach, AssignedBy, Event

ScoreSource = Literal["reference", "correction", "rating", "judge"]


class FeedbackJoined(Event, frozen=True, kw_only=True, tag="feedback.joined.v1"):
    """What somebody said of an answer, beside the answer. Text as written: whoever stores it scrubs it."""

    result_id: UUID
    user_id: str  # who said it
    revision: int  # the same user's later word on the same answer has a higher one and replaces the earlier
    task_type: str
    version_id: str
    model: str
    input: msgspec.Raw  # messages in OpenAI's chat shape
    output: str | None
    rating: Literal["positive", "negative", "neutral"]
    score: float  # 0 to 1
    score_source: ScoreSource
    corrections: dict[str, Any] = msgspec.field(default_factory=dict)
    comments: str = ""
    issues: tuple[str, ...] = ()
    user: str | None = None  # who had asked
    session: str | None = None
    unit: str = ""
    document_type: str | None = None
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    confidence: float | None = None
    assigned_by: AssignedBy = "routed"
    traffic_revision: int = 0  # as the decision's
    assigned_version: str = ""
    answered_at: datetime | None = None
    cost_usd: Decimal = Decimal(0)
    latency_ms: float = 0.0
    collect: bool = True
    text_omitted: Literal["", "too_large", "not_collected"] = ""
    via: UUID | None = None  # the cache hit that was spoken of; `result_id` is its origin's
    tier: str = ""  # as the prediction's
    abstained: bool = False  # as the decision's
    said_at: datetime | None = None  # the event may be later: feedback waits for its answer
    stars: int | None = None  # 1 to 5
    signal: str = ""  # what was done with the answer: copied, kept, edited, regenerated, discarded
    spoken: bool = True  # false: only the signal tells, and the rating is what it stands for
    reference: Any = None  # what should have been answered, as somebody said afterwards
    of_session: bool = False  # it was said of the whole session of which the answer is one, and is weak
    template: str = ""  # as the prediction's
    approach: Approach = "direct"  # as the prediction's, as what follows
    documents_read: tuple[str, ...] = ()
    revisions_read: tuple[int, ...] = ()
    rated: bool = True  # false: it has words or a correction and no rating, and `rating` is neutral for nobody's saying

    @property
    def is_scored(self) -> bool:
        """Where nobody rated, and nothing says what would have been right, `score` says nothing."""
        return self.rated or self.score_source != "rating"

    @property
    def is_weak(self) -> bool:
        """Nothing was said of this very answer: something was done with it, or it is one of a session of which
        something was said. Its revisions count apart from words.
        """
        return not self.spoken


class RetrainingFellDue(Event, frozen=True, kw_only=True, tag="retraining.fell_due.v1"):
    task_type: str
    reasons: tuple[str, ...]
