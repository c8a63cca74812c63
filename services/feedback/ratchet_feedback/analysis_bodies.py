"""What this service answers over HTTP when it is asked what feedback means."""

from uuid import UUID

from pydantic import BaseModel, Field

from ratchet_feedback.groups import GroupedBy
from ratchet_feedback.slices import By
from ratchet_feedback.trends import Direction


class Answered(BaseModel):
    """How much feedback the answers of the last days got; they are known for as long as they are kept."""

    days: int
    answers: int
    feedback_per_answer: float | None = Field(description="null: there were no answers, or either is more than is read")


class Agreement(BaseModel):
    """Among users who rated the same answers."""

    answers: int
    alpha: float | None = Field(description="Krippendorff's; 1: they always agree, 0: as if by chance, null: unknown")
    complete: bool = Field(description="false: of words on such answers only the latest 20,000 were read")


class OfSessions(BaseModel):
    """Each word on a whole session counts once, in equal parts at its answers: of a task it may count 2.5."""

    words: float
    by_rating: dict[str, float]
    mean_score: float | None


class Span(BaseModel):
    """95 %."""

    low: float
    high: float


class Grouped(BaseModel):
    name: str | None = Field(description="null: of these answers it is not known")
    total: int
    by_rating: dict[str, int]
    mean_score: float | None = Field(description="null: none of its words tells how good an answer was")
    mean_score_interval: Span | None
    negative_share: float | None = Field(description="of its ratings; null: nobody rated")
    negative_share_interval: Span | None
    corrections: int


class Summary(BaseModel):
    tenant: str
    days: int
    task_type: str | None
    document_type: str | None
    model: str | None
    version_id: str | None
    template: str | None
    complete: bool = Field(
        description="false: of the hours that have changed lately more than 20,000 pieces would have to be read; or a"
        " model, version or template is asked for, and of an hour with very many some are told together as (others)"
    )
    total: int = Field(description="words, whether or not they rate")
    by_rating: dict[str, int]
    mean_score: float | None
    mean_score_interval: Span | None
    negative_share: float | None = Field(description="of the ratings")
    negative_share_interval: Span | None
    mean_stars: float | None = Field(description="1 to 5, of those who gave stars")
    by_signal: dict[str, int] = Field(description="what was done with answers of which nobody said a word; in no score")
    sessions: OfSessions = Field(description="what was said of whole sessions; in no score")
    agreement: Agreement
    corrections: int
    by_issue: dict[str, int]
    pending: int = Field(description="waits for its answer; of every task, for its answer would tell of which")
    expired: int = Field(description="its answer never came; of every task")
    rate: Answered
    by: GroupedBy | None
    groups: list[Grouped] = Field(
        description="the largest first, 400 at most, (others) among them; periods in their order"
    )


class GainIfMended(BaseModel):
    """By how much the mean score of the task's rated answers would rise, were these as good as its others."""

    mean: float
    interval: Span


class Improvement(BaseModel):
    task_type: str
    issue: str | None = Field(description="null: these answers are bad by what was said of them, whatever it named")
    by: By | None = Field(description="what these answers have in common; null of an issue")
    value: str | None = Field(description="such as the template's id")
    count: int = Field(description="words that name it, or that were said of these answers")
    share: float = Field(description="of the words on the task")
    answers: int = Field(description="that it was named of, or that there are of these")
    mean_score: float = Field(description="of these answers")
    weight: float = Field(description="answers times how far their mean score is from 1: by this they are ordered")
    gain: GainIfMended | None = Field(description="null: every rated answer of the task is among them")
    suggestion: str
    evidence: list[UUID] = Field(description="up to 5 of the worst of these answers, by result_id")


class Improvements(BaseModel):
    complete: bool = Field(
        description="false: as of the summary; or of words on answers of which several users spoke only the latest"
        " 20,000 were read"
    )
    items: list[Improvement]
    next: str | None = None


class IssueNamed(BaseModel):
    issue: str
    count: int
    share: float = Field(description="of the words on answers")
    share_interval: Span | None
    count_before: int
    share_before: float | None
    p_value: float = Field(description="of the share being as before; Fisher's, adjusted by Holm for all issues")
    direction: Direction
    sentence: str


class IssuesNamed(BaseModel):
    days: int = Field(description="of this time, and of the time before")
    complete: bool = Field(description="of both times; false: as of the summary")
    items: list[IssueNamed]
    next: str | None = None


class CommentCluster(BaseModel):
    words: list[str] = Field(description="that are in many of its comments and in few of the others")
    count: int
    share: float = Field(description="of the comments that were read")
    negative_share: float | None = Field(description="of those that came with a rating; null: none did")
    mean_score: float | None = Field(description="null: none of them came with a rating, correction or reference")
    results: list[UUID] = Field(description="of the 5 most typical comments")
    typical: str = Field(description="one of its comments, as it was written: private text")


class CommentClusters(BaseModel):
    days: int
    comments: int = Field(description="that were read: the latest 500")
    apart: int = Field(description="of them, that are in no cluster shown")
    items: list[CommentCluster]
    next: str | None = None
