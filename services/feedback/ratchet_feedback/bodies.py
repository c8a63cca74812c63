"""What this service answers over HTTP. What it is told stands in `submission.py`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from ratchet_feedback.cells import Cell
from ratchet_feedback.decisions import What
from ratchet_feedback.edits import Edit
from ratchet_feedback.scoring import Rating
from ratchet_feedback.submit import Status


class Submitted(BaseModel):
    feedback_id: UUID
    revision: int
    status: Status
    warnings: list[str] = Field([], description="of cells that the answer does not have, where it is known already")


class RefusedLine(BaseModel):
    line: int
    reason: str


class Upload(BaseModel):
    lines: int
    kept: int
    pending: int = Field(description="of those kept: their answers are not known yet; 0 in a dry run")
    refused: int
    faults: list[RefusedLine] = Field(description="the first 10,000 of the lines that were refused")


class Tallied(BaseModel):
    corrections: int
    ratings: int
    negative: int
    negative_share: float
    drifted: bool
    trained_at: datetime | None = Field(description="what was said later has taught nothing yet; null: never trained")


class RetrainingLimits(BaseModel):
    corrections: int
    negative_share: float
    ratings: int
    cool_down_hours: float
    age_days: float = Field(description="0: age is no reason")
    age_ratings: int


class Trigger(BaseModel):
    number: int
    at: datetime
    reasons: list[str]


class Held(BaseModel):
    who: str
    why: str
    at: datetime
    until: datetime | None = Field(description="null: until somebody releases it")


class DismissedReasons(BaseModel):
    """They count from then on: each is one again when it is exceeded anew, or a training has been."""

    who: str
    why: str
    at: datetime
    reasons: list[str]


class Decided(BaseModel):
    what: What
    who: str
    why: str
    at: datetime
    until: datetime | None


class Need(BaseModel):
    task_type: str
    due: bool = Field(description="a trigger goes out: there is a reason, it does not cool down, and nobody holds it")
    reasons: list[str]
    tally: Tallied
    limits: RetrainingLimits
    cools_down_until: datetime | None
    last_trigger: Trigger | None
    held: Held | None = Field(description="no trigger goes out, whatever the reasons")
    dismissed: DismissedReasons | None
    decisions: list[Decided] = Field(description="what people decided, the latest first, 50 at most")


class Needs(BaseModel):
    items: list[Need]
    next: str | None = None


class Corrected(BaseModel):
    result_id: UUID
    user_id: str
    revision: int
    task_type: str
    version_id: str
    rating: Rating | None = Field(description="null: nobody rated it")
    corrections: dict[str, Any]
    comments: str
    issues: list[str]
    reference: Any
    cells: list[Cell]
    score: float | None = Field(description="null: nothing says how good the answer was")
    said_at: datetime


class CorrectionPage(BaseModel):
    items: list[Corrected]
    next: str | None


class Given(BaseModel):
    feedback_id: UUID
    user_id: str
    revision: int
    state: str = Field(description="pending, recorded, or expired: its answer never came")
    rating: Rating | None = Field(description="null: nobody rated it")
    corrections: dict[str, Any]
    comments: str
    issues: list[str]
    said_at: datetime
    joined_at: datetime | None
    score: float | None
    score_source: str | None
    task_type: str | None
    version_id: str | None = Field(description="what had given the answer")
    stars: int | None
    signal: str | None = Field(description="what was done with the answer")
    of_session: str | None = Field(description="it was said of this whole session, and counts here in part")
    reference: Any = Field(description="what should have been answered, as was said afterwards")
    cells: list[Cell]
    edits: list[Edit] = Field(description="from the answer to the text that was written in its place")
    learned_by: str | None = Field(description="the version that serves today and had heard this when it was trained")


class SessionGiven(BaseModel):
    feedback_id: UUID
    user_id: str
    revision: int
    state: str = Field(description="pending, recorded, or expired: no answer of the session ever came")
    rating: Rating | None = Field(description="null: nobody rated it")
    stars: int | None
    comments: str
    issues: list[str]
    said_at: datetime
    results: list[UUID] = Field(description="the answers at which it counts, in equal parts; 100 at most")


class OfSession(BaseModel):
    session_id: str
    items: list[SessionGiven]
    next: str | None = None


class Result(BaseModel):
    result_id: UUID
    items: list[Given]
    next: str | None = None
