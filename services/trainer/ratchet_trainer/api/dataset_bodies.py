"""What travels over HTTP about datasets: requests with their bounds, answers with their fields."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ratchet_common.errors import RefusedError
from ratchet_scoring.scorers import LABEL_TASKS
from ratchet_trainer.datasets.analysis import Analysis
from ratchet_trainer.datasets.augmenting import Augment
from ratchet_trainer.datasets.balancing import Balance
from ratchet_trainer.datasets.dataset import Erased, Listed, MadeOf, Manifest, Rules
from ratchet_trainer.datasets.recipes import RecipeName
from ratchet_trainer.datasets.split import SHARES, Side


class ContradictionError(RefusedError):
    type = "invalid-dataset-request"
    title = "No dataset can be built so"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}.", errors=[{"field": field, "message": message}])


class BalanceWanted(BaseModel):
    """So that no type of document is most of what is learned."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["cap", "share"] = Field(description="cap: times the median of all types; share: part of all examples")
    most: float = Field(gt=0, le=100)


class AugmentWanted(BaseModel):
    """More to learn from what is there: examples for training, said a little differently."""

    model_config = ConfigDict(extra="forbid")

    recipes: Annotated[list[RecipeName], Field(min_length=1, max_length=10)] = Field(list(Augment().recipes))
    factor: int = Field(2, ge=2, le=5, description="so many come of one, with itself, and weigh so much at most")
    rare_labels: bool = Field(False, description="only of labels that are rarer than the middle one")


class DatasetWanted(BaseModel):
    """What is not given is as the settings say."""

    model_config = ConfigDict(extra="forbid")

    task_type: str = Field(max_length=100)
    split: Literal["80/10/10", "90/10"] | None = None
    seed: int | None = Field(None, ge=0, le=2**31)
    by_user: bool | None = Field(None, description="what one user asked stays on one side")
    min_quality: float | None = Field(None, ge=0, le=1, description="of a target")
    since: AwareDatetime | None = Field(None, description="only what was learned then or later")
    until: AwareDatetime | None = Field(None, description="and before that")
    balance: BalanceWanted | None = None
    augment: AugmentWanted | None = None

    def rules(self, otherwise: Rules) -> Rules:
        """Raises ContradictionError."""
        if self.since and self.until and self.since >= self.until:
            raise ContradictionError("until", "it must be later than since")
        if self.balance and self.balance.kind == "share" and self.balance.most >= 1:
            raise ContradictionError("balance.most", "a share is less than 1, as 0.4")
        if self.augment and self.augment.rare_labels and self.task_type not in LABEL_TASKS:
            raise ContradictionError("augment.rare_labels", f"{self.task_type} has no labels")
        return replace(
            otherwise,
            shares=SHARES[self.split] if self.split else otherwise.shares,
            seed=otherwise.seed if self.seed is None else self.seed,
            by_user=otherwise.by_user if self.by_user is None else self.by_user,
            min_quality=otherwise.min_quality if self.min_quality is None else self.min_quality,
            since=self.since or otherwise.since,
            until=self.until or otherwise.until,
            balance=Balance(self.balance.kind, self.balance.most) if self.balance else otherwise.balance,
            augment=_augment(self.augment) if self.augment else otherwise.augment,
        )


def _augment(wanted: AugmentWanted) -> Augment:
    return Augment(tuple(dict.fromkeys(wanted.recipes)), wanted.factor, wanted.rare_labels)


class DroppedExamples(BaseModel):
    low_quality: int
    same_text: int
    nearly_same_text: int
    conflicting_label: int = Field(description="among those two")
    too_many_of_a_type: int = Field(description="of documents")
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
    min_quality: float
    since: datetime | None
    until: datetime | None
    balance: BalanceWanted | None
    augment: AugmentWanted | None

    @classmethod
    def of(cls, rules: Rules) -> Self:
        return cls(
            min_examples=rules.min_examples,
            max_examples=rules.max_examples,
            max_bytes=rules.max_bytes,
            near_duplicate=rules.near_duplicate,
            validation_share=rules.shares.validation,
            test_share=rules.shares.test,
            seed=rules.seed,
            split_by_user=rules.by_user,
            min_quality=rules.min_quality,
            since=rules.since,
            until=rules.until,
            balance=BalanceWanted(**asdict(rules.balance)) if rules.balance else None,
            augment=AugmentWanted.model_validate(asdict(rules.augment)) if rules.augment else None,
        )


class ShownDataset(BaseModel):
    dataset_id: str
    task_type: str
    created_at: datetime
    examples: dict[str, int] = Field(description="by side: train, validation, test")
    looked_at: int
    by_source: dict[str, int]
    by_label: dict[str, int]
    strata: dict[str, dict[str, dict[str, int]]] = Field(
        description='where each stratum stands: {"document_type": {"email": {"train": 80, "test": 10}}}'
    )
    dropped: DroppedExamples
    warnings: list[str]
    rules: HowBuilt
    learned_from: datetime
    learned_until: datetime
    sha256: str
    erasures: list[Erased] = Field(description="of users whose examples it held; it is read without them")
    made_of: MadeOf = Field(
        description="documents that its examples' answers were given from; what rests on one that was deleted since is "
        "in no file of it any more"
    )

    @classmethod
    def of(cls, listed: Listed) -> Self:
        return cls(**_shown(listed, listed.manifest))


class DatasetNow(ShownDataset):
    present: dict[str, int] = Field(description="by side, how many of its examples were not erased since")

    @classmethod
    def with_(cls, listed: Listed, present: Mapping[Side, int]) -> Self:
        return cls(**_shown(listed, listed.manifest), present=_by_name(present))


def _shown(listed: Listed, made: Manifest) -> dict[str, object]:
    return {
        "dataset_id": listed.dataset_id,
        "task_type": made.task_type,
        "created_at": listed.created_at,
        "examples": _by_name(made.sizes),
        "looked_at": made.looked_at,
        "by_source": dict(made.by_source),
        "by_label": dict(made.by_label),
        "strata": {
            what: {value: _by_name(sides) for value, sides in values.items()} for what, values in made.strata.items()
        },
        "dropped": DroppedExamples(**asdict(made.dropped)),
        "warnings": list(made.warnings),
        "rules": HowBuilt.of(made.rules),
        "learned_from": made.learned_from,
        "learned_until": made.learned_until,
        "sha256": made.sha256,
        "erasures": list(listed.erasures),
        "made_of": listed.made_of,
    }


def _by_name(sides: Mapping[Side, int]) -> dict[str, int]:
    return {str(side): count for side, count in sides.items()}


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
    present: dict[str, int] = Field(description="by side, how many of its examples were not erased since")
    made: dict[str, int] = Field(description="examples for training that were made of others, by recipe")
    tokens_estimated: dict[str, int] = Field(description="by side, of its lines as OpenAI reads them, made ones too")

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
            present=_by_name(found.present),
            made=dict(found.made),
            tokens_estimated=_by_name(found.tokens_estimated),
        )
