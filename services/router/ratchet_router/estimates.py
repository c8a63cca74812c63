"""The estimates that this replica asks: loaded outside of the requests, the last used so many kept in memory."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from ratchet_common.errors import RetryLaterError
from ratchet_common.events import EstimateTrained
from ratchet_estimate import Estimate, EstimateFileError, load, read
from ratchet_providers.base import ProviderError
from ratchet_providers.local_student import path_of
from ratchet_router.ask import Ask
from ratchet_router.estimate import Aim, Doubt, threshold_for
from ratchet_router.metrics import ESTIMATES

SIDES = 2  # the cheap tiers' score, then the strong ones'
Task = tuple[str, str]  # tenant, task_type


@dataclass(frozen=True, slots=True)
class Ready:
    told: EstimateTrained
    estimate: Estimate
    threshold: float


class Estimates:
    def __init__(self, aim: Aim, *, most: int) -> None:
        self._aim, self._most = aim, most
        self._told: dict[Task, EstimateTrained] = {}
        self._waiting: dict[Task, EstimateTrained] = {}
        self._ready: OrderedDict[Task, Ready] = OrderedDict()

    def hear(self, told: EstimateTrained) -> None:
        """Of each task the newest. What is there serves until the new one is loaded; what was taken back is gone."""
        if self._aim.by == "off":
            return
        task = (told.tenant, told.task_type)
        if not told.artifact:
            for known in (self._told, self._waiting, self._ready):
                known.pop(task, None)
            return
        self._told[task] = told
        if task in self._ready or len(self._ready) + len(self._waiting) < self._most:
            self._waiting[task] = told

    async def one_more(self) -> bool:
        """Loads one. True: there may be another. Raises RetryLaterError where it cannot be read: it comes last then."""
        if not self._waiting:
            return False
        task, told = next(iter(self._waiting.items()))
        del self._waiting[task]
        try:
            estimate = await asyncio.to_thread(_loaded, told)
        except EstimateFileError as error:
            if self._told.get(task) is told:
                self._waiting.setdefault(task, told)
            ESTIMATES.labels("failed").inc()
            raise RetryLaterError(f"The estimate of {told.task_type} cannot be used. {error}") from error
        ESTIMATES.labels("loaded").inc()
        if self._told.get(task) is told:  # else it was taken back, or replaced, meanwhile
            self._keep(task, Ready(told, estimate, threshold_for(told.curve, self._aim)))
        return True

    def _keep(self, task: Task, ready: Ready) -> None:
        self._ready[task] = ready
        self._ready.move_to_end(task)
        if len(self._ready) > self._most:
            self._ready.popitem(last=False)

    def doubt(self, ask: Ask) -> Doubt | None:
        """None: nothing is known of the tenant's task, or it is not loaded yet."""
        task = (ask.tenant, str(ask.task_type))
        ready = self._ready.get(task)
        if ready is None:
            if task in self._told:
                self._waiting.setdefault(task, self._told[task])
            return None
        self._ready.move_to_end(task)
        cheap, strong = ready.estimate(read(ask.question, ask.document, ask.document_type))
        return Doubt(ready.told.cheap, float(cheap), float(strong), ready.threshold)


def _loaded(told: EstimateTrained) -> Estimate:
    """Reads a few megabytes. Raises EstimateFileError."""
    try:
        path = path_of(told.artifact)
    except ProviderError as error:
        raise EstimateFileError("Its artifact is not named by a file: URL.") from error
    estimate = load(Path(path), told.sha256)
    if len(estimate.of) != SIDES:
        raise EstimateFileError(f"It tells {len(estimate.of)} scores, not those of a cheap and of a strong side.")
    return estimate
