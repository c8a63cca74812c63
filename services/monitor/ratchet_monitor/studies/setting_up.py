"""Use case: an experiment is set up, once for one Idempotency-Key, or stopped."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID, uuid4, uuid5

from ratchet_common.errors import RetryLaterError
from ratchet_common.events import Event
from ratchet_monitor.columns import OF_ACCURACY
from ratchet_monitor.hours import TaskKey, hour_of
from ratchet_monitor.studies.asking import Asked, By, ExperimentRunsError, IdempotencyMismatchError, study_of
from ratchet_monitor.studies.saying import told_by
from ratchet_monitor.studies.study import NAMESPACE, Arm, Ended, Study, changed, stopped
from ratchet_monitor.totals import Buckets

ATTEMPTS: Final = 5
LATELY: Final = timedelta(days=30)
TEMPLATE_VERSION: Final = re.compile(r"(@|_v)[1-9]\d*$")


class Studies(Protocol):
    async def add(self, study: Study, event: Event) -> bool: ...
    async def study(self, tenant: str, experiment_id: str) -> Study | None: ...
    async def running(self, task: TaskKey) -> Study | None: ...
    async def record(self, before: Study, after: Study, events: Sequence[Event]) -> bool: ...


def id_of(tenant: str, key: str | None) -> str:
    """The same for the same Idempotency-Key."""
    made: UUID = uuid4() if key is None else uuid5(NAMESPACE, f"{tenant}/{key}")
    return f"exp-{made.hex[:12]}"


async def set_up(
    asked: Asked, key: str | None, by: By, studies: Studies, *, versions: Collection[str], raw: timedelta
) -> Study:
    """Raises ExperimentRefusedError, ExperimentRunsError, IdempotencyMismatchError, RetryLaterError."""
    own_id = id_of(by.tenant, key)
    there = await studies.study(by.tenant, own_id) if key is not None else None
    if there is not None:
        return _the_same(there, asked)
    study = study_of(asked, own_id, by, versions=versions, raw_days=raw.days)
    if await studies.add(study, changed(study)):
        return study
    there = await studies.study(by.tenant, own_id)
    if there is not None:
        return _the_same(there, asked)
    running = await studies.running(study.task)
    if running is None:
        raise RetryLaterError("An experiment of the task ended a moment ago.")
    raise ExperimentRunsError(
        f"{running.experiment_id} runs on {study.task_type} since {running.started_at:%Y-%m-%d %H:%M} UTC: "
        f"stop it first (`ratchet experiments stop {running.experiment_id}`), or wait for its verdict.",
        experiment_id=running.experiment_id,
    )


def _the_same(there: Study, asked: Asked) -> Study:
    if there.asked != asked.digest:
        raise IdempotencyMismatchError
    return there


async def stop(tenant: str, experiment_id: str, by: Ended, studies: Studies) -> Study | None:
    """None: there is none with this id. Raises StudyOverError, RetryLaterError."""
    for _ in range(ATTEMPTS):
        study = await studies.study(tenant, experiment_id)
        if study is None:
            return None
        over = stopped(study, by)
        if await studies.record(study, over, told_by(study, over)):
            return over
    raise RetryLaterError(f"{experiment_id} is being changed by others at the same time.")


async def used_lately(buckets: Buckets, task: TaskKey, now: datetime) -> tuple[set[str], set[str]]:
    """The models and the templates that have answered the task."""
    models, templates = set(), set()
    async for period in buckets.sums(task.tenant, hour_of(now - LATELY), OF_ACCURACY, task.task_type):
        models |= {cell.kind.model for cell in period.contents.cells}
        templates |= {cell.kind.template for cell in period.contents.cells}
    return models, templates


def never_seen(arms: Sequence[Arm], models: Collection[str], templates: Collection[str]) -> list[str]:
    """Sentences on what has not answered the task lately: perhaps new, perhaps mistyped. Only the router knows all."""
    told = []
    for arm in arms:
        unknown = (arm.model and arm.model not in models) or (arm.template and not _is_among(arm.template, templates))
        if unknown:
            told.append(
                f"The {arm.what} has not answered this task in the last 30 days: if no unit is exposed within minutes, "
                "the router does not know it by this name, or cannot ask it, and leaves the experiment out."
            )
    return told


def _is_among(template: str, used: Collection[str]) -> bool:
    """`used`: names with versions, as `id_v2`; a reference may name none, or one as `id@2`."""
    if TEMPLATE_VERSION.search(template):
        return template.replace("@", "_v") in used
    return any(TEMPLATE_VERSION.sub("", name) == template for name in used)
