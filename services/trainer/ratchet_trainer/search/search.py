"""A search for hyper-parameters: several jobs on one dataset, of which the best on validation becomes a version.

What the search is and has seen; what it does next is in `moves.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID, uuid5

from ratchet_common.errors import NotFoundError, RefusedError
from ratchet_trainer.platforms.platform import Method, Value
from ratchet_trainer.tuning.jobs import Step

Strategy = Literal["grid", "random", "halving"]
MOST_JOBS: Final = 64


class SearchState(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class UnknownSearchError(NotFoundError):
    type = "unknown-search"
    title = "There is no such search"

    def __init__(self, search_id: UUID) -> None:
        super().__init__(f"There is no search {search_id}: GET /api/models/searches lists them.")


class SearchOpenError(RefusedError):
    status = 409
    type = "search-open"
    title = "A search for this task is open already"


class SearchEndedError(RefusedError):
    status = 409
    type = "search-ended"
    title = "The search has ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """`at_rungs`: by rung, the loss on validation when it got there."""

    hyperparameters: Mapping[str, Value]
    begun: bool = False
    stopped: bool = False  # it was among the worse at a rung
    loss: float | None = None  # on validation, of the whole run
    at_rungs: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    search_id: UUID
    tenant: str
    task_type: str
    platform: str
    base_model: str
    method: Method
    dataset_id: str
    strategy: Strategy
    trials: tuple[Trial, ...]
    at_once: int  # jobs
    max_cost_usd: float | None  # of all of them together
    made_by: str
    created_at: datetime
    due_at: datetime
    state: SearchState = SearchState.RUNNING
    reason: str = ""
    looks: int = 0
    best: int | None = None  # of the trials, counted from 0
    version_id: str = ""
    history: tuple[Step, ...] = ()
    asked: str = ""  # digest of what was asked for

    def job_id(self, number: int) -> UUID:
        """The same each time: a trial that was begun twice is one job."""
        return uuid5(self.search_id, str(number))
