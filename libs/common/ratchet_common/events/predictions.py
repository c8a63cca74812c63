"""What the router tells of the answers that it gave, and of those that nobody saw."""

from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from ratchet_common.events.event import NOTHING, Approach, AssignedBy, ConfidenceSource, Event, Part

Outcome = Literal["ok", "failed", "cancelled"]


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
    revisions_read: tuple[int, ...] = ()  # of each of them, in their order; empty: not said
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
