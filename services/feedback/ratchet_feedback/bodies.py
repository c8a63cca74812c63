"""What travels over HTTP: requests with their bounds, answers with their fields."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ratchet_feedback.issues import Issue, known_issue
from ratchet_feedback.scoring import Rating
from ratchet_feedback.submit import Status

LARGEST_CORRECTIONS = 64 * 1024  # bytes as JSON: they travel in an event beside the answer
WHOLE = 2**53  # further integers are not exact in JSON

Text = Annotated[str, Field(max_length=50_000)]
Whole = Annotated[int, Field(ge=-WHOLE, le=WHOLE)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Scalar = bool | Whole | Number | Text
Item = Scalar | Annotated[dict[Annotated[str, Field(max_length=100)], Scalar | None], Field(max_length=20)]
Correction = Scalar | Annotated[list[Item], Field(max_length=500)]
Corrections = dict[Annotated[str, Field(min_length=1, max_length=100)], Correction]


def _of_bounded_size(corrections: dict[str, Any]) -> dict[str, Any]:
    if len(msgspec.json.encode(corrections)) > LARGEST_CORRECTIONS:
        raise ValueError(f"all of them together may take {LARGEST_CORRECTIONS} bytes as JSON")
    return corrections


class FeedbackSubmission(BaseModel):
    model_config = ConfigDict(extra="forbid")

    result_id: UUID
    rating: Rating
    user_id: str = Field("anonymous", min_length=1, max_length=200, pattern=r"^[^\x00]*$")
    corrections: Annotated[Corrections, AfterValidator(_of_bounded_size)] = Field({}, max_length=50)
    comments: str = Field("", max_length=10_000)
    specific_issues: list[Annotated[Issue, BeforeValidator(known_issue)]] = Field([], max_length=20)


class Submitted(BaseModel):
    feedback_id: UUID
    revision: int
    status: Status


class Answered(BaseModel):
    """How much feedback the answers of the last days got; they are known for as long as they are kept."""

    days: int
    answers: int
    feedback_per_answer: float | None


class Summary(BaseModel):
    days: int
    task_type: str | None
    document_type: str | None
    total: int
    by_rating: dict[str, int]
    mean_score: float | None
    corrections: int
    by_issue: dict[str, int]
    pending: int = Field(description="waits for its answer; of every task, for its answer would tell of which")
    expired: int = Field(description="its answer never came; of every task")
    rate: Answered


class Improvement(BaseModel):
    task_type: str
    issue: str
    count: int
    share: float = Field(description="of the feedback on the task")
    suggestion: str


class Improvements(BaseModel):
    items: list[Improvement]
    next: str | None = None


class Tallied(BaseModel):
    corrections: int
    ratings: int
    negative: int
    negative_share: float
    drifted: bool


class RetrainingLimits(BaseModel):
    corrections: int
    negative_share: float
    ratings: int
    cool_down_hours: float


class Trigger(BaseModel):
    number: int
    at: datetime
    reasons: list[str]


class Need(BaseModel):
    task_type: str
    due: bool
    reasons: list[str]
    tally: Tallied
    limits: RetrainingLimits
    cools_down_until: datetime | None
    last_trigger: Trigger | None


class Needs(BaseModel):
    items: list[Need]
    next: str | None = None


class Corrected(BaseModel):
    result_id: UUID
    user_id: str
    revision: int
    task_type: str
    version_id: str
    rating: Rating
    corrections: dict[str, Any]
    comments: str
    issues: list[str]
    score: float
    said_at: datetime


class CorrectionPage(BaseModel):
    items: list[Corrected]
    next: str | None


class Given(BaseModel):
    feedback_id: UUID
    user_id: str
    revision: int
    state: str = Field(description="pending, recorded, or expired: its answer never came")
    rating: Rating
    corrections: dict[str, Any]
    comments: str
    issues: list[str]
    said_at: datetime
    joined_at: datetime | None
    score: float | None
    score_source: str | None
    task_type: str | None
    version_id: str | None = Field(description="what had given the answer")
    learned_by: str | None = Field(description="the version that serves today and had heard this when it was trained")


class Result(BaseModel):
    result_id: UUID
    items: list[Given]
    next: str | None = None
