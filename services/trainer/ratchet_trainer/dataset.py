"""A dataset: which examples train, validate and test, and how it came to be. Never changes once it is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ratchet_common.errors import NotFoundError, RefusedError
from ratchet_trainer.example import Example
from ratchet_trainer.split import SHARES, Shares, Side

Ref = tuple[UUID, int]  # an example's id and revision


class TooFewExamplesError(RefusedError):
    status = 409
    type = "too-few-examples"
    title = "There are too few examples for a dataset"

    def __init__(self, task_type: str, found: int, needed: int) -> None:
        super().__init__(
            f"There are {found} different examples for {task_type} that people wrote or accepted, {needed} are needed: "
            "collect more feedback, or POST some to /api/models/examples.",
            found=found,
            needed=needed,
        )
        self.found, self.needed = found, needed


class UnknownDatasetError(NotFoundError):
    type = "unknown-dataset"
    title = "There is no such dataset"

    def __init__(self, dataset_id: str) -> None:
        super().__init__(f"There is no dataset {dataset_id}: GET /api/models/datasets lists them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    min_examples: int = 50  # that people wrote or accepted
    max_examples: int = 20_000
    max_bytes: int = 512 * 1024**2  # of texts, at one byte a character
    near_duplicate: float = 0.85
    shares: Shares = SHARES["80/10/10"]
    seed: int = 42
    by_user: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Examples that were looked at and left out."""

    same_text: int = 0
    nearly_same_text: int = 0
    conflicting_label: int = 0  # among those two
    held_out_beside: int = 0  # nobody confirmed them, and what they belong to validates or tests


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    task_type: str
    rules: Rules
    looked_at: int  # the newest examples of the task, up to the limits
    sizes: Mapping[Side, int]
    by_source: Mapping[str, int]
    by_label: Mapping[str, int] = field(default_factory=dict)
    dropped: Dropped
    learned_from: datetime
    learned_until: datetime
    sha256: str  # over what is in it and on which side


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    dataset_id: str
    manifest: Manifest
    sides: Mapping[Side, tuple[Ref, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    dataset_id: str
    created_at: datetime
    manifest: Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    dataset_id: str
    tenant: str
    task_type: str
    manifest: Manifest
    train: list[Example]
    validation: list[Example]
    test: list[Example]
