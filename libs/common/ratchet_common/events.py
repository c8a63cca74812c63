"""What the services tell each other: one frozen struct an event. `topics.py` says where each of them travels."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

EVERYONE = "*"  # the tenant of what belongs to all, such as base models
BASE_VERSION = "base"  # the version that serves where nothing trained does: the catalogue's models, as routed

Outcome = Literal["ok", "failed", "cancelled"]
Approach = Literal["direct", "base_rag", "finetuned", "hybrid_rag_finetuned"]
ScoreSource = Literal["reference", "correction", "rating", "judge"]
AssignedBy = Literal["routed", "share", "experiment", "pinned"]
ConfidenceSource = Literal["model", "logprobs", "checks"]
Conclusion = Literal["advance", "hold", "roll_back"]
NOTHING = msgspec.Raw(b"null")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What events are made of; travels inside them only."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    tenant: str
    event_id: UUID = msgspec.field(default_factory=uuid7)  # derived events: uuid5 of what they derive from
    occurred_at: datetime = msgspec.field(default_factory=lambda: datetime.now(UTC))


class Candidate(Part, frozen=True, kw_only=True):
    """One model that was looked at: its terms are scaled to 0…1 over the candidates that could do the request."""

    model: str
    tier: str
    quality: float
    cheapness: float
    speed: float
    score: float
    left_out: str = ""  # why it could not be taken; empty if it could


class Decision(Part, frozen=True, kw_only=True):
    assigned_by: AssignedBy
    revision: int = 0  # of the TrafficAssigned that the share came from
    assigned_version: str = ""  # what the share gave to this unit, whoever answered in the end
    fell_back: bool = False  # it could not answer, and the catalogue's models did
    abstained: bool = False  # it was not sure enough of its answer, and the catalogue's models gave theirs
    experiment: str = ""  # `<experiment_id>:<arm>` that the unit belongs to
    complexity: float = 0.0
    reasons: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()


class Usage(Part, frozen=True, kw_only=True):
    """What was counted, by the provider or by us (`estimated`). Every part is a subset of its whole:

    of `input_tokens`: `cached_tokens` (read from the provider's cache; of those, as far as the provider tells,
    `cached_image_tokens` and `cached_audio_tokens`), `cache_written_tokens` (written into it; of those
    `cache_written_long_tokens` for an hour), `image_tokens` and `audio_tokens`, cached or not; of `output_tokens`:
    `reasoning_tokens`, `output_image_tokens` and `output_audio_tokens`. `batch`: asked by the provider's batch API, at
    its price.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False
    cache_written_tokens: int = 0
    cache_written_long_tokens: int = 0
    reasoning_tokens: int = 0
    image_tokens: int = 0
    audio_tokens: int = 0
    output_audio_tokens: int = 0
    batch: bool = False
    output_image_tokens: int = 0
    cached_image_tokens: int = 0
    cached_audio_tokens: int = 0


class Savings(Part, frozen=True, kw_only=True):
    """What the same usage would have cost otherwise, in USD.

    `batch_usd` and `provider_cache_usd` are discounts: by how much more without the price of batches, and at the price
    of what is not cached. `reference_usd` is the whole price at `reference_model`; empty: no reference is named.
    """

    batch_usd: Decimal = Decimal(0)
    provider_cache_usd: Decimal = Decimal(0)
    reference_model: str = ""
    reference_usd: Decimal = Decimal(0)


class Attempt(Part, frozen=True, kw_only=True):
    """One call to a provider. `error` is a kind (timeout, rate_limited, …), never the provider's text.

    One that failed may have cost something all the same: it is counted in `cost_usd`, and billed to nobody. `status` is
    that of HTTP; 0 if none came.
    """

    model: str
    latency_ms: float
    error: str = ""
    provider: str = ""
    status: int = 0
    usage: Usage | None = None
    cost_usd: Decimal = Decimal(0)


class Check(Part, frozen=True, kw_only=True):
    name: str
    passed: bool
    detail: str = ""


class RawConfidence(Part, frozen=True, kw_only=True):
    """How sure an answer seemed before feedback had a say: 0 to 1, and by what it was told."""

    value: float
    source: ConfidenceSource


