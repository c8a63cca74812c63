"""What travels over HTTP about examples and datasets: requests with their bounds, answers with their fields."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ratchet_common.vocabulary import DocumentType
from ratchet_trainer.analysis import Analysis
from ratchet_trainer.dataset import Listed
from ratchet_trainer.example import Example
from ratchet_trainer.importing import Imported

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


class ShownImport(BaseModel):
    """What a file of examples came to, or would come to."""

    dry_run: bool
    lines: int
    taken: int
    already_there: int = Field(description="and lines that say the same as one before")
    refused: int
    by_task: dict[str, int]
    pii_found: dict[str, int] = Field(description="distinct private values in what was taken, by kind; none is kept")
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
            faults=[ShownFault(line=fault.line, reason=fault.reason) for fault in found.faults],
        )


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
    by_month: dict[str, int] = Field(description='when examples were learned: {"2026-11": 120}')
    quality_histogram: list[int] = Field(description="examples by quality: 0 to 0.1, …, 0.9 to 1")
    refused: dict[str, int] = Field(description="why nothing was learned, by reason")
    pii_found: dict[str, int] = Field(description="distinct values that were scrubbed, by kind")


class DatasetWanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    task_type: str = Field(max_length=100)
    split: Literal["80/10/10", "90/10"] | None = Field(None, description="as the settings say, if not given")
    seed: int | None = Field(None, ge=0, le=2**31, description="as the settings say, if not given")


class DroppedExamples(BaseModel):
    same_text: int
    nearly_same_text: int
    conflicting_label: int = Field(description="among those two")
    held_out_beside: int = Field(description="nobody confirmed them, and what they belong to validates or tests")


class HowBuilt(BaseModel):
    min_examples: int
    max_examples: int
    max_bytes: int
    near_duplicate: float
    validation_share: float
    test_share: float
    seed: int
    split_by_user: bool


class ShownDataset(BaseModel):
    dataset_id: str
    task_type: str
    created_at: datetime
    examples: dict[str, int] = Field(description="by side: train, validation, test")
    looked_at: int
    by_source: dict[str, int]
    by_label: dict[str, int]
    dropped: DroppedExamples
    rules: HowBuilt
    learned_from: datetime
    learned_until: datetime
    sha256: str

    @classmethod
    def of(cls, listed: Listed) -> Self:
        made, rules, dropped = listed.manifest, listed.manifest.rules, listed.manifest.dropped
        return cls(
            dataset_id=listed.dataset_id,
            task_type=made.task_type,
            created_at=listed.created_at,
            examples={str(side): count for side, count in made.sizes.items()},
            looked_at=made.looked_at,
            by_source=dict(made.by_source),
            by_label=dict(made.by_label),
            dropped=DroppedExamples(
                same_text=dropped.same_text,
                nearly_same_text=dropped.nearly_same_text,
                conflicting_label=dropped.conflicting_label,
                held_out_beside=dropped.held_out_beside,
            ),
            rules=HowBuilt(
                min_examples=rules.min_examples,
                max_examples=rules.max_examples,
                max_bytes=rules.max_bytes,
                near_duplicate=rules.near_duplicate,
                validation_share=rules.shares.validation,
                test_share=rules.shares.test,
                seed=rules.seed,
                split_by_user=rules.by_user,
            ),
            learned_from=made.learned_from,
            learned_until=made.learned_until,
            sha256=made.sha256,
        )


class DatasetPage(BaseModel):
    items: list[ShownDataset]
    next: str | None


class ShownAnalysis(BaseModel):
    dataset_id: str
    total_examples: int
    avg_input_length: float = Field(description="characters")
    avg_output_length: float = Field(description="characters")
    vocabulary_size: int = Field(description="different words of inputs and outputs")
    label_balance: dict[str, float] = Field(description="each label's share")
    duplicates_dropped: int
    near_duplicates_dropped: int
    pii_found: dict[str, int] = Field(description="distinct values that were scrubbed, by kind")

    @classmethod
    def of(cls, dataset_id: str, found: Analysis) -> Self:
        return cls(
            dataset_id=dataset_id,
            total_examples=found.total_examples,
            avg_input_length=found.avg_input_length,
            avg_output_length=found.avg_output_length,
            vocabulary_size=found.vocabulary_size,
            label_balance=dict(found.label_balance),
            duplicates_dropped=found.duplicates_dropped,
            near_duplicates_dropped=found.near_duplicates_dropped,
            pii_found=dict(found.pii_found),
        )
