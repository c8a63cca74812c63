"""The platform that needs nobody else: a student, fitted in a worker process."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from ratchet_common.workers import Workers
from ratchet_trainer.artifacts import Artifact, FileArtifacts
from ratchet_trainer.example import Example
from ratchet_trainer.training import CannotTrainError

TASKS = frozenset({"classification", "summary", "action_items"})
STUDENT = "student"


class LocalPlatform:
    name = "local"
    base_model = STUDENT
    tasks = TASKS

    def __init__(self, workers: Workers, artifacts: FileArtifacts, *, seed: int) -> None:
        self._workers, self._artifacts, self._seed = workers, artifacts, seed

    async def train(self, task_type: str, examples: Sequence[Example], weights: Sequence[float]) -> Artifact:
        """Raises CannotTrainError where the examples allow no learning, RetryLaterError where the worker died."""
        with self._artifacts.draft() as draft:
            refusal = await self._workers.run(_fit, task_type, list(examples), list(weights), str(draft), self._seed)
            if refusal:
                raise CannotTrainError(refusal)
            return await asyncio.to_thread(self._artifacts.keep, draft)


def _fit(task_type: str, examples: list[Example], weights: list[float], path: str, seed: int) -> str:
    """In a worker process. Returns why there is nothing to learn, or nothing."""
    from ratchet_student import CannotLearnError, fit_to_file  # only worker processes shall pay for what it loads
    from ratchet_student import Example as Lesson

    lessons = [
        Lesson(
            document=example.document,
            target=example.target if isinstance(example.target, str) else list(example.target),
            question=example.question,
            labels=example.labels,
            weight=weight,
        )
        for example, weight in zip(examples, weights, strict=True)
    ]
    try:
        fit_to_file(task_type, lessons, Path(path), seed)
    except CannotLearnError as error:
        return str(error)
    return ""