class PredictionMade(Event, frozen=True, kw_only=True, tag="prediction.made.v1"):
    """An answer was given, or was tried to be. Text as written: whoever stores it scrubs it."""

    result_id: UUID
    task_type: str
    unit: str  # what traffic shares are drawn by: session, else user, else result
    model: str
    version_id: str
    tier: str
    decision: Decision
    outcome: Outcome
    usage: Usage
    cost_usd: Decimal
    latency_ms: float
    premium_cost_usd: Decimal = Decimal(0)  # what the dearest candidate would have cost: savings are counted from it
    cached_from: UUID | None = None
    document_type: str | None = None
    user: str | None = None
    session: str | None = None
    template: str | None = None
    approach: Approach = "direct"
    experiment: str | None = None  # as the decision's; a cache hit counts in none
    attempts: tuple[Attempt, ...] = ()
    confidence: float | None = None  # as the caller was told: calibrated, where there is feedback to do it by
    raw_confidence: RawConfidence | None = None  # None: `confidence` is the model's own
    checks: tuple[Check, ...] = ()
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    has_document: bool = False
    simulated: bool = False
    collect: bool = True  # false: nobody may learn from it
    reference: Any = None  # ground truth, where the caller knew it
    input: msgspec.Raw = msgspec.field(default_factory=lambda: NOTHING)  # messages in OpenAI's chat shape
    output: str | None = None
    text_omitted: Literal["", "too_large", "not_collected"] = ""
    savings: Savings | None = None
    document: str | None = None  # the caller's own name of the document that was read
    documents_read: tuple[str, ...] = ()  # ids of those whose passages were retrieved for it, and stand in `input`
    retrieval: Literal["", "none", "few", "many", "another round"] = ""  # empty: no documents were to be looked into


class ShadowAnswered(Event, frozen=True, kw_only=True, tag="shadow.answered.v1"):
    """What a version in the shadow said to the copy of a request. Text as written: whoever stores it scrubs it.

    `result_id` is that of the answer that the caller got. `error` is a kind (timeout, rate_limited, …); of what is
    `unsure`, and would leave the request to others, the outcome is ok without an output.
    """

    result_id: UUID
    task_type: str
    version_id: str
    model: str
    outcome: Outcome
    usage: Usage
    cost_usd: Decimal
    latency_ms: float
    confidence: float | None = None
    user: str | None = None
    labels: tuple[str, ...] = ()
    error: str = ""
    simulated: bool = False
    input: msgspec.Raw = msgspec.field(default_factory=lambda: NOTHING)  # messages in OpenAI's chat shape
    output: str | None = None
    text_omitted: Literal["", "too_large"] = ""


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
    corrections: dict[str, Any] = {}
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


class Serving(Part, frozen=True, kw_only=True):
    """How to serve a version: a model of a provider by name, or an artifact that the reader checks by its hash."""

    platform: str
    model: str = ""
    artifact: str = ""  # URL
    sha256: str = ""
    dataset_id: str = ""
    learned_until: datetime | None = None


class Holdout(Part, frozen=True, kw_only=True):
    """The units that stay on the old version for a while, so that there is something to compare with."""

    version_id: str
    percent: int
    until: datetime
    since: int = 0  # the revision by which it lost its place to what serves; 0: unknown
    begun_at: datetime | None = None  # when that was


class Shadow(Part, frozen=True, kw_only=True):
    """A version that answers a copy of some units' requests, and nobody sees it."""

    version_id: str
    percent: int
    serving: Serving


class TrafficAssigned(Event, frozen=True, kw_only=True, tag="traffic.assigned.v1"):
    task_type: str
    revision: int
    shares: dict[str, int]  # version_id to per cent; they add up to 100 (of what the holdout leaves)
    versions: dict[str, Serving]
    holdout: Holdout | None = None
    canary: str = ""  # the version that is on trial, if one is
    control: str = ""  # the version that it is compared with
    revoked: tuple[str, ...] = ()  # versions that were taken back: what they left in caches goes
    why: str = ""
    who: str = ""
    step: int = 0  # the revision since which the shares are as they are: answers are counted by it; 0: this one
    shadow: Shadow | None = None

    @property
    def since(self) -> int:
        return self.step or self.revision


class VerdictReached(Event, frozen=True, kw_only=True, tag="verdict.reached.v1"):
    task_type: str
    revision: int  # of the TrafficAssigned that it judges: the one since which the shares are as they are
    experiment_id: str
    version_id: str
    conclusion: Conclusion
    why: str
    numbers: dict[str, float] = {}
    arm: str = ""  # of an experiment that people set up; its verdict changes no rollout, and its revision is the arms'


