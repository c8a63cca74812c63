"""The platform that needs nobody else: a student, fitted in a worker process."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ratchet_common.workers import Workers
from ratchet_trainer.alarm import ended_after
from ratchet_trainer.artifacts import Artifact, FileArtifacts
from ratchet_trainer.example import Example
from ratchet_trainer.training import CannotTrainError

if TYPE_CHECKING:
    from ratchet_student import Example as Lesson

TASKS = frozenset({"classification", "summary", "action_items"})
STUDENT = "student"


@dataclass(frozen=True, slots=True)
class Lessons:
    task_type: str
    examples: tuple[Example, ...]
    weights: tuple[float, ...]
    seed: int


class LocalPlatform:
    name = "local"
    base_model = STUDENT
    tasks = TASKS

    def __init__(self, workers: Workers, artifacts: FileArtifacts, *, seed: int, limit_s: int) -> None:
        """`limit_s`: of one fit."""
        self._workers, self._artifacts, self._seed, self._limit_s = workers, artifacts, seed, limit_s

    async def train(self, task_type: str, examples: Sequence[Example], weights: Sequence[float]) -> Artifact:
        """Raises CannotTrainError where the examples allow no learning, RetryLaterError where the worker died.

        A fit whose caller is cancelled ends before its draft goes: nothing is written there after that.
        """
        lessons = Lessons(task_type, tuple(examples), tuple(weights), self._seed)
        with self._artifacts.draft() as draft:
            refusal = await self._workers.run_while_wanted(fit, lessons, str(draft), self._limit_s)
            if refusal:
                raise CannotTrainError(refusal)
            return await asyncio.to_thread(self._artifacts.keep, draft)


def fit(lessons: Lessons, path: str, limit_s: int) -> str:
    """In a worker process, which the alarm ends at the limit. Returns why there is nothing to learn, or nothing."""
    from ratchet_student import CannotLearnError, fit_to_file  # only worker processes shall pay for what it loads

    try:
        with ended_after(limit_s):
            fit_to_file(lessons.task_type, _as_student_reads(lessons), Path(path), lessons.seed)
    except CannotLearnError as error:
        return str(error)
    return ""


def _as_student_reads(lessons: Lessons) -> "list[Lesson]":
    from ratchet_student import Example as Lesson

    return [
        Lesson(
            document=example.document,
            target=example.target if isinstance(example.target, str) else list(example.target),
            question=example.question,
            labels=example.labels,
            weight=weight,
        )
        for example, weight in zip(lessons.examples, lessons.weights, strict=True)
    ]
