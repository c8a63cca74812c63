"""Use case: retraining fell due. Each trigger becomes one job, or travels with the one that is open."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from ratchet_common.events import RetrainingFellDue
from ratchet_common.topics import RETRAIN_TRIGGERS
from ratchet_common.trace_context import kept
from ratchet_trainer.tuning.jobs import Job, Recipe
from ratchet_trainer.tuning.new_jobs import triggered


class Jobs(Protocol):
    async def add_or_take_along(self, job: Job, now: datetime) -> None: ...


async def on_retraining_due(
    triggers: Sequence[RetrainingFellDue],
    *,
    jobs: Jobs,
    platform: str,
    recipe: Recipe,
    now: Callable[[], datetime],
    poke: Callable[[], None],
) -> None:
    """`platform` and `recipe`: by which all that falls due is trained."""
    for trigger in triggers:
        at = now()
        trace = kept(RETRAIN_TRIGGERS.key(trigger).encode())
        await jobs.add_or_take_along(replace(triggered(trigger, platform, at, recipe), trace=trace), at)
    poke()
