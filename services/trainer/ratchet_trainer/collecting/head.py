"""An example without its texts: all that a dataset is put together by."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ratchet_trainer.collecting.example import TargetSource
from ratchet_trainer.documents.resting import DocumentRead

NO_TYPE = "none"  # the document type of what has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """`label`: the target, where it is a label. `quality`: None where it was stored before that was kept."""

    example_id: UUID
    revision: int
    target_source: TargetSource
    label: str | None
    document_type: str | None = None
    quality: float | None = None
    document_hash: str
    question_hash: str
    signature: bytes
    session_hash: str | None
    user_hash: str | None
    content: str
    chars: int
    learned_at: datetime
    speaker_hash: str | None = None  # who said what the answer was worth
    answered_at: datetime | None = None
    documents: tuple[DocumentRead, ...] = ()  # that the answer was given from

    @property
    def confirmed(self) -> bool:
        """A person wrote its target, or accepted it."""
        return self.target_source != "sampled"

    @property
    def kind_of_document(self) -> str:
        return self.document_type or NO_TYPE