class Calibration(Part, frozen=True, kw_only=True):
    """What confidence of one source has turned out to mean.

    `knots`: pairs of raw confidence and the score that feedback gives such answers, both rising from 0 to 1; between
    them lie straight lines. `n`: scores that it was learned from.
    """

    source: ConfidenceSource
    knots: tuple[tuple[float, float], ...]
    n: int
    approach: Approach | Literal[""] = ""  # of whose answers; empty: of all


class QualityMeasured(Event, frozen=True, kw_only=True, tag="quality.measured.v1"):
    task_type: str
    model: str
    score: float
    n: int
    interval: tuple[float, float]
    calibrations: tuple[Calibration, ...] = ()  # at most one a source and approach


class CurvePoint(Part, frozen=True, kw_only=True):
    """Where the stronger tiers take what they are estimated to gain `threshold` or more at: the share of requests that
    this is, and the mean score that held-out outcomes show for it."""

    share: float
    threshold: float
    quality: float


class EstimateTrained(Event, frozen=True, kw_only=True, tag="estimate.trained.v1"):
    """Which requests need a stronger tier, as learned from outcomes. Without an artifact: it is not known any more."""

    task_type: str
    revision: int
    artifact: str = ""  # URL of what tells two scores of a request: of the cheap tiers' answers, of the strong ones'
    sha256: str = ""
    cheap: tuple[str, ...] = ()  # tiers
    strong: tuple[str, ...] = ()
    curve: tuple[CurvePoint, ...] = ()  # from no request on the strong side to all
    cheap_outcomes: int = 0
    strong_outcomes: int = 0
    lift: float = 0.0  # of the mean score over drawing by chance as many requests, held out, over all shares
    interval: tuple[float, float] = (0.0, 0.0)  # 95 % of it
    why: str = ""


class Arm(Part, frozen=True, kw_only=True):
    name: str
    share: int  # per cent
    version_id: str = ""
    template: str = ""
    model: str = ""
    out: bool = False  # it was taken back: its units are answered as if there were no experiment
    approach: Approach | Literal[""] = ""


class ExperimentChanged(Event, frozen=True, kw_only=True, tag="experiment.changed.v1"):
    experiment_id: str
    task_type: str
    arms: tuple[Arm, ...]
    unit: Literal["session", "user", "result"]
    metric: str
    state: Literal["running", "stopped"]
    revision: int = 0  # grows with each change of the experiment


class AlertChanged(Event, frozen=True, kw_only=True, tag="alert.changed.v1"):
    alert_id: str
    kind: str  # drift, budget, …
    severity: Literal["info", "warning", "critical"]
    state: Literal["open", "closed"]
    subject: str
    task_type: str | None = None
    numbers: dict[str, float] = {}
    revision: int = 0  # of the alert; grows by one with each change
    change: str = ""  # opened, worsened, eased, acknowledged, escalated, resolved, closed
    sentence: str = ""


class CostIncurred(Event, frozen=True, kw_only=True, tag="cost.incurred.v1"):
    """A training or an evaluation has cost so much until now. Of one there may be several: the latest counts,
    by `occurred_at`, which may be less than an estimate before it.

    `about`: the id of the job or the evaluation, whose answers and judge are all in it.
    """

    kind: Literal["training", "evaluation"]
    about: str
    task_type: str
    cost_usd: Decimal
    model: str = ""  # that is trained, or judged; empty: not known


class DocumentChanged(Event, frozen=True, kw_only=True, tag="document.changed.v1"):
    document_id: str
    change: Literal["came", "changed", "went"]


class ErasureAsked(Event, frozen=True, kw_only=True, tag="erasure.asked.v1"):
    """A user is to be forgotten: all that is his and was there when it was asked for, `occurred_at`."""

    erasure_id: UUID
    user: str  # a digest (persons.py): the name itself does not travel


class ErasureDone(Event, frozen=True, kw_only=True, tag="erasure.done.v1"):
    """One service has forgotten."""

    erasure_id: UUID
    service: str
    removed: dict[str, int] = {}  # by kind; at least so many, where a service was killed while it counted


AnyEvent = (
    PredictionMade
    | ShadowAnswered
    | FeedbackJoined
    | RetrainingFellDue
    | TrafficAssigned
    | VerdictReached
    | QualityMeasured
    | EstimateTrained
    | ExperimentChanged
    | AlertChanged
    | CostIncurred
    | DocumentChanged
    | ErasureAsked
    | ErasureDone
)
