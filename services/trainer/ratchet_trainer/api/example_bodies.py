"""What travels over HTTP about examples: requests with their bounds, answers with their fields."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ratchet_common.vocabulary import DocumentType
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.collecting.importing import Imported

Text = Annotated[str, Field(max_length=200_000)]
Label = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Item = Annotated[str, Field(max_length=5_000)]


def quality_parts(example: Example) -> dict[str, float]:
    parts = {"score": example.score, "completeness": example.completeness, "confidence": example.confidence}
    return {name: value for name, value in parts.items() if value is not None}


class BroughtExample(BaseModel):
    """A request, and what should be answered to it: a label, a text, or items."""

    model_config = ConfigDict(extra="forbid")

    task_type: str = Field(max_length=100)
    document_text: Text = Field(min_length=1)
    target: Text | Annotated[list[Item], Field(max_length=200)]
    question: Text = ""
    labels: list[Label] = Field([], max_length=200)
    document_type: DocumentType | None = None
    user_id: Name | None = Field(None, description="kept as a salted hash")
    session_id: Name | None = Field(None, description="kept as a salted hash; one session never stands on two sides")
    tags: list[Annotated[str, Field(max_length=100)]] = Field([], max_length=50)


class ShownFault(BaseModel):
    line: int = Field(description="from 1")
    reason: str


class ShownTaken(BaseModel):
    line: int = Field(description="from 1")
    example_id: UUID
    task_type: str
    pii: dict[str, int]


class ShownImport(BaseModel):
    """What a file of examples came to, or would come to."""

    dry_run: bool
    lines: int
    taken: int
    already_there: int = Field(description="and lines that say the same as one before")
    refused: int
    by_task: dict[str, int]
    pii_found: dict[str, int] = Field(description="distinct private values in what was taken, by kind; none is kept")
    examples: list[ShownTaken] = Field(description="each that was taken, or would be")
    faults: list[ShownFault]

    @classmethod
    def of(cls, found: Imported, *, dry_run: bool) -> Self:
        return cls(
            dry_run=dry_run,
            lines=found.lines,
            taken=found.taken,
            already_there=found.already_there,
            refused=len(found.faults),
            by_task=dict(sorted(found.by_task.items())),
            pii_found=dict(sorted(found.pii_found.items())),
            examples=[
                ShownTaken(line=one.line, example_id=one.example_id, task_type=one.task_type, pii=dict(one.pii))
                for one in found.examples
            ],
            faults=[ShownFault(line=fault.line, reason=fault.reason) for fault in found.faults],
        )


class ShownDocumentRead(BaseModel):
    document_id: str
    revision: int = Field(description="whose passages were read; 0: not known")


class ShownExample(BaseModel):
    """As it is stored: scrubbed."""

    example_id: UUID
    task_type: str
    document: str
    question: str
    labels: list[str]
    target: str | list[str]
    target_source: str
    output: str | None
    score: float | None
    score_source: str | None
    quality: float = Field(description="of the target, 0 to 1; what people wrote has 1")
    quality_parts: dict[str, float] = Field(description="what is known of the answer: score, completeness, confidence")
    version_id: str
    model: str
    approach: str | None = Field(description="by which it was answered, where that is known")
    documents: list[ShownDocumentRead] = Field(description="whose passages stand in `document`, as they were given")
    document_type: str | None
    tags: list[str]
    pii: dict[str, int]
    answered_at: datetime
    learned_at: datetime

    @classmethod
    def of(cls, example: Example) -> Self:
        return cls(
            example_id=example.example_id,
            task_type=example.task_type,
            document=example.document,
            question=example.question,
            labels=list(example.labels),
            target=example.target if isinstance(example.target, str) else list(example.target),
            target_source=example.target_source,
            output=example.output,
            score=example.score,
            score_source=example.score_source,
            quality=example.quality,
            quality_parts=quality_parts(example),
            version_id=example.version_id,
            model=example.model,
            approach=example.approach or None,
            documents=[
                ShownDocumentRead(document_id=one.document_id, revision=one.revision) for one in example.documents
            ],
            document_type=example.document_type,
            tags=list(example.tags),
            pii=example.pii,
            answered_at=example.answered_at,
            learned_at=example.learned_at,
        )


class ExamplePage(BaseModel):
    items: list[ShownExample]
    next: str | None


class TaskStats(BaseModel):
    task_type: str
    examples: int
    by_source: dict[str, int]
    refused: dict[str, int]


class ExampleStats(BaseModel):
    total_examples: int
    by_task: list[TaskStats]
    by_source: dict[str, int]
    archived: int = Field(description="older ones, which no new dataset takes; in no other number here")
    outdated: int = Field(
        description="so are these, since a document that they rest on has another content now; in no other number here"
    )
    by_month: dict[str, int] = Field(description='when examples were learned: {"2026-11": 120}')
    quality_histogram: list[int] = Field(description="examples by quality: 0 to 0.1, …, 0.9 to 1")
    refused: dict[str, int] = Field(description="why nothing was learned, by reason; lines of imports too")
    pii_found: dict[str, int] = Field(description="distinct values that were scrubbed, by kind")
