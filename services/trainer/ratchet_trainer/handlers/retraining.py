"""Use case: retraining fell due. Each trigger becomes one job, or travels with the one that is open."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from ratchet_common.events import RetrainingFellDue
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
        await jobs.add_or_take_along(triggered(trigger, platform, at, recipe), at)
    poke()
