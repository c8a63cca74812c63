"""What is worth learning: a request, what was answered, what should have been answered. All texts are scrubbed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from ratchet_trainer.documents.resting import DocumentRead

TargetSource = Literal["reference", "correction", "accepted", "sampled", "imported"]


@dataclass(frozen=True, slots=True)
class Example:
    """`score` (of what was answered) and `quality` (of the target) are 0 to 1.

    The hashes of session and user are keyed with the trainer's salt.
    """

    example_id: UUID
    tenant: str
    task_type: str
    document: str
    question: str
    labels: tuple[str, ...]
    target: str | tuple[str, ...]  # a label, a text, or items
    target_source: TargetSource
    output: str | None  # what was answered then
    score: float | None
    score_source: str | None
    version_id: str
    model: str
    assigned_by: str
    cost_usd: float
    latency_ms: float
    confidence: float | None
    document_type: str | None
    tags: tuple[str, ...]
    document_hash: str  # over the normalised, scrubbed text
    session_hash: str | None
    user_hash: str | None
    stratum: str  # what its chance of feedback is estimated by: version/label or confidence band/document type
    quality: float
    pii: dict[str, int]  # what was scrubbed, by kind
    answered_at: datetime
    learned_at: datetime
    completeness: float | None = None  # of `quality`, with score and confidence
    approach: str = ""  # by which it was answered, where that is known
    documents: tuple[DocumentRead, ...] = ()  # whose passages stand in `document`, as they were given to read
    augmented_from: UUID | None = None  # it was made of that one, and nobody wrote or accepted it as it stands
    augmentation: str | None = None  # by which recipe
    part: float = 1.0  # of the weight that it would have, where others are made of the same
