"""What every tuning platform does for a job, whoever runs it: one interface.

Each step may be taken again by another worker, after the first was killed in the middle of it. So everything that is
made at a platform is named after the order's token, and looked up before it is made.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol

from ratchet_common.errors import RefusedError, RetryLaterError
from ratchet_trainer.datasets.split import Side

Method = Literal["supervised", "dpo", "embeddings"]
Value = int | float | str


class PlatformRefusedError(RefusedError):
    """It will not be better the next time: a wrong key, a file that it does not take, a model that it does not have."""

    type = "platform-refused"
    title = "The tuning platform refused it"


class PlatformAwayError(RetryLaterError):
    """It is busy, broken or unreachable, or what it said cannot be read. A sentence that names the platform."""

    def __init__(self, why: str, *, retry_after_s: float = 0.0) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s  # as the platform said; 0: it said nothing


class RunGoneError(RetryLaterError):
    """The platform knows no such run: it was begun in a process that has ended, or was removed there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`token`: of the job, 32 letters and digits; the same each time. `hyperparameters`: by our own names, within the
    base model's ranges."""

    token: str
    tenant: str
    task_type: str
    base_model: str
    method: Method = "supervised"
    hyperparameters: Mapping[str, Value] = field(default_factory=dict)
    seed: int = 42

    @property
    def name(self) -> str:
        """For what the platform shows to people, and finds again."""
        return f"ratchet-{self.token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFile:
    """JSON Lines, finished and checked. `sha256`: of all of it; the same job gives the same bytes again."""

    side: Side
    path: Path
    sha256: str
    bytes: int


class RunState(StrEnum):
    WAITING = "waiting"  # accepted, not begun
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`progress`: 0 to 1, None where the platform does not tell. `trained_tokens`: as it will bill them, once known.
    `reason`: its own words on why the run failed, cut to 500 characters."""

    state: RunState
    progress: float | None = None
    trained_tokens: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunEvent:
    at: datetime
    message: str  # cut to 500 characters
    level: Literal["info", "warn", "error"] = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What came out: a model at the platform by its name, or files in the artifact store."""

    model: str = ""
    artifact: str = ""  # URL
    sha256: str = ""

    @property
    def identity(self) -> str:
        """In hex: of what is in the files, else of the model's name."""
        return self.sha256 or hashlib.sha256(self.model.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Metrics:
    """By name, such as train_loss: pairs of step and value, ascending, at most 500 of each."""

    curves: Mapping[str, Sequence[tuple[int, float]]] = field(default_factory=dict)

    def last(self) -> dict[str, float]:
        return {name: points[-1][1] for name, points in self.curves.items() if points}


class TuningPlatform(Protocol):
    """Every call raises PlatformAwayError or PlatformRefusedError; those that take a run's id, RunGoneError too."""

    @property
    def name(self) -> str: ...

    @property
    def in_process(self) -> bool:
        """Its runs end with this process: whoever has begun one stays with it until it ends."""

    async def upload(self, order: Order, file: TrainingFile) -> str:
        """The reference by which `create` names the file. One that is there whole is not sent again."""

    async def find(self, order: Order) -> str | None:
        """The run that was created for the order, if one was."""

    async def create(self, order: Order, files: Mapping[Side, str]) -> str:
        """The run's id; the same one where it was created already."""

    async def status(self, run_id: str) -> Status: ...

    async def events(self, run_id: str) -> Sequence[RunEvent]:
        """The latest 50 at most, oldest first."""

    async def cancel(self, run_id: str) -> None:
        """One that has ended stays as it is."""

    async def result(self, run_id: str) -> Tuned:
        """Of a run that has succeeded. What a platform needs to serve it (a deployment) is made here, once."""

    async def metrics(self, run_id: str) -> Metrics: ...

    async def discard(self, order: Order, files: Mapping[Side, str]) -> None:
        """Removes the training files; what is gone already is no error."""

    async def take_down(self, run_id: str, model: str) -> bool:
        """What was made to serve a run's model, and what was kept of the run, is removed; gone already is no error.

        `model`: as `result` named it, empty where nothing came of the run. True: it can be asked no more.
        """
