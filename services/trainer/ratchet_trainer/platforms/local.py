"""The platform that needs nobody else: a student, fitted in a worker process."""

import asyncio
import logging
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ratchet_common.background import described
from ratchet_common.errors import RetryLaterError
from ratchet_common.workers import Workers
from ratchet_trainer.alarm import ended_after
from ratchet_trainer.artifacts import Artifact, FileArtifacts
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.formats.student import student_lines
from ratchet_trainer.platforms.platform import (
    Metrics,
    Order,
    RunEvent,
    RunGoneError,
    RunState,
    Status,
    TrainingFile,
    Tuned,
)

if TYPE_CHECKING:
    from ratchet_student import Example as Lesson

log = logging.getLogger(__name__)
STUDENT: Final = "student"
SEE_THE_LOG: Final = "the trainer's log says where."
LOOKS_FOR_S: Final = 1.0  # one look at a run: whoever asks has nothing else to do


@dataclass(slots=True)
class Kept:
    """The files of an order: each goes when the stack closes."""

    stack: ExitStack = field(default_factory=ExitStack)
    paths: dict[Side, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Modesty:
    """What a student leaves to larger models: see `ratchet_student.Aim`, which only worker processes import."""

    score: float = 0.0
    coverage: float = 1.0


ANSWERS_ALL: Final = Modesty()


class LocalPlatform:
    name = "local"
    in_process = True

    def __init__(
        self, workers: Workers, artifacts: FileArtifacts, *, seed: int, limit_s: int, modesty: Modesty = ANSWERS_ALL
    ) -> None:
        """`limit_s`: of one fit."""
        self._workers, self._artifacts, self._seed, self._limit_s = workers, artifacts, seed, limit_s
        self._modesty = modesty
        self._kept: dict[str, Kept] = {}
        self._runs: dict[str, asyncio.Task[Artifact | str]] = {}

    async def upload(self, order: Order, file: TrainingFile) -> str:
        """A copy, which stays until it is discarded."""
        kept = self._kept.setdefault(order.token, Kept())
        if file.side not in kept.paths:
            path = kept.stack.enter_context(self._artifacts.draft())
            await asyncio.to_thread(shutil.copyfile, file.path, path)
            kept.paths[file.side] = path
        return str(kept.paths[file.side])

    async def find(self, order: Order) -> str | None:
        return order.token if order.token in self._runs else None

    async def create(self, order: Order, files: Mapping[Side, str]) -> str:
        if order.token not in self._runs:
            work = self._fitted(order.task_type, Path(files[Side.TRAIN]))
            self._runs[order.token] = asyncio.create_task(work, name=f"fit {order.token}")
        return order.token

    async def status(self, run_id: str) -> Status:
        work = self._run(run_id)
        done, _ = await asyncio.wait({work}, timeout=LOOKS_FOR_S)
        if not done:
            return Status(state=RunState.RUNNING)
        if work.cancelled():
            return Status(state=RunState.CANCELLED)
        if isinstance(error := work.exception(), RetryLaterError):
            del self._runs[run_id]
            raise RunGoneError(str(error))
        if error is not None:  # the same fit would meet it again
            log.error("The fit %s failed: %s", run_id, described(error))
            return Status(state=RunState.FAILED, reason=f"The fit met a fault ({type(error).__name__}): {SEE_THE_LOG}")
        said = work.result()
        return Status(state=RunState.FAILED, reason=said) if isinstance(said, str) else Status(state=RunState.SUCCEEDED)

    async def events(self, run_id: str) -> Sequence[RunEvent]:
        """None: a fit is one step."""
        self._run(run_id)
        return ()

    async def cancel(self, run_id: str) -> None:
        """The fit ends before its draft goes: nothing is written there after that."""
        work = self._run(run_id)
        if not work.done():
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def result(self, run_id: str) -> Tuned:
        said = self._run(run_id).result()
        if isinstance(said, str):
            raise RunGoneError(f"The fit {run_id} has left nothing: {said}")
        return Tuned(artifact=said.url, sha256=said.sha256)

    async def metrics(self, run_id: str) -> Metrics:
        self._run(run_id)
        return Metrics()

    async def discard(self, order: Order, files: Mapping[Side, str]) -> None:  # noqa: ARG002  it knows its own
        """What it was fitted from, and that there was a fit."""
        if order.token in self._runs:
            await self.cancel(order.token)
            del self._runs[order.token]
        if order.token in self._kept:
            self._kept.pop(order.token).stack.close()

    async def take_down(self, run_id: str, model: str) -> bool:  # noqa: ARG002
        """Its students lie in the artifact store, where they cost nothing."""
        return False

    def _run(self, run_id: str) -> asyncio.Task[Artifact | str]:
        if run_id not in self._runs:
            raise RunGoneError(f"The fit {run_id} ended with the process that it ran in.")
        return self._runs[run_id]

    async def _fitted(self, task_type: str, lines: Path) -> Artifact | str:
        """Or why there is nothing to learn."""
        with self._artifacts.draft() as draft:
            refusal = await self._workers.run_while_wanted(
                fit, task_type, str(lines), str(draft), self._seed, self._modesty, self._limit_s
            )
            return refusal or await asyncio.to_thread(self._artifacts.keep, draft)


def fit(task_type: str, lines: str, path: str, seed: int, modesty: Modesty, limit_s: int) -> str:
    """In a worker process, which the alarm ends at the limit. Returns why there is nothing to learn, or nothing."""
    from ratchet_student import Aim, CannotLearnError, fit_to_file  # only worker processes shall pay for what it loads

    try:
        with ended_after(limit_s):
            aim = Aim(modesty.score, modesty.coverage)
            fit_to_file(task_type, _as_student_reads(Path(lines)), Path(path), seed, aim)
    except CannotLearnError as error:
        return str(error)
    return ""


def _as_student_reads(lines: Path) -> "list[Lesson]":
    from ratchet_student import Example as Lesson

    return [
        Lesson(
            document=line.document,
            target=line.target,
            question=line.question,
            labels=tuple(line.labels),
            weight=line.weight,
        )
        for line in student_lines(lines)
    ]
