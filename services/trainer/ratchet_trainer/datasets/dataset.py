"""A dataset: which examples train, validate and test, and how it came to be. Never changes once it is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ratchet_common.errors import NotFoundError, RefusedError
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.datasets.augmenting import Augment
from ratchet_trainer.datasets.balancing import Balance
from ratchet_trainer.datasets.split import SHARES, Shares, Side

Ref = tuple[UUID, int]  # an example's id and revision


class TooFewExamplesError(RefusedError):
    status = 409
    type = "too-few-examples"
    title = "There are too few examples for a dataset"

    def __init__(self, task_type: str, found: int, needed: int, *, balanced_away: int = 0, archived: str = "") -> None:
        """`balanced_away`: that there would be more of, if types of documents need not be balanced. `archived`: a
        sentence on those that no new dataset takes, where there are some.
        """
        there = "is 1 different example" if found == 1 else f"are {found} different examples"
        todo = "collect more feedback, or POST some to /api/models/examples."
        if balanced_away and found + balanced_away >= needed:
            todo = (
                f"the balance of document types leaves out {balanced_away} of {found + balanced_away}. Ask for a "
                "looser one or for none, or collect more of the types that are rare."
            )
        super().__init__(
            f"There {there} for {task_type} that people wrote or accepted, {needed} "
            f"{'is' if needed == 1 else 'are'} needed: {todo} {archived}".rstrip(),
            found=found,
            needed=needed,
        )
        self.found, self.needed = found, needed


def archived_too(count: int, most: int, days: float) -> str:
    """Empty where there are none. `most`: no more were counted."""
    if not count:
        return ""
    or_more = " or more" if count >= most else ""
    so_many = "1 other was" if count == 1 else f"{count:,}{or_more} others were"
    return (
        f"{so_many} archived {days:g} days after being learned, by TRAINER_ARCHIVE_DAYS: what is brought or said again "
        "counts again."
    )


class UnknownDatasetError(NotFoundError):
    type = "unknown-dataset"
    title = "There is no such dataset"

    def __init__(self, dataset_id: str) -> None:
        super().__init__(f"There is no dataset {dataset_id}: GET /api/models/datasets lists them.")


class EmptySideError(RefusedError):
    status = 409
    type = "empty-side"
    title = "A side of the dataset would be empty"

    def __init__(self, task_type: str, side: Side, why: str) -> None:
        super().__init__(f"No example of {task_type} would be on the side {side}: {why}", side=str(side))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    min_examples: int = 50  # that people wrote or accepted
    max_examples: int = 20_000
    max_bytes: int = 512 * 1024**2  # of texts, at one byte a character
    near_duplicate: float = 0.85
    shares: Shares = SHARES["80/10/10"]
    seed: int = 42
    by_user: bool = False
    min_quality: float = 0.0  # of a target
    since: datetime | None = None  # only what was learned then or later
    until: datetime | None = None  # and before that
    balance: Balance | None = None
    augment: Augment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Examples that were looked at and left out."""

    low_quality: int = 0
    same_text: int = 0
    nearly_same_text: int = 0
    conflicting_label: int = 0  # among those two
    too_many_of_a_type: int = 0  # of document
    held_out_beside: int = 0  # nobody confirmed them, and what they belong to validates or tests


Strata = Mapping[str, Mapping[str, Mapping[Side, int]]]  # such as document_type, email, test: 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`strata` and `by_label`: of many labels the commonest."""

    task_type: str
    rules: Rules
    looked_at: int  # the newest examples of the task, up to the limits
    sizes: Mapping[Side, int]
    by_source: Mapping[str, int]
    by_label: Mapping[str, int] = field(default_factory=dict)
    strata: Strata = field(default_factory=dict)
    dropped: Dropped
    warnings: tuple[str, ...] = ()
    learned_from: datetime
    learned_until: datetime
    sha256: str  # over what is in it and on which side, and by which rules


@dataclass(frozen=True, slots=True)
class Resting:
    """How many examples rest on a document, and the oldest revision of it that one of them read; 0: not known."""

    examples: int
    oldest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """`documents`: by their ids."""

    dataset_id: str
    manifest: Manifest
    sides: Mapping[Side, tuple[Ref, ...]]
    documents: Mapping[str, Resting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Erased:
    """So many of its examples were of a user who was forgotten: it is read without them."""

    erasure_id: UUID
    at: datetime
    examples: int


@dataclass(frozen=True, slots=True)
class MadeOf:
    """How many documents its examples' answers were given from; of those, how many were deleted since, and how many had
    another content when that was last heard than the one that was read."""

    documents: int = 0
    deleted: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    dataset_id: str
    created_at: datetime
    manifest: Manifest
    erasures: tuple[Erased, ...] = ()
    made_of: MadeOf = MadeOf()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """`train` has what was made of its examples too."""

    dataset_id: str
    tenant: str
    task_type: str
    manifest: Manifest
    train: list[Example]
    validation: list[Example]
    test: list[Example]
